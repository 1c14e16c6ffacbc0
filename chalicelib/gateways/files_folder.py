"""Files in a folder of one machine. Browsers reach them through a door that holds to what is signed here (`local/`)."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from chalicelib.errors import LinkNotValid
from chalicelib.gateways.files import check_key, is_key
from chalicelib.gateways.ports import UploadForm


@dataclass(frozen=True, slots=True)
class Policy:
    """What one upload may be."""

    key: str
    content_type: str
    max_bytes: int
    redirect: str


class FolderFiles:
    """A `FileStore` in a folder of this machine; for local runs."""

    def __init__(self, path: str | Path, url: str = "", secret: str = "") -> None:
        """
        Keep files below *path*, which is made when the first one comes.

        Args:
            path: The folder.
            url: Where a door serves it to browsers; empty = nowhere.
            secret: What addresses and uploads at that door are signed with.
        """
        self._root = Path(path)
        self._url = url.rstrip("/")
        self._secret = secret

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """
        Store a file under *key*; whoever reads sees the old one or the new one, never half of it.

        Raises:
            ValueError: The key is not a plain path.
        """
        check_key(key)
        target = self._root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        part.write_bytes(content)
        part.replace(target)

    def get(self, key: str) -> bytes:
        """Return a file's content. Raises KeyError when there is none."""
        return self._path(key).read_bytes()

    def size(self, key: str) -> int:
        """Return how many bytes a file has. Raises KeyError when there is none."""
        return self._path(key).stat().st_size

    def get_start(self, key: str, most: int) -> bytes:
        """Return the first *most* bytes of a file. Raises KeyError when there is none."""
        with self._path(key).open("rb") as file:
            return file.read(most)

    def delete(self, key: str) -> None:
        """Delete a file; one that is gone is deleted."""
        check_key(key)
        (self._root / key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        path = self._root / key
        if not is_key(key) or not path.is_file():
            raise KeyError(key)
        return path

    def address(self, key: str, *, seconds: int, name: str) -> str:
        """Return an address at the door that opens the file for *seconds*; empty without a door."""
        if not self._url or not is_key(key):
            return ""
        signed = self._signer("address").dumps([key, int(time.time()) + seconds, name])
        return f"{self._url}/{key}?{urlencode({'signed': signed})}"

    def upload_form(
        self, key: str, *, content_type: str, max_bytes: int, seconds: int, redirect: str = ""
    ) -> UploadForm:
        """Return what a browser posts one file to the door with; see `S3Files.upload_form`."""
        check_key(key)
        policy = [key, int(time.time()) + seconds, content_type, max_bytes, redirect]
        after = {"success_action_redirect": redirect} if redirect else {"success_action_status": "201"}
        fields = {"key": key, "Content-Type": content_type, **after}
        return UploadForm(self._url, {**fields, "policy": self._signer("upload").dumps(policy)})

    def opened(self, key: str, signed: str) -> str:
        """
        Return the name under which a signed address gives out *key*; what the door asks.

        Raises:
            LinkNotValid: altered or expired.
        """
        about, until, name = self._read("address", signed)
        if about != key:
            raise LinkNotValid("altered")
        _unless_past(until)
        return str(name)

    def policy(self, signed: str) -> Policy:
        """Return what an upload may be; what the door asks. Raises LinkNotValid."""
        key, until, content_type, max_bytes, redirect = self._read("upload", signed)
        _unless_past(until)
        return Policy(str(key), str(content_type), int(max_bytes), str(redirect))

    def _read(self, use: str, signed: str) -> Any:
        from itsdangerous import BadData

        try:
            return self._signer(use).loads(signed)
        except BadData as problem:
            raise LinkNotValid("altered") from problem

    def _signer(self, use: str) -> Any:
        from itsdangerous import URLSafeSerializer

        return URLSafeSerializer(self._secret, salt=f"1022/files/{use}")


def _unless_past(until: int) -> None:
    if time.time() > until:
        raise LinkNotValid("expired")
