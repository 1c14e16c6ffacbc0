"""Publishing a pack and going back, on tables in memory."""

import argparse
import io
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.errors import SettingMissing
from chalicelib.storage.directory_store import DirectoryStore
from infra.commands import publish, rollback
from infra.plan import make_plan
from infra.stores import use
from packs import PackError
from tests.unit import tiny_pack

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def packs(tmp_path):
    """A folder with one small pack, which a test may change: checking a real one takes seconds."""
    return tiny_pack.write(tmp_path / "provinces")


@pytest.fixture
def plan(packs):
    return make_plan(tiny_pack.SLUG, "pilot", packs)


@pytest.fixture
def stack(plan, own_environment, moto_endpoint, monkeypatch):
    """The five tables of the stack on an engine that is not Amazon's."""
    from local.database import create_tables, delete_tables

    monkeypatch.setenv("DYNAMODB_ENDPOINT", moto_endpoint)
    create_tables(moto_endpoint, plan.prefix)
    yield plan
    delete_tables(moto_endpoint, plan.prefix)


def publish_pack(plan, root, now=NOW):
    lines = []
    version = publish.publish(plan, now=now, root=root, allow_invented=True, tell=lines.append)
    return version, "\n".join(lines)


def publish_small(plan, now=NOW, **data):
    """A version of any content."""
    use(plan)
    return DirectoryStore().publish(data, now=now)


def change(packs, file, before, after):
    path = packs / tiny_pack.SLUG / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def run(command, plan, *words):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    out = io.StringIO()
    return command.run(plan, parser.parse_args(words), out), out.getvalue()


def test_the_first_publication_puts_the_pack_in_force(stack, packs):
    version, said = publish_pack(stack, packs)
    assert DirectoryStore().load_current()["province"]["slug"] == tiny_pack.SLUG
    assert version in said and "first version" in said


def test_the_same_pack_again_says_that_nothing_has_changed(stack, packs):
    first, _ = publish_pack(stack, packs)
    second, said = publish_pack(stack, packs, LATER)
    assert second == first
    assert "nothing has changed" in said
    assert len(DirectoryStore().versions()) == 1


def test_a_changed_phone_is_one_changed_part_and_comes_with_the_way_back(stack, packs):
    first, _ = publish_pack(stack, packs)
    change(packs, "province.yaml", "+84912345670", "+84912345679")
    second, said = publish_pack(stack, packs, LATER)
    assert second != first
    assert "  province: 1 changed\n" in said
    assert "agencies" not in said
    assert f"make rollback PROVINCE={tiny_pack.SLUG} ENV=pilot VERSION={first}" in said


def test_a_pack_with_an_error_is_refused_and_the_former_one_stays(stack, packs):
    first = publish_small(stack, note=1)
    change(packs, "province.yaml", 'sms_sender: "1022"', "sms_sender: [1022]")
    with pytest.raises(PackError, match=rf"provinces/{tiny_pack.SLUG}/province\.yaml:\d+"):
        publish_pack(stack, packs, LATER)
    assert DirectoryStore().current_version() == first


def test_invented_contacts_are_refused_by_file_and_line(own_environment, moto_endpoint, monkeypatch):
    monkeypatch.setenv("DYNAMODB_ENDPOINT", moto_endpoint)
    status, said = run(publish, make_plan("dong-thap", "pilot"))
    assert status == 1
    assert "provinces/dong-thap/agencies.yaml:" in said and "invented" in said
    assert "more: python -m packs validate --for-deploy dong-thap" in said
    assert "Nothing is published" in said


def test_amazons_own_engine_never_takes_invented_contacts(plan, own_environment, monkeypatch):
    monkeypatch.delenv("DYNAMODB_ENDPOINT")
    with pytest.raises(SettingMissing, match="DYNAMODB_ENDPOINT"):
        publish.publish(plan, now=NOW, allow_invented=True)


def test_publishing_before_the_first_deploy_says_to_deploy(
    plan, packs, own_environment, moto_endpoint, monkeypatch
):
    monkeypatch.setenv("DYNAMODB_ENDPOINT", moto_endpoint)
    with pytest.raises(SettingMissing, match=f"no table {plan.prefix}-directory .* make deploy"):
        publish_pack(plan, packs)


def test_rollback_goes_to_the_version_before_and_forth_again(stack):
    first, second = publish_small(stack, note=1), publish_small(stack, LATER, note=2)
    status, said = run(rollback, stack)
    assert status == 0 and first in said and f"VERSION={second}" in said
    assert DirectoryStore().load_current()["version"] == first
    assert rollback.rollback(stack, second) == second
    assert DirectoryStore().current_version() == second


def test_rollback_lists_what_was_published_and_marks_the_one_in_force(stack):
    first, second = publish_small(stack, note=1), publish_small(stack, LATER, note=2)
    status, said = run(rollback, stack, "--list")
    assert status == 0
    assert said.splitlines() == [f"→ {second}  03/03/2026 08:30", f"  {first}  02/03/2026 08:30"]


def test_rollback_to_the_version_in_force_changes_nothing(stack):
    version = publish_small(stack, note=1)
    assert run(rollback, stack, "--version", version) == (
        0,
        f"{stack.prefix}: {version} is in force already.\n",
    )


@pytest.mark.parametrize(
    "published, words, reason",
    [
        pytest.param(False, [], "published nothing yet", id="nothing published"),
        pytest.param(True, [], "there is none before it", id="only one version"),
        pytest.param(
            True, ["--version", "20260101T000000Z-00000000"], "was never published", id="no such version"
        ),
    ],
)
def test_rollback_without_a_version_to_go_to_is_refused(stack, published, words, reason):
    if published:
        publish_small(stack, note=1)
    status, said = run(rollback, stack, *words)
    assert status == 1
    assert reason in said


def test_a_command_never_follows_table_names_of_another_province(plan, own_environment, monkeypatch):
    monkeypatch.setenv("CASES_TABLE", "dong-nai-cases")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    use(plan)
    from chalicelib import settings

    assert settings.table_name("cases") == f"{plan.prefix}-cases"
    assert settings.region() == plan.region
