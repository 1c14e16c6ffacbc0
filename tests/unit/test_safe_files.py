"""A stranger's file made anew: what is seen stays, all else goes; what is made to hurt is refused and hurts nobody."""

from __future__ import annotations

import io
import subprocess
import sys
import time

import pytest
from PIL import Image
from pypdf import PdfReader

from chalicelib.domain.attachment import MAX_BYTES, SafeFile, file_type
from chalicelib.errors import FileRefused
from chalicelib.gateways.safe_files import make_safe
from chalicelib.gateways.safe_pdf import UNFOLDED_BYTES, remake_pdf, without_notes
from chalicelib.gateways.safe_picture import LONGEST_SIDE, remake_picture
from tests.strangers_files import ARCHIVE, SCRIPT, bomb, heavy_jpeg, pdf, pdf_of_jpegs, picture, polyglot

RED, BLUE = (254, 0, 0), (0, 0, 254)


def made_safe(content: bytes, kind: str) -> SafeFile:
    return make_safe(content, kind, environment={}, seconds=60)  # the machine may be busy


def seen(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def colour(image: Image.Image, x: float, y: float) -> str:
    red, _, blue = image.getpixel((int(image.width * x), int(image.height * y)))
    return "red" if red > blue else "blue"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_device_and_comment_are_gone_and_the_picture_is_the_same(kind):
    sent = picture(kind=kind)
    assert seen(sent).getexif().get_ifd(0x8825), "it did tell where it was taken"
    safe = made_safe(sent, f"image/{kind.lower()}")
    image = seen(safe.content)
    assert (safe.content_type, image.format, image.size) == ("image/jpeg", "JPEG", (640, 480))
    assert not image.getexif() and set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"TELEPHONE" not in safe.content and b"TAKEN-AT-HOME" not in safe.content
    assert (colour(image, 0.25, 0.25), colour(image, 0.75, 0.75)) == ("red", "blue")


@pytest.mark.parametrize(
    ("orientation", "red_at"),
    [
        (1, (0.25, 0.25)),
        (2, (0.75, 0.25)),
        (3, (0.75, 0.75)),
        (4, (0.25, 0.75)),
        (5, (0.25, 0.25)),
        (6, (0.75, 0.25)),
        (7, (0.75, 0.75)),
        (8, (0.25, 0.75)),
    ],
)
def test_a_picture_is_turned_as_it_was_held(orientation, red_at):
    made, width, height = remake_picture(picture(640, 480, orientation=orientation), "image/jpeg")
    image = seen(made)
    assert image.size == (width, height) == ((480, 640) if orientation > 4 else (640, 480))
    corners = [(x, y) for x in (0.25, 0.75) for y in (0.25, 0.75) if colour(image, x, y) == "red"]
    assert corners == [red_at]


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_picture_becomes_small_enough_to_load(orientation):
    made, width, height = remake_picture(picture(4032, 3024, orientation=orientation), "image/jpeg")
    assert sorted((width, height)) == [1500, LONGEST_SIDE]
    assert seen(made).size == (width, height)


def test_what_can_be_seen_through_lies_on_white():
    image = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    made, *_ = remake_picture(out.getvalue(), "image/png")
    assert seen(made).getpixel((20, 20)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "LA", "CMYK"])
def test_pictures_of_any_colours_are_taken(mode):
    out = io.BytesIO()
    kind = "JPEG" if mode == "CMYK" else "PNG"
    Image.new(mode, (32, 32)).save(out, kind)
    made, *_ = remake_picture(out.getvalue(), f"image/{kind.lower()}")
    assert seen(made).mode == "RGB"


def test_a_small_file_that_unfolds_to_900_million_pixels_is_refused_by_its_header():
    sent = bomb()
    assert len(sent) < 150_000
    started = time.process_time()
    with pytest.raises(FileRefused, match="too_large"):
        remake_picture(sent, "image/png")
    assert time.process_time() - started < 0.5
    with pytest.raises(FileRefused, match="too_large"):
        made_safe(sent, "image/png")


def test_what_hides_in_and_behind_a_picture_dies_with_the_old_file():
    sent = polyglot()
    assert SCRIPT in sent and ARCHIVE in sent and file_type(sent) == "image/jpeg"
    made = made_safe(sent, "image/jpeg").content
    assert SCRIPT not in made and ARCHIVE not in made
    assert seen(made).size == (640, 480)


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        pytest.param(picture()[:-400], "image/jpeg", id="cut off"),
        pytest.param(picture(kind="PNG")[:200], "image/png", id="cut off PNG"),
        pytest.param(picture(kind="PNG"), "image/jpeg", id="another kind than it seemed"),
        pytest.param(b"\xff\xd8\xff" + b"\0" * 500, "image/jpeg", id="a beginning only"),
        pytest.param(b"%PDF-1.7\n" + b"\0" * 500, "application/pdf", id="a beginning of a PDF"),
        pytest.param(pdf()[:600], "application/pdf", id="cut off PDF"),
        pytest.param(b"", "image/png", id="nothing"),
    ],
)
def test_what_is_broken_is_refused(sent, kind):
    with pytest.raises(FileRefused, match="unreadable"):
        made_safe(sent, kind)


def test_a_child_that_dies_or_takes_too_long_is_a_refusal():
    with pytest.raises(FileRefused, match="unreadable"):
        make_safe(picture(), "image/jpeg", environment={}, seconds=0.001)
    with pytest.raises(FileRefused, match="unreadable"):
        made_safe(picture(), "image/none")


@pytest.mark.parametrize("held", ["bytearray(280 * MB)", "mmap.mmap(-1, 400 * MB)"])
def test_the_child_has_little_memory(held):
    script = (
        "import mmap, resource; from chalicelib.gateways import safe_child; MB = 1024 * 1024\n"
        "for limit, most in safe_child.LIMITS.items(): resource.setrlimit(limit, (most, most))\n"
        f"{held}\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "MemoryError" in done.stderr or "Cannot allocate memory" in done.stderr


def packed(mode: str, side: tuple[int, int], kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, side).save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        pytest.param(packed("P", (5000, 4000), "PNG", transparency=0), "image/png", id="PNG"),
        pytest.param(packed("RGBA", (4096, 3072), "WEBP", lossless=True, method=0), "image/webp", id="WebP"),
        pytest.param(packed("RGB", (7000, 7000), "JPEG", progressive=True), "image/jpeg", id="JPEG"),
    ],
)
def test_the_largest_pictures_that_are_taken_fit_into_the_child_s_memory(sent, kind):
    assert made_safe(sent, kind).width > 1_000


# PDF


def test_a_pdf_keeps_its_pages_and_loses_what_acts():
    sent = pdf(3, harmful=True)
    harm = (
        b"/JavaScript",
        b"/JS",
        b"/Launch",
        b"/EmbeddedFile",
        b"/AA",
        b"/Annot",
        b"/URI",
        b"/PieceInfo",
        b"/Author",
    )
    harm += (b"MZ-INSIDE-PDF", b"TELEPHONE")
    assert [word for word in harm if word not in sent] == []
    safe = made_safe(sent, "application/pdf")
    assert [word for word in harm if word in safe.content] == []
    read = PdfReader(io.BytesIO(safe.content))
    assert len(read.pages) == 3 and not read.metadata
    (image,) = read.pages[0].images
    assert image.image.size == (200, 100)


@pytest.mark.parametrize(
    ("sent", "why"), [(pdf(locked=True), "locked"), (pdf(51), "too_long")], ids=["locked", "51 pages"]
)
def test_a_pdf_that_cannot_be_taken_says_why(sent, why):
    with pytest.raises(FileRefused, match=why):
        made_safe(sent, "application/pdf")


MILLION = 1_000_000


def test_pictures_that_unfold_together_to_more_than_one_file_may_are_refused():
    notes = b"\xff\xfe\xff\xff" + b"\0" * 65_533  # dropped: what is kept of it is small
    jpeg = picture(16, 16)
    folded = jpeg[:2] + notes * 180 + jpeg[2:]
    assert 3 * len(folded) < UNFOLDED_BYTES < 4 * len(folded)
    assert len(PdfReader(io.BytesIO(remake_pdf(pdf_of_jpegs(*[folded] * 3), MAX_BYTES))).pages) == 3
    sent = pdf_of_jpegs(*[folded + b"%d" % number for number in range(4)])
    assert len(sent) < 60_000
    with pytest.raises(FileRefused, match="too_large"):
        remake_pdf(sent, MAX_BYTES)


def test_what_would_be_kept_is_never_larger_than_what_may_be_sent():
    sent = pdf_of_jpegs(heavy_jpeg(6 * MILLION), heavy_jpeg(6 * MILLION))
    assert len(sent) < 20_000
    with pytest.raises(FileRefused, match="too_large"):
        remake_pdf(sent, MAX_BYTES)
    with pytest.raises(FileRefused, match="too_large"):
        made_safe(sent, "application/pdf")
    assert len(made_safe(pdf_of_jpegs(heavy_jpeg(6 * MILLION)), "application/pdf").content) > 6 * MILLION


SAYS = {
    "a page": '{"type": "text/html", "width": 0, "height": 0}\n<script>',
    "a picture without sides": '{"type": "image/jpeg"}\nxyz',
    "a file of nothing": '{"type": "image/jpeg", "width": 1, "height": 1}\n',
    "a reason of its own": '{"refused": "<script>"}\n',
    "a list": "[]\n",
    "nothing": "",
    "no end of a line": "x" * 5_000,
    "no end": '{"type": "image/jpeg", "width": 1, "height": 1}\n' + "x" * (MAX_BYTES + 1),
}


@pytest.mark.parametrize("says", SAYS.values(), ids=SAYS)
def test_a_child_that_says_anything_else_is_a_refusal(says, tmp_path, monkeypatch):
    """One that was taken over by what it read may say anything, and go on for ever."""
    words = tmp_path / "words"
    words.write_text(says)
    child = tmp_path / "child"
    child.write_text(f"#!/bin/sh\ncat > /dev/null; cat {words}\n")
    child.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(child))
    with pytest.raises(FileRefused, match="unreadable"):
        make_safe(picture(), "image/jpeg", environment={"PATH": "/usr/bin:/bin"})


def test_fifty_pages_are_taken():
    assert len(PdfReader(io.BytesIO(remake_pdf(pdf(50), MAX_BYTES))).pages) == 50


def test_a_jpeg_loses_its_notes_and_no_pixel():
    sent = picture()
    bare = without_notes(sent)
    assert b"TELEPHONE" not in bare and b"TAKEN-AT-HOME" not in bare
    assert seen(bare).tobytes() == seen(sent).tobytes()


@pytest.mark.parametrize("more", [{}, {"progressive": True}], ids=["one scan", "many scans"])
def test_what_follows_a_jpeg_inside_a_pdf_is_cut_off(more):
    sent = picture(200, 200, **more)
    for behind in (picture(), ARCHIVE, SCRIPT, b"\xff\xd9" + picture()):
        bare = without_notes(sent + behind)
        assert bare == without_notes(sent) and bare.endswith(b"\xff\xd9")
    assert seen(bare).tobytes() == seen(sent).tobytes()
    made = remake_pdf(pdf_of_jpegs(sent + picture(), packed=False), MAX_BYTES)
    assert b"TELEPHONE" not in made and made.count(b"\xff\xd8\xff") == 1


def test_a_note_between_two_scans_or_a_small_picture_in_the_head_goes_too():
    sent = picture(200, 200, progressive=True)
    second = sent.rindex(b"\xff\xda")
    note = b"\xff\xfe\x00\x08SECRET"
    thumbnail = b"\xff\xe0\x00\x0cJFXX\0SMALL"
    bare = without_notes(sent[:2] + thumbnail + sent[2:second] + note + sent[second:])
    assert bare == without_notes(sent)


@pytest.mark.parametrize(
    "jpeg", [b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xd9", b"\xff\xd8 PK", b"PK"], ids=repr
)
def test_what_has_no_pixels_is_no_jpeg(jpeg):
    with pytest.raises(FileRefused, match="unreadable"):
        without_notes(jpeg)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (picture()[:16], "image/jpeg"),
        (picture(kind="PNG")[:16], "image/png"),
        (picture(kind="WEBP")[:16], "image/webp"),
        (b"%PDF-1.4\n", "application/pdf"),
        (b"GIF89a", None),
        (b"<svg xmlns=", None),
        (b"PK\x03\x04", None),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"MZ", None),
        (b"", None),
    ],
)
def test_a_file_is_known_by_its_first_bytes(start, kind):
    assert file_type(start) == kind
