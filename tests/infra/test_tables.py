"""The tables of the stack are the records' own: one source of truth."""

from __future__ import annotations

import json

import pytest

from chalicelib.settings import TABLES
from chalicelib.storage.tables import STREAMS, TIME_TO_LIVE, create_table_arguments
from infra.functions import FUNCTIONS
from tests.infra.security_facts import function_roles, may


@pytest.mark.parametrize("slug", ["dong-thap", "dong-nai"])
@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_made_as_its_record_describes_it(template, slug, name):
    made = template(slug)
    table = next(
        one["Properties"]
        for one in made.of_type("AWS::DynamoDB::Table").values()
        if one["Properties"]["TableName"] == f"{slug}-{name}"
    )
    wanted = create_table_arguments(name, f"{slug}-{name}")
    stream = wanted.pop("StreamSpecification", None)
    assert {key: table.get(key) for key in wanted} == wanted
    assert (table.get("StreamSpecification") or {}).get("StreamViewType") == (stream and STREAMS[name])
    assert (table.get("TimeToLiveSpecification") or {}).get("AttributeName") == TIME_TO_LIVE.get(name)
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_a_role_reads_the_stream_of_its_table_also_when_the_table_was_restored(template):
    made = template("dong-thap")
    for function in FUNCTIONS:
        role = function_roles(made)[function.name]
        table = {"Fn::GetAtt": [f"{function.stream_of.capitalize()}Table", "Arn"]}
        # A stream's own address holds the moment it was switched on.
        streams = [json.dumps({"Fn::Join": ["", [table, "/stream/*"]]})] if function.stream_of else []
        for action in ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"):
            assert may(role, f"dynamodb:{action}") == streams, function.name
