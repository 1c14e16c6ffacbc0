"""What is deployed: small, the same each time, complete. Each function is run from it by Lambda's runtime client."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from infra.functions import FUNCTIONS
from infra.plan import Plan, make_plan
from infra.zips import KEPT_ZIPS, SERVICES, SOURCE, Package, PackagingFailed, package
from local.runtime_api import Folders, FunctionFailed, unzip
from local.unzipped import CITIZEN, Called, Unzipped

MB = 1_000_000
AARCH64 = 183  # e_machine of an ELF file
LAYER = f"python/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages/"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan("dong-thap")


@pytest.fixture(scope="module")
def packed(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Package:
    try:
        return package(plan.region, tmp_path_factory.mktemp("zips"))
    except PackagingFailed as problem:
        if os.environ.get("CI") or "could not be fetched" not in str(problem):
            raise
        pytest.skip(f"pip reaches no index: {problem}")


@pytest.fixture(scope="module")
def files(packed: Package) -> dict[str, bytes]:
    """Every file of both zips."""
    return {name: content for zip_ in (packed.app_zip, packed.layer_zip) for name, content in _files(zip_)}


@pytest.fixture(scope="module")
def folders(packed: Package, tmp_path_factory: pytest.TempPathFactory) -> Folders:
    return unzip(packed.app_zip, packed.layer_zip, tmp_path_factory.mktemp("lambda"))


def _files(zip_: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(zip_) as archive:
        for name in archive.namelist():
            yield name, archive.read(name)


# -- small, and the same each time --------------------------------------------------------------------------


def test_the_package_is_small(packed: Package, files: dict[str, bytes]) -> None:
    """What draws posters and reads pictures and PDFs is half of it, and loaded by nobody else."""
    assert packed.sizes["total"] <= 21 * MB
    assert sum(map(len, files.values())) <= 64 * MB


def test_the_same_sources_make_the_same_bytes_in_another_place(
    packed: Package, plan: Plan, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "somebody" / "else's clone"
    (elsewhere / ".chalice" / "deployments").mkdir(parents=True)
    shutil.copyfile(SOURCE / ".chalice" / "config.json", elsewhere / ".chalice" / "config.json")
    for file in ("app.py", "requirements.txt"):
        shutil.copyfile(SOURCE / file, elsewhere / file)
    shutil.copytree(SOURCE / "chalicelib", elsewhere / "chalicelib", ignore=shutil.ignore_patterns("*.pyc"))
    cache = elsewhere / ".chalice" / "deployments"
    for fetched in (SOURCE / ".chalice" / "deployments").glob("managed-layer-*-arm64.zip"):
        shutil.copyfile(fetched, cache / fetched.name)
    for number in range(KEPT_ZIPS):
        (cache / f"zip-{number}.zip").touch()
    script = (
        "import sys; from pathlib import Path; from infra.zips import package; import email.mime.text, http.cookiejar\n"
        f"p = package({plan.region!r}, Path('out'), source=Path.cwd()); print(p.version)"
    )
    again = subprocess.run(
        [sys.executable, "-c", script],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONHASHSEED": "7", "TZ": "Asia/Ho_Chi_Minh"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert again.stdout.strip() == packed.version
    for zip_ in (packed.app_zip, packed.layer_zip):
        assert _hash(elsewhere / "out" / zip_.name) == _hash(zip_)
    assert len(list(cache.glob("zip-*.zip"))) == KEPT_ZIPS, "those of former code do not pile up"


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_nothing_in_it_tells_of_the_machine_it_was_made_on(packed: Package, files: dict[str, bytes]) -> None:
    here = [str(place).encode() for place in (SOURCE, sys.prefix)]
    assert [name for name, content in files.items() if any(place in content for place in here)] == []
    for zip_ in (packed.app_zip, packed.layer_zip):
        with zipfile.ZipFile(zip_) as archive:
            entries = archive.infolist()
        assert {(entry.date_time, entry.external_attr >> 16) for entry in entries} == {
            ((1980, 1, 1, 0, 0, 0), 0o100644)
        }
        assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)


def test_packaging_leaves_the_environment_as_it_was(packed: Package, plan: Plan, tmp_path: Path) -> None:
    before = dict(os.environ)
    package(plan.region, tmp_path, config={"environment_variables": {"PROVINCE": "another"}})
    assert dict(os.environ) == before


def test_a_library_without_a_wheel_is_refused_by_name(tmp_path: Path, plan: Plan, packed: Package) -> None:
    pins = b"six==1.17.0\nno-wheel-of-it==2.0\n"
    cache = tmp_path / ".chalice" / "deployments"
    cache.mkdir(parents=True)
    shutil.copyfile(SOURCE / ".chalice" / "config.json", tmp_path / ".chalice" / "config.json")
    (tmp_path / "app.py").write_text("from chalice import Chalice\n\napp = Chalice(app_name='x')\n")
    (tmp_path / "requirements.txt").write_bytes(pins)
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    half = cache / f"managed-layer-{hashlib.md5(pins, usedforsecurity=False).hexdigest()}-{python}-arm64.zip"
    with zipfile.ZipFile(half, "w") as archive:
        archive.writestr(f"{LAYER}six-1.17.0.dist-info/METADATA", "Name: six")
    with pytest.raises(PackagingFailed, match=r"no-wheel-of-it==2\.0 .* arm64"):
        package(plan.region, tmp_path / "out", source=tmp_path)
    assert not half.exists(), "the next try must fetch anew"


# -- complete -----------------------------------------------------------------------------------------------


def test_compiled_libraries_are_lambdas_own_kind(files: dict[str, bytes]) -> None:
    compiled = {name: content for name, content in files.items() if name.endswith(".so") or ".so." in name}
    assert compiled, "arm64 wheels, not pure Python by accident"
    assert {content[:4] for content in compiled.values()} == {b"\x7fELF"}
    assert {int.from_bytes(content[18:20], "little") for content in compiled.values()} == {AARCH64}


def test_each_library_a_compiled_one_was_linked_with_is_there(files: dict[str, bytes]) -> None:
    """Of what Pillow brings along, what nothing is drawn with is left out."""
    there = {name.rpartition("/")[2].encode() for name in files}
    linked = {
        one
        for name, content in files.items()
        if "/PIL/" in name or "/pillow.libs/" in name
        for one in re.findall(rb"lib\w+-[0-9a-f]{8}\.so[.\d]*", content)
        if ".so" in name
    }
    assert linked and linked <= there


def test_every_module_is_compiled_and_never_compared_with_its_source(files: dict[str, bytes]) -> None:
    for name in files:
        if name.endswith(".py"):
            folder, _, module = name.rpartition("/")
            pyc = f"{folder}/__pycache__/{module[:-3]}.{sys.implementation.cache_tag}.pyc".lstrip("/")
            assert files[pyc][4:8] == (1).to_bytes(4, "little"), name


def test_every_pinned_library_is_in_it_or_known_to_be_unused(files: dict[str, bytes]) -> None:
    tops = {name.removeprefix(LAYER).partition("/")[0] for name in files if name.startswith(LAYER)}
    assert {
        "boto3",
        "botocore",
        "pynamodb",
        "twilio",
        "phonenumbers",
        "jinja2",
        "xlsxwriter",
        "tzdata",
        "PIL",
        "pypdf",
    } <= tops
    assert not tops & {"chalice", "moto", "yaml", "aiohttp", "bin"}


def _imports() -> list[str]:
    """Every module of the hotline, and every one of a library that a line of it imports, inside functions too."""
    found: set[str] = set()
    for path in (SOURCE / "app.py", *(SOURCE / "chalicelib").rglob("*.py")):
        found.add(".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
    return sorted(name for name in found if name.partition(".")[0] not in sys.stdlib_module_names)


def _clients() -> set[str]:
    """Every service a line of the hotline makes a client for; pynamodb makes one more."""
    return {"dynamodb"} | {
        str(node.args[0].value)
        for path in (SOURCE / "chalicelib").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("client", "create_client", "resource")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_import_of_the_hotline_can_be_done_from_the_package(folders: Folders) -> None:
    modules = _imports()
    assert {"twilio.rest", "boto3", "xlsxwriter", "phonenumbers"} <= set(modules)
    # Pillow has no slower twin in Python: what draws with it can be imported on Lambda's own processor only.
    excused = "" if platform.machine() in ("aarch64", "arm64") else "'_imaging' from 'PIL'"
    _run(
        folders,
        "import importlib\n"
        f"for name in {modules}:\n"
        "    try:\n"
        "        importlib.import_module(name)\n"
        "    except ImportError as problem:\n"
        f"        if not {excused!r} or {excused!r} not in str(problem): raise\n",
    )


def test_every_service_the_hotline_calls_is_described(folders: Folders) -> None:
    assert {"s3", "sesv2"} <= _clients() <= set(SERVICES)
    _run(
        folders,
        "import boto3\n"
        f"for name in {SERVICES}:\n"
        "    client = boto3.client(name, 'ap-southeast-1', aws_access_key_id='x', aws_secret_access_key='x')\n"
        "    assert client.meta.endpoint_url.startswith('https://'), name\n",
    )


def _run(folders: Folders, script: str) -> None:
    path = os.pathsep.join(map(str, (folders.task, folders.layer)))
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", script],
        cwd=folders.task,
        env={"PYTHONPATH": path, "PYTHONTZPATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


# -- run ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Story:
    """What was left after all functions had done their part."""

    called: dict[str, Called]
    cases: list[dict[str, dict[str, str]]]
    stats: int
    mails: int
    mailed: int
    """Messages the outbox says went out by mail."""
    texts: list[bytes]
    reports: list[str]
    written: set[Path]
    without_key: str
    """What a function says that finds no SECRET_KEY."""


@pytest.fixture(scope="module")
def story(folders: Folders, plan: Plan) -> Story:
    def on_disk() -> set[Path]:
        return {path for folder in (folders.task, folders.layer) for path in folder.rglob("*")}

    before = on_disk()
    with Unzipped(folders, plan) as here:
        called = dict(here.story())
        stored = here.client("s3").list_objects_v2(Bucket=here.bucket, Prefix="reports/")["Contents"]
        return Story(
            called,
            [row for row in here.rows("cases") if row["item"]["S"] == "case"],
            len(here.rows("stats")),
            len(here.mails()),
            sum(row["channel"]["S"] == "email" and "provider_id" in row for row in here.rows("outbox")),
            list(here.carrier.taken),
            [each["Key"] for each in stored],
            on_disk() - before,
            _without_key(here),
        )


def _without_key(here: Unzipped) -> str:
    here.client("ssm").delete_parameter(Name=f"{here.plan.parameters}SECRET_KEY")
    with here.start("receive_email") as function, pytest.raises(FunctionFailed) as refused:
        function.call(here.mail("mail-2"))
    return str(refused.value)


def test_every_function_of_the_stack_was_run(story: Story) -> None:
    assert set(story.called) == {function.name for function in FUNCTIONS}


def test_a_signed_text_is_taken_once_and_answered_twice_alike(story: Story) -> None:
    first, second, *_ = story.called["api_handler"].answers
    assert first == second and first["statusCode"] == 200
    assert first["headers"]["Content-Type"].startswith("text/xml") and "<Message>" in first["body"]
    assert sorted(row["channel"]["S"] for row in story.cases) == ["email", "sms"]


def test_an_agency_answers_from_the_page_its_mail_leads_to(story: Story) -> None:
    _, _, page, answered = story.called["api_handler"].answers
    assert (page["statusCode"], answered["statusCode"]) == (200, 200)
    assert "<form" in page["body"] and 'role="status"' in answered["body"]
    texted = next(row for row in story.cases if row["channel"]["S"] == "sms")
    assert texted["status"]["S"] == "answered"


def test_new_messages_go_out_once_by_mail_and_by_text(story: Story) -> None:
    assert list(story.called["send_outbox"].answers) == [{"batchItemFailures": []}] * 3
    assert story.mails == story.mailed > 1
    (text,) = story.texts
    assert parse_qs(text.decode())["To"] == [CITIZEN]


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("receive_email", {"new_matter": 1}, {"known": 1}),
        ("take_mail_event", {"failed": 1}, {"known": 1}),
        ("count_cases", {"batchItemFailures": []}, {"batchItemFailures": []}),
    ],
)
def test_an_event_that_comes_twice_counts_once(
    story: Story, name: str, first: object, second: object
) -> None:
    assert story.called[name].answers == (first, second)


@pytest.mark.parametrize("name", ["sweep_outbox", "do_wake_ups", "send_digests", "send_reports"])
def test_a_job_finds_what_is_due_and_nothing_the_second_time(story: Story, name: str) -> None:
    first, second = story.called[name].answers
    assert sum(first.values()) > 0
    assert not set(second) & {"sent", "steps", "queued"}, second


def test_the_recount_agrees_with_itself(story: Story) -> None:
    first, second = story.called["recount_stats"].answers
    assert first["cases"] == second["cases"] == 2 and second["counted"] == 0
    assert story.stats > 0


def test_reports_lie_in_the_bucket(story: Story) -> None:
    assert story.reports and all(key.endswith(".xlsx") for key in story.reports)


def test_no_function_logs_an_error_or_who_wrote(story: Story) -> None:
    errors = set()
    for name, called in story.called.items():
        assert "Traceback" not in called.said and CITIZEN not in called.said, name
        for line in called.said.splitlines():
            told = json.loads(line)
            if told["level"] == "ERROR":
                errors.add((name, told["message"]))
    assert errors == {("take_mail_event", "message given up")}, "the mail that came back, for ops to see"


def test_nothing_is_written_beside_the_code(story: Story) -> None:
    assert story.written == set()


def test_a_function_fits_its_memory_twice(story: Story) -> None:
    for function in FUNCTIONS:
        assert story.called[function.name].peak_mb * 2 <= function.memory, function.name


def test_a_missing_secret_is_named(story: Story) -> None:
    assert "SECRET_KEY" in story.without_key and "make secrets" in story.without_key
