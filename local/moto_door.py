"""A small HTTP door to moto's DynamoDB: connections stay open, a request costs a third of what moto's server takes."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any


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
            service: Any = DynamoDBStreamsHandler if target.startswith("DynamoDBStreams") else DynamoHandler
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
