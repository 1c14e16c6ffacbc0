"""The daily counters: from the stream, twice and out of order, and by the recount that finds what the stream lost."""

from datetime import date

import pytest

from chalicelib import wiring
from chalicelib.domain.stats import PROVINCE, agency_scope
from chalicelib.entrypoints import jobs
from tests.unit.worktime import at

DAY = date(2026, 3, 2)
WARD = "ubnd_29869"


def records(deployed) -> list[dict]:
    """The stream of the cases table as it stands: one record an item, heads and events alike."""
    return [
        {
            "eventID": str(number),
            "eventName": "MODIFY",
            "dynamodb": {"NewImage": item, "SequenceNumber": str(number)},
        }
        for number, item in enumerate(deployed.rows("cases"), 1)
    ]


def counted(scope: str = PROVINCE, day: date = DAY) -> dict[str, int]:
    return wiring.stats_store().read(scope, day, day).get(day, {})


@pytest.fixture
def stream(deployed):
    deployed.text("duong o ga phuong cao lanh")
    return deployed


def test_a_case_counts_once_however_often_the_stream_brings_it(stream):
    event = {"Records": records(stream)}
    for _ in range(3):
        assert jobs.count_cases(event) == {"batchItemFailures": []}
    assert counted()["received"] == 1 and counted()["received.kind.complaint"] == 1
    assert counted(agency_scope(WARD))["received"] == 1


def test_an_older_record_that_comes_late_changes_nothing(stream):
    old = {"Records": records(stream)}
    stream.page(stream.link(), {"act": "answer", "text": "Đã vá"})
    jobs.count_cases({"Records": records(stream)})
    assert (counted()["handled"], counted()["on_time"]) == (1, 1)
    jobs.count_cases(old)
    assert (counted()["received"], counted()["handled"]) == (1, 1)


def test_a_case_that_changes_hands_counts_for_its_present_agency_only(stream):
    jobs.count_cases({"Records": records(stream)})
    stream.page(stream.link(), {"act": "return", "text": "nhầm"})
    stream.page(stream.link("desk"), {"act": "assign", "agency": "so_xay_dung"})
    jobs.count_cases({"Records": records(stream)})
    assert counted(agency_scope(WARD)).get("received", 0) == 0
    assert counted(agency_scope("so_xay_dung"))["received"] == 1
    assert counted()["received"] == 1


def test_the_recount_counts_what_the_stream_lost_and_then_nothing(stream):
    stream.text("mat dien phuong sa dec", sender="+84900000002", sid="SM2")
    stream.at("Tue 03/03/2026 00:30")
    first = jobs.recount_stats()
    assert (first["cases"], first["counted"]) == (2, 2)
    assert counted()["received"] == 2
    assert jobs.recount_stats()["counted"] == 0
    jobs.count_cases({"Records": records(stream)})
    assert counted()["received"] == 2


def test_the_recount_finds_an_answer_the_stream_lost(stream):
    jobs.count_cases({"Records": records(stream)})
    stream.page(stream.link(), {"act": "answer", "text": "Đã vá"})
    stream.now = at("Thu 05/03/2026 00:30")
    assert jobs.recount_stats()["counted"] == 1
    assert counted()["handled"] == 1


def test_a_case_that_was_erased_does_not_hold_up_the_stream(stream):
    event = {"Records": records(stream)}
    head = next(
        record for record in event["Records"] if record["dynamodb"]["NewImage"]["item"]["S"] == "case"
    )
    head["dynamodb"]["NewImage"] = {**head["dynamodb"]["NewImage"], "code": {"S": "000000000"}}
    assert jobs.count_cases(event) == {"batchItemFailures": []}


def test_a_record_that_fails_is_given_back_by_its_number(stream, monkeypatch):
    event = {"Records": records(stream)}
    monkeypatch.setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:9")
    (failure,) = jobs.count_cases(event)["batchItemFailures"]
    assert failure["itemIdentifier"] in {record["dynamodb"]["SequenceNumber"] for record in event["Records"]}


def test_what_expired_or_was_removed_is_no_change(stream):
    assert jobs.count_cases({"Records": [{"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "1"}}]}) == {
        "batchItemFailures": []
    }
    assert jobs.count_cases({}) == {"batchItemFailures": []}


def test_the_recount_sets_wrong_counters_of_a_past_day_right(stream):
    jobs.count_cases({"Records": records(stream)})
    wiring.stats_store().add(PROVINCE, DAY, {"received": 4, "received.channel.web": 1})
    stream.at("Tue 03/03/2026 00:30")

    assert jobs.recount_stats()["repaired"] == 2
    assert counted()["received"] == 1 and "received.channel.web" not in counted()
    assert "repaired" not in jobs.recount_stats()
