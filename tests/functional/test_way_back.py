"""Whom what is written on a signed page reaches, and that the page says so: by message, own page, or nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from werkzeug.test import Client

from chalicelib import wiring
from chalicelib.domain.case import Status
from chalicelib.storage.commit import commit
from tests.functional.open311_room import Room, application

NO_ADDRESS = "người gửi không để lại số hoặc email nên có thể không biết"
NOBODY = "hệ thống không gửi được gì đến người gửi"
SENT = "sẽ được gửi đến người dân"


@pytest.fixture
def room(deployed):
    return Room(Client(application()))


def act(deployed, role, name):
    return deployed.page(deployed.link(role), {"act": name, "text": "Ở đoạn nào?"})


def test_who_left_no_address_with_another_system_is_asked_nothing_and_the_clock_runs_on(room, deployed):
    room.filed(external_id="A-17")
    for role in ("agency", "desk"):
        body = deployed.page(deployed.link(role))["body"]
        assert 'id="ask"' not in body and NOBODY in body
        answer = act(deployed, role, "ask")
        assert answer["statusCode"] == 409 and "Không hỏi được người dân" in answer["body"]
    assert deployed.case().status is Status.ASSIGNED and deployed.case().paused_at is None


@pytest.mark.parametrize(("role", "name"), [("agency", "progress"), ("agency", "answer"), ("desk", "answer")])
def test_nobody_is_said_to_be_told_who_cannot_be(room, deployed, role, name):
    room.filed()
    body = act(deployed, role, name)["body"]
    assert "đã được ghi nhận." in body and NOBODY in body and "gửi đến người dân." not in body


def test_a_declined_case_of_another_system_says_that_nobody_hears_why(room, deployed):
    room.filed(
        description="Đường ở Cần Thơ có ổ gà",
        service_code="khac",
        lat=None,
        long=None,
        address_string="Cần Thơ",
    )
    body = act(deployed, "desk", "decline")["body"]
    assert deployed.case().status is Status.DECLINED and NOBODY in body and "sẽ nhận được" not in body


def test_the_desk_reads_on_the_page_and_in_its_mail_which_system_filed_a_case(room, deployed):
    room.filed(external_id="A-17", description="Đường ở Cần Thơ có ổ gà", service_code="khac")
    told = f"{wiring.directory().province['open311']['clients'][0]['name']} – A-17"
    assert told in deployed.page(deployed.link("desk"))["body"]


def test_who_left_an_address_with_another_system_is_asked(room, deployed):
    room.filed(phone="0900000123")
    body = act(deployed, "agency", "ask")["body"]
    assert SENT in body and NOBODY not in body and deployed.case().status is Status.WAITING_CITIZEN


def test_who_left_none_with_the_form_may_read_it_on_their_page(deployed):
    deployed.text("duong o ga truoc nha so 45 Nguyen Hue, phuong Cao Lanh")
    case = deployed.case()
    case = case.act("note", actor="desk", at=deployed.now)
    commit(cases=[replace(case, channel="web", reporter_address="")])
    body = act(deployed, "agency", "ask")["body"]
    assert NO_ADDRESS in body and SENT not in body and deployed.case().status is Status.WAITING_CITIZEN
