"""Which commune a point lies in, as far as centres can tell."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.domain.nearest import FARTHEST_KM, commune_at, distance_km, nearest_communes
from tests.hotline import province

TODAY, BEFORE = date(2026, 3, 2), date(2025, 3, 2)


@pytest.fixture
def sa_dec():
    return province().areas["29905"]


def test_distances_are_those_on_the_ground(sa_dec):
    assert distance_km(sa_dec.lat, sa_dec.long, sa_dec) == 0
    assert distance_km(sa_dec.lat + 1, sa_dec.long, sa_dec) == pytest.approx(111.2, abs=0.1)
    assert distance_km(sa_dec.lat, sa_dec.long + 1, sa_dec) == pytest.approx(109.4, abs=0.2)


def test_a_point_at_a_centre_lies_there(sa_dec):
    assert commune_at(province(), sa_dec.lat + 0.002, sa_dec.long, TODAY) == sa_dec


def test_a_point_between_two_centres_lies_in_neither_for_sure(sa_dec):
    near = nearest_communes(province(), sa_dec.lat, sa_dec.long, TODAY)
    other = near[1][0]
    between = (sa_dec.lat + other.lat) / 2, (sa_dec.long + other.long) / 2
    assert commune_at(province(), *between, TODAY) is None


@pytest.mark.parametrize(
    ("lat", "long"),
    [(21.03, 105.85), (0.0, 0.0), (-90.0, 180.0), (90.0, -180.0)],
    ids=["Hà Nội", "sea", "pole", "north"],
)
def test_a_point_elsewhere_lies_nowhere(lat, long):
    assert commune_at(province(), lat, long, TODAY) is None
    assert nearest_communes(province(), lat, long, TODAY) == ()


def test_neighbours_come_nearest_first_and_only_units_of_the_day(sa_dec):
    near = nearest_communes(province(), sa_dec.lat, sa_dec.long, TODAY)
    distances = [km for _, km in near]
    assert distances == sorted(distances) and distances[-1] <= FARTHEST_KM
    assert all(area.tier == "commune" and area.valid.covers(TODAY) for area, _ in near)
    assert sa_dec not in [area for area, _ in nearest_communes(province(), sa_dec.lat, sa_dec.long, BEFORE)]
