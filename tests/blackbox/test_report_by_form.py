"""A report by the form as any browser sends it: checked, sent, sent again, and from a device that was offline."""

from __future__ import annotations

import html
import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from tests.running import Province, http

POTHOLE = "duong truoc cho phuong 2 tp sa dec o ga qua troi, xe te hoai"
WARD = "dau-moi@phuong-sa-dec.dong-thap.example"
PHONE = "+84900000151"


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_open = urllib.request.build_opener(_StayHere).open


def post(province: Province, form: dict[str, str], **headers: str) -> tuple[int, str, str]:
    """Post the form; return status, where it leads and the page."""
    request = urllib.request.Request(f"{province.hotline}/report", urlencode(form).encode(), headers)
    try:
        with _open(request) as answer:
            return answer.status, "", answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers.get("Location", ""), answer.read().decode()


def entered(page: str) -> dict[str, str]:
    """Every field of a form as a browser would send it when nothing is touched; of one name the last."""
    form = page[page.index("<form") : page.index("</form>")]
    fields = {
        name: html.unescape(value)
        for name, value in re.findall(
            r'<input type="(?:hidden|text)"[^>]*? name="(\w+)" value="([^"]*)"', form
        )
    }
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        values = re.findall(r'<option value="(\w*)"( selected)?', options)
        fields[name] = next((value for value, chosen in values if chosen), values[0][0])
    fields["text"] = html.unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", form, re.DOTALL)[1])
    return fields


@pytest.fixture(scope="module")
def province(start_province: Callable[..., Province]) -> Province:
    return start_province(START="2026-03-02T08:00")


def filled(province: Province, **fields: str) -> dict[str, str]:
    form = entered(http(f"{province.hotline}/report").text)
    province.advance(seconds=30)
    return {**form, "text": POTHOLE, **fields}


def test_a_report_is_checked_sent_and_told_to_ward_and_reporter_once(province: Province) -> None:
    status, _, page = post(province, filled(province, contact=PHONE))
    assert status == 200 and "phường 2, thành phố Sa Đéc nay là phường Sa Đéc" in page
    assert not province.mails(WARD), "nothing is sent by looking"
    form = entered(page)
    assert form["step"] == "send" and form["contact"] == PHONE
    places = {post(province, form)[1] for _ in range(3)}
    (place,) = places
    assert re.fullmatch(r"/case/\d{9}-\w+\?new=1", place)
    (mail,) = province.mails(WARD)
    assert PHONE not in mail["text"] + mail["html"] and PHONE[3:] not in mail["text"] + mail["html"]
    (told,) = province.texts(PHONE)
    assert place[6:15] in told


def test_a_report_that_waited_on_the_device_is_filed_once_with_a_fresh_token(province: Province) -> None:
    form = {"form": "ab" * 16, "text": POTHOLE, "step": "send", "token": "of last month"}
    json_wanted = {"Accept": "application/json"}
    status, _, told = post(province, form, **json_wanted)
    assert status == 400 and set(json.loads(told)["errors"]) == {"token"}
    codes = set()
    for _ in range(2):
        form["token"] = http(f"{province.hotline}/report/token").json["token"]
        status, _, told = post(province, form, **json_wanted)
        assert status == 201
        codes.add(json.loads(told)["code"])
    assert len(codes) == 1
