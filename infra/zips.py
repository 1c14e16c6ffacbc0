"""Makes the two zips Lambda runs: the code, and the layer of libraries below it.

Chalice fetches the wheels and lays the folders out. Here what the hotline never imports is left out, compiled modules
are put beside their sources (Lambda's disk cannot be written, so each cold start would compile anew), and time, order
and rights of the entries are fixed: the same sources make the same bytes wherever the same zlib compresses them.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import marshal
import os
import re
import shutil
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import Path
from types import CodeType
from typing import Any

SOURCE = Path(__file__).parent.parent
ARCHITECTURE = "arm64"
"""A fifth cheaper per second than x86_64, and no slower for this work."""

SERVICES = ("dynamodb", "s3", "sesv2", "ssm", "transcribe")
"""What the functions call; the descriptions of the other 400 services are half of all libraries."""

UNUSED_LIBRARIES = (
    *("aiohappyeyeballs", "aiohttp", "aiohttp_retry", "aiosignal", "attr", "attrs"),
    *("frozenlist", "multidict", "propcache", "yarl"),
)
"""What only Twilio's second HTTP client needs, which nothing uses; with it go many compiled libraries."""

UNUSED = (
    "twilio/http/async_http_client.py",
    # where a number is from, its carrier and its time zone: only whether it can be written to is asked
    *("phonenumbers/geodata/*", "phonenumbers/geocoder.py"),
    *("phonenumbers/carrierdata/*", "phonenumbers/carrier.py"),
    *("phonenumbers/tzdata/*", "phonenumbers/timezone.py"),
    # the number systems of single countries: only Damm's check digit is asked
    *("stdnum/*/*", "stdnum/*.dat"),
    # letters on pictures, colour profiles, AVIF, windows: pictures of three kinds are read, and one is written
    *("PIL/_avif.*", "PIL/_imagingcms.*", "PIL/_imagingft.*", "PIL/_imagingmath.*", "PIL/_imagingmorph.*"),
    *("PIL/_imagingtk.*", "pillow.libs/libavif-*", "pillow.libs/libbrotli*", "pillow.libs/libfreetype-*"),
    *("pillow.libs/libharfbuzz-*", "pillow.libs/liblcms2-*", "pillow.libs/libpng16-*"),
    # sources of compiled libraries, scripts, and a list of files that is no longer true
    *("*.pyi", "*.pyx", "*.pxd", "*.c", "*.h", "*.data/*", "*.dist-info/RECORD"),
)
"""Files of the layer that nothing imports, as patterns below site-packages; tests/infra holds both lists to it."""

KEPT_ZIPS = 8
"""So many of the zips last made are kept for another time: a few changes of the code, back and forth."""

_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say
_MODE = 0o100644 << 16


class PackagingFailed(Exception):
    """The zips cannot be made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Package:
    """What one deploy uploads."""

    app_zip: Path
    layer_zip: Path
    version: str
    """Changes with any content of either zip, and with nothing else."""

    @property
    def sizes(self) -> dict[str, int]:
        """Zip → its bytes: app, layer, total."""
        app, layer = self.app_zip.stat().st_size, self.layer_zip.stat().st_size
        return {"app": app, "layer": layer, "total": app + layer}


def package(
    region: str,
    out_dir: Path,
    architecture: str = ARCHITECTURE,
    *,
    stage: str = "package",
    config: dict[str, Any] | None = None,
    source: Path = SOURCE,
    compiled: bool = True,
) -> Package:
    """
    Package the hotline into *out_dir*: `sam.json`, `deployment.zip` and `layer-deployment.zip`.

    Wheels are fetched once per requirements.txt, Python and architecture, and zips made once per content (the last
    few); both are kept in `.chalice/deployments`.

    Args:
        region: Of the stack; decides the partition in the template.
        out_dir: Made when missing.
        architecture: arm64 or x86_64.
        stage: Chalice's name of the stage.
        config: Chalice's stage configuration; its `lambda_architecture` is replaced by *architecture*.
        source: Folder of app.py.
        compiled: Put compiled modules beside the sources (False: to measure what they save).

    Raises:
        PackagingFailed: A library cannot be fetched, or has no wheel for this Python on *architecture*.
    """
    cache = source / ".chalice" / "deployments"
    cache.mkdir(parents=True, exist_ok=True)
    fetched = _fetched(cache, source, architecture)
    layer, app = out_dir / "layer-deployment.zip", out_dir / "deployment.zip"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(
            lock, fcntl.LOCK_EX
        )  # Chalice writes its cache in place: two at once would read half a zip
        if not fetched.exists():
            print(
                f"Fetching the libraries of requirements.txt for Python {_python()} on {architecture} "
                "(about half a minute, once) …",
                file=sys.stderr,
                flush=True,
            )
        _chalice_package(
            region, out_dir, stage, {**(config or {}), "lambda_architecture": architecture}, source
        )
        for missing in _missing(layer, source / "requirements.txt"):
            fetched.unlink()
            raise PackagingFailed(
                f"{missing} (requirements.txt) has no wheel for Python {_python()} on {architecture}. "
                "Pin a version that has one, or run another Python."
            )
        versions = [_remake(zip_, cache, compiled) for zip_ in (app, layer)]
        lately = sorted(cache.glob("zip-*.zip"), key=lambda kept: kept.stat().st_mtime, reverse=True)
        for old in (*cache.glob("appcode-*.zip"), *lately[KEPT_ZIPS:]):
            old.unlink()
    return Package(app, layer, hashlib.sha256("".join(versions).encode()).hexdigest()[:16])


def _fetched(cache: Path, source: Path, architecture: str) -> Path:
    """Where Chalice keeps the libraries it has fetched."""
    pins = hashlib.md5((source / "requirements.txt").read_bytes(), usedforsecurity=False).hexdigest()
    suffix = "" if architecture == "x86_64" else f"-{architecture}"
    return cache / f"managed-layer-{pins}-python{_python()}{suffix}.zip"


def _chalice_package(region: str, out_dir: Path, stage: str, config: dict[str, Any], source: Path) -> None:
    from chalice.api import package_app
    from chalice.deploy.packager import PackageDownloadError

    # what Chalice says while it works would otherwise stand in the template a command prints
    with _own_environment(AWS_DEFAULT_REGION=region), contextlib.redirect_stdout(io.StringIO()):
        try:
            package_app(str(source), str(out_dir), stage, config)
        except PackageDownloadError as problem:
            raise PackagingFailed(
                f"The libraries of requirements.txt could not be fetched: {problem}\n"
                "Check that pip reaches its index: python -m pip download --no-deps --dest /tmp six"
            ) from problem


@contextlib.contextmanager
def _own_environment(**variables: str) -> Iterator[None]:
    """Let Chalice change the environment (it sets the stage's variables to import app.py) for this while only."""
    kept = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def _missing(layer: Path, requirements: Path) -> list[str]:
    """Pins without their library in the layer: Chalice only prints what it could not find a wheel for."""
    with zipfile.ZipFile(layer) as archive:
        found = {
            _normal(match[1]): match[2]
            for name in archive.namelist()
            if (match := re.search(r"/([^/]+)-([^/-]+)\.dist-info/", name))
        }
    pins = re.findall(
        r"^([\w.-]+)(?:\[.*?\])?==([\w.+!]+)", requirements.read_text(encoding="utf-8"), re.MULTILINE
    )
    return [f"{name}=={version}" for name, version in pins if found.get(_normal(name)) != version]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _remake(path: Path, cache: Path, compiled: bool) -> str:
    """Put the zip's needed files in place of it, in fixed form; return what its content is known by."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in sorted(archive.namelist()) if _is_needed(name)}
    known_by = hashlib.sha256(MAGIC_NUMBER + bytes([compiled]) + Path(__file__).read_bytes())
    for name, content in files.items():
        known_by.update(f"{name}\0{len(content)}\0".encode() + content)
    kept = cache / f"zip-{known_by.hexdigest()}.zip"
    if not kept.exists():
        if compiled:
            files |= {
                _pyc_name(name): _pyc(content, name)
                for name, content in files.items()
                if name.endswith(".py")
            }
        part = kept.with_suffix(".part")
        _write(part, files)
        part.replace(kept)
    kept.touch()  # used last
    path.unlink()
    shutil.copyfile(kept, path)
    return known_by.hexdigest()


def _is_needed(name: str) -> bool:
    if name.endswith(("/", ".pyc")) or "/__pycache__/" in name:
        return False
    if not name.startswith("python/"):
        return True  # the app
    library = name.split("/", 4)[4]
    top, _, rest = library.partition("/")
    if re.sub(r"-[^-]+\.dist-info$", "", top) in UNUSED_LIBRARIES:
        return False
    match top, rest.split("/"):
        case "botocore", ["data", service, _, *_]:
            return service in SERVICES
        case "twilio", ["rest", part, *_]:
            return part in ("__init__.py", "api")  # messages are below api
    return not any(fnmatch(library, pattern) for pattern in UNUSED)


def _write(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, _MODE
            archive.writestr(entry, files[name])


def _pyc_name(name: str) -> str:
    folder, _, file = name.rpartition("/")
    return (
        f"{folder}/".lstrip("/")
        + f"__pycache__/{file.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc"
    )


def _pyc(source: bytes, name: str) -> bytes:
    """
    Compile one module to a file that is never compared with its source (PEP 552): times in a zip say nothing.

    marshal writes whether an object is referred to from elsewhere in this process, and whether a string is interned,
    which differs from run to run: every part is held once more, and the strings Python shares are interned.
    """
    for shared in ("", *map(chr, range(256))):
        sys.intern(shared)
    code = compile(source, name, "exec", dont_inherit=True, optimize=0)
    held = list(_parts(code))
    content = MAGIC_NUMBER + (1).to_bytes(4, "little") + source_hash(source) + marshal.dumps(code)
    del held
    return content


def _parts(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, CodeType):
        names = (value.co_names, value.co_varnames, value.co_freevars, value.co_cellvars)
        texts = (value.co_filename, value.co_name, value.co_qualname)
        for part in (*names, value.co_consts, *texts, value.co_linetable, value.co_exceptiontable):
            yield from _parts(part)
    elif isinstance(value, tuple | frozenset):
        for part in value:
            yield from _parts(part)


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"
