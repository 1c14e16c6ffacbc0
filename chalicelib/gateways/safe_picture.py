"""A picture made anew: turned as it was held, at most so large, and nothing in it but what is seen.

Where it was taken, with what and when stands in parts of the file that are not taken over; and what was hidden behind
or inside the picture (a page, an archive) is no pixel and dies with the old file.
"""

from __future__ import annotations

import io

from PIL import Image

from chalicelib.errors import FileRefused

LONGEST_SIDE = 2000
"""Pixels; a house number is still legible, and a page of five pictures loads."""

QUALITY = 82

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}

MOST_PIXELS = {"image/jpeg": 50_000_000, "image/png": 20_000_000, "image/webp": 13_000_000}
"""What a decoder may unfold within the memory of safe_child.py. A JPEG is read at half or a quarter of its size, PNG
only whole, WebP whole and three times; pictures of phones have 12 million, the largest JPEGs 50."""

Image.MAX_IMAGE_PIXELS = None  # ours are lower, and refuse instead of warning


def remake_picture(content: bytes, content_type: str) -> tuple[bytes, int, int]:
    """
    Return a picture as a new JPEG, its width and its height.

    Raises:
        FileRefused: "too_large" by the size its header tells, before anything is decoded.
        OSError, ValueError, SyntaxError: It is broken or cut off.
    """
    with Image.open(io.BytesIO(content), formats=(FORMATS[content_type],)) as image:
        if image.width * image.height > MOST_PIXELS[content_type]:
            raise FileRefused("too_large")
        longest = max(image.size)
        image.draft("RGB", (image.width * LONGEST_SIDE // longest, image.height * LONGEST_SIDE // longest))
        image.load()
        turn = _turn(image)
        mode = "RGBA" if image.has_transparency_data else "RGB"
        seen = image if image.mode == mode else image.convert(mode)
        seen.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        if turn is not None:
            seen = seen.transpose(turn)
        # A fresh one: whatever the old one carried beside its pixels stays behind.
        new = Image.new("RGB", seen.size, "white")
        new.paste(seen, mask=seen if seen.mode == "RGBA" else None)
    out = io.BytesIO()
    new.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue(), new.width, new.height


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""Orientation (Exif 2.32, tag 0x0112) → what sets the picture upright."""


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return _TURNS.get(image.getexif().get(0x0112, 1))
    except Exception:  # notes that cannot be read turn nothing; the picture may be whole
        return None
