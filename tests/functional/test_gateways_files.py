"""One contract for file stores: a bucket (on moto), a folder, and the fake that other tests use."""

import boto3
import pytest
from moto import mock_aws

from chalicelib.errors import StorageUnavailable
from chalicelib.gateways.files import S3Files
from chalicelib.gateways.files_folder import FolderFiles
from tests.fakes import FakeFiles
from tests.functional.gateway_server import running_provider


@pytest.fixture
def bucket(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("s3", region_name="ap-southeast-1")
        client.create_bucket(
            Bucket="files", CreateBucketConfiguration={"LocationConstraint": "ap-southeast-1"}
        )
        yield client


@pytest.fixture(params=["bucket", "folder", "fake"])
def files(request, tmp_path):
    if request.param == "bucket":
        request.getfixturevalue("bucket")
        return S3Files("files", "ap-southeast-1")
    return FolderFiles(tmp_path / "files") if request.param == "folder" else FakeFiles()


def test_a_file_comes_back_as_it_was_put(files):
    files.put("reports/2020-h1/so-ldtbxh.xlsx", b"PK\x03\x04\0\xff", "application/vnd.ms-excel")
    assert files.get("reports/2020-h1/so-ldtbxh.xlsx") == b"PK\x03\x04\0\xff"


def test_a_file_put_again_is_replaced(files):
    files.put("a.txt", b"longer than the next", "text/plain")
    files.put("a.txt", b"new", "text/plain")
    assert files.get("a.txt") == b"new"


def test_an_empty_file_is_a_file(files):
    files.put("empty", b"", "text/plain")
    assert files.get("empty") == b""


@pytest.mark.parametrize("key", ["nothing.txt", "reports", "reports/2020/nothing.txt"])
def test_a_file_that_is_not_there_is_a_key_error(files, key):
    files.put("reports/a.txt", b"a", "text/plain")
    with pytest.raises(KeyError):
        files.get(key)


OUTSIDE = [
    "",
    "/etc/passwd",
    "../a",
    "a/../../b",
    "a//b",
    "a/",
    "./a",
    "a/./b",
    "a\\b",
    "a\0b",
    "C:/a",
    "đ",
    "a" * 600,
    "...",
]


@pytest.mark.parametrize("key", OUTSIDE)
@pytest.mark.parametrize("kind", ["bucket", "folder"])
def test_a_key_that_climbs_out_is_refused(tmp_path, kind, key):
    outside = tmp_path / "a"
    outside.write_bytes(b"secret")
    files = FolderFiles(tmp_path / "files") if kind == "folder" else S3Files("files", "ap-southeast-1")
    with pytest.raises(ValueError, match="not a file key"):
        files.put(key, b"x", "text/plain")
    with pytest.raises(KeyError):
        files.get(key)
    assert outside.read_bytes() == b"secret"


def test_a_bucket_keeps_the_content_type(bucket):
    S3Files("files", "ap-southeast-1").put("a.csv", b"a", "text/csv")
    assert bucket.get_object(Bucket="files", Key="a.csv")["ContentType"] == "text/csv"


def test_an_engine_that_fails_is_no_missing_file(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with running_provider() as provider:
        provider.answers = [(403, b"")]
        files = S3Files("files", "ap-southeast-1", endpoint_url=provider.url)
        with pytest.raises(StorageUnavailable):
            files.get("a")
        with pytest.raises(StorageUnavailable):
            files.put("a", b"", "text/plain")
        assert provider.asked[0].path == "/files/a"


def test_a_bucket_that_is_not_there_is_no_missing_file(bucket):
    with pytest.raises(StorageUnavailable):
        S3Files("elsewhere", "ap-southeast-1").get("a")


def test_size_and_start_are_told_without_the_rest(files):
    files.put("uploads/a/1", b"\xff\xd8\xff" + b"x" * 5000, "image/jpeg")
    assert files.size("uploads/a/1") == 5003
    assert files.get_start("uploads/a/1", 4) == b"\xff\xd8\xffx"
    assert len(files.get_start("uploads/a/1", 10_000)) == 5003


def test_what_is_not_there_has_no_size_and_no_start(files):
    for ask in (files.size, lambda key: files.get_start(key, 4)):
        with pytest.raises(KeyError):
            ask("uploads/a/1")


def test_a_deleted_file_is_gone_and_deleting_it_again_is_nothing(files):
    files.put("uploads/a/1", b"x", "image/jpeg")
    files.delete("uploads/a/1")
    files.delete("uploads/a/1")
    with pytest.raises(KeyError):
        files.get("uploads/a/1")


def test_a_bucket_that_may_not_be_listed_refuses_what_is_not_there(monkeypatch):
    """Whoever may read but not list is answered 403 instead of 404: the file may still come."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with running_provider() as provider:
        provider.answers = [(403, b"")]
        files = S3Files("files", "ap-southeast-1", endpoint_url=provider.url)
        with pytest.raises(KeyError):
            files.get_start("uploads/a/1", 4)
