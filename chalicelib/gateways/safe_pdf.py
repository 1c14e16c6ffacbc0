"""A PDF made anew page by page: what is printed is kept; what acts, links, embeds or tells of its making is not."""

from __future__ import annotations

import io
import zlib
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from chalicelib.errors import FileRefused

MOST_PAGES = 50

MOST_IMAGE_BYTES = 20 * 1024 * 1024
"""Of one picture inside, still as a JPEG."""

PAGE_KEYS = frozenset(
    "/Type /Parent /Resources /MediaBox /CropBox /BleedBox /TrimBox /ArtBox /Contents /Rotate /Group /UserUnit".split()
)
"""What a page needs to be printed (ISO 32000-1, table 30); its notes, actions and further data are left behind."""

LEFT_OUT = frozenset(
    "/A /AA /AF /Annots /EF /EmbeddedFiles /F /FDecodeParms /FFilter /JavaScript /JS /LastModified /Measure /Metadata "
    "/OpenAction /OPI /PieceInfo /PtData /Ref /StructParent /StructParents /URI".split()
)
"""What no font, picture or pattern needs either: actions, outside files, places on a map, data of programs."""


def remake_pdf(content: bytes) -> bytes:
    """
    Return a PDF with the same printed pages and nothing else.

    Raises:
        FileRefused: "locked" (encrypted), "too_long", or "unreadable" (no page).
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
    for part in writer._objects:  # all that the pages led to
        _clean(part)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _clean(part: Any) -> None:
    """Take out what is left out, in all that is written within *part* itself."""
    if isinstance(part, IndirectObject):
        return  # has its own turn
    if isinstance(part, ArrayObject):
        for one in part:
            _clean(one)
    if isinstance(part, DictionaryObject):
        for key in LEFT_OUT.intersection(part):
            del part[key]
        for one in part.values():
            _clean(one)
    if isinstance(part, StreamObject):
        _clean_picture(part)


def _clean_picture(stream: Any) -> None:
    """A photograph inside a PDF is a whole JPEG, with the place it was taken at."""
    filters = stream.get("/Filter")
    names = [str(name) for name in filters] if isinstance(filters, ArrayObject) else [str(filters)]
    if names[-1] != "/DCTDecode":
        return
    data = bytes(stream._data)
    if names == ["/FlateDecode", "/DCTDecode"]:
        unfolding = zlib.decompressobj()
        data = unfolding.decompress(data, MOST_IMAGE_BYTES)
        if unfolding.unconsumed_tail:
            raise FileRefused("too_large")
        stream.pop("/DecodeParms", None)
    elif len(names) > 1:
        raise FileRefused("unreadable")
    stream[NameObject("/Filter")] = NameObject("/DCTDecode")
    stream._data = without_notes(data)


_KEPT_SEGMENTS = frozenset({0xE0, 0xE2, 0xEE})
"""Application segments a picture is drawn by: JFIF, colours, Adobe's; in the others stand place, time and device."""


def without_notes(jpeg: bytes) -> bytes:
    """Return a JPEG without its notes (ITU-T T.81, B.1.1.4: marker, length, content)."""
    if jpeg[:2] != b"\xff\xd8":
        raise FileRefused("unreadable")
    kept, at = [b"\xff\xd8"], 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        marker = jpeg[at + 1]
        if marker in _KEPT_SEGMENTS or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept.append(jpeg[at:end])
        at = end
    return b"".join(kept) + jpeg[at:]
