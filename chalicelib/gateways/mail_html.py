"""HTML mail as plain text, for those who send nothing else. Quoted mail is left out where the client marks it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    {
        "address",
        "article",
        "blockquote",
        "div",
        "dd",
        "dl",
        "dt",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    }
    | {"header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
_SILENT = frozenset({"head", "script", "style", "title", "template", "noscript"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_QUOTES = ("gmail_quote", "gmail_attr", "yahoo_quoted", "moz-cite-prefix", "zmail_extra", "protonmail_quote")
_SIGNATURES = ("gmail_signature", "moz-signature", "Signature")
_BLANK = re.compile(r"[ \t\r\n\f\v]+")


class _Text(HTMLParser):
    """Collects text; `_skipping` counts open elements inside one that is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._skipped = ""
        self._skipping = 0
        self._breaks = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipping:
            self._skipping += tag == self._skipped
            return
        marks = {name: value or "" for name, value in attrs}
        classes = marks.get("class", "").split()
        left_out = (
            tag in _SILENT
            or (tag == "blockquote" and marks.get("type") == "cite")
            or any(mark in classes for mark in _QUOTES + _SIGNATURES)
            or marks.get("id", "") in _SIGNATURES
        )
        if left_out and tag not in _VOID:
            self._skipped, self._skipping = tag, 1
        elif tag == "br":
            self._breaks += 1
        elif tag in _BLOCKS:
            # Outlook makes a paragraph of every line
            self._break(2 if tag == "p" and "MsoNormal" not in classes else 1)
        elif tag in ("td", "th"):
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            self._skipping -= tag == self._skipped
        elif tag in _BLOCKS:
            self._break(1)

    def handle_data(self, data: str) -> None:
        written = _BLANK.sub(" ", data)
        if self._skipping or (written == " " and self._breaks):
            return
        self.parts.append("\n" * self._breaks + written)
        self._breaks = 0

    def _break(self, lines: int) -> None:
        self._breaks = max(self._breaks, lines)


def text_of(html: str) -> str:
    """Return what a reader of *html* sees, as lines of text."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    lines = "".join(parser.parts).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines)).strip()
