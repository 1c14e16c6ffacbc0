"""Open311's rules without HTTP: formats that hold any text, moments, places, what a form becomes."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.open311 import Refused, moment_text, spot, trial_case
from chalicelib.domain.open311_form import read_filing
from chalicelib.domain.open311_query import read_moment, read_query
from chalicelib.gateways.phone import e164
from chalicelib.gateways.posted_form import read_form
from chalicelib.web.open311_fields import requests
from chalicelib.web.open311_format import ITEM, written
from tests.hotline import province

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=60)  # lone surrogates and controls too
LEAF = st.one_of(
    ANY_TEXT,
    st.booleans(),
    st.none(),
    st.integers(-1_000_000, 1_000_000),
    st.floats(-180, 180).map(lambda number: round(number, 6)),
)
NAMES = st.sampled_from(["code", "description", "status", "lat", "group"])


def content(depth=2):
    inner = LEAF if not depth else st.one_of(LEAF, content(depth - 1))
    items = st.lists(inner, max_size=3)
    return st.one_of(
        st.dictionaries(NAMES, inner, max_size=4),
        st.dictionaries(st.sampled_from(sorted(ITEM)), items, max_size=2),
    )


def from_xml(element, like):
    """XML in the shape of the JSON beside it: only that tells a list, a number and null from text."""
    if isinstance(like, dict):
        assert [child.tag for child in element] == list(like)
        return {child.tag: from_xml(child, like[child.tag]) for child in element}
    if isinstance(like, list):
        assert {child.tag for child in element} <= {ITEM[element.tag]}
        return [from_xml(child, item) for child, item in zip(element, like, strict=True)]
    text = element.text or ""
    if isinstance(like, bool):
        return {"true": True, "false": False}[text]
    return None if like is None and not text else type(like)(text)


@given(content())
def test_both_formats_hold_the_same_whatever_people_wrote(said):
    """Trap 15: XML 1.0 knows no control characters, and a text message may hold them."""
    as_json = json.loads(written("json", "request", said).encode())
    as_xml = ET.fromstring(written("xml", "request", said).encode())
    assert from_xml(as_xml, as_json) == as_json


@given(ANY_TEXT)
def test_any_text_is_well_formed_xml_that_reads_back(text):
    root = ET.fromstring(written("xml", "errors", [{"code": "400", "description": text}]).encode())
    assert root.findtext("error/code") == "400"
    kept = root.findtext("error/description") or ""
    assert all(character >= " " or character in "\t\n" for character in kept)


@pytest.mark.parametrize(
    "text, moment",
    [
        ("2026-03-02T08:30:00+07:00", NOW),
        ("2026-03-02T08:30:00 07:00", NOW),
        ("2026-03-02T01:30:00Z", NOW),
        ("2026-03-02T01:30Z", NOW),
        ("2026-03-01T20:30:00-05:00", NOW),
        ("2026-03-02T01:30:00.123456789Z", NOW.replace(microsecond=123456)),
        ("2026-03-02", datetime(2026, 3, 1, 17, tzinfo=UTC)),
        ("", None),
        ("  ", None),
    ],
)
def test_a_moment_is_read_as_the_w3c_writes_it(text, moment):
    assert read_moment(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T08:30:00",
        "2026-03-02T08:30:00+0700",
        "2026-03-02 08:30:00Z",
        "2026-03-02T24:30:00Z",
        "2026-13-02",
        "02/03/2026",
        "yesterday",
        "9999-12-31T23:59:59Z",
        "0001-01-01",
        "٢٠٢٦-03-02",
    ],
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError):
        read_moment(text)


@given(st.integers(-600_000_000, 29_000_000_000))
def test_a_moment_as_we_write_it_reads_back(seconds):
    moment = datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds, microseconds=7)
    assert read_moment(moment_text(moment) or "") == moment.replace(microsecond=0)


PARAMETERS = (
    "service_request_id",
    "service_code",
    "status",
    "start_date",
    "end_date",
    "updated_after",
    "page_size",
)


@given(st.dictionaries(st.sampled_from(PARAMETERS), ANY_TEXT))
def test_any_query_is_read_or_refused(asked):
    try:
        query = read_query(asked, province(), NOW)
    except Refused as refused:
        assert refused.status in (400, 404)
    else:
        assert query.page >= 1 and 1 <= query.page_size <= 1000
        assert query.ids or query.until - query.since <= timedelta(days=90)


FORM = {"service_code": ["giao_thong"], "lat": ["10.329"], "long": ["105.7391"]}


def filed(form=None, **changed):
    fields = {**FORM, **(form or {}), **{name: [value] for name, value in changed.items()}}
    return read_filing(fields, province(), client="fms", own_id="", now=NOW, e164=e164)


FIELDS = (
    "description lat long address_string address_id email phone first_name last_name media_url external_id lang "
    "attribute[topic] attribute[dau_hieu][] attribute[x] service_code"
).split()


@given(st.dictionaries(st.sampled_from(FIELDS), st.lists(ANY_TEXT, min_size=1, max_size=3)))
def test_any_form_is_read_or_refused(form):
    try:
        filing = filed(form)
    except Refused as refused:
        assert refused.status in (400, 404)
    else:
        assert filing.id.startswith("open311#fms#") and len(filing.id) < 80
        assert filing.text
        json.dumps(filing.data)


@given(st.binary(max_size=300), st.sampled_from(["", "multipart/form-data; boundary=x", "text/plain"]))
def test_any_body_is_read_or_refused(raw, content_type):
    from chalicelib.errors import MalformedRequest

    try:
        fields, _ = read_form(raw, content_type)
    except MalformedRequest:
        return
    assert all(isinstance(value, str) for values in fields.values() for value in values)


def test_the_key_is_no_part_of_what_makes_two_requests_the_same():
    """A system that gets a new key between two tries has still filed once."""
    assert filed(api_key="old").id == filed(api_key="new").id
    assert filed(description="a").id != filed(description="b").id


def test_the_same_id_of_two_systems_is_two_requests():
    ids = {
        read_filing(FORM, province(), client=client, own_id="17", now=NOW, e164=e164).id
        for client in ("fms", "other")
    }
    assert len(ids) == 2


def test_an_own_id_of_any_length_makes_a_short_name():
    assert len(filed(external_id="x" * 500).id) < 80


@pytest.mark.parametrize("area_id", ["29905", "old-867", "old-30214", None, "nothing"])
def test_every_case_has_a_place_on_the_map(area_id):
    from dataclasses import replace

    place = spot(replace(trial_case(NOW), area=area_id), province(), NOW)
    assert 9 < place.lat < 12 and 104 < place.long < 108
    (shown,) = requests([replace(trial_case(NOW), area=area_id)], province(), language="vi", now=NOW)
    assert shown["address"].endswith("tỉnh Đồng Tháp")
