"""YAML that remembers the file and line of every key and list item, and leaves no trap in what it reads.

Only `true`/`false` are booleans (`no` and `on` stay words), numbers are plain decimals (a leading zero or plus keeps a
phone number text, `07:30` stays a time) and dates stay ISO text, since the published pack is JSON.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from packs.problem import PackError, Problem

Where = tuple[str, int]
"""File and line, as `Problem` takes them."""


class MarkedDict(dict[str, Any]):
    """A mapping that knows where it stands, and where each of its keys does (merged files: each in its own)."""

    where: Where = ("", 0)
    marks: dict[str, Where]

    def at(self, key: str) -> Where:
        """Where *key* stands, or the mapping when the key is absent."""
        return self.marks.get(key, self.where)


class MarkedList(list[Any]):
    """A list that knows where it and each of its items stand."""

    where: Where = ("", 0)
    marks: list[Where]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # ten times faster where it is built in
    file = ""
    problems: list[Problem]


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$"), list("-0123456789")
)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> MarkedDict:
    result = MarkedDict()
    result.where, result.marks = (loader.file, node.start_mark.line + 1), {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise PackError([Problem(loader.file, line, "a key must be a plain word.")])
        key = key_node.value
        if key in result:
            what = f"key '{key}' stands twice in one mapping (first in line {result.marks[key][1]})."
            loader.problems.append(Problem(loader.file, line, what, "Keep one of them."))
        result.marks[key] = (loader.file, line)
        result[key] = loader.construct_object(value_node, deep=True)
    return result


def _sequence(loader: _Loader, node: yaml.SequenceNode) -> MarkedList:
    result = MarkedList(loader.construct_object(item, deep=True) for item in node.value)
    result.where = (loader.file, node.start_mark.line + 1)
    result.marks = [(loader.file, item.start_mark.line + 1) for item in node.value]
    return result


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:seq", _sequence)


def read_text(path: Path, name: str) -> str:
    """
    Return the text of a pack's file.

    Raises:
        PackError: The file is missing, cannot be opened, or is not UTF-8.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        missing = Problem(name, 0, "the file is missing.", "docs/province-pack.md says what it holds.")
        raise PackError([missing]) from None
    except OSError as error:
        raise PackError([Problem(name, 0, f"the file cannot be read ({error.strerror}).")]) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise PackError([Problem(name, line, "the file is not UTF-8.", "Save it as UTF-8.")]) from error


def load_yaml(path: Path, name: str, list_key: str = "") -> tuple[MarkedDict, list[Problem]]:
    """
    Read one YAML file whose top level is a mapping.

    Args:
        path: Where it lies.
        name: How problems name it.
        list_key: A file that is nothing but a list is read as if it stood under this key.

    Returns:
        What it holds (of a key that stands twice, the later value), and a problem for each key that does.

    Raises:
        PackError: It is missing, no UTF-8, no YAML, or no mapping.
    """
    text = read_text(path, name)
    loader = _Loader(text)
    loader.file, loader.problems = name, []
    try:
        data = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        tab = line and "\t" in text.splitlines()[min(line, len(text.splitlines())) - 1]
        remedy = "Indent with spaces, YAML takes no tabs." if tab else ""
        raise PackError([Problem(name, line, f"not readable as YAML: {error.problem}.", remedy)]) from error
    except yaml.YAMLError as error:
        raise PackError([Problem(name, 0, f"not readable as YAML: {error}.")]) from error
    finally:
        loader.dispose()
    if data is None:
        data = MarkedDict()
        data.where, data.marks = (name, 1), {}
    if isinstance(data, MarkedList) and list_key:
        wrapped = MarkedDict({list_key: data})
        wrapped.where, wrapped.marks = (name, 1), {list_key: data.where}
        return wrapped, loader.problems
    if not isinstance(data, MarkedDict):
        what = "the top level must be keys with values."
        raise PackError([Problem(name, 1, what, "docs/province-pack.md shows it.")])
    return data, loader.problems


def merge(base: Any, over: Any) -> Any:
    """
    Lay *over* on *base*: mappings key by key, lists of items with `code`, `id` or `year` item by item.

    Any other list, and every plain value, is replaced. Lines stay those of where a value came from.
    """
    if isinstance(base, MarkedDict) and isinstance(over, MarkedDict):
        result = MarkedDict(base)
        result.where, result.marks = over.where, {**base.marks, **over.marks}
        for key, value in over.items():
            result[key] = merge(base[key], value) if key in base else value
        return result
    if isinstance(base, MarkedList) and isinstance(over, MarkedList):
        shared_key = _merge_key(base, over)
        return _merge_items(base, over, shared_key) if shared_key else over
    return over


def _merge_key(*lists: MarkedList) -> str | None:
    items = [item for one in lists for item in one]
    for key in ("code", "id", "year"):
        if items and all(isinstance(item, MarkedDict) and key in item for item in items):
            return key
    return None


def _merge_items(base: MarkedList, over: MarkedList, key: str) -> MarkedList:
    replacing = {item[key]: item for item in over}
    known = {item[key] for item in base}
    merged = [merge(item, replacing[item[key]]) if item[key] in replacing else item for item in base]
    result = MarkedList([*merged, *(item for item in over if item[key] not in known)])
    result.where, result.marks = over.where, [item.where for item in result]
    return result


def plain(value: Any) -> Any:
    """Return the same data as ordinary dicts and lists."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
