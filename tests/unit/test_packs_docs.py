"""docs/province-pack.md names every file and key that a pack may have, so that it cannot fall behind."""

from pathlib import Path

import pytest

from packs import files
from packs.areas import AREA_COLUMNS, PLACE_COLUMNS
from packs.checks.coverage import PROBES

PAGE = (Path(__file__).parents[2] / "docs" / "province-pack.md").read_text(encoding="utf-8")

RECORDS = {
    "province.yaml": files.province,
    "agencies.yaml": files.agency,
    "agencies.yaml, communes": files.commune_agency,
    "services.yaml": files.service,
    "routing.yaml": files.rule,
    "deadlines.yaml": files.deadline_table,
    "duty.yaml": files.shift,
    "duty.yaml, longer hours": files.extended,
    "answers.yaml": files.answer,
    "deploy.yaml": files.deploy,
}


@pytest.mark.parametrize("name", RECORDS)
def test_every_key_is_described(name):
    record = RECORDS[name]
    missing = [
        key for key in (*record.needed, *record.allowed) if f"`{key}`" not in PAGE and f"{key}:" not in PAGE
    ]
    assert missing == []


def test_every_file_and_column_is_described():
    assert [name for name in files.FILES if f"{name}.yaml" not in PAGE] == []
    assert ",".join(AREA_COLUMNS) in PAGE and ",".join(PLACE_COLUMNS) in PAGE


def test_the_days_that_coverage_is_checked_on_are_the_ones_promised():
    assert all(f"{day:%d/%m/%Y}" in PAGE for day in PROBES)
