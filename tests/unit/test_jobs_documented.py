"""Every job stands in docs/jobs.md with its moment, its counts, and what happens when it runs twice, late or never."""

import re
from pathlib import Path

import pytest

from app import app

DOC = (Path(__file__).resolve().parents[2] / "docs" / "jobs.md").read_text(encoding="utf-8")
JOBS = sorted(name for name in (entry.name for entry in app.pure_lambda_functions)) + sorted(
    entry.name for entry in app.event_sources if hasattr(entry, "schedule_expression")
)
SECTIONS = {part.split("\n", 1)[0].strip(): part for part in DOC.split("\n## ")[1:]}


def test_there_are_no_jobs_but_those_of_the_page():
    assert sorted(SECTIONS) == sorted(JOBS)
    assert {entry.name for entry in app.event_sources} <= set(JOBS), "a new kind of job: describe it"


@pytest.mark.parametrize("job", JOBS)
def test_a_job_is_in_the_table_and_has_its_section(job):
    assert f"| [`{job}`](#{job}) |" in DOC
    section = SECTIONS[job]
    assert "**Counts**" in section and "**Twice" in section and "**Late or never**" in section


@pytest.mark.parametrize(
    "entry",
    [entry for entry in app.event_sources if hasattr(entry, "schedule_expression")],
    ids=lambda e: e.name,
)
def test_the_moment_of_a_job_is_the_one_written(entry):
    row = next(line for line in DOC.splitlines() if line.startswith(f"| [`{entry.name}`]"))
    expression = entry.schedule_expression
    expression = expression if isinstance(expression, str) else expression.to_string()
    if expression == "rate(1 minute)":
        assert "every minute" in row
        return
    minute, hour = re.fullmatch(r"cron\((\d+) (\d+) \* \* \? \*\)", expression).groups()
    assert f"{int(hour):02d}:{int(minute):02d} UTC" in row
    assert f" {(int(hour) + 7) % 24:02d}:{int(minute):02d} " in row


def test_app_and_handlers_have_the_same_names():
    """A job deploys by the name in app.py; its handler in entrypoints/jobs.py has the same."""
    from chalicelib.entrypoints import jobs

    assert all(callable(getattr(jobs, job)) for job in JOBS)
