"""What reached the phones and mailboxes, and what people sent from them; kept in a file when it has to last."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class File:
    """An attachment; its content lies in a file of its own."""

    name: str
    content_type: str
    path: str


@dataclass(frozen=True, slots=True)
class Item:
    """One text message, mail or call, in or out of the hotline."""

    id: str
    channel: str
    direction: str
    """out: the hotline sent it; in: a person did."""
    to: str
    sender: str
    text: str
    sent_at: str
    status: str
    subject: str = ""
    html: str = ""
    cc: tuple[str, ...] = ()
    reply_to: str = ""
    in_reply_to: str = ""
    attachments: tuple[File, ...] = ()
    callback: str = ""
    """Where the provider reports what became of it."""
    error_code: int | None = None
    segments: int = 1

    def reaches(self, address: str) -> bool:
        """Tell whether *address* is among the recipients."""
        return same(address) in {same(one) for one in (*self.to.split(", "), *self.cc)}


def same(address: str) -> str:
    """Return the form in which two spellings of one phone number or mail address are equal."""
    text = address.strip().lower()
    found = re.search(r"<([^>]*)>", text)
    text = found[1] if found else text
    if "@" in text or not re.fullmatch(r"[+\d\s().-]{3,}", text):
        return text
    digits = re.sub(r"\D", "", text)
    return "84" + digits[1:] if digits.startswith("0") else digits


class Delivered:
    """Every item, oldest first. Safe to use from any thread."""

    def __init__(self, now: Callable[[], datetime], folder: Path, *, lasting: bool) -> None:
        """
        Args:
            now: The simulated clock.
            folder: Where attachments are kept, and the journal if *lasting*.
            lasting: Whether a restart finds everything again.
        """
        self._now = now
        self._folder = folder
        self._lock = threading.RLock()
        self._items: dict[str, Item] = {}
        self._journal: Path | None = folder / "delivered.jsonl" if lasting else None
        folder.mkdir(parents=True, exist_ok=True)
        if self._journal is not None and self._journal.exists():
            self._read(self._journal)

    def now(self) -> datetime:
        """The simulated time."""
        return self._now()

    def add(self, item: Item) -> bool:
        """Keep an item; False when its id is known already."""
        with self._lock:
            if item.id in self._items:
                return False
            self._keep(item)
            return True

    def change(self, id: str, **changes: Any) -> Item | None:
        """Change an item; return it, or None when there is none."""
        with self._lock:
            item = self._items.get(id)
            if item is None:
                return None
            item = replace(item, **changes)
            self._keep(item)
            return item

    def get(self, id: str) -> Item | None:
        """Return one item, or None."""
        with self._lock:
            return self._items.get(id)

    def remove(self, id: str) -> bool:
        """Forget an item; False when there was none."""
        with self._lock:
            found = self._items.pop(id, None) is not None
            if found:
                self._write({"id": id, "removed": True})
            return found

    def items(
        self, *, to: str | None = None, channel: str | None = None, direction: str | None = "out"
    ) -> list[Item]:
        """Return items, oldest first, narrowed by recipient, channel and direction."""
        with self._lock:
            items = list(self._items.values())
        return [
            item
            for item in items
            if (not channel or item.channel == channel)
            and (not direction or item.direction == direction)
            and (not to or item.reaches(to))
        ]

    def with_person(self, address: str) -> list[Item]:
        """Return what went to and came from one phone or mailbox, oldest first."""
        wanted = same(address)
        return [
            item
            for item in self.items(direction=None)
            if item.reaches(address) or same(item.sender) == wanted
        ]

    def store_file(self, item_id: str, name: str, content_type: str, content: bytes) -> File:
        """Keep an attachment's content."""
        safe = re.sub(r"[^\w.-]", "_", name) or "file"
        path = self._folder / "attachments" / re.sub(r"[^\w.-]", "_", item_id) / safe
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return File(name, content_type, str(path))

    def _keep(self, item: Item) -> None:
        self._items[item.id] = item
        self._write(asdict(item))

    def _write(self, record: dict[str, Any]) -> None:
        if self._journal is not None:
            with self._journal.open("a", encoding="utf-8") as journal:
                journal.write(json.dumps(record) + "\n")

    def _read(self, journal: Path) -> None:
        for line in journal.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
            except ValueError:  # cut off when the machine stopped
                continue
            if record.get("removed"):
                self._items.pop(record["id"], None)
                continue
            record["cc"] = tuple(record["cc"])
            record["attachments"] = tuple(File(**file) for file in record["attachments"])
            self._items[record["id"]] = Item(**record)


@dataclass
class Faults:
    """What goes wrong on purpose."""

    sms: str = "ok"
    email: str = "ok"
    voice: str = "ok"
    callbacks: str = "on"
    stream: str = "on"
    kill: Callable[[], None] = field(default=lambda: None, repr=False)
    """Ends the sender's process; set while one runs that may be killed."""

    CHOICES = {
        "sms": {
            "ok": "messages are taken and delivered",
            "undelivered": "taken, then reported as undelivered (30003)",
            "timeout": "taken, but the provider's answer never comes",
            "lost": "not taken, and no answer comes",
            "down": "refused with 503",
            "die_after_send": "taken, and the sender's process is killed before it can write that down",
        },
        "email": {
            "ok": "mail is taken and delivered",
            "timeout": "taken, but the service's answer never comes",
            "lost": "not taken, and no answer comes",
            "down": "refused with 503",
            "die_after_send": "taken, and the sender's process is killed before it can write that down",
        },
        "voice": {
            "ok": "calls are placed, recordings handed over",
            "timeout": "a call is placed, but the provider's answer never comes",
            "down": "refused with 503",
        },
        "callbacks": {"on": "delivery reports are posted", "off": "delivery reports get lost"},
        "stream": {"on": "the tables' streams are read", "off": "they are not; only the sweep sends"},
    }

    def set(self, wanted: dict[str, str]) -> None:
        """Switch faults. Raises ValueError with the choices when one is unknown; nothing is changed then."""
        for name, value in wanted.items():
            if value not in self.CHOICES.get(name, {}):
                known = "; ".join(f"{fault}: {', '.join(values)}" for fault, values in self.CHOICES.items())
                raise ValueError(f"{name}={value} is not a fault. Known are {known}.")
        for name, value in wanted.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, str]:
        """The switches as they stand."""
        return {name: getattr(self, name) for name in self.CHOICES}
