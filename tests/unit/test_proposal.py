"""Which agency the desk is offered."""

from datetime import UTC, datetime

import pytest

from chalicelib.domain.case import Actor, Kind
from chalicelib.domain.proposal import proposed_agency
from tests.showcase import make_case, make_directory

MORNING = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "kind, gave_it_back, offered",
    [
        pytest.param(Kind.COMPLAINT, (), "phuong_sa_dec", id="the ward of the place first"),
        pytest.param(Kind.COMPLAINT, ("phuong_sa_dec",), "so_xay_dung", id="not the one that gave it back"),
        pytest.param(Kind.DENUNCIATION, (), None, id="a denunciation goes to no agency"),
    ],
)
def test_the_desk_is_offered(kind, gave_it_back, offered):
    case = make_case(kind=kind)
    for agency in gave_it_back:
        case = case.act("assign", actor=Actor.DESK, at=MORNING, by=agency, agency=agency)
        case = case.act("return", actor=Actor.AGENCY, at=MORNING, by=agency, note="Không phải.", agency=None)
    found = proposed_agency(case, make_directory(), MORNING.date())
    assert (found.code if found else None) == offered


def test_the_agency_that_has_the_case_is_not_offered_again():
    case = make_case().act("assign", actor=Actor.DESK, at=MORNING, by="phuong_sa_dec", agency="phuong_sa_dec")
    found = proposed_agency(case, make_directory(), MORNING.date())
    assert found is not None and found.code == "so_xay_dung"
