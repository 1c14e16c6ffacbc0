"""One content, two formats: XML as Open311 has it, and its JSON by the Spark mapping (lists as arrays)."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.sax.saxutils import escape

XML_TYPE = "text/xml; charset=utf-8"
JSON_TYPE = "application/json; charset=utf-8"
TYPES = {"xml": XML_TYPE, "json": JSON_TYPE}
"""Ending of the address → content type."""

ITEM = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
"""Element whose children are a list → what each child is called."""

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NOT_XML = re.compile("[^\t\n\x20-\x7e\x80-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold (§2.2), and DEL: a text message may hold it. JSON goes without it too."""


def written(ending: str, root: str, content: Any) -> str:
    """
    Return *content* in the format of *ending*.

    Args:
        ending: xml or json.
        root: Name of the outermost XML element.
        content: Dictionaries, lists, text, numbers, booleans and None; a list lies in an element of `ITEM`.
    """
    if ending == "json":
        return json.dumps(_cleaned(content), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"{_DECLARATION}{_element(root, _cleaned(content))}"


def _element(name: str, content: Any) -> str:
    if isinstance(content, dict):
        inner = "".join(_element(child, value) for child, value in content.items())
    elif isinstance(content, list):
        inner = "".join(_element(ITEM[name], item) for item in content)
    elif isinstance(content, bool):
        inner = str(content).lower()
    else:
        inner = escape(str(content)) if content is not None else ""
    return f"<{name}>{inner}</{name}>" if inner else f"<{name}/>"


def _cleaned(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _cleaned(value) for name, value in content.items()}
    if isinstance(content, list):
        return [_cleaned(item) for item in content]
    if isinstance(content, str):
        return _NOT_XML.sub("", content.replace("\r\n", "\n").replace("\r", "\n"))
    return content
