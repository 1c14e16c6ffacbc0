"""Who may import whom (docs/adr): entry points → use cases → domain ← storage, gateways."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "chalicelib").rglob("*.py"))

MAY_USE = {
    "domain": {"domain", "errors"},
    "usecases": {"usecases", "domain", "errors", "texts", "gateways.ports"},
    "storage": {"storage", "domain", "errors", "settings"},
    "gateways": {"gateways", "domain", "errors"},
    "texts": {"texts", "domain", "errors"},
    "web": {"web", "domain", "errors", "texts"},
    "entrypoints": {
        "entrypoints",
        "usecases",
        "domain",
        "gateways",
        "storage",
        "web",
        "errors",
        "settings",
        "wiring",
    },
    "wiring": {"usecases", "domain", "gateways", "storage", "web", "errors", "settings"},
    "settings": {"errors"},
    "errors": set(),
}
"""Room of chalicelib → what it may import of chalicelib."""

ONLY_THERE = {
    "chalice": {"entrypoints"},
    "pynamodb": {"storage"},
    "boto3": {"gateways", "storage"},
    "botocore": {"gateways", "storage"},
    "twilio": {"gateways"},
    "jinja2": {"web"},
    "xlsxwriter": {"web"},
    "reportlab": {"web"},
    "segno": {"web"},
    "PIL": {"gateways"},
    "pypdf": {"gateways"},
    "yaml": set(),
    "packs": set(),
    "local": set(),
    "bench": set(),
    "tests": set(),
}
"""Library or sister package → the rooms that may import it."""


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "chalicelib").parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module a file names, wherever in it; names taken from a package count as its modules."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: no relative imports"
            yield node.module or "", node.lineno
            for name in node.names:
                yield f"{node.module}.{name.name}", node.lineno


def ids(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("path", FILES, ids=ids(FILES))
def test_imports_follow_the_arrows(path):
    room = room_of(path)
    if room == "__init__":
        return
    for name, line in imports(path):
        package, _, rest = name.partition(".")
        if package == "chalicelib" and rest:
            allowed = MAY_USE[room]
            fits = any(
                part == rest or rest.startswith(f"{part}.") or part.startswith(f"{rest}.") for part in allowed
            )
            assert fits, f"{path}:{line}: {room} may not use {name}"
        elif package in ONLY_THERE:
            assert room in ONLY_THERE[package], f"{path}:{line}: {room} may not use {package}"


def test_only_the_settings_read_the_environment():
    readers = set()
    for path in [*FILES, ROOT / "app.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"):
                readers.add(path.name)
            if isinstance(node, ast.ImportFrom) and node.module == "os":
                assert not {"environ", "getenv"} & {name.name for name in node.names}, path
    assert readers == {"settings.py"}


def test_nothing_pure_reads_the_clock():
    for path in FILES:
        if room_of(path) not in ("domain", "usecases", "web", "texts"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = ast.unparse(node.func)
                assert called not in ("datetime.now", "datetime.utcnow", "date.today", "time.time"), (
                    f"{path}:{node.lineno}"
                )


def test_app_imports_entry_points_only():
    ours = {name for name, _ in imports(ROOT / "app.py") if name.startswith("chalicelib")}
    assert ours and all(name.startswith("chalicelib.entrypoints") for name in ours)
