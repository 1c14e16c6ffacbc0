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
from threading import Timer

from chalicelib.domain.attachment import ENDINGS, MAX_BYTES, REFUSALS, SafeFile
from chalicelib.errors import FileRefused

SECONDS = 10
"""Of waiting; a sender has 55 seconds for five files and its messages. With 512 MB a phone's picture takes two, the
largest that is taken eight (docs/ops/sizes.md)."""

HEAD_BYTES = 1_000
"""Longest line a child tells about a file."""

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
        FileRefused: It is broken, too much, or not what it seems; "unreadable" also when
            the child died or was too slow.
    """
    path = os.pathsep.join(dict.fromkeys([_ROOT, *filter(None, sys.path)]))
    command = [sys.executable, "-P", "-m", "chalicelib.gateways.safe_child", content_type, str(MAX_BYTES)]
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**environment, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    too_slow = Timer(seconds, child.kill)
    too_slow.start()
    try:
        with child:
            head, made = _spoken(child, content)
        if child.returncode != 0:
            raise ValueError("killed by a limit, or by what it read")
        safe, refused = _understood(json.loads(head), made)
    except (OSError, ValueError) as problem:
        _log.warning(
            "file not made anew", extra={"reason": type(problem).__name__, "status": child.returncode}
        )
        raise FileRefused("unreadable") from problem
    finally:
        too_slow.cancel()
    if refused:
        raise FileRefused(refused)
    return safe


def _spoken(child: subprocess.Popen[bytes], content: bytes) -> tuple[bytes, bytes]:
    """What a child says of *content*, and the new file; whatever it is, no more than a file may have is read."""
    assert child.stdin is not None and child.stdout is not None
    try:
        child.stdin.write(content)
        child.stdin.close()
        head, made = child.stdout.readline(HEAD_BYTES), child.stdout.read(MAX_BYTES + 1)
        if len(made) > MAX_BYTES:
            raise ValueError("it says too much")
        return head, made
    except BaseException:
        child.kill()
        raise


def _understood(about: object, made: bytes) -> tuple[SafeFile, str]:
    """The new file, or why there is none. Raises ValueError when a child says neither."""
    match about:
        case {"refused": str(reason)} if reason in REFUSALS:
            return SafeFile(b"", ""), reason
        case {"type": str(kind), "width": int(width), "height": int(height)} if kind in ENDINGS and made:
            return SafeFile(made, kind, width, height), ""
    raise ValueError("it says something else")
