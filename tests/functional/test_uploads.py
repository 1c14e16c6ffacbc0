"""Files from people: offered a place, taken once, made anew, shown to whom they are meant for; whatever dies when."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3
import pytest
from moto import mock_aws

from chalicelib import settings, wiring
from chalicelib.domain.attachment import MAX_BYTES, MOST, upload_key, upload_keys
from chalicelib.domain.case import Actor
from chalicelib.domain.filing import Filing, web_filing_id
from chalicelib.domain.keys import case_token, form_token
from chalicelib.domain.message import Delivery
from chalicelib.entrypoints import jobs
from chalicelib.errors import CaseNotFound, StorageUnavailable
from chalicelib.gateways.safe_files import make_safe
from chalicelib.usecases.file_case import file_case
from chalicelib.usecases.send import sweep
from chalicelib.usecases.send_work import FILES_SECONDS
from chalicelib.usecases.take_upload import MOST_BEGUN, Uploads, take_upload
from chalicelib.web.views import case_view
from tests.fakes import FakeEmail, FakeSms
from tests.strangers_files import bomb, pdf, picture

FORM = "0123456789abcdef" * 2
DOOR = "http://127.0.0.1:8023/files"
POTHOLE = "Đường vào chợ Sa Đéc phường Sa Đéc có nhiều ổ gà quá"
FIELDS = {"content-type": "application/x-www-form-urlencoded"}


class Killed(BaseException):
    """The function was cut off."""


class Dying:
    """A file store that dies around a step when told to."""

    def __init__(self, files, world):
        self._files, self._world = files, world

    def __getattr__(self, name):
        def call(*args, **more):
            self._world.happens(name)
            result = getattr(self._files, name)(*args, **more)
            self._world.happens(f"{name} done")
            return result

        return call


class World:
    """A hotline whose store can be reached."""

    def __init__(self, deployed):
        self.hotline, self.did, self.dies_at = deployed, [], ""
        self.files = wiring.files()
        self.email, self.sms = FakeEmail(), FakeSms()

    def happens(self, what):
        self.did.append(what)
        if what == self.dies_at:
            self.dies_at = ""
            raise Killed(what)

    def file(self, *contents, text=POTHOLE, address="+84900000001"):
        """Somebody files a case with files that have been put into the store, or (None) have not."""
        keys = tuple(upload_key(FORM, number, wiring.keys()) for number in range(1, len(contents) + 1))
        for key, content in zip(keys, contents, strict=True):
            if content is not None:
                self.files.put(key, content, "application/octet-stream")
        filing = Filing(web_filing_id(FORM, text), "web", text, address=address, uploads=keys)
        return file_case(filing, **wiring.taking()).code

    def minutes(self, count=1, **uploads):
        """So many minutes pass; the sweep runs in each, and may be cut off."""
        counts = {}
        for _ in range(count):
            self.hotline.now += timedelta(minutes=1)
            try:
                counts = sweep(sending=self.sending(), now=self.hotline.now)
            except Killed:
                continue
            assert not counts.get("broken"), counts
        return counts

    def sending(self):
        return replace(wiring.sending(), sms=lambda: self.sms, email=lambda: self.email)

    def case(self, code=None):
        return self.hotline.case(code)

    def attached(self, code=None):
        return [event for event in self.case(code).events if event.action == "attach"]

    def refused(self, code=None):
        return [event.data["refused"] for event in self.case(code).events if "refused" in event.data]

    def row(self, name, code=None):
        return wiring.outbox_store().get(f"{self.case(code).code}-upload-{name}")

    def is_there(self, key):
        try:
            return self.files.size(key) > 0
        except KeyError:
            return False

    def token(self):
        return case_token(self.case(), wiring.keys())

    def own(self, ending="", form=None, query=None):
        """The citizen's page of the case, or one below it."""
        path = f"/case/{self.token()}{ending}"
        where = {"resource": f"/case/{{token}}{ending}", "path_parameters": {"token": self.token()}}
        if form is None:
            return self.hotline.call("GET", path, query=query, **where)
        return self.hotline.call("POST", path, body=urlencode(form), headers=FIELDS, **where)

    def agencys(self, ending="", form=None, query=None):
        token = self.hotline.link()
        where = {"resource": f"/a/{{token}}{ending}", "path_parameters": {"token": token}}
        if form is None:
            return self.hotline.call("GET", f"/a/{token}{ending}", query=query, **where)
        return self.hotline.call("POST", f"/a/{token}{ending}", body=urlencode(form), headers=FIELDS, **where)


@pytest.fixture(params=["folder", "bucket"])
def store(request, monkeypatch, tmp_path):
    """Where files lie: a folder with a door, or a bucket."""
    if request.param == "folder":
        monkeypatch.setenv("FILES_FOLDER", str(tmp_path))
        monkeypatch.setenv("FILES_URL", DOOR)
        yield
        return
    monkeypatch.setenv("FILES_BUCKET", "people-files")
    with mock_aws():
        where = {"LocationConstraint": "ap-southeast-1"}
        boto3.client("s3", region_name="ap-southeast-1").create_bucket(
            Bucket="people-files", CreateBucketConfiguration=where
        )
        yield


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("FILES_FOLDER", str(tmp_path))
    monkeypatch.setenv("FILES_URL", DOOR)


@pytest.fixture
def anywhere(store, deployed):
    return World(deployed)


@pytest.fixture
def world(folder, deployed):
    return World(deployed)


# Taken with the form


def test_pictures_and_a_pdf_sent_with_a_form_are_joined_to_the_case(anywhere):
    world = anywhere
    code = world.file(picture(), pdf(2, harmful=True))
    assert world.minutes()["sent"] >= 2
    first, second = world.attached()
    assert (first.actor, first.data["type"], first.data["width"]) == (Actor.CITIZEN, "image/jpeg", 640)
    assert first.data["attachment"] == f"attachments/{code}/1.jpg"
    assert second.data["attachment"] == f"attachments/{code}/2.pdf"
    stored = world.files.get(first.data["attachment"])
    assert len(stored) == first.data["bytes"] and b"TELEPHONE" not in stored
    for number in (1, 2):
        assert not world.is_there(upload_key(FORM, number, wiring.keys())), (
            "as it was sent it is kept nowhere"
        )
        assert world.row(number).status is Delivery.SENT


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"MZ\x90\0" + b"\0" * 500, "wrong_type", id="a program"),
        pytest.param(b"<html><script>", "wrong_type", id="a page"),
        pytest.param(picture()[:-300], "unreadable", id="cut off"),
        pytest.param(bomb(), "too_large", id="a bomb"),
        pytest.param(pdf(locked=True), "locked", id="a locked PDF"),
        pytest.param(b"\xff\xd8\xff" + b"\0" * MAX_BYTES, "too_large", id="more than was allowed"),
    ],
)
def test_what_is_not_taken_is_told_and_deleted(world, content, reason):
    code = world.file(content, picture())
    world.minutes()
    assert world.refused() == [reason] and len(world.attached()) == 1
    assert not world.is_there(upload_key(FORM, 1, wiring.keys()))
    assert not world.is_there(f"attachments/{code}/1.jpg")
    page = world.own()["body"]
    assert "Một tệp không được nhận." in page
    assert world.row(1).status is Delivery.SENT, "nothing is tried again"


def test_a_file_too_large_is_refused_before_anybody_reads_it(world):
    world.file(b"\xff\xd8\xff" + b"\0" * MAX_BYTES)
    _run(world, Dying(world.files, world))
    assert world.refused() == ["too_large"]
    assert [step for step in world.did if step in ("get", "get_start", "put")] == []


def _run(world, files, make_safe=make_safe, cases=None):
    """One pass over the rows of files, with another store, other cases, or what makes files safe."""

    def commit(**change):
        world.happens("commit")
        wiring.commit(**change)
        world.happens("commit done")

    world.hotline.now += timedelta(minutes=6)
    uploads = Uploads(
        files=files,
        make_safe=partial(make_safe, environment=settings.for_a_child()),
        cases=cases or wiring.case_store(),
        commit=commit,
        directory=wiring.directory(),
        now=world.hotline.now,
    )
    sending = replace(world.sending(), upload=lambda message: take_upload(message, uploads))
    try:
        return sweep(sending=sending, now=world.hotline.now)
    except Killed:
        return {}


STEPS = ["size", "get_start", "put", "put done", "commit", "commit done", "delete", "delete done"]


@pytest.mark.parametrize("step", STEPS)
def test_a_pass_that_dies_anywhere_is_done_again_and_attaches_once(world, step):
    world.file(picture())
    files = Dying(world.files, world)
    world.dies_at = step
    for _ in range(3):
        _run(world, files)
    assert step in world.did and world.dies_at == ""
    assert len(world.attached()) == 1 and world.refused() == []
    assert world.row(1).status is Delivery.SENT
    assert not world.is_there(upload_key(FORM, 1, wiring.keys()))


def test_two_passes_at_once_attach_once(world, at_once):
    world.file(picture())
    row = world.row(1)
    upload = wiring.sending().upload
    assert at_once(lambda: upload(row), lambda: upload(row)) == [True, True]
    assert len(world.attached()) == 1


def test_an_engine_that_fails_is_tried_again(world):
    world.file(picture())

    class Failing:
        def size(self, key):
            raise StorageUnavailable("file")

    assert _run(world, Failing())["retry"] == 1
    world.minutes(6)
    assert len(world.attached()) == 1


def test_a_file_that_comes_late_is_taken_and_one_that_never_comes_is_told_after_a_day(world):
    world.file(None, None)
    looks = sum(world.minutes().get("waits", 0) for _ in range(30))
    assert world.attached() == [] and world.row(1).status is Delivery.PENDING
    assert MOST_BEGUN * 2 < looks < 40, "looked at less and less often"
    world.files.put(upload_key(FORM, 1, wiring.keys()), picture(), "image/jpeg")
    for _ in range(12):
        world.minutes()
    assert len(world.attached()) == 1
    for _ in range(12):
        world.hotline.now += timedelta(hours=3)
        world.minutes()
    assert world.refused() == ["missing"] and world.row(2).status is Delivery.SENT


def test_files_wait_for_messages_and_are_begun_as_long_as_there_is_time(world):
    world.file(*[picture(32, 32)] * MOST)
    world.file(*[picture(32, 32)] * 2, text="Đèn đường phường Sa Đéc hỏng", address="+84900000002")
    order, clock = [], [1000.0]

    def slow(message):
        order.append("file")
        clock[0] += 10
        return True

    sending = replace(
        world.sending(), sms=lambda: order.append("text") or world.sms, email=lambda: world.email, upload=slow
    )
    world.hotline.now += timedelta(minutes=1)
    counts = sweep(sending=sending, now=world.hotline.now, seconds=lambda: clock[0])
    in_time = FILES_SECONDS // 10 + 1
    assert order.count("file") == in_time and counts["waits"] == MOST + 2 - in_time
    assert order.index("file") > len(order) - 1 - order[::-1].index("text"), "after all messages"
    assert wiring.outbox_store().due(world.hotline.now) == []
    for minute in (1, 2):
        sweep(sending=sending, now=world.hotline.now + timedelta(minutes=minute), seconds=lambda: clock[0])
    assert order.count("file") == MOST + 2


def test_the_stream_s_sender_leaves_files_to_the_sweep(world):
    world.file(picture(32, 32))
    rows = world.hotline.rows("outbox")
    assert [row for row in rows if "-upload-" in row["id"]["S"]]
    records = [
        {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "NewImage": row}}
        for row in rows
        if "-upload-" in row["id"]["S"]
    ]
    assert jobs.send_outbox({"Records": records}) == {"batchItemFailures": []}
    assert (world.row(1).status, world.row(1).attempts, world.attached()) == (Delivery.PENDING, 0, [])
    world.minutes()
    assert len(world.attached()) == 1


def test_a_file_that_kills_its_sender_is_refused_in_the_end(world):
    world.file(picture(32, 32))

    def deadly(content, kind, environment):
        raise Killed

    for run in range(1, MOST_BEGUN + 1):
        _run(world, world.files, make_safe=deadly)
        assert (world.refused(), world.row(1).attempts) == ([], run)
    _run(world, world.files, make_safe=deadly)
    assert world.refused() == ["unreadable"] and world.row(1).status is Delivery.SENT
    assert not world.is_there(upload_key(FORM, 1, wiring.keys()))


def test_a_pass_that_waits_or_is_to_be_tried_again_does_not_count_as_begun(world):
    world.file(None)

    class Failing:
        def size(self, key):
            raise StorageUnavailable("file")

    for files in (world.files, Failing()):
        world.hotline.now += timedelta(hours=1)
        world.dies_at = "size"
        _run(world, Dying(world.files, world))
        assert world.row(1).attempts == 1
        _run(world, files)
        assert (world.row(1).attempts, world.row(1).status) == (0, Delivery.PENDING)


@pytest.mark.parametrize("ends", ["declined", "gone"])
def test_what_was_stored_for_a_case_that_then_takes_no_file_is_deleted(world, ends):
    """A pass died after it stored the file; by the next the case has changed."""
    code = world.file(picture(), text="xin chào tổng đài ạ")
    world.dies_at = "commit"
    _run(world, Dying(world.files, world))
    key = f"attachments/{code}/1.jpg"
    assert world.is_there(key)
    case = world.case(code)
    wiring.commit(cases=(case.act("decline", actor=Actor.DESK, at=world.hotline.now, note="x"),))
    _run(world, world.files, cases=SimpleNamespace(get=_nobody) if ends == "gone" else None)
    assert not world.is_there(key) and not world.is_there(upload_key(FORM, 1, wiring.keys()))


def _nobody(code):
    raise CaseNotFound(code)


@pytest.mark.parametrize("ends", ["full", "gone"])
def test_a_case_that_changes_while_a_file_is_made_anew_keeps_none_it_does_not_take(world, ends):
    code = world.file(picture(64, 64))
    cases = wiring.case_store()
    row = world.row(1)

    class Cases:
        """The case as it is now, until the file is stored."""

        def get(self, asked):
            case = cases.get(asked)
            if "put done" not in world.did:
                return case
            if ends == "gone":
                raise CaseNotFound(asked)
            for number in range(MOST):
                data = {"upload": f"other-{number}", "attachment": f"attachments/{code}/x{number}.jpg"}
                case = case.act("attach", actor=Actor.CITIZEN, at=world.hotline.now, data=data)
            wiring.commit(cases=(case,))
            return cases.get(asked)

    uploads = Uploads(
        files=Dying(world.files, world),
        make_safe=partial(make_safe, environment=settings.for_a_child()),
        cases=Cases(),
        commit=wiring.commit,
        directory=wiring.directory(),
        now=world.hotline.now,
    )
    assert take_upload(row, uploads)
    assert "put done" in world.did and not world.is_there(f"attachments/{code}/1.jpg")
    assert world.refused() == (["too_many"] if ends == "full" else [])


def test_a_case_that_is_declined_or_gone_takes_no_file(world):
    world.file(picture(), text="xin chào tổng đài ạ")
    case = world.case()
    wiring.commit(cases=(case.act("decline", actor=Actor.DESK, at=world.hotline.now, note="x"),))
    world.minutes()
    assert world.refused() == ["closed"] and world.attached() == []


# Where a script may put one


def ask(world, headers=FIELDS, **change):
    token = form_token("0" * 32, keys=wiring.keys(), now=world.hotline.now)
    form = {"token": token, "form": FORM, "number": "1", "type": "image/jpeg", "size": "5000"} | change
    answer = world.hotline.call("POST", "/report/uploads", body=urlencode(form), headers=headers)
    return answer["statusCode"], json.loads(answer["body"])


def test_a_script_is_told_where_to_put_a_file_and_its_key_belongs_to_its_form(anywhere):
    status, told = ask(anywhere, number="3")
    assert (status, told["fields"]["key"]) == (200, told["key"])
    assert told["key"] == upload_key(FORM, 3, wiring.keys()) and FORM not in told["key"]
    assert told["url"].startswith(("https://people-files.s3.ap-southeast-1.amazonaws.com", DOOR))
    assert upload_keys(FORM, [told["key"]], wiring.keys()) == (told["key"],)
    assert upload_keys(FORM.replace("0", "1"), [told["key"]], wiring.keys()) == ()
    assert upload_keys(FORM, [told["key"]] * 3 + ["uploads/x/1", "reports/x"], wiring.keys()) == (
        told["key"],
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"token": "made-up"}, "tải lại trang"),
        ({"token": ""}, "tải lại trang"),
        ({"form": "abc"}, "tải lại trang"),
        ({"form": "../" * 12}, "tải lại trang"),
        ({"number": "0"}, "nhiều nhất 5"),
        ({"number": "6"}, "nhiều nhất 5"),
        ({"type": "image/svg+xml"}, "JPEG"),
        ({"type": "text/html"}, "JPEG"),
        ({"size": str(MAX_BYTES + 1)}, "10 MB"),
        ({"size": "25000000"}, "10 MB"),
        ({"size": "-1"}, "10 MB"),
        ({"size": "0"}, "hỏng"),
    ],
)
def test_a_script_that_asks_for_something_else_is_told_what_is_wrong(world, change, says):
    status, told = ask(world, **change)
    assert status == 400 and says in told["problem"]


def test_too_many_uploads_from_one_network_are_told_to_wait(world, monkeypatch):
    monkeypatch.setattr(wiring, "limits", lambda: SimpleNamespace(take=lambda name, who, now: False))
    status, told = ask(world)
    assert status == 429 and "sau ít phút" in told["problem"]


def test_a_script_of_another_site_is_refused(world):
    assert ask(world, headers={**FIELDS, "sec-fetch-site": "cross-site"})[0] == 403


# Without a script, from the page of the case


def form_of(body):
    """Action and fields of the form that sends a file."""
    form = re.search(
        r'<form method="post" action="([^"]+)" enctype="multipart/form-data".*?</form>', body, re.S
    )
    assert form is not None
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
    return form[1], {name: value.replace("&amp;", "&") for name, value in fields.items()}


def sent_from(world, page, content, below):
    """A browser puts a file where the page says, comes back, and presses the button; returns the last answer."""
    action, fields = form_of(page["body"])
    assert action.startswith(("https://people-files.s3", DOOR))
    world.files.put(fields["key"], content, "application/octet-stream")
    back = urlsplit(fields["success_action_redirect"])
    assert back.path.endswith("/attached")
    (slot,) = parse_qs(back.query)["slot"]
    before = world.hotline.everything()
    asked = below("/attached", query={"slot": slot, "bucket": "people-files", "key": fields["key"]})
    assert asked["statusCode"] == 200 and slot in asked["body"]
    assert world.hotline.everything() == before, "a GET changes nothing"
    return slot, below("/attachments", form={"slot": slot})


def test_a_citizen_sends_one_more_picture_from_the_page_of_the_case(anywhere):
    world = anywhere
    world.file()
    slot, answer = sent_from(world, world.own(), picture(), world.own)
    assert answer["statusCode"] == 303 and answer["headers"]["Location"].endswith("?sent=file#files")
    again = world.own("/attachments", form={"slot": slot})
    assert again["statusCode"] == 303
    world.minutes()
    (event,) = world.attached()
    assert event.actor is Actor.CITIZEN and event.data["attachment"].endswith(f"/{slot}.jpg")
    page = world.own()["body"]
    assert 'loading="lazy"' in page and 'width="640" height="480"' in page
    assert re.search(r'alt="Ảnh 1, ông/bà gửi lúc [^"]+"', page)


def test_an_agency_sends_a_file_that_the_citizen_sees_with_the_answer(anywhere):
    world = anywhere
    world.file()
    _, answer = sent_from(world, world.agencys(), pdf(), world.agencys)
    assert answer["statusCode"] == 303
    world.minutes()
    (event,) = world.attached()
    assert (event.actor, event.by) == (Actor.AGENCY, world.case().agency)
    address = event.data["attachment"]
    assert address in world.agencys()["body"] and address not in world.own()["body"]
    world.hotline.page(world.hotline.link(), {"act": "answer", "text": "Đã vá ổ gà sáng nay."})
    assert address in world.own()["body"]


def test_a_stranger_s_slot_key_or_link_brings_nothing_in(world):
    world.file()
    for slot in ("", "x", "../" * 11, "Z" * 32):
        assert world.own("/attached", query={"slot": slot})["statusCode"] == 404
        assert world.own("/attachments", form={"slot": slot})["statusCode"] == 400
    token = world.token()[:-1] + ("0" if world.token()[-1] != "0" else "1")
    where = {"resource": "/case/{token}/attachments", "path_parameters": {"token": token}}
    wrong = world.hotline.call("POST", "/x", body=f"slot={FORM}", headers=FIELDS, **where)
    where["path_parameters"] = {"token": "482177399-" + "0" * 26}
    nobody = world.hotline.call("POST", "/x", body=f"slot={FORM}", headers=FIELDS, **where)
    assert (wrong["statusCode"], wrong["body"]) == (nobody["statusCode"], nobody["body"])
    assert wrong["statusCode"] == 404
    crossed = {**FIELDS, "origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    where["path_parameters"] = {"token": world.token()}
    assert (
        world.hotline.call("POST", "/x", body=f"slot={FORM}", headers=crossed, **where)["statusCode"] == 403
    )
    assert not [row for row in world.hotline.rows("outbox") if "-upload-" in row["id"]["S"]]


def test_after_five_files_there_is_no_form_and_a_sixth_is_refused(world):
    world.file(*[picture(64, 64)] * MOST)
    page = world.own()
    world.minutes()
    assert len(world.attached()) == MOST
    _, answer = sent_from(world, page, picture(64, 64), world.own)
    assert answer["statusCode"] == 303
    world.minutes()
    assert len(world.attached()) == MOST and world.refused() == ["too_many"]
    assert "multipart/form-data" not in world.own()["body"] and "Đã gửi đủ 5 tệp" in world.own()["body"]
    assert "multipart/form-data" in world.agencys()["body"], "the agency has five of its own"


# Who sees them, and who is told


def test_agency_desk_and_citizen_open_a_file_for_ten_minutes_and_the_mail_counts_them(anywhere):
    world = anywhere
    world.file(picture(), picture(kind="PNG"), None)
    world.minutes()
    pages = {
        "agency": world.agencys(),
        "desk": world.hotline.page(world.hotline.link("desk")),
        "citizen": world.own(),
    }
    for who, page in pages.items():
        assert page["body"].count('loading="lazy"') == 2, who
        source = re.search(r'<img src="([^"]+)" width', page["body"])
        assert "X-Amz-Expires=600" in source[1] or "signed=" in source[1]
        assert urlsplit(source[1]).netloc in page["headers"]["Content-Security-Policy"]
    (mail,) = [mail for mail in world.email.sent if "assignment" in mail.message_id]
    assert "gửi kèm 3 tệp" in mail.text


def test_a_later_file_is_told_to_the_agency_once_for_all_that_come_together(world):
    world.file(picture(64, 64))
    world.minutes()
    for _ in range(2):
        sent_from(world, world.own(), picture(64, 64), world.own)
        world.minutes()
    world.minutes()
    told = [mail.message_id for mail in world.email.sent if mail.message_id.endswith("-attached")]
    assert len(world.attached()) == 3 and len(told) <= 1
    world.hotline.now += timedelta(hours=1)
    sent_from(world, world.own(), picture(64, 64), world.own)
    world.minutes(2)
    told = [mail.message_id for mail in world.email.sent if mail.message_id.endswith("-attached")]
    assert len(told) == 1


def test_a_denunciation_s_files_are_for_the_desk_and_its_author(world):
    world.file(picture(), text="Tôi tố cáo ông chủ tịch phường nhận hối lộ")
    assert world.case().kind == "denunciation"
    world.minutes()
    key = world.attached()[0].data["attachment"]
    assert key in world.hotline.page(world.hotline.link("desk"))["body"]
    assert key in world.own()["body"]
    view = case_view(
        world.case(), wiring.directory(), audience="agency", language="vi", now=world.hotline.now
    )
    assert (view["attachments"], view["files_sent"]) == ([], 0)
