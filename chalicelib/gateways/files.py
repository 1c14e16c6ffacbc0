"""Where files are kept: a bucket on any engine that speaks S3, or a folder on one machine."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from chalicelib.errors import StorageUnavailable

_KEY = re.compile(r"[\w.+=@-]+(/[\w.+=@-]+)*", re.ASCII)
MAX_KEY_CHARACTERS = 500


def _is_key(key: str) -> bool:
    """Plain names between single slashes; nothing that climbs out, on a disk or in a link."""
    plain = len(key) <= MAX_KEY_CHARACTERS and bool(_KEY.fullmatch(key))
    return plain and not any(part.strip(".") == "" for part in key.split("/"))


def _check(key: str) -> None:
    if not _is_key(key):
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

        _check(key)
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
        from botocore.exceptions import BotoCoreError, ClientError

        if not _is_key(key):
            raise KeyError(key)
        try:
            return bytes(self._client().get_object(Bucket=self._bucket, Key=key)["Body"].read())
        except ClientError as problem:
            if problem.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
                raise KeyError(key) from problem
            raise StorageUnavailable(f"file {key} could not be read") from problem
        except BotoCoreError as problem:
            raise StorageUnavailable(f"file {key} could not be read") from problem

    def address(self, key: str, *, seconds: int, name: str) -> str:
        """
        Return an address that opens the file for *seconds* and saves it as *name*; empty for what is no key.

        It says who may open the file and until when; it is for the person who asked, and for no log.
        """
        if not _is_key(key):
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

            # path style where the engine is not Amazon's: bucket names as host names need a DNS of their own
            style = {"addressing_style": "path"} if self._endpoint_url else {}
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


class FolderFiles:
    """A `FileStore` in a folder of this machine; for local runs."""

    def __init__(self, path: str | Path) -> None:
        """Keep files below *path*, which is made when the first one comes."""
        self._root = Path(path)

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """
        Store a file under *key*; whoever reads sees the old one or the new one, never half of it.

        Raises:
            ValueError: The key is not a plain path.
        """
        _check(key)
        target = self._root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        part.write_bytes(content)
        part.replace(target)

    def get(self, key: str) -> bytes:
        """Return a file's content. Raises KeyError when there is none."""
        if not _is_key(key):
            raise KeyError(key)
        try:
            return (self._root / key).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as problem:
            raise KeyError(key) from problem

    def address(self, key: str, *, seconds: int, name: str) -> str:
        """Return the file's place on this machine; only who sits at it can open it."""
        return (self._root / key).absolute().as_uri() if _is_key(key) else ""
