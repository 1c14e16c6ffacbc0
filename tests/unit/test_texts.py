"""The sentences: complete in both languages, all used, overridable, dates as people write them."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from chalicelib import texts
from chalicelib.domain.case import TRANSITIONS, Actor, Kind, Priority, Status
from chalicelib.web.mail_office import DESK_REASONS
from tests.showcase import make_directory

ROOT = Path(__file__).resolve().parents[2]
HANDBOOK = (ROOT / "docs/so-tay-van-hanh.md").read_text(encoding="utf-8")
VI, EN = texts.templates("vi"), texts.templates("en")

OWN_FILES = ("mail", "page", "report", "names")

BY_PREFIX = (
    # keys put together in the code from a code of ours
    r"names\.(status|kind|priority|channel|rating|level|actor|action|weekday|label|due|agency_level)\.\w+",
    r"mail\.common\.(masked|masked_agreed|link_private|desk_private|reply_is_answer|automatic)",
    r"mail\.assignment\.(subject|subject_urgent|button_\w+)",
    r"mail\.reminder\.(subject_)?(half|eighty|due|late|accept)",
    r"mail\.(citizen_reply_received|citizen_no_reply|addition|attached)\.(subject|intro|intro_no_due)",
    r"mail\.(acknowledgement|question|answer|progress|extended|reassigned|declined)\.(subject|intro|intro_desk)",
    r"mail\.office\.(subject|intro|ask)(_desk)?",
    r"mail\.desk\.(subject_)?\w+",
    r"mail\.digest\.(late|due_today|new)",
    r"page\.(act|done|error)\.\w+",
    r"page\.agency\.nothing_\w+",
    r"page\.link_problem\.(expired|altered|superseded|other)",
    r"report\.(period|kind|heading|column|base)\.\w+",
    r"page\.way_back\.(page|none)",
    r"report\.sentence\.(rating_\d|services|topics|handled|handled_of)",
)


def written_in_code() -> set[str]:
    """Every key that stands literally in a template or in Python code of the hotline."""
    found: set[str] = set()
    for template in (ROOT / "chalicelib/web/templates").glob("*.html"):
        found |= set(re.findall(r'"((?:mail|page|report|names|sms)\.[\w.]+)"', template.read_text("utf-8")))
    for module in (ROOT / "chalicelib").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_both_languages_say_the_same_things() -> None:
    assert sorted(set(VI) ^ set(EN)) == []


def test_every_sentence_has_the_same_placeholders_in_both_languages() -> None:
    differ = [key for key in VI if key in EN and texts.placeholders(VI[key]) != texts.placeholders(EN[key])]
    assert differ == []


def test_every_sentence_of_mails_pages_and_reports_is_used() -> None:
    literal = written_in_code()
    composed = re.compile("|".join(f"(?:{prefix})" for prefix in BY_PREFIX))
    unused = [
        key
        for key in VI
        if key.partition(".")[0] in OWN_FILES and key not in literal and not composed.fullmatch(key)
    ]
    assert unused == []


def test_every_key_named_in_the_code_exists() -> None:
    key = re.compile(r"(?:mail|page|report|names)\.[a-z0-9_]+\.[a-z0-9_]*[a-z0-9]")
    named = {found for found in written_in_code() if key.fullmatch(found)}
    assert len(named) > 50
    assert sorted(named - set(VI)) == []


@pytest.mark.parametrize("reason", DESK_REASONS)
def test_the_handbook_knows_every_mail_of_the_desk_by_its_subject(reason: str) -> None:
    subject, _, _ = texts.template(f"mail.desk.subject_{reason}").partition(" – ")
    assert subject in HANDBOOK


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize(
    "group, codes",
    [
        pytest.param("status", list(Status), id="status"),
        pytest.param("kind", list(Kind), id="kind"),
        pytest.param("priority", list(Priority), id="priority"),
        pytest.param("actor", list(Actor), id="actor"),
        pytest.param("action", ["open", *sorted({action for _, action in TRANSITIONS})], id="action"),
        pytest.param("channel", ["sms", "email", "voice", "web", "open311"], id="channel"),
        pytest.param("rating", [1, 2, 3], id="rating"),
        pytest.param("level", [1, 2, 3], id="level"),
    ],
)
def test_everything_the_system_writes_as_a_code_has_a_name(
    language: str, group: str, codes: list[object]
) -> None:
    templates = texts.templates(language)
    assert [code for code in codes if not templates.get(f"names.{group}.{code}")] == []


@pytest.mark.parametrize(
    "slip",
    [
        pytest.param(r"^\s|\s$", id="space at an end"),
        pytest.param("  ", id="two spaces"),
        pytest.param(r" [,.;:!?]", id="space before a stop"),
        pytest.param("[\u0300-\u036f]", id="letter and mark apart (not NFC)"),
        pytest.param(r"\b(hoà|toà|thuỷ|uỷ|hoá|xoá)\b", id="the other way to place a tone"),
    ],
)
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_sentences_are_written_with_care(language: str, slip: str) -> None:
    found = [key for key, said in texts.templates(language).items() if re.search(slip, said, re.IGNORECASE)]
    assert found == []


def test_a_province_says_it_its_own_way() -> None:
    directory = replace(make_directory(), texts={"vi": {"names.status.closed": "Hoàn tất"}})
    assert texts.text("names.status.closed", "vi", directory) == "Hoàn tất"
    assert texts.text("names.status.closed", "en", directory) == "Closed"
    assert texts.text("names.status.closed", "vi") == "Đã đóng"


def test_a_language_without_the_sentence_falls_back_to_vietnamese() -> None:
    directory = replace(make_directory(), texts={"vi": {"mail.own.sentence": "Chỉ có ở đây {code}"}})
    assert texts.text("mail.own.sentence", "en", directory, code=7) == "Chỉ có ở đây 7"
    assert texts.text("names.status.closed", "km") == "Đã đóng"


@pytest.mark.parametrize(
    "key, values",
    [
        pytest.param("mail.nothing.here", {}, id="no such sentence"),
        pytest.param("nofile.nothing.here", {}, id="no such file"),
        pytest.param("mail.assignment.intro", {}, id="placeholder without a value"),
    ],
)
def test_a_missing_sentence_or_value_is_an_error_that_names_the_key(key: str, values: dict[str, str]) -> None:
    with pytest.raises(texts.TextMissing, match=key):
        texts.text(key, "vi", **values)


def test_braces_in_a_value_stay_as_they_are() -> None:
    said = texts.text("names.due.in_days", "vi", days="{number.__class__}")
    assert said == "còn {number.__class__} ngày"


def test_times_are_those_on_the_clocks_of_vietnam() -> None:
    at = datetime(2026, 2, 13, 9, 50, tzinfo=UTC)
    assert texts.time_text(at) == "16:50"
    assert texts.date_text(at) == "13/02/2026"
    assert texts.datetime_text(at) == "16:50 thứ Sáu 13/02/2026"
    assert texts.datetime_text(at, "en") == "16:50 Friday 13/02/2026"
    assert texts.day_text(date(2026, 2, 15)) == "Chủ nhật 15/02/2026"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        texts.datetime_text(datetime(2026, 2, 13, 16, 50))  # noqa: DTZ001


@pytest.mark.parametrize(
    "number, vi, en",
    [(0, "0", "0"), (999, "999", "999"), (1234, "1.234", "1,234"), (1234567, "1.234.567", "1,234,567")],
)
def test_thousands_are_written_as_the_language_does(number: int, vi: str, en: str) -> None:
    assert (texts.number_text(number, "vi"), texts.number_text(number, "en")) == (vi, en)
