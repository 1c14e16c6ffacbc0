"""The understanding keeps its level on the labelled messages, and its scorer reads files as people make them."""

import json
from pathlib import Path

import pytest

from bench.understand import WrongShape, main, read_messages

OWN = Path(__file__).parent / "data" / "messages-own.tsv"
HEADER = "id\tchannel\ttext\tkind\tfield\tarea_text\tsource"
LINE = "1\tsms\tmat nuoc p1\tcomplaint\tcap_thoat_nuoc\tphường 1\twritten"


def test_level_on_own_messages(capsys):
    """Floors a little below the measured shares (docs/understanding.md), so that a word list may be reshaped."""
    assert main([str(OWN)]) == 0
    totals = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert totals["messages"] >= 450
    floors = {"kind": 0.92, "field_top1": 0.92, "field_top3": 0.97, "area": 0.96, "emergency_recall": 0.97}
    assert {name: totals[name] for name in floors if totals[name] < floors[name]} == {}
    assert totals["emergency_false"] <= 0.02 and totals["denunciation_false"] <= 0.01


def test_the_last_line_is_json_with_the_agreed_keys(tmp_path, capsys):
    file = tmp_path / "messages.tsv"
    file.write_text(f"{HEADER}\n{LINE}\n", encoding="utf-8")
    assert main([str(file), "--province", "dong-thap"]) == 0
    totals = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert list(totals) == [
        *("messages", "kind", "field_top1", "field_top3", "area", "emergency_recall", "emergency_false"),
        *("denunciation_recall", "denunciation_false", "ms_per_message"),
    ]
    assert totals["messages"] == 1 and totals["emergency_recall"] is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"\ufeff{HEADER}\r\n{LINE}\r\n\r\n", id="BOM, Windows newlines, blank line"),
        pytest.param(
            f"{HEADER}\n1\tsms\tmat nuoc p1\tcomplaint\tcap_thoat_nuoc\n", id="trailing columns missing"
        ),
        pytest.param(
            "text\tkind\tfield\tarea_text\nmat nuoc\tcomplaint\tcap_thoat_nuoc\t\n", id="only what is needed"
        ),
        pytest.param(f"\n{HEADER}\n{LINE}", id="no newline at the end"),
    ],
)
def test_files_as_people_make_them(tmp_path, content):
    file = tmp_path / "messages.tsv"
    file.write_bytes(content.encode("utf-8"))
    (message,) = read_messages(file)
    assert message.kind == "complaint" and message.fields == ("cap_thoat_nuoc",)


@pytest.mark.parametrize(
    "content, where, remedy",
    [
        pytest.param(b"", ":1:", "first line has to be", id="empty"),
        pytest.param(f"{HEADER}\n".encode(), ":1:", "one message on each line", id="only a header"),
        pytest.param(b"a,b,c\n1,2,3\n", ":1:", "tabs between", id="commas"),
        pytest.param(f"{HEADER}\n1\tsms\thello\n".encode(), ":2:", "tabs between", id="columns missing"),
        pytest.param(
            f"{HEADER}\n1\tsms\thello\tgreeting\t-\t\n".encode(), ":2:", "Use one of", id="unknown kind"
        ),
        pytest.param(f"{HEADER}\n{LINE}\n".encode("utf-16"), ":1:", "Save the file as UTF-8", id="UTF-16"),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_remedy(tmp_path, capsys, content, where, remedy):
    file = tmp_path / "messages.tsv"
    file.write_bytes(content)
    with pytest.raises(WrongShape) as caught:
        read_messages(file)
    assert where in str(caught.value) and remedy in str(caught.value)
    assert main([str(file)]) == 2
    assert remedy in capsys.readouterr().err


def test_a_missing_file_is_refused(tmp_path, capsys):
    assert main([str(tmp_path / "none.tsv")]) == 2
    assert "none.tsv" in capsys.readouterr().err
