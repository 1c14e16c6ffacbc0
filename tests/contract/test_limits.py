"""A limit is counted exactly, also when many come at the same moment."""

from datetime import timedelta

import pytest

from chalicelib.domain.limits import LIMITS
from chalicelib.storage.limit_store import LimitStore

pytestmark = pytest.mark.usefixtures("engine")

SENDER = "file_sender"
MOST = LIMITS[SENDER].most


def test_so_many_are_let_through_and_no_more_until_the_window_ends(now):
    limits = LimitStore()
    taken = [limits.take(SENDER, "one", now=now) for _ in range(MOST + 2)]
    assert taken == [True] * MOST + [False] * 2
    later = now + timedelta(seconds=LIMITS[SENDER].seconds)
    assert limits.take(SENDER, "one", now=later)


def test_one_senders_limit_is_nobody_elses_and_no_other_limit(now):
    limits = LimitStore()
    for _ in range(MOST):
        limits.take(SENDER, "one", now=now)
    assert limits.take(SENDER, "other", now=now) and limits.take("file_network", "one", now=now)


def test_those_who_come_at_the_same_moment_are_counted_one_by_one(now, at_once):
    limits = LimitStore()
    limits.take(SENDER, "one", now=now)
    taken = at_once(*[lambda: limits.take(SENDER, "one", now=now)] * (MOST + 5))
    assert sum(one is True for one in taken) == MOST - 1
    assert all(one in (True, False) for one in taken), "none of them failed"
