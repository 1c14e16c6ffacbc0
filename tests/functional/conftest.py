"""The deployed hotline without a cloud: the app called as API Gateway calls it, tables in memory, a clock to set."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from chalice.app import Response
from twilio.request_validator import RequestValidator

from chalicelib import wiring
from chalicelib.domain.keys import Link, link_token
from chalicelib.domain.understanding import Reader
from local.database import client
from tests.hotline import province
from tests.unit.worktime import at

PUBLIC_URL = "https://1022.dongthap.example"
TWILIO_TOKEN = "test-twilio-token"
GATEWAY_SECRET = "a-gateway-secret-for-tests"


@cache
def real_reader() -> Reader:
    return Reader([province()])


class Deployed:
    """One province's stack in this process."""

    def __init__(self, endpoint: str, tables: Mapping[str, str]) -> None:
        self._database = client(endpoint)
        self.tables = tables
        self.now = at("Mon 02/03/2026 08:30")

    def at(self, moment: str) -> Deployed:
        self.now = at(moment)
        return self

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes | str = b"",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        resource: str = "",
        path_parameters: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Call the app with an event of API Gateway; returns the answer it would send."""
        from app import app

        event = {
            "requestContext": {
                "httpMethod": method,
                "resourcePath": resource or path,
                "identity": {"sourceIp": "127.0.0.1"},
            },
            "headers": {"host": "1022.dongthap.example", **(headers or {})},
            "multiValueQueryStringParameters": {key: [value] for key, value in (query or {}).items()} or None,
            "pathParameters": dict(path_parameters or {}),
            "stageVariables": None,
            "body": body.decode() if isinstance(body, bytes) else body,
            "isBase64Encoded": False,
        }
        answer = app(event, None)
        assert not isinstance(answer, Response)
        return dict(answer)

    def twilio(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        query: Mapping[str, str] | None = None,
        signature: str | None = None,
    ) -> dict[str, Any]:
        """Post a form as Twilio does, truly signed unless a signature is given."""
        asked = f"?{urlencode(query)}" if query else ""
        made = RequestValidator(TWILIO_TOKEN).compute_signature(f"{PUBLIC_URL}{path}{asked}", dict(params))
        headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": made}
        if signature is not None:
            headers["x-twilio-signature"] = signature
        return self.call("POST", path, body=urlencode(params), headers=headers, query=query)

    def text(self, body: str, *, sender: str = "+84900000001", sid: str = "SM1") -> dict[str, Any]:
        """A phone texts by Twilio."""
        return self.twilio(
            "/twilio/sms", {"MessageSid": sid, "From": sender, "To": "1022", "Body": body, "NumMedia": "0"}
        )

    def page(
        self, token: str, form: Mapping[str, str] | None = None, *, sent: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Open a signed page, or send a form of it."""
        where = {"resource": "/a/{token}", "path_parameters": {"token": token}}
        if form is None:
            return self.call("GET", f"/a/{token}", **where)  # type: ignore[arg-type]
        headers = {"content-type": "application/x-www-form-urlencoded", **(sent or {})}
        return self.call("POST", f"/a/{token}", body=urlencode(form), headers=headers, **where)  # type: ignore[arg-type]

    def link(self, role: str = "agency", *, code: str | None = None, now: datetime | None = None) -> str:
        """The token of the present assignment of a case, the only one by default."""
        case = wiring.case_store().get(code or self.codes()[0])
        link = (
            Link(case.code, role, case.agency or "", case.assignment)
            if role == "agency"
            else Link(case.code, role)
        )
        return link_token(link, keys=wiring.keys(), now=now or self.now)

    def case(self, code: str | None = None) -> Any:
        """A case as stored, the only one by default."""
        return wiring.case_store().get(code or self.codes()[0])

    def codes(self) -> list[str]:
        """Codes of all cases stored."""
        return sorted({item["code"]["S"] for item in self.rows("cases")})

    def messages(self) -> list[str]:
        """Ids of all messages in the outbox."""
        return sorted(item["id"]["S"] for item in self.rows("outbox"))

    def delete(self, table: str, **key: str) -> None:
        """Take a row away, as if it had never been written."""
        item = {name: {"S": value} for name, value in key.items()}
        self._database.delete_item(TableName=self.tables[table], Key=item)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table, raw."""
        return list(self._database.scan(TableName=self.tables[table])["Items"])

    def everything(self) -> str:
        """A picture of all that is stored, to compare with another one."""
        return json.dumps({table: self.rows(table) for table in self.tables}, sort_keys=True, default=repr)


def _stack(endpoint: str, tables: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Deployed:
    monkeypatch.setenv("PUBLIC_URL", PUBLIC_URL)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TWILIO_TOKEN)
    monkeypatch.setenv("GATEWAY_SECRET", GATEWAY_SECRET)
    wiring.forget()
    stack = Deployed(endpoint, tables)
    monkeypatch.setattr(wiring, "_clock", lambda: stack.now)
    # As after the first call of a process: the pack is read, and not looked after again within the minute.
    wiring._current.directory = province()
    wiring._current.reader = real_reader()
    wiring._current.looked_at = float("inf")
    return stack


@pytest.fixture
def deployed(
    tables: dict[str, str], moto_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployed]:
    """The hotline of Đồng Tháp, empty, on Monday 2 March 2026 at 08:30."""
    yield _stack(moto_endpoint, tables, monkeypatch)
    wiring.forget()


@pytest.fixture
def without_tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """The same with no database behind it: for pages that must neither read nor write one. Quick."""
    yield _stack("http://127.0.0.1:9", {}, monkeypatch)
    wiring.forget()


@pytest.fixture
def log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.LogCaptureFixture]:
    """What the hotline logs, whether or not the app has set its logging up in this process."""
    logger = logging.getLogger("hotline")
    monkeypatch.setattr(logger, "propagate", False)
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


@pytest.fixture
def own_environment() -> Iterator[None]:
    """For what a command of `infra/` writes into the environment of its process: gone after the test."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)
