"""The pages: forms that post what the hotline takes, errors beside their field, nothing typed lost, small and safe."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from chalicelib.web import render
from tests.showcase import HOSTILE, NOW, SAID, accepted, make_case, make_directory, pages, view

PAGES = pages()
KILOBYTES = 30


class Forms(HTMLParser):
    """What a browser would post from each form, and how fields are labelled."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.labels: set[str] = set()
        self.fields: dict[str, dict[str, str | None]] = {}
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._textarea: str | None = None
        self._select: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes += attrs
        if "id" in given:
            self.ids.append(given["id"] or "")
        if tag == "form":
            self.forms.append({"method": given["method"] or "", "action": given["action"] or ""})
        elif tag == "label":
            self.labels.add(given["for"] or "")
        elif tag == "input":
            self.forms[-1][given["name"] or ""] = given.get("value") or ""
        elif tag in ("textarea", "select"):
            self.fields[given["id"] or ""] = given
            self.forms[-1][given["name"] or ""] = ""
            setattr(self, f"_{tag}", given["name"])
        elif tag == "option" and "selected" in given:
            self.forms[-1][self._select or ""] = given["value"] or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            setattr(self, f"_{tag}", None)

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1][self._textarea] += data

    def form(self, act: str) -> dict[str, str]:
        return next(form for form in self.forms if form["act"] == act)


def acts(name: str) -> list[str]:
    return [form["act"] for form in Forms(PAGES[name]).forms]


@pytest.mark.parametrize(
    "name, offered",
    [
        ("agency assigned", ["accept", "answer", "ask", "progress", "extend", "return"]),
        ("agency in progress", ["answer", "ask", "progress", "extend", "return"]),
        ("agency late", ["answer", "ask", "progress", "return"]),
        ("agency waiting", ["answer"]),
        ("agency answered", []),
        ("desk unrouted", ["assign", "answer", "ask", "call", "decline"]),
        ("desk denunciation", ["answer", "ask", "call", "decline"]),
        ("desk answered", ["publish"]),
    ],
)
def test_a_page_has_one_form_for_each_possible_act(name: str, offered: list[str]) -> None:
    assert acts(name) == offered
    for form in Forms(PAGES[name]).forms:
        assert (form["method"], form["action"]) == ("post", ""), "to the same address"
        assert set(form) <= {"method", "action", "act", "text", "agency", "answer"}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_page_is_small_bound_to_labels_and_without_script(name: str) -> None:
    html, found = PAGES[name], Forms(PAGES[name])
    assert len(html.encode()) < KILOBYTES * 1000
    assert set(found.fields) <= found.labels
    assert len(found.ids) == len(set(found.ids))
    assert not {"script", "link", "img", "iframe"} & set(found.tags)
    assert not [key for key, _ in found.attributes if key.startswith("on") or key == "style"]
    assert '<html lang="vi">' in html
    assert "url(" not in html
    for attribute in ("aria-describedby",):
        for field in found.fields.values():
            for reference in (field.get(attribute) or "").split():
                assert reference in found.ids


def test_a_page_with_a_whole_province_of_agencies_stays_small() -> None:
    from dataclasses import replace

    directory = make_directory()
    one = directory.agencies["phuong_sa_dec"]
    many = {
        f"xa_{n}": replace(one, code=f"xa_{n}", names={"vi": f"Ủy ban nhân dân xã Số {n}"})
        for n in range(160)
    }
    directory = replace(directory, agencies={**directory.agencies, **many})
    html = render.page("desk", language="vi", directory=directory, case=view(make_case(), "desk"), now=NOW)
    assert len(html.encode()) < KILOBYTES * 1000


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_can_be_shown_in_every_language(language: str) -> None:
    for name, html in pages(language).items():
        assert f'<html lang="{language}">' in html, name
        assert "<h1>" in html or 'role="status"' in html, name


@pytest.mark.parametrize(
    "name, act, kept, message",
    [
        pytest.param("agency too long", "progress", SAID, "Nội dung dài quá 4000 ký tự", id="too long"),
        pytest.param("agency nothing typed", "answer", "", "Xin nhập nội dung.", id="nothing typed"),
        pytest.param("desk no agency chosen", "assign", SAID, "Xin chọn một đơn vị", id="no agency chosen"),
    ],
)
def test_an_error_stands_beside_its_field_with_the_entry_kept(
    name: str, act: str, kept: str, message: str
) -> None:
    html = PAGES[name]
    found = Forms(html)
    assert found.form(act)["text"].strip() == kept
    assert html.count(message) == 2, "in the summary and beside the field"
    assert len(re.findall(r"<details open>", html)) == 1, "the form with the error is the one that is open"
    wrong = [field for field in found.fields.values() if field.get("aria-invalid") == "true"]
    assert len(wrong) == 1


def test_nothing_typed_is_lost_when_its_form_is_gone() -> None:
    assert "Nội dung đã nhập" in PAGES["agency conflict"]
    assert "Có người vừa cập nhật hồ sơ này" in PAGES["agency conflict"]
    assert "0900 000 123" in PAGES["agency conflict"], "as the officer typed it"


def test_the_proposed_agency_is_chosen_and_the_choice_made_is_kept() -> None:
    assert Forms(PAGES["desk unrouted"]).form("assign")["agency"] == "phuong_sa_dec"
    html = render.page(
        "desk",
        language="vi",
        directory=make_directory(),
        case=view(make_case(), "desk"),
        now=NOW,
        error="conflict",
        act="assign",
        agency="so_ldtbxh",
    )
    assert Forms(html).form("assign")["agency"] == "so_ldtbxh"


def test_a_draft_is_filled_in_for_the_desk() -> None:
    assert Forms(PAGES["desk review"]).form("answer")["text"].strip() == SAID


@pytest.mark.parametrize(
    "done", ["accept", "answer", "ask", "progress", "extend", "return", "assign", "decline", "new"]
)
def test_after_an_act_the_page_says_what_was_done(done: str) -> None:
    html = render.page(
        "agency", language="vi", directory=make_directory(), case=view(accepted()), now=NOW, done=done
    )
    assert 'role="status"' in html


@pytest.mark.parametrize("error", ["act_missing", "unheard of", "unavailable", "not_allowed"])
def test_an_error_nobody_foresaw_still_gets_words(error: str) -> None:
    html = render.page(
        "agency", language="vi", directory=make_directory(), case=view(accepted()), now=NOW, error=error
    )
    assert 'role="alert"' in html


def test_the_agencys_page_names_no_reporter_and_the_desks_does() -> None:
    assert "+84900000123" in PAGES["desk unrouted"]
    for name in ("agency assigned", "agency in progress", "agency waiting", "agency answered"):
        for personal in ("0900 000 123", "+84900000123", "Trần Văn Bình", "66F1-123.45"):
            assert personal not in PAGES[name]


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_stays_text(hostile: str) -> None:
    for name, html in pages(text=hostile).items():
        html.encode()
        found = Forms(html)
        assert not {"script", "img"} & set(found.tags), name
        assert not [key for key, _ in found.attributes if key.startswith("on")], name


def test_a_page_works_when_the_province_cannot_be_loaded() -> None:
    html = render.page("error", language="vi", directory=None)
    assert "chưa được ghi nhận" in html


def test_a_page_nobody_made_is_an_error() -> None:
    with pytest.raises(KeyError):
        render.page("../../etc/passwd", language="vi", directory=None)
