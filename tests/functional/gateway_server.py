"""A provider on this machine that answers as told and remembers every request: real sockets, no network."""

import json
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self):
        return {
            name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()
        }

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Provider:
    """What the server does: `answers` one after the other, the last one for ever; a str is a fault."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: list = field(default_factory=lambda: [(200, {})])
    content_type: str = "application/json"
    done: threading.Event = field(default_factory=threading.Event)

    def next_answer(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    provider: Provider

    def _serve(self):
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = parse_qs(parts.query, keep_blank_values=True)
        self.provider.asked.append(Asked(self.command, parts.path, query, dict(self.headers), body))
        answer = self.provider.next_answer()
        if answer == "cut":  # the request has arrived, the connection ends without an answer
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        if answer == "silence":  # the caller's patience ends first; the test lets go afterwards
            self.provider.done.wait(10)
            self.close_connection = True
            return
        status, content = answer
        payload = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", self.provider.content_type)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = do_DELETE = _serve

    def log_message(self, format, *args):
        pass


class running_provider:
    """Context manager: a `Provider` on a free port of this machine."""

    def __enter__(self):
        self.provider = Provider()
        handler = type("Handler", (_Handler,), {"provider": self.provider})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.provider.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        return self.provider

    def __exit__(self, *_):
        self.provider.done.set()
        self.server.shutdown()
        self.server.server_close()


def closed_port_url():
    """An address where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
