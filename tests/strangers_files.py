"""Files as strangers send them: pictures of phones, and what is made to hurt."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image


def picture(
    width: int = 640, height: int = 480, kind: str = "JPEG", *, orientation: int = 0, **more: Any
) -> bytes:
    """A picture: its upper left quarter red, the rest blue; with place, device and comment."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width // 2, height // 2))
    notes = Image.Exif()
    notes[0x010F] = "TELEPHONE"  # maker
    if orientation:
        notes[0x0112] = orientation
    notes.get_ifd(0x8825).update({1: "N", 2: (10.0, 17.0, 28.0), 3: "E", 4: (105.0, 45.0, 37.0)})
    out = io.BytesIO()
    comment = {"comment": b"TAKEN-AT-HOME"} if kind == "JPEG" else {}
    image.save(out, kind, exif=notes, **comment, **more)
    return out.getvalue()


def bomb(side: int = 30_000) -> bytes:
    """A PNG of a few kilobytes that unfolds to *side* times *side* pixels."""
    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(b"\0" * (side // 8 + 1)) for _ in range(side)) + rows.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


SCRIPT = b"<html><script>alert(document.domain)</script>"
ARCHIVE = b"PK\x03\x04EVIL.EXE"


def heavy_jpeg(scan_bytes: int) -> bytes:
    """A JPEG whose one scan is long and of nothing: it packs to a thousandth."""
    jpeg = picture(16, 16)
    scan = jpeg.index(b"\xff\xda")
    return jpeg[: scan + 14] + b"\0" * scan_bytes + b"\xff\xd9"


def polyglot() -> bytes:
    """A JPEG that is a page to one program and an archive to another."""
    jpeg = picture()
    note = b"\xff\xfe" + struct.pack(">H", len(SCRIPT) + 2) + SCRIPT
    return jpeg[:2] + note + jpeg[2:] + ARCHIVE


def pdf(pages: int = 1, *, harmful: bool = False, locked: bool = False) -> bytes:
    """A PDF with a photograph on each page; *harmful*: with a script, a launch, a file inside, and notes."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.annotations import Link
    from pypdf.generic import DictionaryObject, NameObject, TextStringObject

    out = io.BytesIO()
    Image.new("RGB", (200, 100), "green").save(out, "PDF", author="NGUOI-SOAN")
    writer = PdfWriter()
    source = PdfReader(io.BytesIO(out.getvalue()))
    for _ in range(pages):
        writer.add_page(source.pages[0])
    stream = writer.pages[0]["/Resources"]["/XObject"]["/image"].get_object()
    stream._data = picture(200, 100)
    if harmful:
        script = DictionaryObject(
            {
                NameObject("/S"): NameObject("/JavaScript"),
                NameObject("/JS"): TextStringObject("app.alert('SCRIPT-IN-PDF')"),
            }
        )
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(script)
        writer.add_attachment("EVIL.EXE", b"MZ-INSIDE-PDF")
        writer.add_annotation(0, Link(rect=(0, 0, 50, 50), url="https://evil.example/"))
        launch = DictionaryObject(
            {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("LAUNCH.EXE")}
        )
        writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): launch})
        writer.pages[0][NameObject("/PieceInfo")] = DictionaryObject({NameObject("/X"): launch})
        stream[NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})  # within what is kept
        writer.add_metadata({"/Author": "NGUOI-SOAN"})
    if locked:
        writer.encrypt("mat-khau")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def pdf_of_jpegs(*jpegs: bytes, packed: bool = True) -> bytes:
    """A PDF with a page for each JPEG; *packed*: each lies in it as small as it goes."""
    from pypdf import PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject

    writer = PdfWriter()
    for jpeg in jpegs:
        image = StreamObject()
        filters = [
            NameObject(name) for name in (("/FlateDecode", "/DCTDecode") if packed else ("/DCTDecode",))
        ]
        for name, value in (("/Type", "/XObject"), ("/Subtype", "/Image"), ("/ColorSpace", "/DeviceRGB")):
            image[NameObject(name)] = NameObject(value)
        for name, number in (("/Width", 16), ("/Height", 16), ("/BitsPerComponent", 8)):
            image[NameObject(name)] = NumberObject(number)
        image[NameObject("/Filter")] = ArrayObject(filters)
        image._data = zlib.compress(jpeg, 9) if packed else jpeg
        shown = DictionaryObject({NameObject("/image"): writer._add_object(image)})
        page = writer.add_blank_page(200, 200)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): shown})
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
