"""The public pages: one frame around all of them, in Vietnamese or English. jinja2 is loaded with the first page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalicelib import texts
from chalicelib.domain.directory import Directory
from chalicelib.web.assets import asset_name
from chalicelib.web.letter import Words
from chalicelib.web.province import province_view
from chalicelib.web.render import environment

NAVIGATION = ("report", "case", "hotlines", "answers", "stats")
"""Main pages in the order of the navigation; each is at `/<name>` and named by the text `site.nav.<name>`."""

SMALL_PRINT = ("about", "privacy", "accessibility")
"""Pages linked at the foot, likewise."""

HOUSE_EMBLEM = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
    '<path fill="#fff" d="M32 2a30 30 0 1 1 0 60 30 30 0 0 1 0-60"/>'
    '<path fill="{colour}" d="M14 18h36v24H34L24 52V42H14z"/>'
    '<path fill="#fff" d="M20 25h24v3H20zm0 7h18v3H20z"/></svg>'
)
"""A speech bubble on white, which stands out on the province's colour and on a browser's tab alike."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the reader stands, and how addresses of other pages are made."""

    public_url: str
    """Where the hotline is reached; its path comes before every path (a pilot lives below one)."""
    path: str
    """Of this page, below the public URL: `/hotlines`."""
    query: Mapping[str, str] = field(default_factory=dict)
    language: str = texts.HOME

    def href(self, path: str, **query: str) -> str:
        """Return the address of a page of ours from the root of the host, in the reader's language."""
        return f"{urlsplit(self.public_url).path.rstrip('/')}{_with_query(path, self.language, query)}"

    def full(self, path: str, language: str | None = None, **query: str) -> str:
        """Return a whole address, for other sites, search engines and QR codes."""
        return f"{self.public_url}{_with_query(path, language or self.language, query)}"

    def asset(self, name: str) -> str:
        """Return the address of a file in static/."""
        return f"{urlsplit(self.public_url).path.rstrip('/')}/static/{asset_name(name)}"

    @property
    def other_language(self) -> str:
        """This very page in the other language."""
        language = next(code for code in texts.LANGUAGES if code != self.language)
        prefix = urlsplit(self.public_url).path.rstrip("/")
        return f"{prefix}{_with_query(self.path, language, self.query)}"


def site_page(
    name: str, *, address: Address, directory: Directory | None, indexed: bool = True, **context: Any
) -> str:
    """
    Return a whole public page.

    Args:
        name: A template of templates/site, without its ending.
        address: Where the reader stands; also decides the language.
        directory: The province; None only where it could not be loaded.
        indexed: Whether search engines may keep it.
        **context: What the template needs beside t, href, asset, address, province, navigation.
    """
    language = address.language
    values = {
        **context,
        "t": Words.of(language, directory),
        "language": language,
        "province": province_view(directory, language),
        "address": address,
        "href": address.href,
        "asset": address.asset,
        "navigation": NAVIGATION,
        "small_print": SMALL_PRINT,
        "indexed": indexed,
    }
    return environment().get_template(f"site/{name}.html").render(values)


def emblem(directory: Directory | None) -> str:
    """Return the province's emblem as SVG (`emblem.svg` of its pack), else the house's in the province's colour."""
    own = str(directory.province.get("emblem", "")) if directory is not None else ""
    return own or HOUSE_EMBLEM.format(colour=province_view(directory, texts.HOME)["colour"])


def _with_query(path: str, language: str, query: Mapping[str, str]) -> str:
    asked = {name: value for name, value in query.items() if value and name != "lang"}
    if language != texts.HOME:
        asked["lang"] = language
    page, _, place = path.partition("#")
    joined = "&" if "?" in page else "?"
    return f"{page}{joined if asked else ''}{urlencode(asked)}{'#' if place else ''}{place}"
