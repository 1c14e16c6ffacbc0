"""The banner other agencies put on their sites: a picture with a link, as SVG and as a small script that draws it.

It sets no cookie, loads nothing and follows nobody. Everything is said with plain attributes, because a site's content
security policy may forbid styles; the script builds elements one by one, because it may forbid code made of text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import escape

from chalicelib.domain.directory import Directory
from chalicelib.web.letter import Words
from chalicelib.web.province import province_view

if TYPE_CHECKING:
    from chalicelib.web.site import Address

FONT = "Arial, Helvetica, sans-serif"
LETTER = 0.58
"""Width of an ordinary bold letter, as a part of the type's size."""
SVG = "http://www.w3.org/2000/svg"
FULL = "full"

Element = tuple[str, dict[str, str], tuple[Any, ...]]
"""Name, attributes, and what is in it: elements or text."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the banner: where its middle is, how large it may be and how wide."""

    y: float
    size: float
    width: float
    x: str = "50%"
    button: bool = False
    """Drawn as one: white, the words in the province's colour."""


@dataclass(frozen=True, slots=True)
class Size:
    """A banner's measure and where its three lines stand: hotline, province, what to do."""

    width: int
    """0 = as wide as there is room."""
    height: int
    lines: tuple[Line, ...]


SIZES: dict[str, Size] = {
    "728x90": Size(
        728, 90, (Line(33, 30, 460, "34%"), Line(66, 20, 460, "34%"), Line(45, 22, 190, "83%", True))
    ),
    "300x250": Size(300, 250, (Line(64, 36, 270), Line(114, 26, 270), Line(186, 26, 220, button=True))),
    "120x60": Size(120, 60, (Line(12, 12, 112), Line(28, 11, 112), Line(46, 11, 92, button=True))),
    FULL: Size(0, 90, (Line(18, 20, 290), Line(40, 15, 290), Line(69, 16, 190, button=True))),
}
"""Sizes that sites have room for; the first two are the advertising trade's own."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """One size with what is pasted into a page."""

    size: str
    html: str
    script: str


def snippets(directory: Directory, address: Address) -> list[Snippet]:
    """Return each size with its HTML and its script, to be copied."""
    words = Words.of(address.language, directory)
    return [
        Snippet(
            name,
            f'<a href="{escape(address.full("/"))}">{_image(name, size, words, address)}</a>',
            f'<script src="{escape(address.full("/banner.js"))}" data-size="{name}" async></script>',
        )
        for name, size in SIZES.items()
    ]


def banner_svg(size: str, directory: Directory, language: str) -> str:
    """Return one banner as a picture."""
    words = Words.of(language, directory)
    return f"{_written(_drawing(size, directory, words))}\n"


def banner_script(directory: Directory, address: Address) -> str:
    """Return the script that puts the banner where its own element stands; for any browser of the last ten years."""
    words = Words.of(address.language, directory)
    drawings = {size: _drawing(size, directory, words) for size in SIZES}
    facts = {
        "href": address.full("/"),
        "label": words("hotline_pages.banner.alt"),
        "drawings": drawings,
        "first": next(iter(SIZES)),
    }
    # `<` never appears as such: somebody may paste the script into a page itself
    data = json.dumps(facts, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
    return _SCRIPT.replace("FACTS", data)


_SCRIPT = """\
/* Banner of the hotline: draws a link where this script stands. No cookie, no request, nobody is followed. */
(function () {
  "use strict";
  var facts = FACTS;
  var here = document.currentScript;
  if (!here || !here.parentNode) return;

  function draw(part) {
    if (typeof part === "string") return document.createTextNode(part);
    var element = document.createElementNS("http://www.w3.org/2000/svg", part[0]);
    for (var name in part[1]) if (name !== "xmlns") element.setAttribute(name, part[1][name]);
    for (var i = 0; i < part[2].length; i += 1) element.appendChild(draw(part[2][i]));
    return element;
  }

  var size = here.getAttribute("data-size");
  if (!Object.prototype.hasOwnProperty.call(facts.drawings, size)) size = facts.first;
  var drawing = draw(facts.drawings[size]);
  drawing.setAttribute("aria-hidden", "true");
  drawing.setAttribute("focusable", "false");
  drawing.style.display = "block";
  drawing.style.maxWidth = "100%";
  var link = document.createElementNS("http://www.w3.org/1999/xhtml", "a");
  link.setAttribute("href", facts.href);
  link.setAttribute("aria-label", facts.label);
  link.style.display = size === "full" ? "block" : "inline-block";
  link.style.maxWidth = "100%";
  link.appendChild(drawing);
  here.parentNode.insertBefore(link, here);
})();
"""


def _drawing(name: str, directory: Directory, words: Words) -> Element:
    size = SIZES[name]
    colour = province_view(directory, words.language)["colour"]
    said = (
        words("hotline_pages.banner.hotline"),
        province_view(directory, words.language)["name"],
        words("hotline_pages.banner.call_to_act"),
    )
    width = str(size.width) if size.width else "100%"
    measure = {"width": width, "height": str(size.height)}
    frame = {"viewBox": f"0 0 {size.width} {size.height}"} if size.width else {}
    parts: list[Element] = [("rect", {"width": "100%", "height": "100%", "fill": colour}, ())]
    for line, text in zip(size.lines, said, strict=True):
        fits = min(line.size, line.width / (LETTER * max(len(text), 1)))
        if line.button:
            parts += _button(line, fits, text, colour, size)
        else:
            parts.append(_text(text, line.x, line.y, fits, "#ffffff"))
    return ("svg", {"xmlns": SVG, **measure, **frame}, tuple(parts))


def _button(line: Line, fits: float, text: str, colour: str, size: Size) -> list[Element]:
    wide, high = line.width, line.size * 1.8
    # a width in percent needs no knowledge of how wide the page is: half of the button is taken off by moving it
    box = {
        "x": line.x,
        "y": _number(line.y - high / 2),
        "width": _number(wide),
        "height": _number(high),
        "rx": "4",
        "transform": f"translate({_number(-wide / 2)} 0)",
        "fill": "#ffffff",
    }
    return [("rect", box, ()), _text(text, line.x, line.y, min(fits, line.size), colour)]


def _text(text: str, x: str, y: float, size: float, colour: str) -> Element:
    # not dominant-baseline: older browsers place it differently
    attributes = {
        "x": x,
        "y": _number(y + size * 0.35),
        "font-family": FONT,
        "font-weight": "bold",
        "font-size": _number(size),
        "text-anchor": "middle",
        "fill": colour,
    }
    return ("text", attributes, (text,))


def _written(part: Element | str) -> str:
    if isinstance(part, str):
        return str(escape(part))
    name, attributes, inside = part
    said = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{said}>{''.join(map(_written, inside))}</{name}>"


def _image(name: str, size: Size, words: Words, address: Address) -> str:
    alt = escape(words("hotline_pages.banner.alt"))
    shape = (
        f'width="{size.width}" height="{size.height}"'
        if size.width
        else f'style="display:block;width:100%;height:{size.height}px"'
    )
    return f'<img src="{escape(address.full(f"/banner/{name}"))}" alt="{alt}" {shape}>'


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
