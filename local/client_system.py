"""Another city system for one's own machine: it may file by Open311 with a key that everybody knows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

KEY = "local-open311-key"
"""Works on this machine only: a deploy refuses it (packs/checks/deploy.py)."""


def with_client(pack: Mapping[str, Any]) -> dict[str, Any]:
    """Return a pack's data with a client system of that key beside its own."""
    own = pack["province"].get("open311") or {}
    client = {"name": "local", "key_sha256": hashlib.sha256(KEY.encode()).hexdigest()}
    clients = [*own.get("clients", ()), client]
    return {**pack, "province": {**pack["province"], "open311": {**own, "clients": clients}}}
