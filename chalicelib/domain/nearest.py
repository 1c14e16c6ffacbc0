"""Which commune a point on the map lies in, as far as centres of communes can tell."""

from __future__ import annotations

from datetime import date
from math import asin, cos, radians, sin, sqrt

from chalicelib.domain.directory import Area, Directory

EARTH_KM = 6371.0

FARTHEST_KM = 25.0
"""From a centre. The largest communes here reach about so far; a point farther away lies in another province."""

CLEARLY_NEARER = 0.75
"""The nearest centre counts when it is at most so many times as far as the second: near a border nobody can tell."""


def distance_km(lat: float, long: float, area: Area) -> float:
    """Return how far a point is from the centre of an area that has one, in kilometres over the ground."""
    assert area.lat is not None and area.long is not None
    to_lat, to_long = radians(area.lat), radians(area.long)
    from_lat, from_long = radians(lat), radians(long)
    half = (
        sin((to_lat - from_lat) / 2) ** 2 + cos(from_lat) * cos(to_lat) * sin((to_long - from_long) / 2) ** 2
    )
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))


def nearest_communes(
    directory: Directory, lat: float, long: float, on: date
) -> tuple[tuple[Area, float], ...]:
    """Return the communes of a day by the distance of their centres in km, nearest first; none beyond FARTHEST_KM."""
    near = [
        (area, km)
        for area in directory.areas.values()
        if area.tier == "commune" and area.lat is not None and area.valid.covers(on)
        if (km := distance_km(lat, long, area)) <= FARTHEST_KM
    ]
    return tuple(sorted(near, key=lambda one: one[1]))


def commune_at(directory: Directory, lat: float, long: float, on: date) -> Area | None:
    """Return the commune a point surely enough lies in; None outside the province and where two are about as near."""
    near = nearest_communes(directory, lat, long, on)
    if not near or (len(near) > 1 and near[0][1] > CLEARLY_NEARER * near[1][1]):
        return None
    return near[0][0]
