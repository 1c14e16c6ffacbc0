"""Every public page for search engines, in both languages (sitemaps.org)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from chalicelib import texts
from chalicelib.domain.calendar import local
from chalicelib.domain.directory import Directory
from chalicelib.web import answer_pages, hotline_pages
from chalicelib.web.site import NAVIGATION, SMALL_PRINT, Address


def public_paths(directory: Directory, now: datetime) -> Iterator[str]:
    """Yield the path of every page that search engines may keep."""
    yield from dict.fromkeys(
        (
            "/",
            *(f"/{page}" for page in (*NAVIGATION, *SMALL_PRINT)),
            "/stats/cases",
            *hotline_pages.public_paths(directory, now),
            *answer_pages.public_paths(directory, local(now).date()),
        )
    )


def sitemap(public_url: str, directory: Directory, now: datetime) -> str:
    """Return the sitemap as XML: each page with its other language beside it."""
    entries = "".join(_entry(Address(public_url, path)) for path in public_paths(directory, now))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">'
        f"{entries}</urlset>\n"
    )


def _entry(address: Address) -> str:
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(address.full(address.path, language))}/>'
        for language in texts.LANGUAGES
    )
    return f"<url><loc>{escape(address.full(address.path))}</loc>{others}</url>\n"
