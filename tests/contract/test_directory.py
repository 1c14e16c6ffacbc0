"""A province pack is published whole, in force at once, and can be taken back."""

from datetime import timedelta
from random import Random

import pytest

from bench.meter import measured
from chalicelib.errors import CaseConflict, SettingMissing
from chalicelib.storage.directory_store import DirectoryStore

pytestmark = pytest.mark.usefixtures("engine")


def pack(name, **more):
    return {"province": {"slug": "dong-thap", "name": name}, "areas": [], **more}


def test_without_a_published_pack_nothing_starts():
    with pytest.raises(SettingMissing, match="published"):
        DirectoryStore().load_current()
    assert DirectoryStore().current_version() is None
    assert DirectoryStore().versions() == []


def test_a_published_pack_is_in_force_and_loaded_in_one_read(now):
    version = DirectoryStore().publish(pack("Đồng Tháp"), now=now)

    with measured() as meter:
        assert DirectoryStore().load_current() == {**pack("Đồng Tháp"), "version": version}
    assert meter.operations == ["Query"]
    assert DirectoryStore().current_version() == version


def test_the_same_content_again_changes_nothing(now):
    version = DirectoryStore().publish(pack("a"), now=now)
    with measured() as meter:
        assert (
            DirectoryStore().publish({**pack("a"), "version": "whatever"}, now=now + timedelta(days=1))
            == version
        )
    assert meter.writes == 0
    assert len(DirectoryStore().versions()) == 1


def test_a_version_can_be_taken_back_and_put_in_force_again(now):
    store = DirectoryStore()
    first = store.publish(pack("a"), now=now)
    second = store.publish(pack("b"), now=now + timedelta(hours=1))
    assert store.load_current()["province"]["name"] == "b"

    store.rollback(first)
    assert (store.current_version(), store.load_current()["province"]["name"]) == (first, "a")
    store.rollback(second)
    assert store.load_current()["province"]["name"] == "b"
    assert [line.version for line in store.versions()] == [second, first]


@pytest.mark.parametrize("version", ["", "unknown", "current", "versions"])
def test_only_what_was_published_can_be_put_in_force(now, version):
    published = DirectoryStore().publish(pack("a"), now=now)
    with pytest.raises(SettingMissing, match=published):
        DirectoryStore().rollback(version)
    assert DirectoryStore().current_version() == published


def test_a_large_pack_lies_in_several_parts_and_a_smaller_one_after_it_leaves_none_behind(now):
    store = DirectoryStore()
    noise = Random(1).randbytes(500_000).hex()  # hardly to be compressed below 500 kB
    large = store.publish(pack("large", noise=noise), now=now)
    assert store.load_current()["noise"] == noise

    store.publish(pack("small"), now=now + timedelta(hours=1))
    assert store.load_current()["province"]["name"] == "small"
    store.rollback(large)
    assert store.load_current()["noise"] == noise


def test_two_who_publish_at_once_leave_one_whole_pack(at_once, now):
    store = DirectoryStore()
    store.publish(pack("before"), now=now)

    outcomes = at_once(*[lambda name=name: store.publish(pack(name), now=now) for name in ("a", "b")])

    current = store.load_current()
    assert current["version"] == store.current_version()
    assert current["version"] in outcomes
    assert all(isinstance(outcome, str | CaseConflict) for outcome in outcomes)
