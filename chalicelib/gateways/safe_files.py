"""Make a file that somebody sent anew, in a process of its own: what a stranger sends is decoded nowhere else.

A file may be made to crash a decoder, to fill the memory or to take forever. The child has limits, none of our keys and
no way on; the sender that waits for it goes on whatever becomes of it.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from chalicelib.domain.attachment import SafeFile
from chalicelib.errors import FileRefused

SECONDS = 10
"""Of waiting; a sender has 55 seconds for five files and its messages. With 512 MB a phone's picture takes two, the
largest that is taken eight (docs/ops/sizes.md)."""

_ROOT = str(Path(__file__).resolve().parents[2])

_log = logging.getLogger("hotline.uploads")


def make_safe(
    content: bytes, content_type: str, *, environment: Mapping[str, str], seconds: float = SECONDS
) -> SafeFile:
    """
    Return a file made anew from *content*: nothing of the old one but what is seen on it.

    Args:
        content: As it was sent.
        content_type: What its first bytes say it is.
        environment: What a process needs to run here, and nothing else.
        seconds: How long it is waited for.

    Raises:
        FileRefused: It is broken, too much, or not what it seems.
    """
    path = os.pathsep.join(dict.fromkeys([_ROOT, *filter(None, sys.path)]))
    command = [sys.executable, "-P", "-m", "chalicelib.gateways.safe_child", content_type]
    try:
        done = subprocess.run(
            command,
            input=content,
            capture_output=True,
            timeout=seconds,
            env={**environment, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            check=True,
        )
        head, _, made = done.stdout.partition(b"\n")
        about = json.loads(head)
    except (subprocess.SubprocessError, ValueError) as problem:  # killed by a limit, or by what it read
        code = getattr(problem, "returncode", None)
        _log.warning("file not made anew", extra={"reason": type(problem).__name__, "status": code})
        raise FileRefused("unreadable") from problem
    if refused := about.get("refused"):
        raise FileRefused(str(refused))
    return SafeFile(made, str(about["type"]), int(about["width"]), int(about["height"]))
