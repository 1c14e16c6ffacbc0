"""DYNAMODB=local: a restart finds everything again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running import Province, code_in

WARD = "dau-moi@phuong-sa-dec.dong-thap.example"


@pytest.mark.dynamodb_local
def test_cases_mail_phones_and_the_clock_outlive_a_restart(
    start_province: Callable[..., Province], tmp_path: Path
) -> None:
    if shutil.which("java") is None and not os.environ.get("CI"):
        pytest.skip("There is no Java here, so DynamoDB Local cannot run.")
    wanted = {"DYNAMODB": "local", "LOCAL_FOLDER": str(tmp_path), "START": "2026-03-02T08:00"}
    first = start_province(**wanted)
    code = code_in(first.text("0900000401", "Duong vao cho Sa Dec o ga nhieu qua, xe hay te")[0])
    first.advance(hours=5)
    seen = first.messages()
    assert first.mails(WARD)
    assert first.end() == 0

    second = start_province(**wanted | {"START": ""})
    assert "2026-03-02T13:00" <= second.call("clock")["now"] < "2026-03-02T14:00"
    assert [message["id"] for message in second.messages()] == [message["id"] for message in seen]
    (state,) = second.text("0900000401", f"TRA CUU {code}")
    assert code in state.replace(" ", "")
    link = second.mails(WARD)[0]["text"]
    assert first.hotline in link  # the address was told then; the page behind it is the same
    page = second.hotline + link.split(first.hotline)[1].split()[0]
    assert second.act(page, "accept").status == 200
    assert second.end() == 0

    third = start_province(**wanted | {"START": "2026-03-10T08:00"})
    while third.call("clock")["now"] < "2026-03-10T08:00":
        pass  # on its way there
    assert "2026-03-10T08:00" <= third.call("clock")["now"] < "2026-03-10T09:00"
    assert len(third.mails(WARD)) > 1  # what fell due on the way, reminders and all, has been sent
    assert third.end() == 0

    fourth = start_province(**wanted)
    assert "2026-03-10T08:00" <= fourth.call("clock")["now"] < "2026-03-10T09:00"
    said = fourth.log.read_text()
    assert "START=2026-03-02T08:00+07:00 has passed" in said
    assert "LOCAL_FOLDER" in said
