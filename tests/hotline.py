"""A whole hotline without HTTP: a clock, stores, the sample province, and the verbs a test speaks in."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from chalicelib.domain.case import Case
from chalicelib.domain.directory import Directory
from chalicelib.domain.filing import Filing
from chalicelib.domain.keys import Keys, Link, link_token, reply_token
from chalicelib.domain.message import Message
from chalicelib.gateways.ports import InboundMail, InboundSms
from chalicelib.usecases.agency_action import act_for_agency
from chalicelib.usecases.compose import Composer, compose
from chalicelib.usecases.desk_action import act_for_desk
from chalicelib.usecases.file_case import file_case
from chalicelib.usecases.take_email import take_email
from chalicelib.usecases.take_sms import take_sms
from chalicelib.usecases.wake import do_wake_ups
from packs import read_directory
from tests.fake_reader import FakeReader
from tests.fake_stores import FakeStores
from tests.fakes import FakeFiles
from tests.unit.worktime import at

PHONE = "+84900000001"
OTHER_PHONE = "+84900000002"
MAIL = "nguoi.dan@thu.example"
SECRET = "a-secret-for-tests-that-no-province-may-use"
KEYS = Keys((SECRET,), SECRET)
URL = "https://hotline.example"

MONDAY = "Mon 02/03/2026 08:30"

CODES = tuple(f"{number:08d}" for number in range(48217730, 48217790))


@cache
def province(slug: str = "dong-thap") -> Directory:
    """A sample pack, read once."""
    return read_directory(slug)


class Hotline:
    """One province in a test."""

    def __init__(self, now: str = MONDAY, *, reader: Any = None, directory: Directory | None = None) -> None:
        self.stores = FakeStores()
        self.directory = directory or province()
        self.reader = reader or FakeReader()
        self.now = at(now)
        self._ids = iter(range(1, 10_000))
        self._codes = iter(CODES)

    def later(self, **span: float) -> Hotline:
        """Let time pass."""
        self.now += timedelta(**span)
        return self

    def at(self, moment: str) -> Hotline:
        """Set the clock: `Fri 13/02/2026 16:50`."""
        self.now = at(moment)
        return self

    def new_code(self) -> str:
        from stdnum import damm

        number = next(self._codes)
        return number + str(damm.calc_check_digit(number))

    def _taking(self) -> dict[str, Any]:
        return {
            "cases": self.stores.cases,
            "inbox": self.stores.inbox,
            "commit": self.stores.commit,
            "directory": self.directory,
            "reader": self.reader,
            "keys": KEYS,
            "now": self.now,
            "new_code": self.new_code,
        }

    def text(self, body: str, *, sender: str = PHONE, id: str | None = None) -> str:
        """A phone texts; returns the reply."""
        sms = InboundSms(id or f"twilio#SM{next(self._ids)}", sender, "1022", body)
        return take_sms(sms, **self._taking())

    def mail(
        self,
        text: str,
        *,
        sender: str = MAIL,
        subject: str = "",
        token: str = "",
        automatic: bool = False,
        trusted: bool = True,
        id: str | None = None,
    ) -> str:
        """A mail comes in; returns what it was taken for."""
        came = InboundMail(
            id or f"ses#{next(self._ids)}",
            sender,
            ("1022@hotline.example",),
            subject,
            text,
            token,
            automatic,
            trusted,
        )
        return take_email(came, **self._taking())

    def file(
        self, text: str, *, address: str = PHONE, id: str | None = None, channel: str = "web", **facts: Any
    ) -> Case:
        """Somebody hands a matter in by form; returns the case it became."""
        filing = Filing(
            id=id or f"web#{next(self._ids):032x}#1", channel=channel, text=text, address=address, **facts
        )
        return self.case(file_case(filing, **self._taking()).code)

    def agency(self, act: str, text: str = "", *, code: str | None = None) -> Case:
        """The agency that has the case acts on it from its page."""
        return act_for_agency(self.case(code), act, text, **self._acting())

    def desk(self, act: str, text: str = "", *, agency: str = "", code: str | None = None) -> Case:
        """The desk acts on a case from its page."""
        return act_for_desk(self.case(code), act, text, agency, **self._acting())

    def _acting(self) -> dict[str, Any]:
        return {"commit": self.stores.commit, "directory": self.directory, "now": self.now}

    def wake(self) -> dict[str, int]:
        """The ladder's job runs."""
        return do_wake_ups(
            cases=self.stores.cases, commit=self.stores.commit, directory=self.directory, now=self.now
        )

    def case(self, code: str | None = None) -> Case:
        """A case by its code, the latest one by default."""
        return self.stores.cases.get(code) if code else self.stores.all_cases()[-1]

    @property
    def cases(self) -> list[Case]:
        return self.stores.all_cases()

    def messages(self, *, purpose: str | None = None, to: str | None = None) -> list[Message]:
        """Messages made so far, oldest first."""
        return [
            message
            for message in self.stores.all_messages()
            if purpose in (None, message.purpose) and to in (None, message.to)
        ]

    def desk_reasons(self) -> list[str]:
        """Why the desk was written to, in order."""
        return [message.params["reason"] for message in self.messages(purpose="desk")]

    def composer(self) -> Composer:
        from chalicelib.web.render import mail
        from chalicelib.web.views import case_view

        return Composer(
            cases=self.stores.cases,
            files=FakeFiles,
            directory=self.directory,
            render=mail,
            view=case_view,
            public_url=URL,
            reply_domain="reply.hotline.example",
            keys=KEYS,
            now=self.now,
        )

    def read(self, message: Message) -> Any:
        """The mail as it would be sent now."""
        return compose(message, self.composer())

    def agency_link(self, case: Case) -> str:
        return link_token(
            Link(case.code, "agency", case.agency or "", case.assignment), keys=KEYS, now=self.now
        )

    def reply_token(self, role: str, case: Case | None = None) -> str:
        return reply_token(case or self.case(), role, KEYS)
