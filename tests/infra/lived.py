"""The main loop on a created stack: what each function is called with, and what the people outside see of it."""

from __future__ import annotations

import email
import email.policy
import json
import re
from collections import Counter
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator
from werkzeug.test import Client

from chalicelib import wiring
from chalicelib.domain.attachment import slot_form, upload_key
from chalicelib.domain.keys import Keys, Link, case_token, link_token
from infra.container.gateway import Context, HotlineServer
from infra.container.streams import StreamReader
from local.client_system import KEY
from tests.hotline import province as pack
from tests.infra.created import ACCOUNT, Created
from tests.infra.guard import Used
from tests.strangers_files import picture
from tests.unit.worktime import at

SECRETS = {
    "SECRET_KEY": "a-key-for-the-created-stack-that-no-province-has",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "a-token-for-the-created-stack",
}
"""What ops put below the stack's path before the first deploy; a secondary token is put there in a rotation only."""

SID = "SM" + "9" * 32
"""What the provider calls every text it is given."""
TAKEN = (201, {"sid": SID, "status": "queued"})
CITIZEN, NEIGHBOUR = "+84900000001", "+84900000002"
PASSED = {f"{name}Verdict": {"status": "PASS"} for name in ("spam", "virus", "spf", "dkim", "dmarc")}


POTHOLE = "Đường vào chợ Sa Đéc có nhiều ổ gà quá, xe hay té"
DESK = str(pack().province["desk"]["email"])
OFFICE = str(pack().province["office"]["email"])
WARD = "dau-moi@phuong-sa-dec.dong-thap.example"
WRITER = "ba.con@hop-thu.example"
THIRD = "+84900000003"
NOT_A_NUMBER = (400, {"code": 21211, "message": "not a number", "status": 400})


class Province:
    """A stack in use: the functions called as AWS calls them, phones and mailboxes to look into."""

    def __init__(self, stack: Created, provider: Any) -> None:
        self.stack = stack
        self.provider = provider
        self.did: dict[str, list[Any]] = {}
        """Function → what each of its runs answered."""
        self.said = ""
        """What the first text was answered."""
        self.refused_in_the_loop: list[Used] = []
        self._places: dict[str, dict[str, str]] = {"outbox": {}, "cases": {}}
        self._texts = 0
        # Lambda reads streams where it will; moto only knows the address without the account in it.
        self._streams_at = f"https://streams.dynamodb.{stack.plan.region}.amazonaws.com"

    def at(self, moment: str | datetime) -> None:
        """Let it be another moment."""
        now = at(moment) if isinstance(moment, str) else moment
        self.stack.now = now
        wiring.set_clock(lambda: now)

    # The world outside

    def text(self, body: str, sender: str = CITIZEN) -> str:
        """A phone texts; returns what it is answered."""
        self._texts += 1
        sid = f"SM{self._texts:032d}"
        form = {"MessageSid": sid, "From": sender, "To": "1022", "Body": body, "NumMedia": "0"}
        answer = self._post_signed("/twilio/sms", form)
        assert answer.status_code == 200, answer.text
        return answer.text

    def delivered(self, message_id: str, status: str = "delivered", **more: str) -> None:
        """Twilio tells what became of a text."""
        form = {"MessageSid": SID, "MessageStatus": status, **more}
        assert self._post_signed(f"/twilio/sms-status?id={message_id}", form).status_code == 200

    def _post_signed(self, path: str, form: dict[str, str]) -> Any:
        address = f"{self.stack.plan.public_url}{path}"
        signature = RequestValidator(SECRETS["TWILIO_AUTH_TOKEN"]).compute_signature(address, form)
        return self.http("POST", path, form, {"X-Twilio-Signature": signature})

    def http(
        self,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Call the API, as API Gateway does."""
        with self.stack.acting("api_handler"):
            from app import app

            kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
            sent = urlencode(form).encode() if form is not None else b""
            path = path.removeprefix(str(self.stack.plan.public_url))
            return Client(HotlineServer(app)).open(
                path, method=method, data=sent, headers={**kind, **(headers or {})}
            )

    def act(self, link: str, act: str, **fields: str) -> None:
        """Send a form of a signed page."""
        answer = self.http("POST", link, {"act": act, **fields})
        assert answer.status_code == 200, answer.text

    def mail(self, sender: str, to: str, subject: str, text: str, name: str) -> None:
        """A mail arrives: the mail service puts it into the bucket and starts the function."""
        head = f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n"
        raw = f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}"
        bucket = self.stack.plan.bucket("files", ACCOUNT)
        self.stack.client("s3").put_object(Bucket=bucket, Key=f"inbound/{name}", Body=raw.encode())
        self.run("receive_email", {"Records": [{"ses": {"mail": {"messageId": name}, "receipt": PASSED}}]})

    def mail_event(self, kind: str, mail: Any, **more: Any) -> None:
        """The mail service tells what became of a mail, by its topic."""
        tags = {"message_id": [mail["id"]]}
        told = {"eventType": kind, "mail": {"messageId": mail["provider_id"], "tags": tags}, **more}
        self.run("take_mail_event", {"Records": [{"Sns": {"Message": json.dumps(told)}}]})

    # The functions

    def run(self, function: str, event: dict[str, Any] | None = None) -> Any:
        """Start a function, with the event of a schedule by default."""
        with self.stack.acting(function):
            import app

            of_schedule = {
                "version": "0", "id": "1", "account": ACCOUNT, "region": self.stack.plan.region,
                "source": "aws.events", "detail-type": "Scheduled Event", "detail": {}, "resources": [],
                "time": f"{self.stack.now:%Y-%m-%dT%H:%M:%SZ}",
            }  # fmt: skip
            answer = getattr(app, function)(event or of_schedule, Context(function))
        self.did.setdefault(function, []).append(answer)
        return answer

    def stream(self, table: str, function: str) -> None:
        """Hand a table's new records to its function; reading them takes the function's own rights, as on Lambda."""
        arn = self.stack.client("dynamodb").describe_table(TableName=self.stack.plan.table(table))["Table"][
            "LatestStreamArn"
        ]
        with self.stack.acting(function) as process:
            import app

            def handle(event: dict[str, Any]) -> Any:
                answer = getattr(app, function)(event, Context(function))
                assert answer == {"batchItemFailures": []}
                self.did.setdefault(function, []).append(len(event["Records"]))
                return answer

            client = process.client("dynamodbstreams", endpoint_url=self._streams_at)
            reader = StreamReader(table, handle, client, arn, self._places[table], self.stack.plan.region)
            while reader.read():
                pass

    def streams(self) -> None:
        """Let both streams be read to their end."""
        self.stream("outbox", "send_outbox")
        self.stream("cases", "count_cases")

    # What can be seen

    def mails(self, to: str = "") -> list[dict[str, Any]]:
        """What the mail service took: id, provider_id, subject, text, reply_to, attachments; oldest first."""
        from moto.ses.models import ses_backends

        found = []
        for sent in ses_backends[ACCOUNT][self.stack.plan.region].sent_messages:
            mail = email.message_from_string(sent.raw_data, policy=email.policy.default)
            if to in mail["To"]:
                body = mail.get_body(("plain",))
                found.append(
                    {
                        "provider_id": sent.id,
                        "to": mail["To"],
                        "subject": mail["Subject"],
                        "text": body.get_content() if body else "",
                        "reply_to": mail["Reply-To"] or "",
                        "attachments": [part.get_filename() for part in mail.iter_attachments()],
                    }
                )
        ids = {row["provider_id"]["S"]: row["id"]["S"] for row in self.rows("outbox") if "provider_id" in row}
        return [{**mail, "id": ids.get(mail["provider_id"], "")} for mail in found]

    def link(self, mail: dict[str, Any]) -> str:
        """The signed page a mail points at."""
        found = re.search(re.escape(str(self.stack.plan.public_url)) + r"/a/[^\s\"<>]+", mail["text"])
        assert found, mail["text"]
        return found[0]

    def texts(self, to: str = CITIZEN) -> list[str]:
        """What the provider was given to text to a phone."""
        return [asked.form["Body"] for asked in self.provider.asked if asked.form.get("To") == to]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table, as ops would see it."""
        return list(self.stack.client("dynamodb").scan(TableName=self.stack.plan.table(table))["Items"])

    def ids(self) -> list[str]:
        """Ids of all messages of the outbox."""
        return sorted(row["id"]["S"] for row in self.rows("outbox"))

    def newest(self, ending: str) -> str:
        """Id of the message with this ending that was made last."""
        found = [row for row in self.rows("outbox") if row["id"]["S"].endswith(ending)]
        return str(max(found, key=lambda row: row["created_at"]["S"])["id"]["S"])

    def statuses(self) -> Counter[str]:
        """How many messages of the outbox are in which state."""
        return Counter(row["status"]["S"] for row in self.rows("outbox"))


def live(province: Province) -> None:
    """Matters answered, given back, late and mailed; counted and reported: some weeks in which every function runs."""
    _answered_by_link(province)
    _given_back_and_answered_by_mail(province)
    _mailed_and_not_delivered(province)
    _late(province)
    _reported(province)
    _published(province)
    _printed(province)
    _sent_along(province)
    _followed(province)
    _filed_by_another_system(province)


def _answered_by_link(province: Province) -> None:
    province.at("Mon 02/03/2026 08:30")
    province.said = province.text(POTHOLE)
    province.streams()
    (assigned,) = province.mails(WARD)
    link = province.link(assigned)
    assert province.http("GET", link).status_code == 200
    province.act(link, "accept")
    province.act(link, "answer", text="Đã vá ổ gà sáng nay.")
    province.streams()
    province.delivered(province.newest("-answer"))
    province.text("3")
    province.mail_event("Delivery", assigned)


def _given_back_and_answered_by_mail(province: Province) -> None:
    province.at("Mon 02/03/2026 10:00")
    province.text("Đèn đường ở phường Sa Đéc hỏng cả tuần", NEIGHBOUR)
    province.streams()
    province.act(province.link(province.mails(WARD)[-1]), "return", text="Không thuộc phường")
    province.streams()
    province.act(province.link(province.mails(DESK)[-1]), "assign", agency="so_xay_dung")
    province.streams()
    province.delivered(province.newest("-reassigned"), "undelivered", ErrorCode="30005")  # the desk is told
    assigned = next(mail for mail in reversed(province.mails()) if mail["id"].endswith("-assignment"))
    province.mail(assigned["to"], assigned["reply_to"], "Re: Hồ sơ", "Đã thay bóng đèn.", "reply")
    province.provider.answers = [NOT_A_NUMBER]
    province.streams()
    province.provider.answers = [TAKEN]


def _mailed_and_not_delivered(province: Province) -> None:
    province.mail(
        WRITER, f"1022@{province.stack.plan.email_domain}", "Rác", "Rác dồn ở chợ phường Sa Đéc", "new"
    )
    province.streams()
    lost = province.mails(WARD)[-1]
    province.mail_event("Bounce", lost, bounce={"bounceType": "Permanent", "bounceSubType": "NoEmail"})


def _late(province: Province) -> None:
    province.at("Tue 03/03/2026 08:00")
    province.text("Cây xanh ngã chắn đường ở phường Sa Đéc", THIRD)
    link = ""
    for moment in ("Wed 04/03/2026 09:00", "Tue 10/03/2026 17:01"):  # no stream: the sweep takes all
        province.at(moment)
        province.run("do_wake_ups")
        province.run("sweep_outbox")
        link = link or province.link(next(m for m in province.mails(WARD) if "Đô thị" in m["subject"]))
    province.at("Tue 10/03/2026 22:30")
    province.act(link, "answer", text="Đã dọn cây.")
    province.provider.answers = [NOT_A_NUMBER]
    province.at("Wed 11/03/2026 07:01")
    province.run("sweep_outbox")
    province.provider.answers = [TAKEN]


def _reported(province: Province) -> None:
    province.at("Wed 11/03/2026 07:30")
    province.run("send_digests")
    province.at("Wed 01/04/2026 00:30")
    province.run("recount_stats")
    province.at("Wed 01/04/2026 07:00")
    province.run("send_reports")
    province.run("sweep_outbox")


def _published(province: Province) -> None:
    """The desk lets everybody read a case; what the night made of the counters stands on its page."""
    code = province.newest("-answer").partition("-")[0]
    with province.stack.acting("api_handler"):
        link = link_token(Link(code, "desk"), keys=wiring.keys(), now=wiring.now())
    province.act(f"/a/{link}", "publish", text="Rác ở chợ", answer="Đã dọn.")
    assert "Rác ở chợ" in province.http("GET", "/stats/cases").text
    assert '<h2 id="agencies">' in province.http("GET", "/stats").text


def _printed(province: Province) -> None:
    assert province.http("GET", "/hotlines/pvhcc_28249/poster").status_code == 303


def _sent_along(province: Province) -> None:
    """A citizen sends a picture from the page of the case; a browser has put it into the bucket."""
    province.at("Thu 02/04/2026 08:00")
    province.text(POTHOLE, "+84900000004")
    province.streams()
    keys = Keys((SECRETS["SECRET_KEY"],), SECRETS["SECRET_KEY"])
    code = province.newest("-assignment").partition("-")[0]
    with province.stack.acting("api_handler"):
        case = wiring.case_store().get(code)
    slot = "0123456789abcdef" * 2
    page = f"/case/{case_token(case, keys)}"
    province.stack.client("s3").put_object(
        Bucket=province.stack.plan.bucket("files", ACCOUNT),
        Key=upload_key(slot_form(case, "citizen", slot), 1, keys),
        Body=picture(),
    )
    assert province.http("GET", f"{page}/attached?slot={slot}").status_code == 200
    assert province.http("POST", f"{page}/attachments", {"slot": slot}).status_code == 303
    province.streams()
    province.run("sweep_outbox")
    assert f"/attachments/{code}/{slot}.jpg" in province.http("GET", page).text


def _followed(province: Province) -> None:
    """Somebody finds their case by its code and their digits, and adds to it on its page."""
    code = province.newest("-assignment").partition("-")[0]
    assert province.http("POST", "/case", {"code": code}).status_code == 200
    assert province.http("POST", "/case", {"code": code, "contact": "999999"}).status_code == 404
    found = province.http("POST", "/case", {"code": code, "contact": "000004"})
    assert found.status_code == 303, found.text
    form = re.search(r'name="form" value="([^"]+)"', province.http("GET", found.headers["Location"]).text)
    assert form
    added = {"act": "add", "text": "Ngay trước chợ.", "form": form[1]}
    assert province.http("POST", found.headers["Location"], added).status_code == 303
    province.streams()


def _filed_by_another_system(province: Province) -> None:
    """Another city system files by Open311 and finds what it filed."""
    form = {
        "api_key": KEY,
        "service_code": "chieu_sang",
        "address_string": "phường Sa Đéc",
        "description": "Ba bóng đèn đường không sáng.",
    }
    filed = province.http("POST", "/open311/v2/requests.json", form)
    assert filed.status_code == 201, filed.text
    found = province.http("GET", "/open311/v2/requests.json?service_code=chieu_sang")
    assert filed.json[0]["service_request_id"] in {one["service_request_id"] for one in found.json}
    province.streams()
