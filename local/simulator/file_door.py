"""The file store of one machine as browsers meet S3: uploads by a signed form, files at signed addresses, CORS."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, request
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from chalicelib.domain.attachment import file_type
from chalicelib.domain.recording import sound_type
from chalicelib.errors import LinkNotValid
from chalicelib.gateways.files_folder import FolderFiles, Policy

CHUNK = 64 * 1024
MOST_FIELD_BYTES = 20_000
"""Of all fields before the file together, as S3 has it."""


class Refused(Exception):
    """S3's word for why an upload is not taken, and its status."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(code)
        self.code, self.message, self.status = code, message, status


class FileDoor:
    """`/files`: what a bucket's address is to a browser."""

    def __init__(
        self, stores: Mapping[str, FolderFiles], *, origin: str, stored: Callable[[], None] = lambda: None
    ) -> None:
        """
        Args:
            stores: Beginning of a key → the store it lies in, "" for all others; uploads go to that one.
            origin: Whose scripts may post here.
            stored: Called once a file has been put.
        """
        self._stores = stores
        self._origin = origin
        self._stored = stored
        self.routes = Blueprint("files", __name__)
        self.routes.add_url_rule("/files", "put_file", self.take, methods=["POST", "OPTIONS"])
        self.routes.add_url_rule("/files/<path:key>", "get_file", self.give, methods=["GET"])

    def take(self) -> Response:
        """POST /files: one file, by a form the hotline signed."""
        if request.method == "OPTIONS":
            return self._answered(Response(status=200))
        try:
            key, fields = self._read()
        except Refused as refused:
            while request.stream.read(
                CHUNK
            ):  # held nowhere; a browser hears an answer only once it has sent all
                pass
            body = (
                f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{refused.code}</Code>'
                f"<Message>{refused.message}</Message></Error>"
            )
            return self._answered(Response(body, refused.status, content_type="application/xml"))
        self._stored()
        if back := fields.get("success_action_redirect", ""):
            told = urlencode({"bucket": "files", "key": key, "etag": '"local"'})
            address = f"{back}{'&' if '?' in back else '?'}{told}"
            return self._answered(Response(status=303, headers={"Location": address}))
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Key>{key}</Key></PostResponse>'
        return self._answered(Response(body, 201, content_type="application/xml"))

    def _answered(self, answer: Response) -> Response:
        """What the bucket's CORS rule lets the hotline's own pages see."""
        if request.headers.get("Origin") == self._origin:
            answer.headers["Access-Control-Allow-Origin"] = self._origin
            answer.headers["Access-Control-Allow-Methods"] = "POST"
            asked = request.headers.get("Access-Control-Request-Headers")
            if asked:
                answer.headers["Access-Control-Allow-Headers"] = asked
        return answer

    def _read(self) -> tuple[str, dict[str, str]]:
        """Read fields, then the file, and no byte more than is allowed."""
        _, options = parse_options_header(request.headers.get("Content-Type", ""))
        if not options.get("boundary"):
            raise Refused("MalformedPOSTRequest", "The body is not well-formed multipart/form-data.", 400)
        fields: dict[str, str] = {}
        name, policy, content, before = "", None, bytearray(), 0
        for event in _events(options["boundary"].encode()):
            if isinstance(event, Field):
                name = event.name
                fields[name] = ""
            elif isinstance(event, File):
                policy = self._policy(fields)
                name = ""
            elif isinstance(event, Data) and policy is None:
                before += len(event.data)
                if before > MOST_FIELD_BYTES:
                    raise Refused(
                        "MaxPostPreDataLengthExceeded", "Your POST request fields were too long.", 400
                    )
                fields[name] += event.data.decode("utf-8", "replace")
            elif isinstance(event, Data) and policy is not None:
                content += event.data
                if len(content) > policy.max_bytes:
                    raise Refused(
                        "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400
                    )
        if policy is None:
            raise Refused("InvalidArgument", "POST requires exactly one file upload per request.", 400)
        if not content:
            raise Refused(
                "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400
            )
        self._stores[""].put(policy.key, bytes(content), policy.content_type)
        return policy.key, fields

    def _policy(self, fields: Mapping[str, str]) -> Policy:
        try:
            policy = self._stores[""].policy(fields.get("policy", ""))
        except LinkNotValid as problem:
            raise Refused("AccessDenied", f"Invalid according to Policy: {problem}", 403) from problem
        meant = {"key": policy.key, "Content-Type": policy.content_type}
        if policy.redirect:
            meant["success_action_redirect"] = policy.redirect
        for name, value in meant.items():
            if fields.get(name) != value:
                raise Refused("AccessDenied", f"Invalid according to Policy: {name}", 403)
        return policy

    def give(self, key: str) -> Response:
        """GET /files/<key>: a file, for whoever has its address."""
        begins = next(name for name in sorted(self._stores, key=len, reverse=True) if key.startswith(name))
        store, inside = self._stores[begins], key.removeprefix(begins)
        try:
            name = store.opened(inside, request.args.get("signed", ""))
            content = store.get(inside)
        except (LinkNotValid, KeyError):
            return Response("<Error><Code>AccessDenied</Code></Error>", 403, content_type="application/xml")
        headers = {
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(content, 200, headers=headers, content_type=_type_of(inside, content))


def _type_of(key: str, content: bytes) -> str:
    known = file_type(content[:16]) or sound_type(content)
    return known or mimetypes.guess_type(key)[0] or "application/octet-stream"


def _events(boundary: bytes) -> Iterator[Any]:
    decoder = MultipartDecoder(boundary)
    try:
        while not isinstance(event := decoder.next_event(), Epilogue):
            if isinstance(event, NeedData):
                decoder.receive_data(request.stream.read(CHUNK) or None)
            else:
                yield event
    except ValueError as problem:
        raise Refused(
            "MalformedPOSTRequest", "The body is not well-formed multipart/form-data.", 400
        ) from problem
