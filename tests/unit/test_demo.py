"""The sample weeks act on their own cases and let alone what anybody else files meanwhile."""

from types import SimpleNamespace

from chalicelib.domain.case import Kind
from local.demo import Weeks
from local.simulator.delivered import Item
from tests.unit.worktime import at

OURS, DENOUNCED, SOMEBODY_S = "482177302", "000000000", "482177306"
NOW = at("Mon 02/03/2026 08:30")


def planned(code, *, to):
    """How many acts follow a mail about a case to the desk or an agency."""
    mail = Item(
        "m1", "email", "out", to, "1022@hotline.example", "http://localhost:1/a/token", NOW.isoformat(), "sent",
        subject=f"Mã {code}",
    )  # fmt: skip
    machine = SimpleNamespace(
        delivered=SimpleNamespace(items=lambda channel: [mail]),
        clock=SimpleNamespace(now=lambda: NOW),
        desk="desk@hotline.example",
    )
    kinds = {OURS: Kind.COMPLAINT, DENOUNCED: Kind.DENUNCIATION, SOMEBODY_S: Kind.COMPLAINT}
    cases = SimpleNamespace(get=lambda known: SimpleNamespace(kind=kinds[known]))
    weeks = Weeks(machine, cases)
    weeks._phones.update({OURS: "0900000600", DENOUNCED: "0900000601"})
    weeks._read_mail()
    return len(weeks._plan)


def test_the_desk_acts_on_a_sample_case():
    assert planned(OURS, to="desk@hotline.example") == 1


def test_nobody_acts_on_a_case_somebody_else_filed():
    assert planned(SOMEBODY_S, to="desk@hotline.example") == 0
    assert planned(SOMEBODY_S, to="agency@hotline.example") == 0


def test_nobody_acts_on_a_denunciation():
    assert planned(DENOUNCED, to="desk@hotline.example") == 0
