"""Signed links, reply addresses and the reporter's index key."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.keys import (
    LINK_DAYS,
    Keys,
    Link,
    link_token,
    read_link,
    reply_role,
    reply_token,
    reply_token_code,
    reporter_id,
)
from chalicelib.errors import LinkNotValid
from tests.hotline import KEYS, PHONE, SECRET, Hotline

NEW = "another-key-of-at-least-thirty-two-letters"
OTHER = Keys((NEW,), NEW)
LINK = Link("482177306", "agency", "so_xay_dung", 2)


@pytest.fixture
def hotline():
    line = Hotline()
    line.text("duong o ga phuong cao lanh")
    return line


def test_a_link_gives_back_what_it_was_made_of(hotline):
    token = link_token(LINK, keys=KEYS, now=hotline.now)
    assert read_link(token, keys=KEYS, now=hotline.now + timedelta(days=LINK_DAYS)) == LINK


def test_a_link_expires(hotline):
    token = link_token(LINK, keys=KEYS, now=hotline.now)
    with pytest.raises(LinkNotValid, match="expired"):
        read_link(token, keys=KEYS, now=hotline.now + timedelta(days=LINK_DAYS, seconds=1))


def test_another_secret_opens_nothing(hotline):
    token = link_token(LINK, keys=KEYS, now=hotline.now)
    with pytest.raises(LinkNotValid, match="altered"):
        read_link(token, keys=OTHER, now=hotline.now)


@pytest.mark.parametrize(
    ("signing", "index", "opens"),
    [
        pytest.param((SECRET,), SECRET, True, id="nothing changed"),
        pytest.param((NEW, SECRET), SECRET, True, id="a new key before the old one"),
        pytest.param((NEW + "3", NEW, SECRET), SECRET, True, id="three keys"),
        pytest.param((NEW,), SECRET, False, id="the old key for the index only"),
    ],
)
def test_what_an_old_key_made_is_taken_as_long_as_it_signs(hotline, signing, index, opens):
    keys, case = Keys(signing, index), hotline.case()
    link, reply = link_token(LINK, keys=KEYS, now=hotline.now), reply_token(case, "agency", KEYS)
    if opens:
        assert read_link(link, keys=keys, now=hotline.now) == LINK
        assert reply_role(reply, case, keys) == "agency"
    else:
        with pytest.raises(LinkNotValid, match="altered"):
            read_link(link, keys=keys, now=hotline.now)
        with pytest.raises(LinkNotValid, match="altered"):
            reply_role(reply, case, keys)
    assert reporter_id(PHONE, keys) == reporter_id(PHONE, KEYS)


def test_the_newest_key_makes_links_and_reply_tokens(hotline):
    both, newest = Keys((NEW, SECRET), SECRET), Keys((NEW,), SECRET)
    assert read_link(link_token(LINK, keys=both, now=hotline.now), keys=newest, now=hotline.now) == LINK
    assert reply_role(reply_token(hotline.case(), "desk", both), hotline.case(), newest) == "desk"


def test_a_superseded_assignment_is_known_as_such_after_a_rotation_too(hotline):
    token = hotline.reply_token("agency")
    hotline.agency("return", "Không thuộc thẩm quyền")
    hotline.desk("assign", agency="so_xay_dung")
    with pytest.raises(LinkNotValid, match="superseded"):
        reply_role(token, hotline.case(), Keys((NEW, SECRET), SECRET))


def test_keys_are_not_shown_when_printed():
    assert SECRET not in repr(KEYS)


def test_a_link_altered_in_one_place_opens_nothing(hotline):
    token = link_token(LINK, keys=KEYS, now=hotline.now)
    for place in range(0, len(token) - 1, 3):  # the last character of base64 carries spare bits
        altered = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(LinkNotValid):
            read_link(altered, keys=KEYS, now=hotline.now)


@given(st.text(max_size=60))
def test_no_text_but_a_link_is_read_as_one(text):
    with pytest.raises(LinkNotValid, match="altered"):
        read_link(text, keys=KEYS, now=Hotline().now)


def test_a_link_holds_no_personal_data(hotline):
    token = link_token(Link(hotline.case().code, "desk"), keys=KEYS, now=hotline.now)
    assert PHONE.strip("+") not in token and len(token) < 150


def test_a_reporter_is_known_by_a_key_that_tells_nothing():
    key = reporter_id(PHONE, KEYS)
    assert key == reporter_id(f" {PHONE} ", KEYS)
    assert key != reporter_id(PHONE, OTHER) and PHONE not in key
    assert reporter_id("A@Thu.example", KEYS) == reporter_id("a@thu.example", KEYS)


@pytest.mark.parametrize("role", ["agency", "desk", "citizen"])
def test_a_reply_speaks_for_whom_it_was_made(hotline, role):
    token = hotline.reply_token(role)
    assert reply_role(token.upper(), hotline.case(), KEYS) == role
    assert reply_token_code(token) == hotline.case().code
    assert len(f"case+{token}") <= 64  # RFC 5321, a local part


@pytest.mark.parametrize(
    "token", ["", "x", "482177306", "482177306-a1-", "482177306-a1-" + "0" * 20, "482-a1-é"]
)
def test_a_wrong_reply_token_speaks_for_nobody(hotline, token):
    with pytest.raises(LinkNotValid, match="altered"):
        reply_role(token, hotline.case(), KEYS)


def test_an_agency_that_gave_the_case_away_no_longer_speaks_for_it(hotline):
    token = hotline.reply_token("agency")
    hotline.agency("return", "Không thuộc thẩm quyền")
    hotline.desk("assign", agency="so_xay_dung")
    with pytest.raises(LinkNotValid, match="superseded"):
        reply_role(token, hotline.case(), KEYS)


def test_the_same_agency_after_an_objection_has_a_new_token(hotline):
    token = hotline.reply_token("agency")
    hotline.agency("answer", "Đã vá")
    hotline.text("MO LAI chua xong")
    with pytest.raises(LinkNotValid, match="superseded"):
        reply_role(token, hotline.case(), KEYS)


@pytest.mark.parametrize("role", ["desk", "citizen"])
def test_the_citizen_and_the_desk_may_answer_any_mail_they_ever_got(hotline, role):
    token = hotline.reply_token(role)
    hotline.desk("assign", agency="so_xay_dung")
    assert reply_role(token, hotline.case(), KEYS) == role


def test_a_token_of_one_case_opens_no_other(hotline):
    other = replace(hotline.case(), code="000000000")
    with pytest.raises(LinkNotValid):
        reply_role(reply_token(other, "agency", KEYS), hotline.case(), KEYS)
