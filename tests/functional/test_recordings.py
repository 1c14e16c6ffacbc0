"""A recording is brought in, kept, deleted at the provider, written down and understood: once, whatever dies when."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from functools import cache

import boto3
import pytest
from flask import Flask
from moto import mock_aws
from werkzeug.serving import make_server

from chalicelib import wiring
from chalicelib.domain.call import Came
from chalicelib.domain.recording import Transcript, file_key, message_id, sound_type
from chalicelib.errors import MalformedRequest, RecordingUnavailable, SendFailed
from chalicelib.gateways.files import S3Files
from chalicelib.gateways.files_folder import FolderFiles
from chalicelib.gateways.transcribe_aws import AmazonTranscribe
from chalicelib.usecases.send import sweep
from chalicelib.usecases.take_call import take_call
from chalicelib.usecases.take_recording import take_recording
from local.simulator.transcribe_api import TranscribeApi
from tests.fakes import FakeEmail, FakeFiles, FakeSms

CALL, RECORDING = "twilio#CA1", "RE" + "1" * 32
SOUND = b"RIFF\x24\x40\x00\x00WAVEfmt " + b"\0" * 16_000
SAID = "Đèn đường hỏng trước chợ Sa Đéc phường Sa Đéc"


class Killed(BaseException):
    """The function was cut off."""


class Provider:
    """A `VoiceGateway` that holds recordings."""

    name = "fake"

    def __init__(self, world):
        self.world, self.held, self.refusal = world, {RECORDING: SOUND}, None

    def fetch_recording(self, recording):
        self.world.happens("fetch")
        if self.refusal:
            raise self.refusal
        if recording not in self.held:
            raise RecordingUnavailable("no such recording, or not yet", retry=True)
        return self.held[recording], "audio/wav"

    def delete_recording(self, recording):
        self.world.happens("delete")
        self.held.pop(recording, None)
        self.world.happens("deleted")


class Files(FakeFiles):
    """Dies around a put when told to."""

    def __init__(self, world):
        super().__init__()
        self.world = world

    def put(self, key, content, content_type):
        self.world.happens("put")
        super().put(key, content, content_type)
        self.world.happens("stored")


class Writer:
    """A `Transcriber` that is done a pass after it was begun."""

    name = "fake"

    def __init__(self, world):
        self.world, self.begun, self.told = world, [], Transcript("done", SAID)

    def start(self, recording, key, language):
        self.world.happens("start")
        assert self.world.files.files[key] == SOUND
        if recording not in self.begun:
            self.begun.append(recording)
        self.world.happens("started")

    def result(self, recording):
        self.world.happens("result")
        return self.told if recording in self.begun else Transcript("unknown")


class World:
    """The hotline with its outside."""

    def __init__(self, deployed):
        self.hotline, self.did, self.dies_at = deployed, [], ""
        self.provider, self.files, self.writer = Provider(self), Files(self), Writer(self)
        self.email, self.sms = FakeEmail(), FakeSms()

    def happens(self, what):
        self.did.append(what)
        if what == self.dies_at:
            self.dies_at = ""
            raise Killed(what)

    def step(self, turn, kind, **what):
        came = Came(CALL, turn, kind, caller=what.pop("caller", "+84900000001"), **what)
        return take_call(came, **wiring.taking())

    def record_a_report(self):
        """A caller whom speech recognition does not understand records what happened; the line is cut after it."""
        self.step(0, "start")
        self.step(1, "keys", keys="1")
        self.step(2, "silence")
        self.step(3, "silence")
        script, _ = self.step(4, "recorded", recording=RECORDING, seconds=12)
        return script

    def ready(self, call=CALL, recording=RECORDING):
        taking = wiring.taking()
        return take_recording(recording, call, seconds=12, outbox=wiring.outbox_store(), **taking)

    def minutes(self, count=1):
        """So many minutes pass; the sweep runs in each, and may be cut off."""
        for _ in range(count):
            self.hotline.now += timedelta(minutes=1)
            try:
                counts = sweep(sending=self.sending(), now=self.hotline.now)
            except Killed:
                continue
            assert not counts.get("broken"), counts

    def sending(self):
        return replace(wiring.sending(), sms=lambda: self.sms, email=lambda: self.email)

    def row(self):
        return wiring.outbox_store().get(message_id(RECORDING))

    def case(self):
        return self.hotline.case()

    def desk(self):
        """Why the desk was written to."""
        rows = self.hotline.rows("outbox")
        return [json.loads(row["params"]["S"])["reason"] for row in rows if row["purpose"]["S"] == "desk"]


@pytest.fixture
def world(deployed, monkeypatch):
    world = World(deployed)
    monkeypatch.setenv("EMAIL_REPLY_DOMAIN", "reply.hotline.example")
    monkeypatch.setattr(wiring, "recordings", cache(lambda: world.files))
    monkeypatch.setattr(wiring, "transcriber", cache(lambda: world.writer))
    monkeypatch.setattr(wiring, "voice_gateway", lambda: world.provider)
    return world


def test_a_recorded_report_is_stored_deleted_at_the_provider_written_down_and_routed(world):
    world.record_a_report()
    assert world.case().agency is None
    world.minutes(3)
    assert world.did == [
        "result",
        "fetch",
        "put",
        "stored",
        "delete",
        "deleted",
        "start",
        "started",
        "result",
    ]
    assert world.files.files == {file_key(RECORDING): SOUND}
    case = world.case()
    assert (case.agency, case.area) == ("ubnd_29905", "29905")
    assert SAID in case.text
    assert world.row().status == "sent"
    assert [mail.to for mail in world.email.sent] == ["dau-moi@phuong-sa-dec.dong-thap.example"]
    assert "do máy chép lời" in world.email.sent[0].text


@pytest.mark.parametrize(
    "moment", ["result", "fetch", "put", "stored", "delete", "deleted", "start", "started"]
)
def test_a_sender_that_dies_anywhere_leaves_the_same_end(world, moment):
    world.record_a_report()
    world.dies_at = moment
    world.minutes(8)  # its lease runs out, and the sweep does the pass again
    assert world.dies_at == ""
    case = world.case()
    assert (case.agency, case.text.count(SAID)) == ("ubnd_29905", 1)
    assert [event.data["file"] for event in case.events if "file" in event.data] == [file_key(RECORDING)]
    assert world.provider.held == {}
    assert world.files.files == {file_key(RECORDING): SOUND}
    assert len(world.email.sent) == 1
    assert world.row().status == "sent"


def test_the_provider_s_word_makes_it_due_at_once_and_twice_is_once(world):
    world.record_a_report()
    assert world.row().due_at > world.hotline.now
    assert world.ready() == "known"
    assert world.row().due_at == world.hotline.now
    before = world.hotline.everything()
    assert world.ready() == "known"
    assert world.hotline.everything() == before
    world.minutes(3)
    before = world.hotline.everything()
    assert world.ready() == "known"
    assert world.hotline.everything() == before


def test_the_provider_s_word_may_come_before_the_step_and_the_step_then_changes_nothing(world):
    for turn, kind in enumerate(("start", "keys", "silence", "silence")):
        world.step(turn, kind, keys="1" if kind == "keys" else "")
    assert world.ready() == "stepped"
    before = world.hotline.everything()
    script, turn = world.step(4, "recorded", recording=RECORDING, seconds=12)
    assert script and turn == 5
    assert world.hotline.everything() == before
    world.minutes(3)
    assert world.case().agency == "ubnd_29905"


def test_a_recording_whose_step_comes_after_the_end_of_the_call_is_not_lost(world):
    for turn, kind in enumerate(("start", "keys", "silence", "silence")):
        world.step(turn, kind, keys="1" if kind == "keys" else "")
    world.step(0, "ended")
    world.step(4, "recorded", recording=RECORDING, seconds=12)
    world.minutes(3)
    assert len(world.hotline.codes()) == 1
    assert SAID in world.case().text


def test_a_recording_of_an_unknown_call_is_kept_and_put_on_the_desk_s_table(world, log):
    assert world.ready("twilio#CA404") == "unknown_call"
    assert world.ready("twilio#CA404") == "known"
    world.minutes(3)
    assert world.files.files == {file_key(RECORDING): SOUND}
    case = world.case()
    assert (case.status, case.reporter_address) == ("received", "")
    assert SAID in case.text and case.service and case.area
    assert world.desk() == ["no_number", "recording_text"]  # nobody is promised who cannot be called
    assert "step of an unknown call" in log.text


def test_an_id_that_is_none_is_refused(world):
    with pytest.raises(MalformedRequest):
        world.ready(recording="https://evil.example/x")


@pytest.mark.parametrize(
    "told",
    [
        Transcript("failed", reason="transcription failed: unsupported"),
        Transcript("done", ""),
        Transcript("done", "ờ ờ"),
    ],
    ids=["failed", "no words", "nothing understood"],
)
def test_what_cannot_be_written_down_is_for_the_desk_to_hear(world, told):
    world.writer.told = told
    world.record_a_report()
    world.minutes(4)
    assert world.desk() == ["recording"]
    assert world.row().status == "sent"
    heard = world.hotline.page(world.hotline.link("desk"))["body"]
    assert f"https://storage.example/{file_key(RECORDING)}" in heard
    assert "Nghe ghi âm (12 giây)" in heard


def test_where_nobody_transcribes_the_desk_listens(world, monkeypatch):
    monkeypatch.setattr(wiring, "transcriber", cache(lambda: None))
    world.record_a_report()
    world.minutes(4)
    assert (world.desk(), world.provider.held) == (["recording"], {})


def test_an_empty_recording_is_noted_and_deleted(world):
    world.provider.held[RECORDING] = SOUND[:44]
    world.record_a_report()
    world.minutes(3)
    assert (world.desk(), world.provider.held, world.files.files) == (["recording"], {}, {})
    assert world.case().events[-1].note == "empty recording"


def test_what_is_no_recording_is_told_to_the_desk_and_never_stored(world):
    world.provider.refusal = RecordingUnavailable("recording is no sound", retry=False, alarm=True)
    world.record_a_report()
    world.minutes(3)
    assert world.row().status == "failed"
    assert (world.desk(), world.files.files) == (["recording"], {})


def test_a_provider_that_is_down_for_a_day_is_told_to_the_desk(world):
    world.provider.refusal = RecordingUnavailable("twilio did not answer", retry=True)
    world.record_a_report()
    world.minutes(30)
    assert world.did.count("fetch") == 6  # every five minutes
    world.provider.refusal = None
    world.minutes(8)
    assert world.case().agency == "ubnd_29905"


def test_after_a_day_the_desk_is_asked_to_listen(world):
    world.provider.refusal = RecordingUnavailable("twilio did not answer", retry=True)
    world.record_a_report()
    world.hotline.now += timedelta(hours=24)
    world.minutes(1)
    assert world.row().status == "failed"
    assert "recording" in world.desk()


def test_a_recording_of_a_talk_without_a_case_is_kept(world):
    world.step(0, "start")
    assert world.ready() == "added"
    assert world.ready() == "known"
    world.step(0, "ended")
    assert world.row().case_code is None
    world.minutes(3)
    assert world.files.files == {file_key(RECORDING): SOUND}
    assert world.row().status == "sent"


def test_the_agency_learns_that_there_is_a_recording_and_cannot_hear_it(world):
    world.record_a_report()
    world.minutes(3)
    page = world.hotline.page(world.hotline.link("agency"))["body"]
    assert "nói qua ghi âm" in page
    assert file_key(RECORDING) not in page


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (SOUND, "audio/wav"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"<html>", None),
        (b"RIFF\0\0\0\0AVI ", None),
        (b"", None),
    ],
)
def test_sound_is_known_by_its_first_bytes(content, kind):
    assert sound_type(content) == kind


# Amazon Transcribe


@pytest.fixture
def amazon(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        region = "ap-southeast-1"
        client = boto3.client("s3", region_name=region)
        client.create_bucket(Bucket="calls", CreateBucketConfiguration={"LocationConstraint": region})
        files = S3Files("calls", region)
        files.put(file_key(RECORDING), SOUND, "audio/wav")
        yield AmazonTranscribe("calls", files, "dong-thap", region), files


def test_amazon_writes_down_beside_the_recording_and_begins_once(amazon):
    writer, files = amazon
    assert writer.result(RECORDING) == Transcript("unknown")
    writer.start(RECORDING, file_key(RECORDING), "vi")
    writer.start(RECORDING, file_key(RECORDING), "vi")
    jobs = boto3.client("transcribe", region_name="ap-southeast-1")
    (job,) = jobs.list_transcription_jobs()["TranscriptionJobSummaries"]
    assert (job["TranscriptionJobName"], job["LanguageCode"]) == (f"dong-thap-{RECORDING}", "vi-VN")
    files.put(
        f"transcripts/{RECORDING}.json",
        json.dumps({"results": {"transcripts": [{"transcript": SAID}]}}).encode(),
        "application/json",
    )
    states = [writer.result(RECORDING) for _ in range(4)]
    assert [one.state for one in states][:1] == ["running"]
    assert states[-1] == Transcript("done", SAID)


def test_a_transcript_that_is_not_there_is_asked_for_again(amazon):
    writer, _ = amazon
    writer.start(RECORDING, file_key(RECORDING), "en")
    with pytest.raises(SendFailed) as refused:
        for _ in range(4):
            writer.result(RECORDING)
    assert refused.value.retry


def test_a_recording_opens_for_minutes_under_a_signed_address(amazon):
    _, files = amazon
    address = files.address(file_key(RECORDING), seconds=600, name="1.wav")
    assert f"/{file_key(RECORDING)}?" in address and "X-Amz-Expires=600" in address


# The simulator


def test_the_simulator_writes_down_what_its_caller_was_told_to_say(tmp_path, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    files = FolderFiles(tmp_path)
    stand_in = TranscribeApi({RECORDING: SAID}.__getitem__, files.put)
    app = Flask("transcribe")
    app.register_blueprint(stand_in.routes)
    server = make_server("127.0.0.1", 0, app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        here = f"http://127.0.0.1:{server.port}"
        writer = AmazonTranscribe("recordings", files, "dong-thap", "ap-southeast-1", here)
        assert writer.result(RECORDING) == Transcript("unknown")
        writer.start(RECORDING, file_key(RECORDING), "vi")
        writer.start(RECORDING, file_key(RECORDING), "vi")
        assert writer.result(RECORDING) == Transcript("done", SAID)
    finally:
        server.shutdown()
        server.server_close()
