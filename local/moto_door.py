"""A small HTTP door to moto's DynamoDB: connections stay open, a request costs a third of what moto's server takes."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

EVERYDAY = frozenset(
    {
        "BatchGetItem",
        "GetItem",
        "GetRecords",
        "PutItem",
        "Query",
        "Scan",
        "TransactWriteItems",
        "UpdateItem",
    }
)
"""Calls whose answers need no translation; moto's takes longer than the call itself."""


def open_door() -> ThreadingHTTPServer:
    """
    Bind a free port; what the server gets goes to moto's DynamoDB and its streams, one request at a time.

    moto's transactions are only atomic when nothing else runs beside them. Its own server opens a connection and
    walks through two frameworks for each request, most of the time of a local run and of the tests.
    """
    from botocore.awsrequest import AWSPreparedRequest
    from moto.core.exceptions import HTTPException
    from moto.core.request import normalize_request
    from moto.dynamodb.responses import DynamoHandler
    from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

    class PlainAnswers:
        """Writes the answers of everyday calls as they are: in moto they have the shape of the wire already."""

        def serialized(self: Any, answer: Any) -> Any:
            """Return status, headers and body."""
            if self._get_action() in EVERYDAY and isinstance(answer.result, dict):
                headers = {"Content-Type": "application/x-amz-json-1.0", **self.response_headers}
                return 200, headers, json.dumps(answer.result, default=_as_on_the_wire)
            return super().serialized(answer)  # type: ignore[misc]

    class Tables(PlainAnswers, DynamoHandler):
        """The tables."""

    class Streams(PlainAnswers, DynamoDBStreamsHandler):
        """Their streams."""

    one_at_a_time = Lock()

    class Door(BaseHTTPRequestHandler):
        """One connection."""

        protocol_version = "HTTP/1.1"
        wbufsize = -1  # the answer goes out in one piece
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            """Hand one call to moto."""
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            target = self.headers.get("X-Amz-Target", "")
            service: Any = Streams if target.startswith("DynamoDBStreams") else Tables
            address = f"http://{self.headers['Host']}/"
            asked = normalize_request(
                AWSPreparedRequest("POST", address, dict(self.headers.items()), content, False)
            )
            with one_at_a_time:
                try:
                    status, headers, body = service.dispatch(asked, asked.raw_url, asked.headers)
                except HTTPException as refused:
                    status, headers, body = refused.code, dict(refused.get_headers()), refused.get_body()
            content = body.encode() if isinstance(body, str) else body
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() != "content-length":
                    self.send_header(name, str(value))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """Do not write a line a request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True  # an open connection must not hold us
    return server


def _as_on_the_wire(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.timestamp()
    return str(value)
