"""One conversation, many meanings: what a message is taken for, as a table of examples."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.case import Case, Kind, Priority, Status, open_case
from chalicelib.domain.dialogue import decide, is_mere_thanks
from chalicelib.domain.inbox import Talk
from tests.fake_reader import CAO_LANH, SA_DEC, FakeReader
from tests.unit.worktime import at

NOW = at("Mon 02/03/2026 08:30")
CODE, SECOND = "482177302", "000000000"
READER = FakeReader()


def a_case(
    status=Status.ASSIGNED, *, code=CODE, ago=1.0, service="giao_thong", area=CAO_LANH, **fields
) -> Case:
    """A pothole in phường Cao Lãnh, *ago* hours old."""
    case = open_case(
        code,
        text="duong o ga phuong cao lanh",
        kind=Kind.COMPLAINT,
        priority=Priority.NORMAL,
        at=NOW - timedelta(hours=ago),
        channel="sms",
        reporter_id="r",
        reporter_address="+84900000001",
        service=service,
        area=area,
    )
    return replace(case, status=status, **fields)


def talk(asked=None, *, minutes_ago=1.0, options=()) -> Talk:
    asked_at = NOW - timedelta(minutes=minutes_ago) if asked else None
    return Talk("r", NOW, case_code=CODE, asked=asked, asked_at=asked_at, options=options)


ASSIGNED = a_case()
ASKED = a_case(Status.RECEIVED, area=None, ago=0.02)
WHAT_IS_IT = a_case(Status.RECEIVED, service=None, area=None, ago=0.02)
WAITING = a_case(Status.WAITING_CITIZEN)
ANSWERED = a_case(Status.ANSWERED, answered_at=NOW - timedelta(hours=1), ago=48)
RATED_LOW = replace(ANSWERED, rating=1)
CLOSED = a_case(Status.CLOSED, answered_at=NOW - timedelta(days=2), ago=72)
RATED = replace(CLOSED, rating=3)
LONG_CLOSED = replace(CLOSED, answered_at=NOW - timedelta(days=31))
OLD = a_case(ago=25)
SPAM = a_case(Status.RECEIVED, service=None, area=None, spam=True)


def case(name, said, what, code=None, *, cases=(), asked=None, **decided):
    return pytest.param(said, what, code, tuple(cases), asked, decided, id=f"{name}: {said[:40]}")


EXAMPLES = [
    # a stranger
    case("stranger", "duong o ga phuong cao lanh", "new_matter"),
    case("stranger", "Đường có ổ gà", "new_matter"),
    case("stranger", "alo", "new_matter"),
    case("stranger", "3", "new_matter"),
    case("stranger", "cam on", "new_matter"),
    case("stranger", "bao gio xong", "new_matter"),
    case("stranger", "HD", "help"),
    case("stranger", "DUONG DAY", "hotline"),
    case("stranger", "duong day phuong cao lanh", "hotline"),
    case("stranger", "Đường dây nóng phường Cao Lãnh cũ?", "hotline"),
    case("stranger", "HOTLINE Cao Lanh ward", "hotline"),
    case("stranger", "DUONG DAY xyz", "hotline"),
    case("stranger", "duong day xyz", "new_matter"),
    case("stranger", "HOI 105", "published"),
    case("stranger", "hỏi 999", "published"),
    case("stranger", "hoi 2 van de", "new_matter"),
    case("stranger", "hoi 1022 may gio mo cua", "new_matter"),
    case("stranger", "hoi 114", "new_matter"),
    case("stranger", "HOI lam lai cccd", "asked"),
    case("stranger", "ASK identity card lost", "asked"),
    case("stranger", "HOI chay nha o phuong sa dec", "new_matter"),
    case("stranger", "HOI toi to cao ong A", "new_matter"),
    case("stranger", "hoi lam lai cccd", "asked"),
    case("stranger", "hoi thu tuc lam khai sinh o phuong cao lanh can gi a", "new_matter"),
    case("stranger", "hoi thoi ca xom tu may thang nay khong ai lo", "new_matter"),
    case("stranger", "hội trường dột", "new_matter"),
    case("stranger", "105", "new_matter"),
    case("stranger", "duong day o ga phuong cao lanh", "new_matter"),
    case("stranger", "DUONG DAY MAT DIEN", "new_matter"),
    case("stranger", "TRA CUU 482177302", "lookup", CODE),
    case("stranger", "482 177 302", "lookup", CODE),
    case("stranger", "huy", "withdraw"),
    case("stranger", "mo lai", "object"),
    case("stranger", "mo lai duong vao cho giup dan", "new_matter"),
    # a first question is open: where is it?
    case("asked where", "phuong cao lanh", "clarify", CODE, cases=[ASKED], asked=talk("area")),
    case("asked where", "DUONG DAY phuong cao lanh", "hotline", cases=[ASKED], asked=talk("area")),
    case("asked where", "HOI 105", "published", cases=[ASKED], asked=talk("area")),
    case("asked where", "HOI lam lai cccd", "asked", cases=[ASKED], asked=talk("area")),
    case("asked where", "hoi ong Ba dau ap", "clarify", CODE, cases=[ASKED], asked=talk("area")),
    case("asked where", "105", "clarify", CODE, cases=[ASKED], asked=talk("area")),
    case("asked where", "gan cho, ap 3", "clarify", CODE, cases=[ASKED], asked=talk("area")),
    case("asked where", "1", "clarify", CODE, cases=[ASKED], asked=talk("area"), option=None, text="1"),
    case(
        "asked where, two choices",
        "2",
        "clarify",
        CODE,
        cases=[ASKED],
        asked=talk("area", options=(CAO_LANH, SA_DEC)),
        option=SA_DEC,
    ),
    case("asked where", "mat dien o phuong sa dec", "new_matter", cases=[ASKED], asked=talk("area")),
    case("asked where", "chay nha phuong sa dec", "new_matter", cases=[ASKED], asked=talk("area")),
    case("asked where", "toi to cao ong A", "new_matter", cases=[ASKED], asked=talk("area")),
    case("asked where", "HUY", "withdraw", CODE, cases=[ASKED], asked=talk("area")),
    case("asked what", "duong o ga phuong cao lanh do", "clarify", CODE, cases=[WHAT_IS_IT], asked=talk("matter")),
    case("asked 16 minutes ago", "ap 3 nhe", "addition", CODE, cases=[ASKED], asked=talk("area", minutes_ago=16)),
    # an agency or the desk asked
    case("agency asked", "o truoc cong truong", "reply", CODE, cases=[WAITING]),
    case("agency asked", "2", "reply", CODE, cases=[WAITING]),
    case("agency asked", "o ga thoi, khong phai nap cong", "reply", CODE, cases=[WAITING]),
    case("agency asked", "mat dien phuong sa dec", "new_matter", cases=[WAITING]),
    case("agency asked", "tra cuu 482177302", "lookup", CODE, cases=[WAITING]),
    # an answer is there
    case("answered", "3", "rate", CODE, cases=[ANSWERED], rating=3),
    case("answered", "1", "rate", CODE, cases=[ANSWERED], rating=1),
    case("answered", f"2 {CODE}", "rate", CODE, cases=[ANSWERED], rating=2),
    case("answered", "3 hai long", "rate", CODE, cases=[ANSWERED], rating=3),
    case("rated low", "2", "rate", CODE, cases=[RATED_LOW], rating=2),
    case("closed by time", "3", "rate", CODE, cases=[CLOSED], rating=3),
    case("answered", "MO LAI", "object", CODE, cases=[ANSWERED]),
    case("answered", "mo lai van con o ga", "object", CODE, cases=[ANSWERED]),
    case("answered", f"MO LAI {CODE} chua lam gi", "object", CODE, cases=[ANSWERED], text="chua lam gi"),
    case("answered", "mo lai duong vao phuong sa dec bi rao", "new_matter", cases=[ANSWERED]),
    case("answered", "mo lai dien giup, ca xom mat dien tu toi qua toi gio", "new_matter", cases=[ANSWERED]),
    case("answered", "cam on", "thanks", CODE, cases=[ANSWERED]),
    case("answered", "bao gio lam, chua xu ly xong", "object", CODE, cases=[ANSWERED]),
    case("answered", "rac o phuong cao lanh", "new_matter", cases=[ANSWERED]),
    # question and answer of two cases: a digit answers what was asked last
    case(
        "asked after the answer",
        "1",
        "clarify",
        CODE,
        cases=[ASKED, replace(ANSWERED, code=SECOND)],
        asked=talk("area", options=(CAO_LANH, SA_DEC)),
        option=CAO_LANH,
    ),
    case(
        "answered after the question",
        "1",
        "rate",
        SECOND,
        cases=[ASKED, replace(ANSWERED, code=SECOND, answered_at=NOW)],
        asked=talk("area", options=(CAO_LANH, SA_DEC)),
        rating=1,
    ),
    # nothing to rate
    case("rated", "3", "rate", CODE, cases=[RATED], rating=3),
    case("answered 31 days ago", "3", "rate", CODE, cases=[LONG_CLOSED], rating=3),
    # an open case
    case("open", "gan cau so 2", "addition", CODE, cases=[ASSIGNED]),
    case("open", "o ga to lam", "addition", CODE, cases=[ASSIGNED]),
    case("open", "duong o ga phuong cao lanh", "repeat", CODE, cases=[ASSIGNED]),
    case("open", "Đường ổ gà phường Cao Lãnh", "repeat", CODE, cases=[ASSIGNED]),
    case("open", "mat dien", "new_matter", cases=[ASSIGNED]),
    case("open", "o ga phuong sa dec", "new_matter", cases=[ASSIGNED]),
    case("open", "bao gio lam xong", "lookup", CODE, cases=[ASSIGNED]),
    case("open", "cam on nhieu", "thanks", CODE, cases=[ASSIGNED]),
    case("open", "ok", "thanks", CODE, cases=[ASSIGNED]),
    case("open", "HOI lam lai cccd", "asked", cases=[ASSIGNED]),
    case("open", "HOI bao gio lam xong", "lookup", CODE, cases=[ASSIGNED]),
    case("open", f"HOI ho so {CODE} the nao roi", "addition", CODE, cases=[ASSIGNED]),
    case("open", "hoi lam lai cccd", "asked", cases=[ASSIGNED]),
    case("open", "hôi thối lắm rồi", "addition", CODE, cases=[ASSIGNED]),
    case("agency asked", "hoi lai ong Ba nhe", "reply", CODE, cases=[WAITING]),
    case("agency asked", "HOI lam lai cccd", "asked", cases=[WAITING]),
    case("agency asked", "da", "reply", CODE, cases=[WAITING]),
    case("open, two days old", "khi nao moi xong vay", "lookup", CODE, cases=[a_case(ago=48)]),
    case("open", f"ho so {CODE} ?", "lookup", CODE, cases=[ASSIGNED]),
    case("open", f"{CODE} them: xe tai hay chay qua day", "addition", CODE, cases=[ASSIGNED]),
    case("open", "huy", "withdraw", CODE, cases=[ASSIGNED]),
    case("open", "chay nha", "new_matter", cases=[ASSIGNED]),
    case("open, a day old", "gan cau so 2", "new_matter", cases=[OLD]),
    case("two open, repeats the older", "duong o ga phuong cao lanh", "repeat", SECOND,
         cases=[replace(ASSIGNED, service="dien", events=()), replace(ASSIGNED, code=SECOND)]),
    case("a stranger's code", f"CMND {CODE} toi chua duoc cap so ho khau moi", "new_matter"),
    case("a stranger's code, own case", f"tra lai tien {CODE} dong cho ba con o day", "addition", SECOND,
         cases=[replace(ASSIGNED, code=SECOND)]),
    case("after an advertisement", "xin loi, y toi la cong bi nghet", "new_matter", cases=[SPAM]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "what", "code", "cases", "asked", "decided"), EXAMPLES)
def test_a_message_is_taken_for(text, what, code, cases, asked, decided):
    decision = decide(text, talk=asked, cases=cases, understanding=READER.read(text, on=NOW.date()), now=NOW)
    assert (decision.what, decision.code) == (what, code)
    for name, value in decided.items():
        assert getattr(decision, name) == value, name


@pytest.mark.parametrize(
    ("text", "otherwise"), [("HOI truong hoc khai giang", "new_matter"), ("hoi o cho nao", "addition")]
)
def test_a_question_no_published_answer_fits_is_a_matter_of_its_own_and_other_words_what_they_were(
    text, otherwise
):
    read = READER.read(text, on=NOW.date())
    decision = decide(text, talk=None, cases=(ASSIGNED,), understanding=read, now=NOW)
    assert decision.what == "asked" and decision.otherwise is not None
    assert (decision.otherwise.what, decision.otherwise.text) == (otherwise, text)


@given(text=st.text(max_size=80), which=st.sets(st.integers(0, 9)))
def test_no_text_is_lost(text, which):
    """Whatever is written: it becomes a case, joins one, or is a command; and what is kept is what was written."""
    every = [ASSIGNED, ASKED, WAITING, ANSWERED, CLOSED, OLD, SPAM, RATED, WHAT_IS_IT, RATED_LOW]
    cases = tuple(every[number] for number in sorted(which))
    read = READER.read(text, on=NOW.date())
    decision = decide(text, talk=talk("area"), cases=cases, understanding=read, now=NOW)
    if decision.what in ("new_matter", "addition", "reply") and not text.strip().isdigit():
        assert decision.text == text
    if decision.what in ("addition", "reply", "clarify", "repeat", "thanks"):
        assert decision.code in [case.code for case in cases]


@pytest.mark.parametrize(
    ("text", "thanks"),
    [
        ("ok", True),
        ("Dạ vâng, nhận được rồi", True),
        ("da va xong chua", False),
        ("Cảm ơn", True),
        ("ok cam on 1022 nhieu nhe", True),
        ("thanks", True),
        ("cam on nhung van chua xong", False),
        ("cam on, nhung con mot viec nua la den duong o cong truong hu may thang", False),
        ("", False),
    ],
)
def test_mere_thanks(text, thanks):
    assert is_mere_thanks(text) is thanks
