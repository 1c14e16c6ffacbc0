"""A reader that knows a dozen phrases: use-case tests must not depend on how well the real one understands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from chalicelib.domain.text import fold, normalise
from chalicelib.domain.understanding.result import AreaGuess, Matter, ServiceGuess, Understanding

CAO_LANH, SA_DEC = "29869", "29905"


def understood(**fields: Any) -> Understanding:
    """A plain complaint without field or place; override what the test is about."""
    plain: dict[str, Any] = {
        "kind": "complaint",
        "priority": "normal",
        "services": (),
        "confident": False,
        "area": None,
        "address": "",
        "emergency_numbers": (),
        "denunciation": False,
        "spam": False,
        "empty": False,
        "matters": (),
        "language": "vi",
        "clean": "",
    }
    return Understanding(**(plain | fields))


def place(*units: str, said: str = "", **fields: Any) -> AreaGuess:
    """A place that is one unit of today, or several that fit."""
    ready: dict[str, Any] = {"units": units, "today": units, "tier": "commune", "ambiguous": len(units) > 1}
    return AreaGuess(said=said, **(ready | fields))


def field(code: str, topic: str | None = None) -> dict[str, Any]:
    """A field the text is surely about."""
    return {"services": (ServiceGuess(code, 5.0, topic),), "confident": True}


PHRASES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("o ga", field("giao_thong")),
    ("pothole", {**field("giao_thong"), "language": "en"}),
    ("mat dien", field("dien")),
    ("rac", field("moi_truong", "rac_thai")),
    ("thu tuc", {**field("hanh_chinh"), "kind": "question"}),
    ("phuong cao lanh", {"area": place(CAO_LANH, said="phường Cao Lãnh")}),
    ("phuong sa dec", {"area": place(SA_DEC, said="phường Sa Đéc")}),
    ("cao lanh ward", {"area": place(CAO_LANH, said="Cao Lanh ward")}),
    ("phuong trung tam", {"area": place(CAO_LANH, SA_DEC, said="phường trung tâm")}),
    ("can tho", {"area": AreaGuess("Cần Thơ", outside=True)}),
    ("chay nha", {"kind": "emergency", "priority": "urgent", "emergency_numbers": ("114",)}),
    ("to cao", {"kind": "denunciation", "denunciation": True}),
    ("vay tien", {"kind": "spam", "spam": True}),
    ("bao gio", {"kind": "status"}),
    ("khi nao", {"kind": "question", "empty": True}),
    ("alo", {"spam": True, "empty": True}),
    ("so 45", {"address": "số 45 Nguyễn Huệ"}),
)


class FakeReader:
    """Reads PHRASES; everything found in a text counts, later lines before earlier ones."""

    def read(self, text: str, *, on: date) -> Understanding:
        folded = fold(normalise(text))
        fields: dict[str, Any] = {}
        services: list[ServiceGuess] = []
        for phrase, found in PHRASES:
            if phrase in folded:
                fields |= found
                services += found.get("services", ())
        if fields.get("spam") and fields.get("empty") and len(folded.split()) > 3:
            fields = {**fields, "empty": False, "spam": False}
        read = replace(understood(**fields), services=tuple(services), clean=text)
        if len(services) > 1:
            read = replace(
                read, matters=tuple(Matter(s.code, f"{text} [{s.code}]", s.topic) for s in services)
            )
        return read
