"""The packs of this checkout are right, complete and tell their agencies apart."""

from datetime import date
from functools import cache

import pytest

from packs import check, read_directory, slugs
from packs.checks.coverage import communes_on, gaps

TODAY = date(2026, 11, 22)
PROVINCES = ("dong-nai", "dong-thap")


@cache
def province(slug):
    return read_directory(slug)


def test_both_provinces_are_there():
    assert set(PROVINCES) <= set(slugs())


@pytest.mark.parametrize("slug", PROVINCES)
def test_a_sample_pack_has_no_mistakes(slug):
    assert [str(problem) for problem in check(slug, today=TODAY) if problem.severity == "error"] == []


@pytest.mark.parametrize("slug", PROVINCES)
def test_every_field_is_covered_in_every_commune_at_all_times(slug):
    assert list(gaps(province(slug), TODAY)) == []


@pytest.mark.parametrize("slug", PROVINCES)
def test_a_deploy_of_a_sample_pack_is_refused_for_its_invented_contacts(slug):
    told = [problem for problem in check(slug, today=TODAY, for_deploy=True) if problem.severity == "error"]
    assert told and all("invented" in problem.what or "cannot ring" in problem.what for problem in told)


@pytest.mark.parametrize(
    "slug, today, former",
    [pytest.param("dong-thap", 102, 12, id="Đồng Tháp"), pytest.param("dong-nai", 95, 11, id="Đồng Nai")],
)
def test_every_commune_of_today_and_every_former_district_has_its_two_agencies(slug, today, former):
    pack = province(slug)
    for day, tier, level, count in (
        (TODAY, "commune", "commune", today),
        (TODAY, "commune", "one_stop", today),
        (date(2020, 1, 2), "district", "district", former),
        (date(2020, 1, 2), "district", "one_stop", former),
    ):
        units = [area for area in pack.areas.values() if area.tier == tier and area.valid.covers(day)]
        served = [area.id for area in units if pack.agency_serving(area.id, level, day)]
        assert len(served) == count, (level, day)


@pytest.mark.parametrize("slug", PROVINCES)
def test_every_agency_has_addresses_of_its_own_that_cannot_reach_anybody(slug):
    pack = province(slug)
    contacts = [
        contact for agency in pack.agencies.values() for contact in (agency.focal_point, agency.leader)
    ]
    emails = [contact.email for contact in contacts]
    phones = [contact.phone for contact in contacts if contact.phone]
    assert len(set(emails)) == len(emails) and all(email.endswith(f".{slug}.example") for email in emails)
    assert len(set(phones)) == len(phones) and all(phone.startswith("+84900000") for phone in phones)
    assert all(
        agency.focal_point.phone and agency.focal_point.role and agency.leader.role
        for agency in pack.agencies.values()
    )


@pytest.mark.parametrize("slug", PROVINCES)
def test_sixteen_fields_and_at_least_ten_answers_with_a_source(slug):
    pack = province(slug)
    assert len(pack.services) == 16
    answers = [answer for answer in pack.answers if answer.valid.covers(TODAY)]
    assert len(answers) >= 10
    assert all(answer.source and answer.question["en"] and answer.answer["vi"] for answer in answers)


def test_a_neighbour_that_joined_in_2025_was_not_ours_before():
    pack = province("dong-thap")
    names = {unit.name for area in communes_on(pack, date(2024, 6, 30)) for unit in pack.lineage(area.id)}
    assert "Tiền Giang" not in names and "Sa Đéc" in names
