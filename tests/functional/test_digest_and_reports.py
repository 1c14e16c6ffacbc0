"""The morning's list and the report of a period: the right figures, once, with nobody's data."""

import io

import pytest

from chalicelib import wiring
from chalicelib.entrypoints import jobs
from tests.hotline import province

WARD = province().agencies["ubnd_29869"]
OFFICE = province().province["office"]["email"]


@pytest.fixture
def office_week(deployed, monkeypatch, tmp_path):
    """A week with five cases of one ward: one late, one due today, one new, one answered, one withdrawn."""
    monkeypatch.setenv("FILES_FOLDER", str(tmp_path))
    texts = [
        ("Mon 02/03/2026 08:30", "duong o ga phuong cao lanh, sdt 0900000777"),
        ("Tue 03/03/2026 08:30", "duong o ga phuong cao lanh gan cho"),
        ("Mon 09/03/2026 08:30", "duong o ga phuong cao lanh gan truong"),
        ("Mon 02/03/2026 09:30", "duong o ga phuong cao lanh gan chua"),
        ("Mon 02/03/2026 10:30", "duong o ga phuong cao lanh gan cau"),
    ]
    codes = []
    for number, (moment, text) in enumerate(texts):
        before = set(deployed.codes())
        deployed.at(moment).text(text, sender=f"+8490000000{number}", sid=f"SM{number}")
        codes += set(deployed.codes()) - before
    assert len(codes) == 5
    deployed.at("Wed 04/03/2026 08:00").page(deployed.link(code=codes[3]), {"act": "answer", "text": "Đã vá"})
    deployed.text("HUY", sender="+84900000004", sid="SM9")
    deployed.codes_in_order = codes
    return deployed


def mails(prefix: str) -> list:
    outbox = wiring.outbox_store()
    return [outbox.get(each) for each in office_ids(prefix)]


def office_ids(prefix: str) -> list[str]:
    from chalicelib import settings
    from tests.functional.conftest import client

    database = client(settings.dynamodb_endpoint())
    items = database.scan(TableName=settings.table_name("outbox"))["Items"]
    return sorted(item["id"]["S"] for item in items if item["id"]["S"].startswith(prefix))


def test_the_morning_s_list_says_what_is_late_due_and_new(office_week):
    late, due, new, answered, withdrawn = office_week.codes_in_order
    office_week.at("Tue 10/03/2026 07:30")
    counts = jobs.send_digests()
    assert counts["queued"] == 1 and counts["agencies"] > 200
    (mail,) = mails("digest-")
    assert mail.to == WARD.focal_point.email and mail.id == "digest-ubnd_29869-2026-03-10"
    assert "1 quá hạn, 1 đến hạn, 1 mới" in mail.subject
    order = [mail.text.index(f"{code[:3]} {code[3:6]} {code[6:]}") for code in (late, due, new)]
    assert order == sorted(order)
    assert answered not in mail.text.replace(" ", "") and withdrawn not in mail.text.replace(" ", "")
    assert mail.text.count("https://1022.dongthap.example/a/") == 3
    assert "0900000777" not in mail.text + mail.html and "+8490000000" not in mail.text + mail.html


def test_the_links_of_the_list_open_the_cases(office_week):
    import re

    office_week.at("Tue 10/03/2026 07:30")
    jobs.send_digests()
    (mail,) = mails("digest-")
    for token in re.findall(r"/a/(\S+)", mail.text):
        assert office_week.page(token)["statusCode"] == 200


def test_a_second_run_the_same_day_writes_nothing(office_week):
    office_week.at("Tue 10/03/2026 07:30")
    jobs.send_digests()
    before = office_week.everything()
    counts = jobs.send_digests()
    assert counts["known"] == 1 and "queued" not in counts
    assert office_week.everything() == before


@pytest.mark.parametrize("day", ["Sun 08/03/2026 07:30", "Mon 27/04/2026 07:30"], ids=["Sunday", "a holiday"])
def test_an_office_that_rests_gets_no_list(office_week, day):
    office_week.at(day)
    jobs.send_digests()
    assert mails("digest-ubnd_29869") == []


def test_the_desk_is_shown_what_nobody_else_is_told_of(deployed):
    deployed.at("Mon 02/03/2026 15:00")
    deployed.text("trung thuong 100 trieu bam link bit.ly/xx nhan ngay", sid="SM1")
    deployed.text("alo", sender="+84900000002", sid="SM2")
    spam, waiting = (wiring.case_store().get(code) for code in deployed.codes())
    if not spam.spam:
        spam, waiting = waiting, spam
    deployed.at("Tue 03/03/2026 07:30")

    assert jobs.send_digests()["queued"] == 1
    (mail,) = mails("digest-desk")
    assert mail.to == province().province["desk"]["email"]
    assert "1 chờ xử lý, 1 nghi là quảng cáo" in mail.subject
    shown = mail.text.replace(" ", "")
    assert shown.index(waiting.code) < shown.index(spam.code)
    assert mail.text.count("https://1022.dongthap.example/a/") == 2


def counted(deployed) -> None:
    deployed.at("Wed 01/04/2026 00:30")
    assert jobs.recount_stats()["counted"] == 5


def test_a_week_is_reported_to_the_office_with_a_sheet_and_to_the_agency_about_itself(office_week):
    counted(office_week)
    office_week.at("Mon 09/03/2026 07:00")
    counts = jobs.send_reports()
    assert counts["queued"] >= 2
    whole = wiring.outbox_store().get("report-province-2026-W10")
    own = wiring.outbox_store().get("report-ubnd_29869-2026-W10")
    assert (whole.to, own.to) == (OFFICE, WARD.focal_point.email)
    leaders = wiring.directory().province["leaders"]
    assert (whole.cc, own.cc) == (tuple(leader["email"] for leader in leaders), ())
    assert "4" in whole.text and "0900000777" not in whole.text + whole.html
    (key,) = whole.attachments
    sheet = wiring.files().get(key)
    assert sheet.startswith(b"PK")


def test_the_sheet_says_what_the_counters_say(office_week):
    openpyxl = pytest.importorskip("openpyxl")
    counted(office_week)
    office_week.at("Mon 09/03/2026 07:00")
    jobs.send_reports()
    sheet = wiring.files().get("reports/report-province-2026-W10.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(sheet))
    cells = [cell.value for page in book for row in page.iter_rows() for cell in row]
    assert 4 in cells and 1 in cells
    assert not any(isinstance(value, str) and value.startswith("=") for value in cells)


def test_a_report_is_sent_once_however_often_the_job_runs(office_week):
    counted(office_week)
    office_week.at("Mon 09/03/2026 07:00")
    assert jobs.send_reports()["queued"] >= 2
    before = office_week.everything()
    assert jobs.send_reports() == {}
    assert office_week.everything() == before


def test_a_job_that_died_half_way_sends_what_is_missing(office_week):
    counted(office_week)
    office_week.at("Mon 09/03/2026 07:00")
    queued = jobs.send_reports()["queued"]
    office_week.delete("outbox", id="report-province-2026-W10")
    assert jobs.send_reports() == {"known": queued - 1, "queued": 1}


@pytest.mark.parametrize(
    ("day", "periods"),
    [
        ("Sat 14/03/2026 07:00", []),
        ("Mon 09/03/2026 07:00", ["2026-W10"]),
        ("Tue 10/03/2026 07:00", ["2026-W10"]),
        ("Wed 01/04/2026 07:00", ["2026-03", "2026-Q1", "2026-W13"]),
        ("Wed 01/07/2026 07:00", ["2026-06", "2026-H1", "2026-Q2", "2026-W26"]),
    ],
    ids=["any day", "a week", "the job missed Monday", "a quarter", "a half-year"],
)
def test_every_period_that_has_just_ended_is_reported(office_week, day, periods):
    counted(office_week)
    office_week.at(day)
    jobs.send_reports()
    assert [each.removeprefix("report-province-") for each in office_ids("report-province-")] == periods


def test_a_half_year_says_how_many_of_which_and_how_many_on_time(office_week):
    counted(office_week)
    office_week.at("Wed 01/07/2026 07:00")
    jobs.send_reports()
    text = wiring.outbox_store().get("report-province-2026-H1").text
    assert "5" in text and "100%" in text and "6 tháng đầu năm 2026" in text


def test_a_sheet_goes_out_with_its_mail(office_week):
    counted(office_week)
    office_week.at("Mon 09/03/2026 07:00")
    jobs.send_reports()
    message = wiring.outbox_store().get("report-province-2026-W10")
    mail = wiring.sending().compose(message)
    assert [attachment.name for attachment in mail.attachments] == ["report-province-2026-W10.xlsx"]
    assert mail.attachments[0].content == wiring.files().get(message.attachments[0])
