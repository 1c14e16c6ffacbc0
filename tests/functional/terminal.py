"""A machine with Node and the CDK's tool, as far as the commands see it: it remembers what it was asked to run."""

import json
from pathlib import Path

import boto3
from moto.backends import get_backend

from infra.tools import Ended


def table_template(plan, **more):
    """A template with one table; *more*: further resources."""
    properties = {
        "TableName": plan.table("cases"),
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "code", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "code", "AttributeType": "S"}],
    }
    table = {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "Properties": properties}
    return {"Resources": {"CasesTable": table, **more}}


def find_stack(name):
    """The stack in the account in memory; None = there is none."""
    stacks = boto3.client("cloudformation").describe_stacks()["Stacks"]
    return next((stack for stack in stacks if stack["StackName"] == name), None)


def set_status(name, status):
    """Let the stack in the account in memory be as CloudFormation leaves one."""
    cloudformation = boto3.client("cloudformation")
    stacks = get_backend("cloudformation")["123456789012"][cloudformation.meta.region_name].stacks
    (stack,) = (one for one in stacks.values() if one.name == name)
    stack.status = status


class Terminal:
    """
    Stands in for `infra.tools.run`; a deploy makes the stack in the account in memory.

    A step in *fails* does nothing but fail; a deploy that does leaves the stack as *ends* says.
    """

    def __init__(self, template=None, *, node="v24.1.0", fails=(), ends=""):
        self.template, self.node, self.fails, self.ends = template, node, fails, ends
        self.ran = []

    def __call__(self, command, *, shown=False, env=None):
        if list(command[:2]) == ["node", "--version"]:
            return Ended(0, self.node) if self.node else Ended(127, "no such file: node")
        word = next(w for w in ("install", "bootstrap", "synth", "deploy", "diff") if w in command)
        self.ran.append(word)
        if word in self.fails:
            if word == "deploy" and self.ends:
                set_status(command[command.index("deploy") + 1], self.ends)
            return Ended(1, f"{word} went wrong")
        if word == "synth":
            made = Path(command[command.index("--output") + 1])
            made.mkdir(parents=True, exist_ok=True)
            (made / f"{made.name}.template.json").write_text(json.dumps(self.template))
        if word == "deploy":
            self._deploy(command[command.index("deploy") + 1])
        return Ended(0)

    @property
    def did(self):
        """What was run, but for fetching the tool."""
        return [word for word in self.ran if word != "install"]

    def _deploy(self, name):
        cloudformation = boto3.client("cloudformation")
        body = json.dumps(self.template, ensure_ascii=False)
        stack = find_stack(name)
        if stack and stack["StackStatus"] == "ROLLBACK_COMPLETE":  # as the tool does
            cloudformation.delete_stack(StackName=name)
        try:
            cloudformation.create_stack(StackName=name, TemplateBody=body)
        except cloudformation.exceptions.AlreadyExistsException:
            cloudformation.update_stack(StackName=name, TemplateBody=body)
        # CloudFormation makes what it was given, and gives the template back without what is not ASCII.
        region = cloudformation.meta.region_name
        for stack in get_backend("cloudformation")["123456789012"][region].stacks.values():
            stack.template = "".join(letter if letter.isascii() else "?" for letter in stack.template)
