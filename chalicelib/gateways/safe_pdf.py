"""A PDF made anew page by page: what is printed is kept; what acts, links, embeds or tells of its making is not."""

from __future__ import annotations

import io
import re
import zlib
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from chalicelib.errors import FileRefused

MOST_PAGES = 50

UNFOLDED_BYTES = 40 * 1024 * 1024
"""Of all packed JPEGs of one file together: 40 kB can hold so much, and all of it lies in memory at once."""

PAGE_KEYS = frozenset(
    "/Type /Parent /Resources /MediaBox /CropBox /BleedBox /TrimBox /ArtBox /Contents /Rotate /Group /UserUnit".split()
)
"""What a page needs to be printed (ISO 32000-1, table 30); its notes, actions and further data are left behind."""

LEFT_OUT = frozenset(
    "/A /AA /AF /Annots /EF /EmbeddedFiles /F /FDecodeParms /FFilter /JavaScript /JS /LastModified /Measure /Metadata "
    "/OpenAction /OPI /PieceInfo /PtData /Ref /StructParent /StructParents /URI".split()
)
"""What no font, picture or pattern needs either: actions, outside files, places on a map, data of programs."""


def remake_pdf(content: bytes, most_bytes: int) -> bytes:
    """
    Return a PDF with the same printed pages and nothing else.

    Args:
        content: As it was sent.
        most_bytes: Of what is returned.

    Raises:
        FileRefused: "locked" (encrypted), "too_long", "too_large" (unfolded or as it would be kept), or "unreadable".
        Exception: Whatever a broken one makes the library raise.
    """
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        raise FileRefused("locked")
    pages = len(reader.pages)
    if pages > MOST_PAGES:
        raise FileRefused("too_long")
    if not pages:
        raise FileRefused("unreadable")
    writer = PdfWriter()
    for page in reader.pages:
        for key in [key for key in page if key not in PAGE_KEYS]:
            del page[key]
        writer.add_page(page)
    writer.metadata = None
    unfolding = _Unfolding()
    for part in writer._objects:  # all that the pages led to
        _clean(part, unfolding)
    out = _Capped(most_bytes)
    writer.write(out)
    return out.getvalue()


class _Capped(io.BytesIO):
    """Holds so much and no more."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > self._most:
            raise FileRefused("too_large")
        return super().write(data)


class _Unfolding:
    """What one file may still unfold to."""

    def __init__(self) -> None:
        self._left = UNFOLDED_BYTES

    def unfold(self, data: bytes) -> bytes:
        unpacker = zlib.decompressobj()
        found = unpacker.decompress(data, self._left + 1)
        self._left -= len(found)
        if self._left < 0:
            raise FileRefused("too_large")
        return found


def _clean(part: Any, unfolding: _Unfolding) -> None:
    """Take out what is left out, in all that is written within *part* itself."""
    if isinstance(part, IndirectObject):
        return  # has its own turn
    if isinstance(part, ArrayObject):
        for one in part:
            _clean(one, unfolding)
    if isinstance(part, DictionaryObject):
        for key in LEFT_OUT.intersection(part):
            del part[key]
        for one in part.values():
            _clean(one, unfolding)
    if isinstance(part, StreamObject):
        _clean_picture(part, unfolding)


def _clean_picture(stream: Any, unfolding: _Unfolding) -> None:
    """A photograph inside a PDF is a whole JPEG, with the place it was taken at."""
    filters = stream.get("/Filter")
    names = [str(name) for name in filters] if isinstance(filters, ArrayObject) else [str(filters)]
    if names[-1] != "/DCTDecode":
        return
    data = bytes(stream._data)
    if names == ["/FlateDecode", "/DCTDecode"]:
        data = unfolding.unfold(data)
        stream.pop("/DecodeParms", None)
    elif len(names) > 1:
        raise FileRefused("unreadable")
    stream[NameObject("/Filter")] = NameObject("/DCTDecode")
    stream._data = without_notes(data)


_KEPT_NOTES = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""Application segments a picture is drawn by, and how they begin; in the others stand place, time and device."""

_SCAN, _END = 0xDA, 0xD9

_AFTER_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
"""What ends the pixels of a scan: a marker that is neither stuffing nor a restart (ITU-T T.81, B.1.1.2 to B.1.1.5)."""


def without_notes(jpeg: bytes) -> bytes:
    """
    Return a JPEG without its notes and without whatever follows its end (ITU-T T.81, B.1.1.4: marker, length, content).

    Raises:
        FileRefused: "unreadable"; it is none, or is broken between its parts.
    """
    if jpeg[:2] != b"\xff\xd8":
        raise FileRefused("unreadable")
    kept, at, drawn = [b"\xff\xd8"], 2, False
    while at < len(jpeg):
        while jpeg[at : at + 2] == b"\xff\xff":  # a marker may be preceded by any number of these
            at += 1
        head = jpeg[at : at + 4]
        if head[:2] == bytes((0xFF, _END)):
            break
        size = int.from_bytes(head[2:], "big")
        if len(head) < 4 or head[0] != 0xFF or head[1] < 0xC0 or 0xD0 <= head[1] <= 0xD8 or size < 2:
            raise FileRefused("unreadable")
        end = at + 2 + size
        if head[1] == _SCAN:
            drawn = True
            after = _AFTER_SCAN.search(jpeg, end)
            end = after.start() if after else len(jpeg)
        if _is_kept(head[1], jpeg[at + 4 : at + 16]):
            kept.append(jpeg[at:end])
        at = end
    if not drawn:
        raise FileRefused("unreadable")
    return b"".join((*kept, b"\xff\xd9"))


def _is_kept(marker: int, start: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF:
        return marker in _KEPT_NOTES and start.startswith(_KEPT_NOTES[marker])
    return marker != 0xFE
