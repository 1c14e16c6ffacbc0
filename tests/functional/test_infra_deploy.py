"""Deploying, one province and many; looking at what it would change; removing it."""

import argparse
import io
import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from chalicelib.errors import CaseConflict
from chalicelib.storage.directory_store import DirectoryStore
from infra.cdk import Cdk
from infra.changes import deployed_template, endangered
from infra.commands import deploy_all, destroy, diff, synth
from infra.commands.deploy import deploy
from infra.plan import make_plan
from infra.state import Status
from infra.stores import use
from packs import PROVINCES, PackError, Problem, read_data
from tests.functional.ops_account import make_tables
from tests.functional.terminal import Terminal, set_status, table_template

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


@pytest.fixture
def plan(own_environment, monkeypatch):
    """The pilot of Đồng Tháp before its first deploy, in an account in memory."""
    monkeypatch.delenv("DYNAMODB_ENDPOINT")
    with mock_aws():
        yield make_plan("dong-thap", "pilot")


class Province:
    """Deploys one plan and remembers what was told and published."""

    def __init__(self, plan, folder):
        self.plan, self.folder, self.published, self.lines = plan, folder, [], []
        self.refuses = None

    def deploy(self, template, *, problems=(), fails=(), ends=""):
        self.terminal = Terminal(template, fails=fails, ends=ends)
        self.lines = []
        return deploy(
            self.plan,
            tell=self.lines.append,
            cdk=Cdk(self.terminal, self.folder),
            check=lambda plan, cdk, shell: list(problems),
            publish=self._publish,
        )

    def _publish(self, plan, **given):
        if self.refuses:
            raise self.refuses
        self.published.append(plan.prefix)
        return "v1"

    @property
    def told(self):
        return "\n".join(self.lines)


@pytest.fixture
def province(plan, tmp_path):
    return Province(plan, tmp_path)


def deployed_policy(plan):
    body = boto3.client("cloudformation").get_stack_policy(StackName=plan.stack_name)["StackPolicyBody"]
    return json.loads(body)


def test_a_first_deploy_prepares_the_region_deploys_guards_the_data_and_publishes(province, plan):
    assert province.deploy(table_template(plan))
    assert province.terminal.did == ["synth", "bootstrap", "deploy"]
    assert province.published == ["dong-thap-pilot"]
    assert "account 123456789012" in province.told
    assert "make connect-twilio PROVINCE=dong-thap ENV=pilot" in province.told
    denied = next(one for one in deployed_policy(plan)["Statement"] if one["Effect"] == "Deny")
    assert denied["Resource"] == ["LogicalResourceId/CasesTable"]
    assert set(denied["Action"]) == {"Update:Replace", "Update:Delete"}


def test_a_prepared_region_is_not_prepared_again(province, plan):
    boto3.client("cloudformation").create_stack(
        StackName="CDKToolkit", TemplateBody=json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}})
    )
    assert province.deploy(table_template(plan))
    assert province.terminal.did == ["synth", "deploy"]


def test_a_refusal_comes_before_anything_is_run(province, plan):
    assert not province.deploy(table_template(plan), problems=[Problem("a file", 3, "wrong.", "Mend it.")])
    assert province.terminal.ran == []
    assert "a file:3: wrong. Mend it." in province.told
    assert "nothing was created or changed" in province.told
    assert province.published == []


def test_a_warning_does_not_stop_a_deploy(province, plan):
    assert province.deploy(table_template(plan), problems=[Problem("a file", 3, "odd.", severity="warning")])


@pytest.mark.parametrize("step", ["synth", "bootstrap"])
def test_what_fails_before_the_deploy_creates_nothing_of_the_hotline(province, plan, step):
    assert not province.deploy(table_template(plan), fails=[step])
    assert "deploy" not in province.terminal.did
    assert "nothing" in province.told
    assert province.published == []


def test_a_failed_deploy_says_what_still_serves_and_publishes_nothing(province, plan):
    assert not province.deploy(table_template(plan), fails=["deploy"])
    assert "Nothing serves yet" in province.told
    assert province.deploy(table_template(plan))
    assert not province.deploy(table_template(plan), fails=["deploy"])
    assert "failed before it changed anything" in province.told
    assert "The version before still serves" in province.told
    assert province.published == ["dong-thap-pilot"]


@pytest.mark.parametrize(
    ("status", "words"),
    [("UPDATE_ROLLBACK_COMPLETE", "Events"), ("UPDATE_ROLLBACK_FAILED", "'When a deploy fails'")],
)
def test_a_deploy_that_cloudformation_took_back_or_could_not_is_told_apart(province, plan, status, words):
    assert province.deploy(table_template(plan))
    assert not province.deploy(table_template(plan), fails=["deploy"], ends=status)
    assert words in province.told
    assert ("was taken back" in province.told) is (status == "UPDATE_ROLLBACK_COMPLETE")


def test_after_a_first_deploy_that_failed_the_next_one_is_the_first(province, plan):
    province.deploy(table_template(plan))
    set_status(plan.stack_name, "ROLLBACK_COMPLETE")
    assert not province.deploy(table_template(plan), fails=["deploy"])
    assert "Nothing serves yet" in province.told
    boto3.client("dynamodb").delete_table(TableName=plan.table("cases"))  # taken back with the rest
    other = json.loads(json.dumps(table_template(plan)).replace('"code"', '"id"'))
    assert province.deploy({**other, "Outputs": {"DnsWeb": {"Value": "1022.example CNAME target.example"}}})
    assert "1022.example CNAME target.example" in province.told


def test_when_only_the_directory_fails_it_says_so_and_what_to_do(province, plan):
    province.refuses = CaseConflict("Somebody else published at the same moment.")
    assert not province.deploy(table_template(plan))
    assert "Somebody else published" in province.told
    assert "make deploy PROVINCE=dong-thap ENV=pilot" in province.told


def test_a_deploy_that_would_replace_a_table_is_refused(province, plan):
    assert province.deploy(table_template(plan))
    renamed = table_template(plan)
    renamed["Resources"]["CasesTable"]["Properties"]["TableName"] = "other"
    assert not province.deploy(renamed)
    assert province.terminal.did == ["synth"]
    assert "CasesTable (AWS::DynamoDB::Table) would be replaced" in province.told


def test_what_endangers_data_is_told_from_what_does_not(plan):
    before = table_template(plan)
    assert list(endangered(before, before)) == []
    harmless = table_template(plan, Queue={"Type": "AWS::SQS::Queue"})
    harmless["Resources"]["CasesTable"]["Properties"]["BillingMode"] = "PROVISIONED"
    assert list(endangered(before, harmless)) == []
    assert "would leave the stack" in "".join(endangered(before, {"Resources": {}}))
    other_key = json.loads(json.dumps(before).replace('"code"', '"id"'))
    assert "KeySchema" in "".join(endangered(before, other_key))


def rules_in_force():
    return boto3.client("ses").describe_active_receipt_rule_set().get("Metadata", {}).get("Name")


def test_a_first_deploy_puts_the_set_of_rules_in_force_that_later_stacks_share(plan, tmp_path):
    pilot, production = Province(plan, tmp_path), Province(make_plan("dong-thap"), tmp_path)
    assert production.deploy(table_template(production.plan))
    assert rules_in_force() == "hotline-1022"
    assert "rules hotline-1022" in production.told
    assert pilot.deploy(table_template(plan))
    assert rules_in_force() == "hotline-1022"
    assert "hotline-1022" not in pilot.told


def test_a_set_of_rules_of_another_system_stays_in_force(plan, tmp_path):
    ses = boto3.client("ses")
    ses.create_receipt_rule_set(RuleSetName="elsewhere")
    ses.set_active_receipt_rule_set(RuleSetName="elsewhere")
    province = Province(replace(plan, rule_set="elsewhere"), tmp_path)
    assert province.deploy(table_template(plan))
    assert rules_in_force() == "elsewhere"


def test_a_stack_that_is_removed_leaves_the_mail_of_the_others_alone(plan, tmp_path):
    pilot, production = Province(plan, tmp_path), Province(make_plan("dong-thap"), tmp_path)
    assert pilot.deploy(table_template(plan))
    assert production.deploy(table_template(production.plan))
    code, _ = remove(plan, plan.stack_name)
    assert code == 0
    assert rules_in_force() == "hotline-1022"


def test_where_no_mail_is_received_no_set_of_rules_is_made(plan, tmp_path):
    province = Province(replace(plan, receives_mail=False), tmp_path)
    assert province.deploy(table_template(plan))
    assert boto3.client("ses").list_receipt_rule_sets()["RuleSets"] == []


def test_the_first_deploy_tells_the_dns_records_that_the_stack_puts_out(province, plan):
    template = table_template(plan)
    template["Outputs"] = {
        "DnsWeb": {"Value": "1022.example CNAME target.example"},
        "Other": {"Value": "other"},
    }
    assert province.deploy(template)
    assert "  1022.example CNAME target.example\n" in province.told
    assert "  other" not in province.told
    assert province.deploy(template)
    assert "CNAME" not in province.told


# What would change


@pytest.fixture
def small_packs(tmp_path):
    root = tmp_path / "provinces"
    shutil.copytree(PROVINCES, root)
    return root


def in_order(plan, **given):
    """No problem; reading a whole pack takes seconds."""
    return []


def looked(plan, terminal, folder):
    out = io.StringIO()
    code = diff.run(plan, argparse.Namespace(), out, cdk=Cdk(terminal, folder), check=in_order)
    return code, out.getvalue()


def test_a_changed_routing_rule_is_one_new_version_of_the_directory(plan, small_packs):
    make_tables(plan)
    assert diff.directory(plan, small_packs) == "directory: nothing is published yet; the first version"
    DirectoryStore().publish(read_data(plan.slug, small_packs), now=NOW)
    assert diff.directory(plan, small_packs).startswith("directory: no change (20260302T013000Z-")
    routing = small_packs / "dong-thap" / "routing.yaml"
    text = routing.read_text(encoding="utf-8")
    at = text.index("agency: ")
    first, other = text[at:].split()[1].rstrip(",}"), "van_phong_ubnd"
    routing.write_text(text[:at] + text[at:].replace(first, other, 1), encoding="utf-8")
    told = diff.directory(plan, small_packs)
    assert re.fullmatch(r"directory: one new version \(1 of \d+ parts changed: routing\)", told)


def test_a_changed_routing_rule_is_no_change_of_code(province, plan, tmp_path):
    use(plan)
    assert province.deploy(table_template(plan))
    boto3.client("dynamodb").delete_table(TableName=plan.table("cases"))
    make_tables(plan)
    code, told = looked(plan, Terminal(table_template(plan)), tmp_path)
    assert code == 0
    assert "code: no change" in told
    assert "directory: nothing is published yet" in told


def test_words_that_cloudformation_gives_back_spoilt_are_no_change(province, plan, tmp_path):
    queue = {"Type": "AWS::SQS::Queue", "Metadata": {"Why": "Có việc đã thử hết số lần."}}
    template = table_template(plan, Queue=queue)
    template["Resources"]["CasesTable"]["Properties"]["KeySchema"][0]["AttributeName"] = "mã"
    template["Resources"]["CasesTable"]["Properties"]["AttributeDefinitions"][0]["AttributeName"] = "mã"
    assert province.deploy(template)
    assert "mã" not in json.dumps(deployed_template(plan), ensure_ascii=False)
    assert province.deploy(template), province.told
    boto3.client("dynamodb").delete_table(TableName=plan.table("cases"))
    make_tables(plan)
    code, told = looked(plan, Terminal(template), tmp_path)
    assert code == 0
    assert "code: no change" in told


def test_a_change_of_code_is_shown_by_the_tool_and_fails_only_for_data(province, plan, tmp_path):
    assert province.deploy(table_template(plan))
    boto3.client("dynamodb").delete_table(TableName=plan.table("cases"))
    make_tables(plan)
    more = Terminal(table_template(plan, Queue={"Type": "AWS::SQS::Queue"}))
    code, told = looked(plan, more, tmp_path)
    assert (code, more.did) == (0, ["synth", "diff"])
    assert "code: a new version" in told
    code, told = looked(plan, Terminal({"Resources": {}}), tmp_path)
    assert code == 1
    assert "CasesTable (AWS::DynamoDB::Table) would leave the stack." in told


def test_before_the_first_deploy_everything_is_new(plan, tmp_path):
    code, told = looked(plan, Terminal(), tmp_path)
    assert code == 0
    assert "everything is new" in told


def made(plan, terminal, folder, **given):
    out = io.StringIO()
    return synth.run(plan, argparse.Namespace(), out, cdk=Cdk(terminal, folder), **given), out.getvalue()


def test_a_template_is_made_and_a_failure_is_told(plan, tmp_path):
    code, told = made(plan, Terminal(table_template(plan)), tmp_path, check=in_order)
    assert code == 0
    assert "hotline-dong-thap-pilot: 1 resources in" in told
    code, told = made(plan, Terminal(fails=["synth"]), tmp_path, check=in_order)
    assert code == 1
    assert "synth went wrong" in told


@pytest.mark.parametrize("urgent", [False, True])
def test_only_an_urgent_deploy_asks_for_all_at_once(plan, tmp_path, urgent):
    asked = []

    def runner(command, **given):
        asked.extend(command)
        return Terminal(table_template(plan))(command, **given)

    Cdk(runner, tmp_path, urgent).synth(plan)
    assert ("urgent=true" in asked) is urgent


def test_no_template_is_made_on_a_machine_that_cannot(plan, tmp_path):
    old = Terminal(node="v16.0.0")
    code, told = made(plan, old, tmp_path)
    assert code == 1
    assert "https://nodejs.org" in told
    assert old.ran == []


# Many provinces


def deploy_many(results, provinces=(), file=None):
    """Deploy with a result for each province: well, refused or unwell."""
    out, deployed = io.StringIO(), []

    def one(plan, *, tell, shell, numbers_later):
        assert not numbers_later
        deployed.append(plan.prefix)
        if results[plan.slug] == "gone":
            raise EndpointConnectionError(endpoint_url="https://cloudformation.example")
        return results[plan.slug] != "refused"

    reasons = {"well": [], "refused": [], "gone": [], "unwell": ["an alarm rings."]}
    args = argparse.Namespace(provinces=list(provinces), list=file, numbers=None, environment="pilot")
    code = deploy_all.run(
        None,
        args,
        out,
        deploy=one,
        look=lambda plan, now: Status(plan, now, ""),
        well=lambda found: reasons[results[found.plan.slug]],
        clock=lambda: NOW,
    )
    return code, out.getvalue(), deployed


def test_many_provinces_are_deployed_in_their_order_with_a_table():
    code, told, deployed = deploy_many({"dong-nai": "well", "dong-thap": "well"})
    assert (code, deployed) == (0, ["dong-nai-pilot", "dong-thap-pilot"])
    assert [line.split()[0] for line in told.splitlines()[-3:]] == [
        "province",
        "dong-nai-pilot",
        "dong-thap-pilot",
    ]


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("refused", "refused or failed"),
        ("unwell", "an alarm rings."),
        ("gone", "https://cloudformation.example"),
    ],
)
def test_the_first_province_that_is_not_well_stops_the_rest(result, words):
    code, told, deployed = deploy_many({"dong-nai": result, "dong-thap": "well"})
    assert (code, deployed) == (1, ["dong-nai-pilot"])
    assert words in told
    assert told.splitlines()[-1].endswith("left alone")


def test_the_list_may_stand_in_a_file(tmp_path):
    file = tmp_path / "deploy.txt"
    file.write_text("# pilots\ndong-thap  # first\n\ndong-nai\n", encoding="utf-8")
    _, _, deployed = deploy_many({"dong-nai": "well", "dong-thap": "well"}, file=file)
    assert deployed == ["dong-thap-pilot", "dong-nai-pilot"]


def test_a_list_that_is_not_there_is_named_with_what_it_should_be(tmp_path):
    with pytest.raises(PackError, match=r"none.txt: it cannot be read.*one province a line"):
        deploy_many({}, file=tmp_path / "none.txt")


# Removing a stack


def remove(plan, confirm="", also_production=False):
    out = io.StringIO()
    args = argparse.Namespace(confirm=confirm, also_production=also_production)
    return destroy.run(plan, args, out), out.getvalue()


def test_a_stack_is_removed_only_when_its_name_is_typed(province, plan):
    province.deploy(table_template(plan))
    code, told = remove(plan, "yes")
    assert code == 1
    assert "CONFIRM=hotline-dong-thap-pilot" in told
    production = make_plan("dong-thap")
    code, told = remove(production, production.stack_name)
    assert code == 1
    assert "ALSO_PRODUCTION=1" in told


def test_a_removed_stack_names_what_has_stayed_and_how_to_delete_it(province, plan):
    province.deploy(table_template(plan))
    code, told = remove(plan, plan.stack_name)
    assert code == 0
    assert "delete-table --table-name dong-thap-pilot-cases" in told
    assert remove(plan, plan.stack_name) == (
        1,
        "There is no stack hotline-dong-thap-pilot in ap-southeast-1.\n",
    )


def test_a_stack_that_is_only_thought_of_is_none_to_look_at_and_goes_without_a_word(plan, tmp_path):
    boto3.client("cloudformation").create_change_set(
        StackName=plan.stack_name,
        ChangeSetName="never-executed",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps(table_template(plan)),
    )
    code, told = looked(plan, Terminal(), tmp_path)
    assert code == 0
    assert "everything is new" in told
    assert remove(plan, plan.stack_name)[0] == 0


def test_a_stack_whose_first_deploy_failed_is_removed_and_names_only_what_is_there(province, plan):
    province.deploy(
        table_template(plan, Logs={"Type": "AWS::Logs::LogGroup", "DeletionPolicy": "RetainExceptOnCreate"})
    )
    set_status(plan.stack_name, "ROLLBACK_COMPLETE")
    code, told = remove(plan, plan.stack_name)
    assert code == 0
    assert "delete-table --table-name dong-thap-pilot-cases" in told
    assert "delete-log-group" not in told
