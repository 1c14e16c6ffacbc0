"""`emblem.svg`: the picture a province shows on every page and in the browser's tab."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from packs.problem import Problem

EMBLEM = "emblem.svg"
MAX_CHARACTERS = 8_000
"""Every page loads it."""

SVG = "{http://www.w3.org/2000/svg}svg"
UNFIT = ("script", "foreignObject", "image", "use", "a", "style")
REMEDY = "Save it as a plain SVG of one picture, without scripts, styles and pictures from elsewhere."


def read_emblem(path: Path, name: str) -> tuple[str, list[Problem]]:
    """Return the picture and what is wrong with it; nothing of both where a province has none."""
    if not path.exists():
        return "", []
    try:
        text = path.read_text(encoding="utf-8")
        picture = ElementTree.fromstring(text)
    except ElementTree.ParseError as problem:
        return "", [Problem(name, problem.position[0], "it is no SVG.", REMEDY)]
    except UnicodeDecodeError:
        return "", [Problem(name, 0, "it is no SVG.", REMEDY)]
    wrong = [what for one in picture.iter() if (what := _unfit(one))]
    if picture.tag != SVG or "viewBox" not in picture.attrib:
        wrong.append("its outermost element is no <svg> with a viewBox.")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        wrong.append("it holds a DOCTYPE.")
    if len(text) > MAX_CHARACTERS:
        wrong.append(f"it has more than {MAX_CHARACTERS:,} characters; every page loads it.")
    return text, [Problem(name, 0, what, REMEDY) for what in dict.fromkeys(wrong)]


def _unfit(one: ElementTree.Element) -> str:
    """What a picture may not hold: browsers run nothing in an image, but people may open it alone."""
    tag = one.tag.rpartition("}")[2]
    if tag in UNFIT:
        return f"it holds <{tag}>."
    for name, value in one.attrib.items():
        plain = name.rpartition("}")[2]
        if plain.startswith("on") or plain == "href" or "url(" in value.replace("url(#", ""):
            return f"it holds the attribute {plain}."
    return ""
