"""The queue of a line: turns, places, and what waiting callers are told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.waiting import GONE, MINUTES_TOLD, MOST_TALK, REST, SEEN_EVERY, Queue, ring_window
from tests.unit.worktime import at

NOW = at("Mon 02/03/2026 08:30")
WINDOW = ring_window(5, in_order=False)
PHONES = tuple(f"+8490000050{n}" for n in range(5))


def later(**span: float):
    return NOW + timedelta(**span)


def test_a_caller_who_finds_an_idle_line_rings_everybody() -> None:
    assert Queue("centre").turn("a", PHONES, NOW) == PHONES


def test_phones_that_ring_for_one_are_not_rung_for_another() -> None:
    queue = Queue("centre").holding("a", PHONES[:3], NOW, WINDOW)
    assert queue.turn("b", PHONES, NOW) == PHONES[3:]


def test_of_several_that_rang_only_the_one_picked_up_stays_taken() -> None:
    rung = Queue("centre").holding("a", PHONES, NOW, WINDOW)
    talks = rung.accepted("a", PHONES[2], later(seconds=8))
    assert talks is not None
    assert talks.free(PHONES, later(seconds=9)) == (*PHONES[:2], *PHONES[3:])
    assert talks.accepted("a", PHONES[2], later(seconds=9)) is None


def test_phones_nobody_picked_up_come_free_when_their_time_to_ring_is_over() -> None:
    rung = Queue("centre").holding("a", PHONES, NOW, WINDOW)
    assert rung.free(PHONES, NOW + WINDOW) == PHONES


def test_a_single_phone_stays_taken_until_its_talk_is_over_or_lost() -> None:
    rung = Queue("centre").holding("a", PHONES[:1], NOW, WINDOW)
    assert rung.free(PHONES[:1], later(minutes=59)) == ()
    assert rung.free(PHONES[:1], NOW + MOST_TALK) == PHONES[:1]


def test_who_came_first_is_served_first_even_if_another_asks_sooner() -> None:
    queue = Queue("centre").joined("a", NOW, NOW).joined("b", later(seconds=1), later(seconds=1))
    assert queue.turn("b", PHONES[:1], later(seconds=5)) == ()
    assert queue.turn("c", PHONES[:1], later(seconds=5)) == ()
    assert queue.turn("a", PHONES[:1], later(seconds=5)) == PHONES[:1]


def test_two_free_officers_are_for_the_first_two() -> None:
    queue = Queue("centre").joined("a", NOW, NOW).joined("b", later(seconds=1), later(seconds=1))
    assert len(queue.turn("b", PHONES[:2], later(seconds=5))) == 1
    assert len(queue.turn("a", PHONES[:2], later(seconds=5))) == 1


def test_a_caller_who_went_back_to_the_queue_has_the_place_they_had() -> None:
    queue = Queue("centre").joined("b", later(seconds=1), later(seconds=1))
    assert queue.joined("a", later(seconds=60), NOW).ahead("a", later(seconds=60)) == 0


def test_a_caller_the_provider_lost_holds_up_nobody() -> None:
    queue = Queue("centre").joined("a", NOW, NOW).joined("b", later(seconds=1), later(seconds=1))
    seen = queue.noticed("b", NOW + SEEN_EVERY * 2)
    assert seen is not None
    assert seen.ahead("b", NOW + GONE) == 0


def test_that_somebody_is_still_there_is_not_written_at_every_news() -> None:
    queue = Queue("centre").joined("a", NOW, NOW)
    assert queue.noticed("a", later(seconds=20)) is None
    assert queue.noticed("gone", later(minutes=2)) is None


def test_an_officer_who_did_not_pick_up_is_left_alone_for_a_while() -> None:
    queue = Queue("centre").resting(PHONES[:1], NOW)
    assert queue.free(PHONES[:2], NOW) == PHONES[1:2]
    assert queue.free(PHONES[:2], NOW + REST) == PHONES[:2]


def test_the_mean_follows_the_talks_and_a_ring_in_vain_is_none() -> None:
    queue = Queue("centre")
    for _ in range(60):
        queue = replace(queue, stored_version=queue.version)
        ended = queue.holding("a", PHONES[:1], NOW, WINDOW).released("a", later(minutes=6), talked=True)
        assert ended is not None
        queue = ended
    assert queue.mean_seconds == pytest.approx(360, abs=5)
    in_vain = queue.holding("a", PHONES[:1], NOW, WINDOW).released("a", later(seconds=20))
    assert in_vain is not None
    assert in_vain.mean_seconds == queue.mean_seconds


@pytest.mark.parametrize(
    ("ahead", "officers", "told"),
    [
        pytest.param(0, 5, 1, id="next of five officers: 36 seconds"),
        pytest.param(4, 5, 3, id="180 seconds"),
        pytest.param(0, 1, 3, id="one officer"),
        pytest.param(5, 1, 20, id="18 minutes are told as 20"),
        pytest.param(10, 1, None, id="33 minutes are more than is told"),
        pytest.param(3, 0, 15, id="an empty roster divides nothing by nought"),
    ],
)
def test_the_wait_that_is_told(ahead: int, officers: int, told: int | None) -> None:
    assert Queue("centre").minutes(ahead, officers) == told


@given(ahead=st.integers(0, 200), officers=st.integers(1, 40), mean=st.floats(1, 3600))
def test_a_wait_is_never_told_shorter_than_it_is_reckoned(ahead: int, officers: int, mean: float) -> None:
    told = replace(Queue("centre"), mean_seconds=mean).minutes(ahead, officers)
    reckoned = (ahead + 1) * mean / officers / 60
    assert told is None or told in MINUTES_TOLD
    assert reckoned <= (told or float("inf")) + 1e-9
    assert told is not None or reckoned > MINUTES_TOLD[-1] - 1
