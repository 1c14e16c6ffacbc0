"""How long a function takes to start from the package as deployed, and how much memory each fills.

Everything runs on this machine: the ratios hold elsewhere, the milliseconds do not. On another processor than the
package's, the two compiled libraries are replaced by their slower Python twins, as they are here on x86_64.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.plan import make_plan
from infra.zips import package
from local.runtime_api import Folders, unzip
from local.unzipped import Called, Unzipped

RUNS = 9
BASELINE = (
    "import chalice, botocore.session as s; "
    "s.get_session().create_client('dynamodb', region_name='ap-southeast-1', "
    "aws_access_key_id='x', aws_secret_access_key='x')"
)
"""What any Chalice function with a DynamoDB client pays (docs/design.md §8)."""


@dataclass(frozen=True, slots=True)
class Start:
    """Milliseconds of processor time of a fresh process, medians: a start waits for nothing else."""

    app: float
    baseline: float
    ratio: float
    """app ÷ baseline, each pair measured in turn."""


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured."""

    sizes: dict[str, int]
    """Bytes of the zips: app, layer, total."""
    compiled: Start
    """As deployed: with compiled modules."""
    from_source: Start
    """As it would be without: Lambda's disk keeps nothing, so each start compiles."""
    functions: dict[str, Called]


def measure() -> Measured:
    """Package, unzip and run; takes about a minute, and half a minute more when libraries have to be fetched."""
    plan = make_plan("dong-thap")
    with tempfile.TemporaryDirectory() as temporary:
        here = Path(temporary)
        deployed = package(plan.region, here / "compiled")
        plain = package(plan.region, here / "plain", compiled=False)
        folders = unzip(deployed.app_zip, deployed.layer_zip, here / "lambda")
        from_source = unzip(plain.app_zip, plain.layer_zip, here / "lambda-from-source")
        with Unzipped(folders, plan) as stack:
            functions = dict(stack.story())
        return Measured(deployed.sizes, _start(folders), _start(from_source), functions)


def _start(folders: Folders) -> Start:
    for code in (BASELINE, "import app"):
        _run(folders, code)  # once unmeasured: the disk's cache is then warm
    pairs = list(_pairs(folders))
    return Start(
        statistics.median(app for app, _ in pairs),
        statistics.median(base for _, base in pairs),
        statistics.median(app / base for app, base in pairs),
    )


def _pairs(folders: Folders) -> Iterator[tuple[float, float]]:
    for _ in range(RUNS):
        base = _run(folders, BASELINE)
        yield _run(folders, "import app"), base


def _run(folders: Folders, code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-S", "-P", "-c", code],
        check=True,
        cwd=folders.task,
        env={
            "PYTHONPATH": os.pathsep.join(map(str, (folders.task, folders.layer))),
            "PYTHONDONTWRITEBYTECODE": "1",  # Lambda's disk cannot be written
            "PROVINCE": "dong-thap",
            "AWS_DEFAULT_REGION": "ap-southeast-1",
        },
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000
