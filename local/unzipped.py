"""A province's functions run from their deployment package, against an account in memory. For tests and bench.

Each function is started by Lambda's own runtime client with the environment its stack gives it, and is handed the
events of one small story: a text and a mail come in, messages go out, one comes back, the jobs run.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_string
from email.message import EmailMessage
from email.policy import default as default_policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from infra.functions import environment, named
from infra.plan import Plan
from local import lambda_events
from local.runtime_api import Folders, Running

ACCOUNT_SID, TOKEN = "AC00000000000000000000000000000001", "a-token-for-tests"
SECRETS = {
    "SECRET_KEY": "a-secret-for-tests-that-no-province-may-use",
    "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
    "TWILIO_AUTH_TOKEN": TOKEN,
}
CITIZEN, MAILER = "+84900000123", "nguoi.dan@thu.example"
TEXT = "Duong co o ga, phuong Cao Lanh"

MONDAY = "2026-03-02T08:30:00+07:00"
SCHEDULES = {
    "sweep_outbox": "2026-03-02T08:31:00+07:00",
    "do_wake_ups": "2026-03-05T08:00:00+07:00",
    "send_digests": "2026-03-03T07:30:00+07:00",
    "recount_stats": "2026-03-03T00:30:00+07:00",
    "send_reports": "2026-03-09T07:00:00+07:00",
}
"""When each job runs in the story: when it has something to do."""


class Carrier:
    """Takes text messages as Twilio's API does, and keeps them."""

    def __init__(self) -> None:
        taken: list[bytes] = []
        self.taken = taken

        class Api(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                taken.append(self.rfile.read(int(self.headers["Content-Length"])))
                answer = json.dumps({"sid": f"SM{len(taken):032}", "status": "queued"}).encode()
                self.send_response(201)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, name="carrier", daemon=True).start()

    def close(self) -> None:
        """Take no more."""
        self._server.shutdown()
        self._server.server_close()


@dataclass(frozen=True, slots=True)
class Called:
    """What one function did."""

    answers: tuple[Any, ...]
    """The first two are to the same event, given twice."""
    cpu_ms: tuple[float, float]
    """Processor time of the first call with the start before it, and of the second."""
    peak_mb: float
    said: str


class Unzipped:
    """The account in memory and the functions on it. A context manager."""

    def __init__(self, folders: Folders, plan: Plan) -> None:
        from moto.server import ThreadedMotoServer

        self.folders, self.plan = folders, plan
        self.bucket = plan.bucket("files", lambda_events.ACCOUNT)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # else it names each call
        self._moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._moto.start()
        host, port = self._moto.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"
        self.carrier = Carrier()
        self._mailed_before = 0
        self._mailed_before = len(self.mails())
        self._set_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._tear_down()  # moto keeps what it holds for as long as the process lives
        self._moto.stop()
        self.carrier.close()

    def client(self, service: str) -> Any:
        """A client of the account."""
        import boto3

        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=self.plan.region,
            aws_access_key_id="here",
            aws_secret_access_key="here",
        )

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table, raw."""
        return list(self.client("dynamodb").scan(TableName=self.plan.table(table))["Items"])

    def variables(self, name: str) -> dict[str, str]:
        """The environment of a function: what the stack gives it, and what Lambda does."""
        function = named(name)
        return {
            **environment(function, self.plan),
            **({"FILES_BUCKET": self.bucket} if function.reads_files or function.writes_files else {}),
            "AWS_LAMBDA_FUNCTION_NAME": self.plan.function(name),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_LOG_GROUP_NAME": self.plan.log_group(name),
            "AWS_LAMBDA_LOG_STREAM_NAME": "here",
            "AWS_REGION": self.plan.region,
            "AWS_DEFAULT_REGION": self.plan.region,
            "AWS_ACCESS_KEY_ID": "here",
            "AWS_SECRET_ACCESS_KEY": "here",
            "AWS_ENDPOINT_URL": self.endpoint,
            "TWILIO_API_URL": self.carrier.url,
        }

    def start(self, name: str, now: str = MONDAY) -> Running:
        """Start a function of app.py by its name there; api_handler is all HTTP routes."""
        handler = "app.app" if name == "api_handler" else f"app.{name}"
        return Running(handler, self.folders, self.variables(name), datetime.fromisoformat(now))

    def story(self) -> Iterator[tuple[str, Called]]:
        """Let all functions do their part, in the order of a case's life; yields name and what it did."""
        with self.start("api_handler") as pages, self.start("send_outbox") as sender:
            taken = _twice(pages, self.text())
            yield "receive_email", self._call("receive_email", self.mail())
            sent = _twice(sender, self.stream("outbox"))
            yield "count_cases", self._call("count_cases", self.stream("cases"))
            link = urlsplit(self.link_in_mail())
            page = pages.call(self.http("GET", link.path))
            answered = pages.call(self.http("POST", link.path, {"act": "answer", "text": "Đã vá xong"}))
            told = sender.call(self.stream("outbox"))  # the citizen, by text message
            yield "api_handler", _called(pages, taken, page, answered)
            yield "send_outbox", _called(sender, sent, told)
        yield "take_mail_event", self._call("take_mail_event", self.bounce())
        event = lambda_events.schedule(self.plan.region)
        for name, now in SCHEDULES.items():
            yield name, self._call(name, event, now)

    def _call(self, name: str, event: Any, now: str = MONDAY) -> Called:
        with self.start(name, now) as function:
            return _called(function, _twice(function, event))

    def http(self, method: str, path: str, form: Mapping[str, str] | None = None) -> lambda_events.Event:
        """A browser's call; a signed page is known by the place its token has."""
        event = lambda_events.http(
            method,
            path,
            host=self.plan.domain,
            headers={"Content-Type": "application/x-www-form-urlencoded"} if form else {},
            body=urlencode(form) if form else None,
        )
        if path.startswith("/a/"):
            event["resource"] = event["requestContext"]["resourcePath"] = "/a/{token}"
            event["pathParameters"] = {"token": path.removeprefix("/a/")}
        return event

    def mails(self) -> list[EmailMessage]:
        """The mails that went out."""
        from moto.ses.models import ses_backends

        sent = ses_backends[lambda_events.ACCOUNT][self.plan.region].sent_messages[self._mailed_before :]
        return [message_from_string(mail.raw_data, EmailMessage, policy=default_policy) for mail in sent]

    def link_in_mail(self) -> str:
        """Address of the agency's page, from the mail that told it of the text's case."""
        texts = [str(mail.get_body(("plain",)).get_content()) for mail in self.mails()]  # type: ignore[union-attr]
        return next(found[0] for text in texts if (found := re.search(r"https://\S+/a/\S+", text)))

    def bounce(self) -> lambda_events.Event:
        """News that the first mail to an agency came back."""
        row = next(row for row in self.rows("outbox") if row["id"]["S"].endswith("-assignment"))
        return lambda_events.mail_bounced(
            row["id"]["S"], row["provider_id"]["S"], row["to"]["S"], self.plan.region
        )

    def text(self, sid: str = "SM00000000000000000000000000000101") -> lambda_events.Event:
        """A citizen's text."""
        url = self.plan.public_url
        assert url
        return lambda_events.twilio_sms(sid, CITIZEN, TEXT, public_url=url, account=ACCOUNT_SID, token=TOKEN)

    def mail(self, id: str = "mail-1") -> lambda_events.Event:
        """A citizen's mail, put into the bucket."""
        to = f"1022@{self.plan.email_domain}"
        content = (
            f"From: {MAILER}\r\nTo: {to}\r\nSubject: Phan anh\r\nMessage-ID: <1@thu.example>\r\n"
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
            "Đường vào chợ phường Cao Lãnh có ổ gà\r\n"
        )
        self.client("s3").put_object(Bucket=self.bucket, Key=f"inbound/{id}", Body=content.encode())
        return lambda_events.mail_came(id, MAILER, to)

    def stream(self, table: str) -> lambda_events.Event:
        """All that a table's stream holds, as one batch."""
        from infra.container.streams import reader_of

        batches: list[lambda_events.Event] = []
        with _environment(AWS_ACCESS_KEY_ID="here", AWS_SECRET_ACCESS_KEY="here"):
            reader_of(
                self.plan.table(table),
                batches.append,
                endpoint=self.endpoint,
                region=self.plan.region,
                places={},
            ).read()
        return {"Records": [record for batch in batches for record in batch["Records"]]}

    def _set_up(self) -> None:
        from local.database import create_tables

        plan = self.plan
        create_tables(self.endpoint, plan.prefix)
        self.client("s3").create_bucket(
            Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": plan.region}
        )
        mail = self.client("sesv2")
        mail.create_email_identity(EmailIdentity=plan.email_domain)
        mail.create_configuration_set(ConfigurationSetName=plan.stack_name)
        parameters = self.client("ssm")
        for name, value in SECRETS.items():
            parameters.put_parameter(Name=f"{plan.parameters}{name}", Value=value, Type="SecureString")
        self._publish()

    def _tear_down(self) -> None:
        from local.database import delete_tables

        plan = self.plan
        delete_tables(self.endpoint, plan.prefix)
        files = self.client("s3")
        for stored in files.list_objects_v2(Bucket=self.bucket).get("Contents", ()):
            files.delete_object(Bucket=self.bucket, Key=stored["Key"])
        files.delete_bucket(Bucket=self.bucket)
        mail = self.client("sesv2")
        mail.delete_email_identity(EmailIdentity=plan.email_domain)
        mail.delete_configuration_set(ConfigurationSetName=plan.stack_name)
        self.client("ssm").delete_parameters(Names=[f"{plan.parameters}{name}" for name in SECRETS])

    def _publish(self) -> None:
        from chalicelib.storage.directory_store import DirectoryStore
        from packs.reading import read_data

        with _environment(
            AWS_REGION=self.plan.region,
            AWS_ACCESS_KEY_ID="here",
            AWS_SECRET_ACCESS_KEY="here",
            PROVINCE=self.plan.slug,
            DYNAMODB_ENDPOINT=self.endpoint,
            DIRECTORY_TABLE=self.plan.table("directory"),
        ):
            DirectoryStore().publish(read_data(self.plan.slug), now=datetime.fromisoformat(MONDAY))


def _twice(function: Running, event: Any) -> tuple[tuple[Any, Any], tuple[float, float]]:
    """Answers to the same event given twice, and the processor time of each in milliseconds."""
    first = function.call(event)
    after_first = function.usage().cpu_ms
    second = function.call(event)
    return (first, second), (after_first, function.usage().cpu_ms - after_first)


def _called(function: Running, twice: tuple[tuple[Any, Any], tuple[float, float]], *later: Any) -> Called:
    answers, cpu_ms = twice
    return Called((*answers, *later), cpu_ms, function.usage().peak_mb, function.said())


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    kept = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)
