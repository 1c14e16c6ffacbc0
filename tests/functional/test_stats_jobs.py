"""The daily counters: from the stream, twice and out of order, and by the recount that finds what the stream lost."""

from datetime import date

import pytest

from chalicelib import wiring
from chalicelib.domain.figures import Part
from chalicelib.domain.stats import PROVINCE, agency_scope, area_scope, contribution
from chalicelib.entrypoints import jobs
from chalicelib.errors import MalformedRequest
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


AREA = area_scope("29869")


def test_the_recount_sets_the_counters_of_an_area_right(stream):
    jobs.count_cases({"Records": records(stream)})
    assert counted(AREA) == {"received": 1}
    wiring.stats_store().add(AREA, DAY, {"received": 2})
    stream.at("Tue 03/03/2026 00:30")

    assert jobs.recount_stats()["repaired"] == 1
    assert counted(AREA) == {"received": 1}
    assert "repaired" not in jobs.recount_stats()


def test_counters_of_an_area_in_which_nothing_came_are_set_right_too(stream):
    jobs.count_cases({"Records": records(stream)})
    elsewhere = area_scope("30169")
    wiring.stats_store().note_scopes([elsewhere])
    wiring.stats_store().add(elsewhere, DAY, {"received": 1})
    stream.at("Tue 03/03/2026 00:30")

    assert jobs.recount_stats()["repaired"] == 1
    assert counted(elsewhere) == {}


def test_a_case_counted_before_there_were_counters_of_areas_is_counted_for_its_area_when_it_changes(stream):
    (code,) = stream.codes()
    known = {key: counts for key, counts in contribution(stream.case()).items() if key[0] != AREA}
    wiring.stats_store().apply(code, stream.case().version, known)
    stream.page(stream.link(), {"act": "answer", "text": "Đã vá"})
    jobs.count_cases({"Records": records(stream)})
    assert counted(AREA) == {"received": 1, "handled": 1, "on_time": 1}


def counted_before_there_were_areas(stream) -> str:
    """Store what an earlier release counted of the answered case; return its code."""
    stream.page(stream.link(), {"act": "answer", "text": "Đã vá"})
    (code,) = stream.codes()
    known = {
        key: {name: count for name, count in counts.items() if not name.startswith("on_time.")}
        for key, counts in contribution(stream.case()).items()
        if key[0] != AREA
    }
    wiring.stats_store().apply(code, stream.case().version, known)
    return code


def test_the_recount_counts_what_an_earlier_release_did_not_and_never_twice(stream):
    code = counted_before_there_were_areas(stream)
    stream.at("Tue 03/03/2026 00:30")
    first = jobs.recount_stats()
    assert (first["counted"], first.get("repaired", 0)) == (1, 0)
    assert counted(AREA) == {"received": 1, "handled": 1, "on_time": 1}
    assert counted()["on_time.service.giao_thong"] == 1
    assert wiring.stats_store().contribution(code)[1][AREA, DAY] == counted(AREA)
    stream.text(f"MO LAI {code} chua va xong", sid="SM2")
    jobs.count_cases({"Records": records(stream)})
    assert counted(AREA) == {"received": 1}
    assert "on_time.service.giao_thong" not in counted()


@pytest.mark.parametrize("asked", [{"days": 400}, {"days": 31, "until": "2026-03-31"}])
def test_after_an_upgrade_a_recount_of_older_days_can_be_asked_for(stream, asked):
    counted_before_there_were_areas(stream)
    stream.at("Mon 03/08/2026 00:30")
    jobs.recount_stats({})
    (march,) = wiring.stats_store().figures(DAY, DAY)
    assert march.areas == {}
    found = jobs.recount_stats(asked)
    assert (found["days"], found["cases"], found["counted"]) == (asked["days"], 1, 1)
    (march,) = wiring.stats_store().figures(DAY, DAY)
    assert march.areas["29869"] == Part(1, 1, 1)


def test_a_month_of_which_some_days_are_recounted_is_published_whole(stream):
    jobs.count_cases({"Records": records(stream)})
    stream.at("Mon 03/08/2026 00:30")
    jobs.recount_stats({"days": 5, "until": "2026-03-20"})
    (march,) = wiring.stats_store().figures(DAY, DAY)
    assert march.total == Part(1, 0, 0)
    jobs.recount_stats({"days": 5, "until": "2026-03-20"})
    assert wiring.stats_store().figures(DAY, DAY) == [march]


@pytest.mark.parametrize(
    "asked", [{"days": 401}, {"days": 0}, {"days": "all"}, {"until": "2026-03-03"}, {"until": "today"}]
)
def test_a_recount_of_other_days_than_there_can_be_is_refused(stream, asked):
    with pytest.raises(MalformedRequest):
        jobs.recount_stats(asked)


def test_the_night_makes_the_figures_of_the_days_that_have_passed(stream):
    jobs.count_cases({"Records": records(stream)})
    stream.page(stream.link(), {"act": "answer", "text": "Đã vá"})
    stream.text("mat dien phuong sa dec", sender="+84900000002", sid="SM2")
    jobs.count_cases({"Records": records(stream)})
    stream.at("Tue 03/03/2026 00:30")
    assert jobs.recount_stats()["months"] == 1

    (march,) = wiring.stats_store().figures(DAY, DAY)
    assert (march.months, march.until) == (("2026-03",), "2026-03-02")
    assert march.total == Part(2, 1, 1)
    assert march.agencies[WARD] == Part(1, 1, 1)
    assert march.areas["29869"] == Part(1, 1, 1)


def test_a_night_without_any_case_yet_publishes_nothing(deployed):
    assert jobs.recount_stats()["months"] == 0
    assert wiring.stats_store().figures(DAY, DAY) == []


def test_what_came_after_midnight_waits_for_the_next_night(stream):
    jobs.count_cases({"Records": records(stream)})
    stream.at("Mon 02/03/2026 23:59")
    assert jobs.recount_stats()["months"] == 0


@pytest.mark.parametrize(
    ("nights", "months"),
    [
        pytest.param(["Tue 31/03/2026 00:30", "Wed 01/04/2026 00:30"], ["2026-03"], id="the last day counts"),
        pytest.param(
            ["Thu 02/04/2026 00:30"], ["2026-03", "2026-04"], id="a month without a case after the first"
        ),
        pytest.param(
            ["Tue 03/03/2026 00:30", "Mon 15/06/2026 00:30"],
            ["2026-03", "2026-04", "2026-05", "2026-06"],
            id="the job did not run for months",
        ),
    ],
)
def test_no_month_is_left_out(stream, nights, months):
    jobs.count_cases({"Records": records(stream)})
    for night in nights:
        stream.at(night)
        jobs.recount_stats()
    found = wiring.stats_store().figures(date(2025, 1, 1), date(2026, 12, 31))
    assert [one.months[0] for one in found] == months
    assert sum(one.total.received for one in found) == 1


def test_figures_of_a_month_that_is_over_follow_an_answer_that_was_taken_back(stream):
    stream.page(stream.link(), {"act": "answer", "text": "Đã vá"})
    jobs.count_cases({"Records": records(stream)})
    stream.at("Tue 03/03/2026 00:30")
    jobs.recount_stats()
    stream.text("khong dong y, van con o ga", sid="SM3")
    jobs.count_cases({"Records": records(stream)})
    stream.at("Wed 08/04/2026 00:30")
    jobs.recount_stats()
    assert wiring.stats_store().figures(DAY, DAY)[0].total == Part(1, 0, 0)


def test_the_figures_of_a_month_stay_a_small_item(deployed):
    """260 agencies, 102 communes and 40 fields: far below what an item may hold."""
    from chalicelib.domain.figures import Figures

    many = {f"co_quan_so_{number}": Part(1000 + number, 900 + number, 800) for number in range(260)}
    areas = {str(29869 + number): Part(100 + number, 90 + number, 80) for number in range(102)}
    wiring.stats_store().publish(
        Figures(("2026-03",), "2026-03-31", Part(9, 9, 9), {}, {}, dict(list(many.items())[:40]), many, areas)
    )
    (row,) = [row for row in deployed.rows("stats") if row["scope"]["S"] == "public"]
    assert len(row["figures"]["B"]) < 20_000
    assert wiring.stats_store().figures(DAY, DAY)[0].areas == areas
