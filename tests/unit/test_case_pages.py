"""The pages of a case can be made for every state, kind and language; what a person wrote is only text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib import texts
from chalicelib.domain.case import Actor, Case, Kind
from chalicelib.domain.text import normalise
from chalicelib.web.attachments import NO_FORM
from chalicelib.web.site import Address, site_page
from chalicelib.web.views import CITIZEN, case_view, code_view
from tests.showcase import (
    HOSTILE,
    accepted,
    answered,
    assigned,
    at,
    make_case,
    make_directory,
    rated,
    returned,
    waiting,
)

STATES: dict[str, Case] = {
    "received": make_case(),
    "asked on receipt": replace(make_case(), asked_at=at(2, 8)),
    "emergency": assigned(make_case(emergency=True)),
    "denunciation": make_case(kind=Kind.DENUNCIATION),
    "assigned": assigned(),
    "in progress": accepted(),
    "late": replace(accepted(), due_at=at(3, 8)),
    "asked by the agency": waiting(),
    "answered": answered(),
    "answered, no window told": replace(answered(), objection_until=None),
    "answered, window over": replace(answered(), objection_until=at(4, 9)),
    "rated": rated(),
    "returned": returned(),
    "withdrawn": make_case().act("withdraw", actor=Actor.CITIZEN, at=at(2, 9)),
    "declined": make_case().act("decline", actor=Actor.DESK, at=at(2, 9), note="Việc của tòa án."),
    "merged": make_case().act("merge", actor=Actor.DESK, at=at(2, 9), note="Gộp với hồ sơ của ông Bảy."),
}
NOW = at(4, 9, 30)
HERE = "/case/482177306-mark"


def own_page(case: Case, language: str = "vi", **context: Any) -> str:
    directory = make_directory()
    seen = case_view(case, directory, audience=CITIZEN, language=language, now=NOW)
    plain = {"act": "", "text": "", "rating": ""}
    ready = {"entered": plain, "error": "", "done": "", "new": False, "children": [], "parent": ""}
    return site_page(
        "case",
        address=Address("https://1022.example/stage", HERE, {}, language),
        directory=directory,
        indexed=False,
        **{
            "case": seen,
            "here": HERE,
            "form": "f",
            "upload": NO_FORM,
            "max_text": 4000,
            **ready,
            **context,
        },
    )


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_every_state_has_its_page(state: str, language: str) -> None:
    for new in (False, True):
        body = own_page(STATES[state], language, new=new)
        assert 'href="/stage/' in body and 'href="/case' not in body and 'action="/case' not in body
    seen = code_view(STATES[state], make_directory(), language=language, now=NOW)
    address = Address("https://1022.example", "/case", {}, language)
    assert seen["status"] in site_page(
        "case_status", address=address, directory=make_directory(), indexed=False, case=seen
    )


def test_a_reason_is_told_and_what_offices_tell_each_other_is_not() -> None:
    assert "Việc của tòa án." in own_page(STATES["declined"])
    assert "ông Bảy" not in own_page(STATES["merged"])
    assert "returned" not in own_page(STATES["returned"])


@pytest.mark.parametrize("state", STATES)
def test_the_code_alone_tells_nothing_that_was_written(state: str) -> None:
    case = STATES[state]
    told = str(code_view(case, make_directory(), language="vi", now=NOW))
    for event in case.events:
        assert not event.note or event.note not in told
    assert case.place not in told and case.reporter_address not in told


@pytest.mark.parametrize("words", HOSTILE.values() if isinstance(HOSTILE, dict) else HOSTILE)
def test_hostile_words_are_only_words(words: str) -> None:
    case = assigned(make_case(words, place=words)).act(
        "answer", actor=Actor.AGENCY, at=at(3, 9), note=words, by="so_xay_dung", answered_at=at(3, 9)
    )
    body = own_page(case, error="not_allowed", entered={"act": "add", "text": normalise(words), "rating": ""})
    for kept_out in ("<script>", "<img src=x", "\u202e", "\x00", "\x1b", "\ud800"):
        assert kept_out not in body
