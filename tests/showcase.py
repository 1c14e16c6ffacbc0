"""A small province with a case in every situation, and every mail and page made of it: to test and to look at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.domain.case import Actor, Case, Kind, Priority, Status, open_case
from chalicelib.domain.digest import digest_lines
from chalicelib.domain.directory import Agency, Area, Contact, Directory, RoutingRule, Service, Topic
from chalicelib.domain.report import HALF_YEAR, Report, build_report, period_of
from chalicelib.web import mail_office, render, views

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
LINK = "https://1022.example/a/agency.token"
OWN_LINK = "https://1022.example/case/482177306-00000000000000000000000000"
PHONE = "+84900000123"

SAID = (
    "Đường Nguyễn Huệ trước nhà số 45 bị ổ gà nhiều, xe máy hay té. Tôi là Trần Văn Bình, số điện thoại 0900 000 123. "
    "Hôm qua xe 66F1-123.45 té ngay chỗ này."
)

HOSTILE = {
    "script": "<script>alert('x')</script><img src=x onerror=alert(1)> & \"quotes\" {{ 7*7 }} {agency}",
    "right to left": "\u202eđảo ngược\u202c \u200fمرحبا בעולם\u200e một hai ba",
    "no spaces": "a" * 1600,
    "odd characters": "NUL \x00 lone \ud800 surrogate, emoji 🚧👷🏽‍♀️, \u0301 alone, \x1b[31m",
}


def at(day: int, hour: int = 8, minute: int = 0, *, month: int = 3, year: int = 2026) -> datetime:
    """A moment in March 2026 in Việt Nam; 02/03/2026 is a Monday."""
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


NOW = at(4, 9, 30)


def make_directory(**province: Any) -> Directory:
    """A province of three agencies, two fields and three units; province settings as wanted."""
    settings: dict[str, Any] = {
        "slug": "showcase",
        "names": {"vi": "Đồng Tháp", "en": "Dong Thap"},
        "number": "1022",
        "dial": {
            "vi": "Từ máy cố định trong tỉnh gọi 1022, từ di động gọi 0277 1022.",
            "en": "Dial 1022 from a landline, 0277 1022 from a mobile.",
        },
        "operator": {"vi": "Trung tâm Phục vụ hành chính công", "en": "Public Administration Service Centre"},
        "office": {"role": "Văn phòng UBND tỉnh", "email": "bao-cao@van-phong.example"},
        "desk": {"role": "Trưởng ca", "email": "ban-truc@1022.example"},
        "emergency": [
            {"number": "113", "names": {"vi": "Công an", "en": "police"}},
            {"number": "114", "names": {"vi": "Cứu hỏa – cứu nạn", "en": "fire and rescue"}},
            {"number": "115", "names": {"vi": "Cấp cứu", "en": "ambulance"}},
            {
                "number": "112",
                "names": {"vi": "Thiên tai", "en": "disasters"},
                "valid_from": date(2025, 9, 15),
            },
        ],
        **province,
    }

    def agency(code: str, name: str, level: str, area: str | None = None) -> Agency:
        contact = Contact("Chánh Văn phòng", f"dau-moi@{code.replace('_', '-')}.example", "+84900000501")
        leader = Contact("Giám đốc", f"lanh-dao@{code.replace('_', '-')}.example")
        return Agency(code, {"vi": name}, code, level, contact, leader, area=area)

    agencies = (
        agency("so_xay_dung", "Sở Xây dựng tỉnh Đồng Tháp", "province"),
        agency("so_ldtbxh", "Sở Lao động – Thương binh và Xã hội tỉnh Đồng Tháp", "province"),
        agency("phuong_sa_dec", "Ủy ban nhân dân phường Sa Đéc", "commune", "29905"),
    )
    services = (
        Service(
            "giao_thong",
            {"vi": "Giao thông", "en": "Roads"},
            topics=(Topic("o_ga", {"vi": "Mặt đường hư hỏng"}),),
        ),
        Service(
            "lao_dong_xa_hoi",
            {"vi": "Lao động – xã hội", "en": "Labour and social affairs"},
            topics=(
                Topic("bao_tro", {"vi": "Chính sách bảo trợ", "en": "Social assistance"}),
                Topic(
                    "tam_dung",
                    {"vi": "Tạm dừng hoạt động vì dịch Covid-19", "en": "Closures in the epidemic"},
                ),
                Topic(
                    "qd_15",
                    {"vi": "Hỗ trợ theo Quyết định 15/2020/QĐ-TTg", "en": "Support, Decision 15/2020"},
                ),
            ),
        ),
    )
    areas = (
        Area("82", "82", "Đồng Tháp", "tỉnh", "province", None),
        Area("29905", "29905", "Sa Đéc", "phường", "commune", "82"),
        Area("old-867", "867", "Sa Đéc", "thành phố", "district", "82"),
    )
    return Directory(
        version="1",
        province=settings,
        agencies={item.code: item for item in agencies},
        services={item.code: item for item in services},
        areas={item.id: item for item in areas},
        routing=(
            RoutingRule("roads", "so_xay_dung", service="giao_thong"),
            RoutingRule("roads-here", "phuong_sa_dec", service="giao_thong", area="29905"),
        ),
        deadlines=(),
        calendar={},
    )


def make_case(text: str = SAID, **fields: Any) -> Case:
    """A received complaint about a road; fields as wanted."""
    values: dict[str, Any] = {
        "code": "482177306",
        "kind": Kind.COMPLAINT,
        "priority": Priority.NORMAL,
        "at": at(2, 8, 15),
        "channel": "sms",
        "reporter_id": "0f5e1d2c3b4a59687786",
        "reporter_address": PHONE,
        "service": "giao_thong",
        "topic": "o_ga",
        "area": "29905",
        "place": "số 45 Nguyễn Huệ, phường Sa Đéc",
        **fields,
    }
    return open_case(text=text, **values)


def assigned(case: Case | None = None, *, agency: str = "so_xay_dung", when: datetime | None = None) -> Case:
    """The case with an agency, answer due on Monday 09/03/2026."""
    return (case or make_case()).act(
        "assign",
        actor=Actor.SYSTEM,
        at=when or at(2, 8, 15),
        by=agency,
        data={"rule": "giao_thong"},
        agency=agency,
        assignment=1,
        assigned_at=when or at(2, 8, 15),
        accept_due_at=at(3, 8, 15),
        due_at=at(9, 8, 15),
        level=2,
    )


def by_agency(case: Case, action: str, when: datetime, note: str = "", **changes: Any) -> Case:
    """The agency acts."""
    return case.act(action, actor=Actor.AGENCY, at=when, note=note, by=case.agency or "", **changes)


def accepted() -> Case:
    """In progress."""
    return by_agency(assigned(), "accept", at(2, 10))


def waiting(question: str = "Xin cho biết đoạn nào của đường Nguyễn Huệ?") -> Case:
    """The agency asked the citizen."""
    return by_agency(
        accepted(), "ask", at(3, 9), question, paused_at=at(3, 9), resume_status=Status.IN_PROGRESS
    )


def answered(words: str = "Đã vá mặt đường sáng 04/03/2026. Cần thêm, xin gọi 0277 3851 101.") -> Case:
    """Answered on Wednesday, two days after receipt."""
    return by_agency(accepted(), "answer", at(4, 9), words, answered_at=at(4, 9), objection_until=at(13, 9))


def returned() -> Case:
    """Given back to the desk."""
    reason = "Đường này do Ủy ban nhân dân phường quản lý."
    return by_agency(assigned(), "return", at(2, 9), reason, agency=None, accept_due_at=None)


def rated(rating: int = 3, when: datetime | None = None) -> Case:
    """Answered, rated, closed."""
    when = when or at(5, 9)
    return answered().act(
        "rate", actor=Actor.CITIZEN, at=when, data={"rating": rating}, rating=rating, closed_at=when
    )


def half_year_2020() -> Report:
    """The report of the founding document: one department, 01/01–30/06/2020, 60 questions and 5 complaints."""
    days: dict[str, Mapping[str, int]] = {}
    topics = ["bao_tro"] * 20 + ["tam_dung"] * 15 + ["qd_15"] * 30
    for number in range(65):
        kind = "complaint" if number % 13 == 0 else "question"
        day = (date(2020, 1, 2) + timedelta(days=number * 2)).isoformat()
        days[day] = {
            "received": 1,
            f"received.kind.{kind}": 1,
            "received.service.lao_dong_xa_hoi": 1,
            f"received.topic.lao_dong_xa_hoi/{topics[number]}": 1,
            "received.channel.sms": 1,
            "handled": 1,
            "on_time" if number != 7 else "late": 1,
            "level.2": 1,
            f"handled.kind.{kind}": 1,
            "handled.service.lao_dong_xa_hoi": 1,
            **({"rated": 1, f"rating.{3 if number % 6 else 2}": 1} if number % 3 == 0 else {}),
        }
    return build_report("agency#so_ldtbxh", period_of(HALF_YEAR, date(2020, 6, 30)), days)


def view(
    case: Case, audience: str = views.AGENCY, language: str = "vi", now: datetime = NOW
) -> dict[str, Any]:
    """What an audience is shown of a case."""
    return views.case_view(case, make_directory(), audience=audience, language=language, now=now)


def mails(language: str = "vi", text: str = SAID) -> dict[str, render.Rendered]:
    """Every mail the hotline writes, by a name that says which."""
    directory = make_directory()
    matter = make_case(text, place=text[:300] if text != SAID else "số 45 Nguyễn Huệ, phường Sa Đéc")
    case = assigned(matter)
    urgent = assigned(make_case(text, priority=Priority.URGENT, emergency=True))
    accused = make_case(text, kind=Kind.DENUNCIATION)
    asked = by_agency(by_agency(case, "accept", at(2, 10)), "ask", at(3, 9), text)
    done = by_agency(case, "answer", at(4, 9), text, answered_at=at(4, 9), objection_until=at(13, 9))

    def write(purpose: str, of: Case, audience: str, now: datetime = NOW, **context: Any) -> render.Rendered:
        seen = views.case_view(of, directory, audience=audience, language=language, now=now)
        link = OWN_LINK if audience == views.CITIZEN else LINK
        return render.mail(purpose, language=language, directory=directory, case=seen, link=link, **context)

    digest = digest_lines([case, accepted()], at(9, 7, 30))
    groups = {
        name: [
            {**view(of, language=language, now=at(9, 7, 30)), "link": LINK} for of in getattr(digest, name)
        ]
        for name in ("new", "due_today", "late")
    }
    found = {
        "assignment": write("assignment", case, views.AGENCY),
        "assignment urgent": write("assignment", urgent, views.AGENCY),
        "office": write("office", case, views.OFFICE, at(11, 17), step="office", days=2),
        "office unassigned": write("office", matter, views.OFFICE, step="desk_alarm:2"),
        "acknowledgement": write("acknowledgement", case, views.CITIZEN),
        "acknowledgement urgent": write("acknowledgement", urgent, views.CITIZEN),
        "acknowledgement asks": write(
            "acknowledgement", matter, views.CITIZEN, reply="Xin cho biết xã, phường?"
        ),
        "acknowledgement denunciation": write("acknowledgement", accused, views.CITIZEN),
        "question": write("question", asked, views.CITIZEN, question=text),
        "answer": write("answer", done, views.CITIZEN, answer=text),
        "progress": write("progress", case, views.CITIZEN, note=text),
        "extended": write("extended", case, views.CITIZEN, reason=text),
        "reassigned": write("reassigned", case, views.CITIZEN),
        "declined": write("declined", matter, views.CITIZEN, reason=text),
        "assignment reopened": write("assignment", case, views.AGENCY, reopened=True),
        "citizen reply": write("citizen_reply_received", case, views.AGENCY),
        "citizen no reply": write("citizen_no_reply", case, views.AGENCY),
        "addition": write("addition", case, views.AGENCY),
        "withdrawn": write("withdrawn", case, views.AGENCY),
        "digest": render.mail(
            "digest",
            language=language,
            directory=directory,
            agency=directory.agencies["so_xay_dung"].name(language),
            day=at(9, 7, 30),
            **groups,
        ),
        "desk list": render.mail(
            "desk_list",
            language=language,
            directory=directory,
            day=at(9, 7, 30),
            waiting=[{**view(matter, language=language, now=at(9, 7, 30)), "link": LINK}],
            spam=[{**view(matter, language=language, now=at(9, 7, 30)), "link": LINK}],
        ),
        "report": render.mail("report", language=language, directory=directory, report=half_year_2020()),
    }
    for step in ("half", "eighty", "due", "late:1", "late:3", "accept", "accept:2"):
        found[f"reminder {step}"] = write("reminder", case, views.AGENCY, at(9, 9), step=step)
    proposed = directory.agencies["phuong_sa_dec"]
    for reason in (*mail_office.DESK_REASONS, "unheard of"):
        if reason not in ("returned", "review", "denunciation"):
            found[f"desk {reason}"] = write(
                "desk", matter, views.DESK, reason=reason, proposed=proposed, said=text
            )
    found["desk returned"] = write("desk", returned(), views.DESK, reason="returned", proposed=proposed)
    found["desk review"] = write(
        "desk", by_agency(accepted(), "propose", NOW, text), views.DESK, reason="review"
    )
    found["desk denunciation"] = write("desk", accused, views.DESK, reason="denunciation")
    return found


def pages(language: str = "vi", text: str = SAID) -> dict[str, str]:
    """Every page of the hotline, by a name that says which."""
    directory = make_directory()
    matter = make_case(text, place=text[:300] if text != SAID else "số 45 Nguyễn Huệ, phường Sa Đéc")

    def agency(case: Case, now: datetime = NOW, **context: Any) -> str:
        seen = views.case_view(case, directory, audience=views.AGENCY, language=language, now=now)
        return render.page("agency", language=language, directory=directory, case=seen, now=now, **context)

    def desk(case: Case, **context: Any) -> str:
        seen = views.case_view(case, directory, audience=views.DESK, language=language, now=NOW)
        return render.page("desk", language=language, directory=directory, case=seen, now=NOW, **context)

    found = {
        "agency assigned": agency(assigned(matter)),
        "agency in progress": agency(by_agency(assigned(matter), "accept", at(2, 10)), done="accept"),
        "agency late": agency(accepted(), at(12, 9)),
        "agency waiting": agency(waiting()),
        "agency answered": agency(answered(), done="answer"),
        "agency returned": agency(returned(), done="return"),
        "agency nothing typed": agency(accepted(), error="text_missing", act="answer"),
        "agency too long": agency(accepted(), error="text_too_long", act="progress", entered=text),
        "agency conflict": agency(answered(), error="conflict", act="answer", entered=text),
        "desk unrouted": desk(matter),
        "desk returned": desk(returned()),
        "desk no agency chosen": desk(matter, error="agency_missing", act="assign", entered=text),
        "desk phone of nobody": desk(matter, error="phone_missing", act="call", entered="+84900000666"),
        "desk unknown act": desk(matter, error="act_missing", act="nonsense", entered=text),
        "desk denunciation": desk(make_case(text, kind=Kind.DENUNCIATION, emergency=True)),
        "desk review": desk(by_agency(accepted(), "propose", NOW, text)),
        "desk answered": desk(answered(), done="answer"),
    }
    for reason in ("expired", "altered", "superseded", "unheard of"):
        found[f"link {reason}"] = render.page(
            "link_problem", language=language, directory=directory, reason=reason
        )
    found["error"] = render.page("error", language=language, directory=directory)
    found["error without province"] = render.page("error", language=language, directory=None)
    return found
