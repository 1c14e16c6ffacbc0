"""What is entered into the report form: read, checked, and told apart from what programs post."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.domain.keys import form_token
from chalicelib.domain.report_form import MOST_DAYS, Entered, address_of, form_name, mistakes, read_entered
from chalicelib.domain.text import MAX_FORM_CHARACTERS
from chalicelib.gateways.form import Form
from chalicelib.gateways.phone import e164
from tests.hotline import KEYS
from tests.unit.worktime import at

NOW = at("Mon 02/03/2026 08:30")
OWN = "0123456789abcdef" * 2


def entered(*pairs: tuple[str, str]) -> Entered:
    return read_entered(Form(pairs).getall)


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("0900000123", "+84900000123"),
        ("0900 000 123", "+84900000123"),
        ("0900.000.123", "+84900000123"),
        ("+84 (0)900 000 123", "+84900000123"),
        ("84900000123", "+84900000123"),
        pytest.param("0277 3851 234", "+842773851234", id="landline"),
        ("lan@thu.example", "lan@thu.example"),
        ("Nguyen.Thi-Lan+1022@thu.co.example", "Nguyen.Thi-Lan+1022@thu.co.example"),
    ],
)
def test_a_contact_is_a_vietnamese_number_or_an_email_address(contact, address):
    assert address_of(contact, e164) == address


@pytest.mark.parametrize(
    "contact",
    [
        "090000",
        "0123456789",
        "1022",
        "113",
        "VIETTEL",
        "090000012a",
        pytest.param("+1 202 555 0123", id="abroad"),
        pytest.param("+88213 900 0123", id="satellite"),
        pytest.param("1900 1234", id="dear"),
        "không có",
        "lan@",
        "@thu.example",
        "lan@thu",
        "lan..le@thu.example",
        "lan.@thu.example",
        ".lan@thu.example",
        "lan@-thu.example",
        "lan thi@thu.example",
        "lan@thu.example,hai@thu.example",
        pytest.param("lan@thu.example\nBcc: hai@thu.example", id="header"),
        pytest.param("=cmd()@thu.example\t", id="formula"),
        pytest.param(f"{'a' * 250}@thu.example", id="long"),
        pytest.param("lân@thu.example", id="marks"),
    ],
)
def test_anything_else_is_none(contact):
    assert address_of(contact, e164) == ""


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, {}),
        ({"text": ""}, {"text": "text_missing"}),
        ({"text": "123 !!!"}, {"text": "text_short"}),
        ({"text": "abc"}, {"text": "text_short"}),
        ({"text": "ngập"}, {}),
        ({"text": "á" * MAX_FORM_CHARACTERS}, {}),
        ({"text": "á" * (MAX_FORM_CHARACTERS + 1)}, {"text": "text_too_long"}),
        ({"place": "p" * 301}, {"place": "place_too_long"}),
        ({"name": "n" * 101}, {"name": "name_too_long"}),
        ({"contact": "0900"}, {"contact": "phone_wrong"}),
        ({"contact": "lan@"}, {"contact": "mail_wrong"}),
        ({"text": "", "contact": "x"}, {"text": "text_missing", "contact": "phone_wrong"}),
    ],
)
def test_each_mistake_is_found_beside_its_field(change, found):
    form = Entered(**{"text": "đường ổ gà", "contact": "", **change})
    assert mistakes(form, address_of(form.contact, e164)) == found


def test_of_several_fields_of_one_name_the_last_counts():
    read = entered(("area", "29869"), ("service", ""), ("area", ""), ("service", "dien"))
    assert (read.area, read.service) == ("", "dien")


@pytest.mark.parametrize(
    ("service", "proposed", "chosen"),
    [("dien", "", "dien"), ("dien", "giao_thong", "dien"), ("dien", "dien", None), ("", "dien", None)],
)
def test_what_the_page_had_chosen_is_nobodys_choice(service, proposed, chosen):
    assert entered(("service", service), ("proposed", proposed)).chosen_service == chosen


@pytest.mark.parametrize(
    ("lat", "long", "point"),
    [
        ("10.2901", "105.7600", (10.2901, 105.76)),
        ("10.29", "", (None, None)),
        ("", "105.76", (None, None)),
        ("91", "105", (None, None)),
        ("10", "-181", (None, None)),
        ("nan", "105", (None, None)),
        ("10", "inf", (None, None)),
        ("1e1", "105", (10.0, 105.0)),
        ("<b>", "105", (None, None)),
    ],
)
def test_a_pin_is_a_point_on_the_map_or_none(lat, long, point):
    read = entered(("lat", lat), ("long", long))
    assert (read.lat, read.long) == point


@pytest.mark.parametrize(
    ("form", "kept"),
    [(OWN, OWN), (OWN.upper(), OWN), (OWN[:-1], ""), ("g" * 32, ""), ("a" * 65, ""), ("../" + OWN, "")],
)
def test_a_form_of_another_shape_has_no_name_of_its_own(form, kept):
    assert entered(("form", form)).form == kept


def test_uploads_come_one_by_one_or_in_a_row_and_each_counts_once():
    read = entered(("uploads", "uploads/a/1, uploads/a/2"), ("uploads", "uploads/a/2"), ("uploads", ""))
    assert read.uploads == ("uploads/a/1", "uploads/a/2")
    assert len(entered(("uploads", ",".join(map(str, range(1000))))).uploads) == 10


def test_what_is_no_text_is_taken_out_and_the_rest_stays():
    read = entered(("text", "=1+1 <b>\x00\u202eổ gà\ud800"), ("name", "Lan\r\nBcc: x"), ("place", "a\tb"))
    assert read.text == "=1+1 <b>ổ gà\ufffd"
    assert read.name == "Lan Bcc: x" and read.place == "a b"


@pytest.mark.parametrize(
    ("age", "late"),
    [
        (timedelta(), "too_fast"),
        (timedelta(seconds=2), "too_fast"),
        (timedelta(seconds=3), ""),
        (timedelta(days=MOST_DAYS), ""),
        (timedelta(days=MOST_DAYS, seconds=1), "too_old"),
    ],
)
def test_a_form_is_taken_after_seconds_and_for_days(age, late):
    token = form_token("nonce", keys=KEYS, now=NOW - age)
    name, why = form_name(token, keys=KEYS, now=NOW)
    assert why == late
    assert name == ("" if late == "too_old" else "nonce")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "WyJ4IiwxXQ.x", "\ud800", "a" * 5000])
def test_a_token_of_somebody_elses_is_as_good_as_an_old_one(token):
    assert form_name(token, keys=KEYS, now=NOW) == ("", "too_old")


def test_a_field_longer_than_any_is_too_long_and_not_read_to_its_end():
    entered = read_entered(Form([("text", "ngập " * 10_000)]).getall)
    assert 4_000 < len(entered.text) < 20_000
    assert mistakes(entered, "")["text"] == "text_too_long"
