"""services.yaml, province.yaml: can other systems ask what the pack lists, and is each of them one system?"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.domain.open311_form import EXTERNAL_IDS, TOPIC
from packs.marked import MarkedDict
from packs.problem import Problem
from packs.reading import Sources

LISTS = ("singlevaluelist", "multivaluelist")
RESERVED = (TOPIC, *EXTERNAL_IDS)


def check(sources: Sources) -> Iterator[Problem]:
    """Yield what is wrong with attributes and client systems."""
    for service in sources.items("services", "services"):
        yield from _attributes(service)
    yield from _clients(sources)


def _attributes(service: MarkedDict) -> Iterator[Problem]:
    seen: set[str] = set()
    for attribute in _items(service, "attributes"):
        code = str(attribute.get("code"))
        if code in RESERVED:
            what = f"attribute '{code}' of {service.get('code')} is one every service has by itself."
            yield Problem(*attribute.at("code"), what, "Give it another code.")
        elif code in seen:
            what = f"attribute '{code}' of {service.get('code')} stands twice."
            yield Problem(*attribute.at("code"), what, "Keep one.")
        seen.add(code)
        listed = attribute.get("datatype") in LISTS
        if listed != ("values" in attribute):
            what = f"attribute '{code}' is a {attribute.get('datatype')} "
            what += "without values." if listed else "and has values."
            yield Problem(*attribute.at("datatype"), what, f"Values belong to {' and '.join(LISTS)}.")
        keys = [str(value.get("key")) for value in _items(attribute, "values")]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield Problem(
                *attribute.at("values"), f"value '{key}' of attribute '{code}' stands twice.", "Keep one."
            )
        if attribute.get("required") and attribute.get("asked") is False:
            what = f"attribute '{code}' is required and not asked."
            yield Problem(*attribute.at("required"), what, "Nobody could file such a request.")


def _clients(sources: Sources) -> Iterator[Problem]:
    province = sources.files["province"].get("open311")
    seen: dict[str, str] = {}
    for client in _items(province, "clients") if isinstance(province, MarkedDict) else ():
        for key in ("name", "key_sha256"):
            value = str(client.get(key))
            if value in seen:
                what = f"client system '{client.get('name')}' has the {key} of another one."
                yield Problem(*client.at(key), what, "Each has its own name and key: make open311-key NAME=…")
            seen[value] = key


def _items(of: MarkedDict, key: str) -> list[MarkedDict]:
    found = of.get(key)
    return [item for item in found if isinstance(item, MarkedDict)] if isinstance(found, list) else []
