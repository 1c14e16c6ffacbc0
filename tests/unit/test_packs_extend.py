"""Longer hours by one command: what is written into duty.yaml, and what is refused."""

from datetime import date

import pytest

from chalicelib.domain.duty import CENTRE, on_duty
from packs import extend
from packs.__main__ import COMMANDS
from packs.reading import read_directory
from tests.unit.tiny_pack import SLUG, write
from tests.unit.worktime import at

OPTIONS = ["--line", "centre", "--hours", "17:00-20:00", "--from", "2026-03-02", "--until", "2026-03-06"]


@pytest.fixture
def root(tmp_path):
    return write(tmp_path)


def command(root, *options):
    return COMMANDS["extend"]([SLUG, "--root", str(root), *options])


def test_longer_hours_ring_the_usual_phone_from_the_first_to_the_last_day(root):
    assert command(root, *OPTIONS) == 0
    directory = read_directory(SLUG, root)
    rung = {
        moment: on_duty(directory, CENTRE, at(moment)).phones
        for moment in (
            "Fri 27/02/2026 18:00",
            "Mon 02/03/2026 18:00",
            "Fri 06/03/2026 19:59",
            "Mon 09/03/2026 18:00",
        )
    }
    assert list(rung.values()) == [(), ("+84912345679",), ("+84912345679",), ()]


def test_it_is_said_that_the_hours_hold_on_days_off_too_and_how_they_do_not(root, capsys):
    assert command(root, *OPTIONS) == 0
    told = capsys.readouterr().out
    assert "days off" in told
    assert "days: mon-fri" in told
    assert command(root, *OPTIONS[:-3], "2026-03-07", "--until", "2026-03-08") == 0
    saturday = at("Sat 07/03/2026 18:00")
    assert on_duty(read_directory(SLUG, root), CENTRE, saturday).phones
    file = root / SLUG / "duty.yaml"
    written = file.read_text("utf-8").replace("line: centre, hours", "line: centre, days: mon-fri, hours")
    file.write_text(written, encoding="utf-8")
    assert not on_duty(read_directory(SLUG, root), CENTRE, saturday).phones


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["--line", "center", *OPTIONS[2:]], id="a line nobody knows"),
        pytest.param([*OPTIONS[:3], "20:00-17:00", *OPTIONS[4:]], id="hours that run backwards"),
        pytest.param([*OPTIONS, "--phones", "0900"], id="a phone that is none"),
    ],
)
def test_what_would_be_wrong_is_refused_and_the_file_stays(root, options, capsys):
    before = (root / SLUG / "duty.yaml").read_text("utf-8")
    assert command(root, *options) == 1
    assert (root / SLUG / "duty.yaml").read_text("utf-8") == before
    assert "duty.yaml" in capsys.readouterr().err


def test_the_same_hours_twice_are_refused(root):
    assert [command(root, *OPTIONS), command(root, *OPTIONS)] == [0, 1]


@pytest.mark.parametrize(
    "options",
    [[*OPTIONS[:-1], "2026-03-01"], ["--line", "centre"]],
    ids=["ends before it starts", "no hours"],
)
def test_options_that_make_no_sense_are_refused(root, options, capsys):
    with pytest.raises(SystemExit):
        command(root, *options)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("shifts: []\n", "shifts: []\n\nextended:\n  - NEW\n"),
        ("extended: []\nshifts: []\n", "extended:\n  - NEW\nshifts: []\n"),
        ("extended: # why\n  - OLD\n", "extended:  # why\n  - NEW\n  - OLD\n"),
        ("", "extended:\n  - NEW\n"),
    ],
    ids=["none yet", "an empty list", "one already", "no file"],
)
def test_the_rest_of_the_file_stays_as_it_was(before, after):
    assert extend.with_entry(before, "NEW") == after


def test_an_entry_names_its_line_and_first_day():
    assert extend.entry_of("one_stop", ["17:00-20:00"], date(2026, 9, 21), date(2026, 9, 30)) == (
        '{id: one-stop-20260921, line: one_stop, hours: ["17:00-20:00"], valid_from: 2026-09-21, valid_to: 2026-09-30}'
    )
