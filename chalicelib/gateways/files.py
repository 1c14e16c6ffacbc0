"""Where files are kept: a bucket on any engine that speaks S3 (a folder of one machine: gateways/files_folder.py)."""

from __future__ import annotations

import re
from typing import Any

from chalicelib.errors import StorageUnavailable
from chalicelib.gateways.ports import UploadForm

_KEY = re.compile(r"[\w.+=@-]+(/[\w.+=@-]+)*", re.ASCII)
MAX_KEY_CHARACTERS = 500

_MISSING = ("NoSuchKey", "404", "InvalidRange")
_NOT_SEEN = (*_MISSING, "403", "AccessDenied")
"""Whoever may not list a bucket is refused what is not there."""


def is_key(key: str) -> bool:
    """Plain names between single slashes; nothing that climbs out, on a disk or in a link."""
    plain = len(key) <= MAX_KEY_CHARACTERS and bool(_KEY.fullmatch(key))
    return plain and not any(part.strip(".") == "" for part in key.split("/"))


def check_key(key: str) -> None:
    if not is_key(key):
        raise ValueError(f"not a file key: {key[:80]!r}")


class S3Files:
    """A `FileStore` in a bucket."""

    def __init__(self, bucket: str, region: str, endpoint_url: str | None = None) -> None:
        """
        Remember the bucket; nothing is opened before the first file.

        Args:
            bucket: Its name.
            region: Where it is.
            endpoint_url: Address of an engine that is not Amazon's.
        """
        self._bucket = bucket
        self._region = region
        self._endpoint_url = endpoint_url
        self._opened: Any = None

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """
        Store a file under *key*; one that is there already is replaced whole.

        Raises:
            ValueError: The key is not a plain path.
            StorageUnavailable: The engine did not take it.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        check_key(key)
        try:
            self._client().put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type)
        except (BotoCoreError, ClientError) as problem:
            raise StorageUnavailable(f"file {key} could not be stored") from problem

    def get(self, key: str) -> bytes:
        """
        Return a file's content.

        Raises:
            KeyError: There is none.
            StorageUnavailable: The engine did not answer.
        """
        return self._read(key, _MISSING)

    def size(self, key: str) -> int:
        """
        Return how many bytes a file has, without reading it.

        Raises:
            KeyError: There is none, or none that we may see.
            StorageUnavailable: The engine did not answer.
        """
        return int(self._ask("head_object", key, _NOT_SEEN)["ContentLength"])

    def get_start(self, key: str, most: int) -> bytes:
        """Return the first *most* bytes of a file, or all of a shorter one. Raises like `size`."""
        return self._read(key, _NOT_SEEN, most, Range=f"bytes=0-{most - 1}")

    def delete(self, key: str) -> None:
        """Delete a file; one that is gone is deleted. Raises StorageUnavailable."""
        check_key(key)
        self._ask("delete_object", key, ())

    def _read(self, key: str, missing: tuple[str, ...], most: int | None = None, **more: Any) -> bytes:
        from botocore.exceptions import BotoCoreError

        found = self._ask("get_object", key, missing, **more)
        try:
            return bytes(found["Body"].read(most))
        except BotoCoreError as problem:
            raise StorageUnavailable(f"file {key} broke off") from problem

    def _ask(self, call: str, key: str, missing: tuple[str, ...], **more: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        if not is_key(key):
            raise KeyError(key)
        try:
            return getattr(self._client(), call)(Bucket=self._bucket, Key=key, **more)
        except ClientError as problem:
            if problem.response.get("Error", {}).get("Code") in missing:
                raise KeyError(key) from problem
            raise StorageUnavailable(f"file {key}: {call} failed") from problem
        except BotoCoreError as problem:
            raise StorageUnavailable(f"file {key}: {call} failed") from problem

    def upload_form(
        self, key: str, *, content_type: str, max_bytes: int, seconds: int, redirect: str = ""
    ) -> UploadForm:
        """
        Return what a browser posts one file with, straight into the bucket: this key, this type, so large at most.

        The engine itself refuses anything else, before a function of ours reads a byte (S3, "POST Policy").

        Args:
            key: Where the file will lie.
            content_type: As the browser will send it; it proves nothing about the content.
            max_bytes: Longest file taken; an empty one is not.
            seconds: How long the form may be posted.
            redirect: Page the browser is sent to afterwards; empty = answer 201 to a script.
        """
        check_key(key)
        fixed = {"Content-Type": content_type}
        fixed |= {"success_action_redirect": redirect} if redirect else {"success_action_status": "201"}
        made = self._client().generate_presigned_post(
            self._bucket,
            key,
            Fields=dict(fixed),
            Conditions=[
                *({name: value} for name, value in fixed.items()),
                ["content-length-range", 1, max_bytes],
            ],
            ExpiresIn=seconds,
        )
        return UploadForm(made["url"], made["fields"])

    def address(self, key: str, *, seconds: int, name: str) -> str:
        """
        Return an address that opens the file for *seconds* and saves it as *name*; empty for what is no key.

        It says who may open the file and until when; it is for the person who asked, and for no log.
        """
        if not is_key(key):
            return ""
        asked = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentDisposition": f'inline; filename="{name}"',
            "ResponseCacheControl": "no-store",
        }
        return str(self._client().generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds))

    def _client(self) -> Any:
        if self._opened is None:
            import boto3
            from botocore.config import Config

            # Path style where the engine is not Amazon's: bucket names as host names need a DNS of their own. At
            # Amazon the host of the bucket's own region: a browser's upload would not survive a redirect to it.
            style = {"addressing_style": "path" if self._endpoint_url else "virtual"}
            config = Config(
                connect_timeout=2,
                read_timeout=10,
                retries={"total_max_attempts": 3, "mode": "standard"},
                s3=style,
                signature_version="s3v4",  # an address of a file under a key of the province's own needs it
            )
            self._opened = boto3.client(
                "s3", region_name=self._region, endpoint_url=self._endpoint_url, config=config
            )
        return self._opened
