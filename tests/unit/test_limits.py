"""How often one network or sender may do a thing: windows that follow one another, networks that share one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.domain.filing import web_filing_id
from chalicelib.domain.limits import LIMITS, network_of, window
from tests.unit.worktime import at

NOON = at("Mon 02/03/2026 12:00")


@pytest.mark.parametrize("name", LIMITS)
def test_each_moment_lies_in_one_window_that_ends_when_the_next_begins(name):
    within, ends = window(name, NOON)
    assert NOON < ends <= NOON + timedelta(seconds=LIMITS[name].seconds)
    assert window(name, ends - timedelta(seconds=1)) == (within, ends)
    assert window(name, ends)[0] != within


def test_limits_do_not_share_a_window():
    assert len({window(name, NOON)[0] for name in LIMITS}) == len(LIMITS)
    with pytest.raises(KeyError):
        window("unheard of", NOON)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("203.0.113.254", "203.0.113.0/24"),
        ("203.0.114.7", "203.0.114.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("2001:db8:1:ffff::9", "2001:db8:1::/48"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        (" 203.0.113.7 ", "203.0.113.0/24"),
        ("", ""),
        ("not an address" * 10, ("not an address" * 10)[:64]),
    ],
)
def test_neighbours_are_one_network(address, network):
    assert network_of(address) == network


def test_a_form_with_anything_else_in_it_is_another_hand_in():
    assert web_filing_id("a", "ổ gà", None, 1.5) == web_filing_id("a", "ổ gà", None, 1.5)
    others = (
        ("a", "ổ gà"),
        ("b", "ổ gà"),
        ("a", "ngập"),
        ("a", "\ud800"),
        ("a", "ổ gà", ""),
        ("a", "", "ổ gà"),
    )
    assert len({web_filing_id(*one) for one in others}) == len(others)
