"""What proves that a case is one's own, and what may be done with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.case import Actor, Case, Kind, Status
from chalicelib.domain.own_case import decision_of, is_whole, own_acts, proves, read_contact, told_openly
from chalicelib.errors import ActionNotAllowed, MalformedRequest
from tests.showcase import accepted, answered, assigned, at, by_agency, make_case, rated, returned, waiting

NOW = at(4, 9, 30)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("000123", "000123"),
        (" 00 01 23 ", "000123"),
        ("0900 000 123", "900000123"),
        ("+84 (900).000-123", "84900000123"),
        ("0084 900 000 123", "84900000123"),
        ("00000123", "00000123"),
        ("Nguoi.Dan@Thu.example", "nguoi.dan@thu.example"),
    ],
)
def test_digits_and_mail_addresses_are_read_however_they_are_typed(said: str, read: str) -> None:
    assert read_contact(said) == read


@pytest.mark.parametrize(
    "said", ["", "00123", "ba số cuối 123", "٠٠٠١٢٣", "1" * 16, "x" * 250 + "@a.example"]
)
def test_what_is_neither_is_refused_without_a_look_at_any_case(said: str) -> None:
    with pytest.raises(MalformedRequest):
        read_contact(said)


@pytest.mark.parametrize(
    ("address", "contact", "right"),
    [
        ("+84900000123", "000123", True),
        ("+84900000123", "000124", False),
        ("+84900000123", "00123", False),
        ("+84900000123", "00000123", True),
        ("+84900000123", "900000123", True),
        ("+84900000123", "84900000123", True),
        ("+84900000123", "900100123", False),
        ("+84900000123", "", False),
        ("ai.do@thu.example", "ai.do@thu.example", True),
        ("Ai.Do@thu.example", "ai.do@thu.example", True),
        ("a000123@thu.example", "000123", False),
        ("123", "123", False),
        ("", "", False),
        ("", "000000", False),
    ],
)
def test_only_the_address_that_was_left_proves_anything(address: str, contact: str, right: bool) -> None:
    assert proves(contact, make_case(reporter_address=address)) is right


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("0900000123", True),
        ("+84900000123", True),
        ("0277 385 1101", True),
        ("a@b.example", True),
        ("000123", False),
        ("00000123", False),
    ],
)
def test_a_whole_address_is_told_from_the_end_of_one(said: str, whole: bool) -> None:
    assert is_whole(read_contact(said)) is whole


def test_a_number_left_to_be_called_back_on_proves_it_too() -> None:
    case = make_case(reporter_address="", data={"call_back_number": "0900000456"})
    assert proves("000456", case) and not proves("000457", case)


@pytest.mark.parametrize("status", list(Status))
def test_a_denunciation_is_with_the_desk_for_everybody_else(status: Status) -> None:
    assert told_openly(replace(make_case(kind=Kind.DENUNCIATION), status=status)) is Status.RECEIVED
    assert told_openly(replace(make_case(), status=status)) is status


CASES = [
    pytest.param(make_case(), ("add", "withdraw"), id="received"),
    pytest.param(replace(make_case(), asked_at=at(2, 8)), ("reply", "withdraw"), id="asked on receipt"),
    pytest.param(assigned(), ("add", "withdraw"), id="assigned"),
    pytest.param(accepted(), ("add", "withdraw"), id="in progress"),
    pytest.param(waiting(), ("reply", "withdraw"), id="asked by the agency"),
    pytest.param(answered(), ("rate", "object"), id="answered"),
    pytest.param(replace(answered(), objection_until=at(4, 9)), ("rate",), id="answered, window over"),
    pytest.param(rated(), (), id="rated"),
    pytest.param(returned(), ("add", "withdraw"), id="returned"),
    pytest.param(
        make_case().act("withdraw", actor=Actor.CITIZEN, at=at(2, 9), closed_at=at(2, 9)), (), id="withdrawn"
    ),
    pytest.param(make_case().act("decline", actor=Actor.DESK, at=at(2, 9)), (), id="declined"),
    pytest.param(make_case().act("merge", actor=Actor.DESK, at=at(2, 9)), (), id="merged"),
]


@pytest.mark.parametrize(("case", "acts"), CASES)
def test_what_may_be_done_in_each_state(case: Case, acts: tuple[str, ...]) -> None:
    assert own_acts(case, NOW) == acts


@pytest.mark.parametrize(("case", "acts"), CASES)
def test_what_is_not_offered_is_not_done(case: Case, acts: tuple[str, ...]) -> None:
    for act in {"reply", "rate", "object", "add", "withdraw"} - set(acts):
        with pytest.raises(ActionNotAllowed):
            decision_of(case, act, "chữ", "2", NOW)
    for act in acts:
        assert decision_of(case, act, "chữ", "2", NOW).code == case.code


def test_an_act_becomes_what_a_text_or_mail_of_the_same_meaning_is() -> None:
    asked = by_agency(accepted(), "ask", at(3, 9), "Ở đâu?")
    assert decision_of(asked, "reply", "Ở chợ", "", NOW).what == "reply"
    assert decision_of(replace(make_case(), asked_at=at(2, 8)), "reply", "Ở chợ", "", NOW).what == "clarify"
    assert decision_of(accepted(), "add", "Ở chợ", "", NOW).what == "addition"
    assert decision_of(answered(), "rate", "", "1", NOW).rating == 1


@pytest.mark.parametrize(
    ("act", "words", "rating", "missing"),
    [
        ("open", "x", "", "act"),
        ("", "x", "", "act"),
        ("object", "", "", "text"),
        ("rate", "", "", "rating"),
        ("rate", "", "4", "rating"),
    ],
)
def test_what_is_missing_is_named(act: str, words: str, rating: str, missing: str) -> None:
    with pytest.raises(MalformedRequest, match=missing):
        decision_of(answered(), act, words, rating, NOW)
