"""What holds a browser to what it was allowed: the bucket's policy, and the door of one machine that does the same."""

from __future__ import annotations

import base64
import json
import threading
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from flask import Flask
from moto import mock_aws
from werkzeug.serving import make_server

from chalicelib import settings
from chalicelib.gateways.files import S3Files
from chalicelib.gateways.files_folder import FolderFiles
from local.simulator.file_door import FileDoor

HOTLINE = "http://127.0.0.1:8022"
SECRET = "a-secret-for-tests-that-no-province-may-use"
KEY = "uploads/0123456789abcdef0123456789abcdef/1"


@pytest.fixture
def bucket(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        region = "ap-southeast-1"
        client = boto3.client("s3", region_name=region)
        client.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": region})
        yield S3Files("files", region)


def offered(files, **more):
    asked = {"content_type": "image/jpeg", "max_bytes": 1000, "seconds": 600} | more
    return files.upload_form(KEY, **asked)


# The bucket


@pytest.mark.parametrize(
    ("redirect", "after"),
    [
        ("", {"success_action_status": "201"}),
        (f"{HOTLINE}/case/x", {"success_action_redirect": f"{HOTLINE}/case/x"}),
    ],
)
def test_a_bucket_s_policy_names_one_key_one_type_and_a_size(bucket, redirect, after):
    form = offered(bucket, max_bytes=10_485_760, redirect=redirect)
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    assert ["content-length-range", 1, 10_485_760] in policy["conditions"]
    for exact in ({"key": KEY}, {"bucket": "files"}, {"Content-Type": "image/jpeg"}, after):
        assert exact in policy["conditions"]
    assert not [one for one in policy["conditions"] if "starts-with" in one]
    assert {"key": KEY, "Content-Type": "image/jpeg", **after}.items() <= form.fields.items()


def test_uploads_and_addresses_lie_where_pages_may_send_browsers(bucket, monkeypatch):
    """Content-Security-Policy names this host; a redirect from another one would break both."""
    monkeypatch.setenv("FILES_BUCKET", "files")
    address = bucket.address(KEY, seconds=600, name="1.jpg")
    for url in (offered(bucket).url, address):
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}" == settings.files_origin()


def test_a_browser_puts_a_file_into_the_bucket(bucket):
    form = offered(bucket)
    answer = requests.post(form.url, data=form.fields, files={"file": b"\xff\xd8\xff123"}, timeout=5)
    assert int(answer.status_code) == 201
    assert bucket.size(KEY) == 6 and bucket.get_start(KEY, 3) == b"\xff\xd8\xff"


# The door


class Door:
    """A door that stands open."""

    def __init__(self, folder):
        self.files = FolderFiles(folder)
        self.stored = 0
        app = Flask("door")
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.port}/files"
        self.files = FolderFiles(folder, self.url, SECRET)
        calls = FolderFiles(f"{folder}/recordings", f"{self.url}/recordings", SECRET)
        self.calls = calls
        door = FileDoor({"": self.files, "recordings/": calls}, origin=HOTLINE, stored=self.count)
        app.register_blueprint(door.routes)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def count(self):
        self.stored += 1

    def post(self, form, content=b"\xff\xd8\xff123", **more):
        return requests.post(
            form.url,
            data={**form.fields, **more.pop("fields", {})},
            files={"file": ("my photo.jpg", content, "image/jpeg")},
            timeout=10,
            allow_redirects=False,
            **more,
        )


@pytest.fixture
def door(tmp_path):
    made = Door(tmp_path)
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_the_door_takes_what_was_allowed_and_answers_as_s3(door):
    answer = door.post(offered(door.files), headers={"Origin": HOTLINE})
    assert (answer.status_code, door.stored) == (201, 1)
    assert answer.headers["Access-Control-Allow-Origin"] == HOTLINE and KEY in answer.text
    assert door.files.get(KEY) == b"\xff\xd8\xff123"


def test_the_door_sends_a_browser_back(door):
    answer = door.post(offered(door.files, redirect=f"{HOTLINE}/case/x/attached?slot=1"))
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{HOTLINE}/case/x/attached?slot=1&bucket=files&key=uploads")


def test_25_megabytes_are_refused_and_nothing_is_stored(door):
    answer = door.post(offered(door.files, max_bytes=10_485_760), b"\xff\xd8\xff" + b"\0" * 25_000_000)
    assert (answer.status_code, door.stored) == (400, 0)
    assert "<Code>EntityTooLarge</Code>" in answer.text
    with pytest.raises(KeyError):
        door.files.size(KEY)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key": KEY.replace("/1", "/2")}, "AccessDenied"),
        ({"key": "../outside"}, "AccessDenied"),
        ({"Content-Type": "text/html"}, "AccessDenied"),
        ({"policy": "made-up.policy"}, "AccessDenied"),
        ({"policy": ""}, "AccessDenied"),
        ({"note": "x" * 30_000}, "MaxPostPreDataLengthExceeded"),
    ],
    ids=lambda one: "-".join(one) if isinstance(one, dict) else one,
)
def test_the_door_refuses_what_was_not_allowed(door, change, code):
    answer = door.post(offered(door.files), fields=change)
    assert code in answer.text and answer.status_code >= 400 and door.stored == 0


def test_the_door_refuses_an_empty_file_a_late_one_and_what_is_no_form(door):
    assert "EntityTooSmall" in door.post(offered(door.files), b"").text
    assert "AccessDenied" in door.post(offered(door.files, seconds=-1)).text
    assert requests.post(door.url, data=b"x", timeout=5).status_code == 400
    cut = requests.post(
        door.url, data=b"--b\r\n", headers={"Content-Type": "multipart/form-data; boundary=b"}, timeout=5
    )
    assert cut.status_code == 400 and door.stored == 0


def test_another_site_s_script_is_told_nothing(door):
    answer = door.post(offered(door.files), headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_signed_address_opens_its_file_for_a_while_and_no_other(door):
    door.files.put("attachments/1/1.jpg", b"\xff\xd8\xffone", "image/jpeg")
    door.files.put("attachments/1/2.jpg", b"\xff\xd8\xfftwo", "image/jpeg")
    address = door.files.address("attachments/1/1.jpg", seconds=600, name="482177306-1.jpg")
    answer = requests.get(address, timeout=5)
    assert (answer.content, answer.headers["Content-Type"]) == (b"\xff\xd8\xffone", "image/jpeg")
    assert "482177306-1.jpg" in answer.headers["Content-Disposition"]
    for wrong in (
        address.replace("1.jpg?", "2.jpg?"),
        address.split("?")[0],
        f"{address}x",
        door.files.address("attachments/1/1.jpg", seconds=-1, name="x"),
        door.files.address("attachments/1/3.jpg", seconds=600, name="x"),
    ):
        assert requests.get(wrong, timeout=5).status_code == 403, wrong


def test_a_recording_opens_at_the_same_door(door):
    door.calls.put("calls/RE1", b"RIFF\0\0\0\0WAVEfmt ", "audio/wav")
    answer = requests.get(door.calls.address("calls/RE1", seconds=600, name="1.wav"), timeout=5)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "audio/wav")


def test_a_folder_without_a_door_gives_no_address(tmp_path):
    assert FolderFiles(tmp_path).address(KEY, seconds=600, name="x") == ""
