"""Open311 as another city system sees it: the gateway before the app, a system with a key, over WSGI or HTTP."""

from __future__ import annotations

import json
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from werkzeug.serving import make_server
from werkzeug.test import Client, TestResponse

from chalicelib import wiring
from chalicelib.domain.directory import Directory
from infra.container.gateway import HotlineServer
from local.client_system import KEY, with_client
from local.database import create_tables, delete_tables
from packs import read_data
from tests.functional.conftest import Deployed, real_reader

PIN = {"lat": "10.3290", "long": "105.7391"}
"""In phường Sa Đéc."""

MATTER = {"service_code": "giao_thong", "description": "Đường Nguyễn Huệ có ổ gà lớn, xe hay té.", **PIN}


@cache
def province() -> Directory:
    """Đồng Tháp with one client system."""
    return Directory.from_data(with_client(read_data("dong-thap")))


def application() -> HotlineServer:
    """The hotline as it is served."""
    from app import app

    wiring._current.directory = province()
    return HotlineServer(app)


@dataclass
class Room:
    """Speaks to `/open311/`."""

    client: Client

    def ask(
        self, path: str, query: Any = None, *, method: str = "GET", headers: dict[str, str] | None = None
    ) -> TestResponse:
        asked = f"?{query if isinstance(query, str) else urlencode(query, doseq=True)}" if query else ""
        return self.client.open(f"/open311/{path}{asked}", method=method, headers=headers or {})

    def json(self, path: str, query: Any = None) -> Any:
        """What a good GET of `v2/<path>.json` says."""
        answer = self.ask(f"v2/{path}.json", query)
        assert answer.status_code == 200, answer.text
        return json.loads(answer.data)

    def xml(self, path: str, query: Any = None) -> Any:
        """What a good GET of `v2/<path>.xml` says, in the words of JSON."""
        answer = self.ask(f"v2/{path}.xml", query)
        assert answer.status_code == 200, answer.text
        return spark(ET.fromstring(answer.data))

    def file(
        self,
        fields: dict[str, Any] | None = None,
        *,
        path: str = "v2/requests.json",
        key: str | None = KEY,
        query: Any = None,
        headers: dict[str, str] | None = None,
        **changed: Any,
    ) -> TestResponse:
        """POST a request; a field that is None is left out."""
        form = {**(fields if fields is not None else MATTER), **changed}
        if key is not None:
            form["api_key"] = key
        body = urlencode({name: value for name, value in form.items() if value is not None}, doseq=True)
        sent = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", **(headers or {})}
        asked = f"?{urlencode(query)}" if query else ""
        return self.client.post(f"/open311/{path}{asked}", data=body, headers=sent)

    def filed(self, **changed: Any) -> str:
        """The id of a request that was taken."""
        answer = self.file(**changed)
        assert answer.status_code == 201, answer.text
        return str(json.loads(answer.data)[0]["service_request_id"])


@pytest.fixture(scope="module")
def shared(moto_endpoint: str) -> Iterator[Deployed]:
    """One hotline for a whole module whose tests leave nothing behind."""
    prefix = f"test-{uuid4().hex[:12]}"
    with pytest.MonkeyPatch.context() as patch:
        names = create_tables(moto_endpoint, prefix)
        patch.setenv("DYNAMODB_ENDPOINT", moto_endpoint)
        for table, name in names.items():
            patch.setenv(f"{table.upper()}_TABLE", name)
        wiring.forget()
        stack = Deployed(moto_endpoint, names)
        patch.setattr(wiring, "_clock", lambda: stack.now)
        wiring._current.reader = real_reader()
        wiring._current.looked_at = float("inf")
        yield stack
        delete_tables(moto_endpoint, prefix)
    wiring.forget()


LISTS = {"services", "service_requests", "attributes", "values", "endpoints", "formats", "errors"}


def spark(element: ET.Element) -> Any:
    """XML in the words of its JSON (the Spark convention); every leaf is text, as XML knows no other."""
    if element.tag in LISTS:
        return [spark(child) for child in element]
    if len(element):
        return {child.tag: spark(child) for child in element}
    return element.text or ""


def as_text(content: Any) -> Any:
    """JSON with every leaf as XML would hold it."""
    if isinstance(content, dict):
        return {name: as_text(value) for name, value in content.items()}
    if isinstance(content, Sequence) and not isinstance(content, str):
        return [as_text(item) for item in content]
    if isinstance(content, bool):
        return str(content).lower()
    return "" if content is None else str(content)


@contextmanager
def served() -> Iterator[str]:
    """The hotline over HTTP on a free port; yields its address."""
    server = make_server("127.0.0.1", 0, application(), threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
