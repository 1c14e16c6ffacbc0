"""Runbooks that cannot rot: every alarm has its section, every command named is there and takes the words named."""

import argparse
import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest

from infra.__main__ import COMMANDS
from infra.alarms import alarms
from infra.functions import FUNCTIONS
from infra.plan import make_plan

ROOT = Path(__file__).resolve().parents[2]
OPS = ROOT / "docs" / "ops"
PAGES = ("restore.md", "surge.md", "provider-outage.md", "so-tay-truc-su-co.md")
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def commands(page):
    text = re.sub(r"\s+", " ", (OPS / page).read_text(encoding="utf-8"))
    return [shlex.split(found) for found in re.findall(r"`(make [^`]+)`", text)]


def sections():
    return re.findall(r"^## (.+)$", (OPS / "so-tay-truc-su-co.md").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_alarm_has_its_section_and_no_section_is_left_of_one_that_went():
    named = {alarm.name for alarm in alarms(make_plan("dong-thap"))}
    written = {section for section in sections() if re.fullmatch(r"[a-z0-9-]+", section)}
    assert written == {*named, "ngan-sach"}


@pytest.mark.parametrize("page", PAGES)
def test_every_make_command_of_a_runbook_exists(page):
    found = commands(page)
    assert found
    assert {words[1] for words in found} <= TARGETS


@pytest.mark.parametrize("page", PAGES)
def test_every_option_of_a_runbook_is_one_its_command_takes(page):
    for words in commands(page):
        given = dict(word.split("=", 1) for word in words[2:])
        if "ARGS" in given:
            parser = argparse.ArgumentParser()
            import_module(COMMANDS[words[1]]).add_arguments(parser)
            parser.parse_args(shlex.split(given["ARGS"]))


def test_the_page_of_sizes_tells_those_of_the_functions():
    page = (OPS / "sizes.md").read_text(encoding="utf-8")
    row = r"^\| `(\w+)` \| [^|]+ \| (\d+) MB \| .* \| (\d+) s \|$"
    found = {
        name: (int(memory), int(timeout)) for name, memory, timeout in re.findall(row, page, re.MULTILINE)
    }
    assert found == {one.name: (one.memory, one.timeout) for one in FUNCTIONS}


def test_a_mapping_made_by_hand_has_all_that_the_stacks_own_has(template):
    text = (OPS / "restore.md").read_text(encoding="utf-8")
    for mapping in template("dong-thap").of_type("AWS::Lambda::EventSourceMapping").values():
        for name, value in mapping["Properties"].items():
            option = "--" + re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower()
            given = re.search(rf"{option} (\S+)", text)
            assert given, option
            assert given[1] == str(value) or not isinstance(value, int) or value is True, option
