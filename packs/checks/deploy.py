"""What is right on one's own machine and wrong in the world: contacts that were made up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from packs.marked import MarkedDict, MarkedList, Where
from packs.problem import Problem
from packs.reading import Sources

INVENTED_NAME = re.compile(
    r"\.(example|invalid|test|localhost)\b|@(example\.(com|net|org))\b|\.local\b", re.IGNORECASE
)
"""Names that RFC 2606 and RFC 6761 set apart: no mail ever arrives there."""

CANNOT_RING = re.compile(r"^\+84900000\d{3}$|^\+?(\d)\1{6,}$")
"""The numbers of the sample packs, and numbers of one digit."""

LOCAL_KEY_SHA256 = "b0df907c2d3cfe35c9e2682fad444821d2ff2c3b59d001ad5134804849e73aeb"
"""Of `local-open311-key` (local/client_system.py)."""

FILES = ("province", "agencies", "duty", "deploy")


def check(sources: Sources) -> Iterator[Problem]:
    """Yield every contact that cannot be real."""
    for name in FILES:
        yield from _walk(sources.files[name], sources.files[name].where)
    yield from _domains(sources)
    yield from _known_key(sources)


def _known_key(sources: Sources) -> Iterator[Problem]:
    """Anybody may file with the key of one's own machine: it stands in the documents."""
    systems = sources.files["province"].get("open311")
    clients = systems.get("clients") if isinstance(systems, MarkedDict) else None
    for client in clients if isinstance(clients, MarkedList) else ():
        if isinstance(client, MarkedDict) and client.get("key_sha256") == LOCAL_KEY_SHA256:
            what = f"client system '{client.get('name')}' has the key of one's own machine."
            yield Problem(
                *client.at("key_sha256"), what, "Make one with make open311-key NAME=… before you deploy."
            )


def _domains(sources: Sources) -> Iterator[Problem]:
    """Names that DNS, or the hotline itself, would not let live together."""
    province, deploy = sources.files["province"], sources.files["deploy"]
    mail = str(province.get("email_domain", ""))
    if mail and mail == province.get("domain"):
        what = f"domain and email_domain are both {mail}; a name that points to the hotline (CNAME) takes no mail."
        yield Problem(*province.at("email_domain"), what, f"Give mail a name of its own, such as thu.{mail}.")
    if mail and not re.search(rf"@{re.escape(mail)}>?$", str(province.get("email_from", ""))):
        what = f"email_from is not an address of {mail}; the mail service would refuse to send."
        yield Problem(*province.at("email_from"), what, f"Write it as …@{mail}.")
    ops = deploy.get("ops")
    if isinstance(ops, MarkedDict) and mail and str(ops.get("email", "")).endswith(f"@{mail}"):
        what = f"the ops team's address lies in {mail}, whose mail goes to the hotline itself."
        yield Problem(*ops.at("email"), what, "Give an address that people read elsewhere.")


def _walk(value: Any, where: Where) -> Iterator[Problem]:
    if isinstance(value, MarkedDict):
        for key, item in value.items():
            yield from _walk(item, value.at(key))
    elif isinstance(value, MarkedList):
        for item, at in zip(value, value.marks, strict=True):
            yield from _walk(item, at)
    elif isinstance(value, str):
        if INVENTED_NAME.search(value):
            yield Problem(*where, f"'{value}' is an invented address.", "Put the real one before you deploy.")
        elif CANNOT_RING.match(value.replace("{serial}", "000")):
            yield Problem(
                *where, f"{value} is a number that cannot ring.", "Put the real one before you deploy."
            )
