"""The process that reads one stranger's file: limits first, then the decoder, then one line about it and the new file.

Run by gateways/safe_files.py; the file comes on standard input, its type as the only argument.
"""

from __future__ import annotations

import json
import resource
import sys

CPU_SECONDS = 12
MEMORY_BYTES = 320 * 1024 * 1024
"""The functions that start this have 512 MB, of which they fill less than 100."""

LIMITS = {
    resource.RLIMIT_CPU: CPU_SECONDS,
    resource.RLIMIT_DATA: MEMORY_BYTES,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_CORE: 0,
}


def main(content_type: str) -> None:
    """Read, make anew, write; whatever goes wrong is a file that cannot be read."""
    for limit, most in LIMITS.items():
        resource.setrlimit(limit, (most, most))
    content = sys.stdin.buffer.read()

    from chalicelib.errors import FileRefused

    made, about = b"", {}
    try:
        if content_type == "application/pdf":
            from chalicelib.gateways.safe_pdf import remake_pdf

            made, about = remake_pdf(content), {"type": content_type, "width": 0, "height": 0}
        else:
            from chalicelib.gateways.safe_picture import remake_picture

            made, width, height = remake_picture(content, content_type)
            about = {"type": "image/jpeg", "width": width, "height": height}
    except FileRefused as refused:
        about = {"refused": str(refused)}
    except (Exception, RecursionError, MemoryError):
        about = {"refused": "unreadable"}
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + made)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
