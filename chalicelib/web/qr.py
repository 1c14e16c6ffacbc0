"""QR codes: an address that a phone's camera opens. segno is loaded with the first one."""

from __future__ import annotations

QUIET = 4
"""Modules of white around the code (ISO/IEC 18004)."""


def qr_rows(address: str) -> tuple[tuple[bool, ...], ...]:
    """Return the code of an address as rows of dark and light modules, without the white around it."""
    import segno

    # M: a seventh of it may be dirty or torn, as on a wall
    code = segno.make(address, error="m", boost_error=False, micro=False)
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def qr_svg(address: str, label: str) -> str:
    """
    Return the code as SVG that scales to where it stands.

    Args:
        address: What the code opens.
        label: What it is, for whoever cannot see it.
    """
    from markupsafe import escape

    rows = qr_rows(address)
    size = len(rows) + 2 * QUIET
    dark = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, module in enumerate(row)
        if module
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" '
        f'aria-label="{escape(label)}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{dark}"/></svg>'
    )
