"""Nothing that holds data is ever replaced or deleted by a deploy, shown from the template.

CloudFormation replaces a resource when its logical id or one of its create-only properties changes (Amazon's own
resource schemas say which those are). Both are held in kept.json as first deployed; who changes that file moves real
data.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from infra import keeping

KEPT = json.loads((Path(__file__).parent / "kept.json").read_text())
"""Logical id → type and create-only properties of Đồng Tháp's production stack."""

HOLDS_DATA = set(keeping.HOLDS_DATA)


def create_only(kind: str) -> list[str]:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("ap-southeast-1", kind).schema
    pointers = [*schema.get("createOnlyProperties", []), *schema.get("conditionalCreateOnlyProperties", [])]
    return sorted(pointer.removeprefix("/properties/") for pointer in pointers)


def identity(resource: Any) -> dict[str, Any]:
    """What CloudFormation would replace the resource for."""
    properties = resource["Properties"]
    return {"Type": resource["Type"]} | {
        name: properties[name] for name in create_only(resource["Type"]) if name in properties
    }


def data_of(template: Any) -> dict[str, Any]:
    return {name: one for name, one in template.resources.items() if one["Type"] in HOLDS_DATA}


def test_what_holds_data_is_what_was_first_deployed(template):
    found = {name: identity(one) for name, one in data_of(template("dong-thap")).items()}
    assert found == KEPT


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"own_key": True}, id="a key of its own"),
        pytest.param({"firewall": True, "requests_per_second": 5}, id="a firewall and another throttle"),
        pytest.param({"inbound_mail_days": 7, "logs_days": 30}, id="shorter retention"),
        pytest.param({"receives_mail": False}, id="no inbound mail"),
        pytest.param({"region": "ap-southeast-5"}, id="another region: a new stack, the same names"),
    ],
)
def test_no_choice_of_the_pack_replaces_or_removes_what_holds_data(template, changes):
    found = {name: identity(one) for name, one in data_of(template("dong-thap", **changes)).items()}
    assert {name: found.get(name) for name in KEPT} == KEPT


def test_a_pilot_keeps_its_data_apart_from_production(template):
    def names(one):
        return {
            str(value)
            for resource in data_of(one).values()
            for key, value in resource["Properties"].items()
            if key.endswith("Name")
        }

    assert not names(template("dong-thap", "pilot")) & names(template("dong-thap"))


@pytest.mark.parametrize("environment", ["pilot", "production"])
def test_what_holds_data_stays_when_it_leaves_the_template_and_when_the_stack_goes(template, environment):
    kept = data_of(template("dong-thap", environment, own_key=True))
    assert {one["Type"] for one in kept.values()} == HOLDS_DATA
    for name, resource in kept.items():
        # CloudFormation cannot delete a protected table, or a bucket the mail service has written to: a first deploy
        # that fails would end in ROLLBACK_FAILED. A log it can delete.
        log = resource["Type"] == "AWS::Logs::LogGroup"
        assert resource["DeletionPolicy"] == ("RetainExceptOnCreate" if log else "Retain"), name
        assert resource["UpdateReplacePolicy"] == "Retain", name


def test_tables_are_also_protected_from_a_hand_that_slips(template):
    tables = template("dong-thap").of_type("AWS::DynamoDB::Table")
    assert len(tables) == 5
    assert all(table["Properties"]["DeletionProtectionEnabled"] for table in tables.values())


def test_the_stack_policy_names_everything_that_holds_data(template):
    made = template("dong-thap")
    policy = keeping.stack_policy(made.expanded)
    denied = next(one for one in policy["Statement"] if one["Effect"] == "Deny")
    assert sorted(denied["Action"]) == ["Update:Delete", "Update:Replace"]
    assert {one.removeprefix("LogicalResourceId/") for one in denied["Resource"]} == set(data_of(made))
