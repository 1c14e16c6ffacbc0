"""The process that reads one stranger's file: limits first, then the decoder, then one line about it and the new file.

Run by gateways/safe_files.py; the file comes on standard input, its type and how
large the new one may be as arguments. All is read before anything is written.
"""

from __future__ import annotations

import json
import resource
import sys

CPU_SECONDS = 12
MEMORY_BYTES = 272 * 1024 * 1024
"""The function that starts this has 512 MB, of which it fills less than 120 with the largest file in its hands."""

ADDRESSES = MEMORY_BYTES + 128 * 1024 * 1024
"""Programs and libraries too, which are shared or only mapped: what RLIMIT_DATA does not count."""

LIMITS = {
    resource.RLIMIT_CPU: CPU_SECONDS,
    resource.RLIMIT_DATA: MEMORY_BYTES,
    resource.RLIMIT_AS: ADDRESSES,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_CORE: 0,
}


def main(content_type: str, most_bytes: int) -> None:
    """Read, make anew, write; whatever goes wrong is a file that cannot be read."""
    for limit, most in LIMITS.items():
        resource.setrlimit(limit, (most, most))
    content = sys.stdin.buffer.read()

    from chalicelib.errors import FileRefused

    made, about = b"", {}
    try:
        if content_type == "application/pdf":
            from chalicelib.gateways.safe_pdf import remake_pdf

            made, about = remake_pdf(content, most_bytes), {"type": content_type, "width": 0, "height": 0}
        else:
            from chalicelib.gateways.safe_picture import remake_picture

            made, width, height = remake_picture(content, content_type)
            about = {"type": "image/jpeg", "width": width, "height": height}
        if len(made) > most_bytes:
            raise FileRefused("too_large")
    except FileRefused as refused:
        made = b""
        about = {"refused": str(refused)}
    except (Exception, RecursionError, MemoryError):
        about = {"refused": "unreadable"}
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n")
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
