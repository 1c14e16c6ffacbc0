"""Gateways without an outside world: they remember what was sent and fail when told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.errors import SendFailed, SendUncertain
from chalicelib.gateways.ports import Mail, UploadForm


@dataclass(frozen=True)
class SentSms:
    """A text that went out."""

    provider_id: str
    message_id: str
    to: str
    text: str


@dataclass
class _Faults:
    """What goes wrong with the next sends, one entry a send; afterwards all is well again."""

    queue: list[str] = field(default_factory=list)
    can_find: bool = True
    """Whether `find` can be answered; else it raises SendUncertain, as SES does."""

    def refuse(self, times: int = 1, *, retry: bool = True) -> None:
        """The provider says no to the next *times* sends."""
        self.queue += ["busy" if retry else "refused"] * times

    def lose_answer(self, times: int = 1) -> None:
        """The next *times* sends go out, and nobody hears of it."""
        self.queue += ["lost answer"] * times

    def lose_request(self, times: int = 1) -> None:
        """The next *times* sends do not go out, and nobody hears of it."""
        self.queue += ["lost request"] * times

    def _next(self) -> str:
        fault = self.queue.pop(0) if self.queue else ""
        if fault in ("busy", "refused"):
            raise SendFailed(f"fake: {fault}", retry=fault == "busy")
        if fault == "lost request":
            raise SendUncertain("fake: no answer")
        return fault


@dataclass
class FakeSms(_Faults):
    """An `SmsGateway` that remembers `sent`."""

    name: str = "fake"
    sent: list[SentSms] = field(default_factory=list)

    def send(self, *, to: str, text: str, message_id: str) -> str:
        fault = self._next()
        provider_id = f"SM{len(self.sent) + 1:032d}"
        self.sent.append(SentSms(provider_id, message_id, to, text))
        if fault:
            raise SendUncertain("fake: no answer")
        return provider_id

    def find(self, *, to: str, text: str, message_id: str, since: datetime) -> str | None:
        if not self.can_find:
            raise SendUncertain("fake: cannot tell")
        found = [sms for sms in self.sent if (sms.to, sms.text, sms.message_id) == (to, text, message_id)]
        return found[-1].provider_id if found else None

    def texts_to(self, number: str) -> list[str]:
        """Every text that went to *number*, oldest first."""
        return [sms.text for sms in self.sent if sms.to == number]


@dataclass
class FakeEmail(_Faults):
    """An `EmailGateway` that remembers `sent`."""

    name: str = "fake"
    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> str:
        fault = self._next()
        self.sent.append(mail)
        if fault:
            raise SendUncertain("fake: no answer")
        return f"mail-{len(self.sent)}"

    def find(self, *, message_id: str, since: datetime) -> str | None:
        if not self.can_find:
            raise SendUncertain("fake: cannot tell")
        found = [number for number, mail in enumerate(self.sent, 1) if mail.message_id == message_id]
        return f"mail-{found[-1]}" if found else None

    def mails_to(self, address: str) -> list[Mail]:
        """Every mail that went to *address*, oldest first."""
        return [mail for mail in self.sent if mail.to == address or address in mail.cc]


class FakeFiles:
    """A `FileStore` in memory."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files: dict[str, bytes] = dict(files or {})
        self.content_types: dict[str, Any] = {}

    def put(self, key: str, content: bytes, content_type: str) -> None:
        self.files[key] = content
        self.content_types[key] = content_type

    def get(self, key: str) -> bytes:
        return self.files[key]

    def size(self, key: str) -> int:
        return len(self.files[key])

    def get_start(self, key: str, most: int) -> bytes:
        return self.files[key][:most]

    def delete(self, key: str) -> None:
        self.files.pop(key, None)

    def upload_form(
        self, key: str, *, content_type: str, max_bytes: int, seconds: int, redirect: str = ""
    ) -> UploadForm:
        return UploadForm("https://storage.example/", {"key": key, "Content-Type": content_type})

    def address(self, key: str, *, seconds: int, name: str) -> str:
        return f"https://storage.example/{key}"
