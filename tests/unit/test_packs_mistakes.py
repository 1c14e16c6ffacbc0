"""Every kind of mistake in a pack is told with its file, its line and what to do."""

import pytest

from packs import check
from tests.unit.tiny_pack import FILES, SLUG, mistakes, write


def test_a_pack_without_mistakes_has_none(tmp_path):
    assert mistakes(tmp_path) == []


def line_of(file, text):
    """The line that holds *text* in the pack as it should be."""
    return next(number for number, line in enumerate(FILES[file].splitlines(), 1) if text in line)


RULE = "agency: so_gtvt}"

MISTAKES = [
    # routing.yaml
    pytest.param(
        ("routing.yaml", RULE, "agency: so_gtvtt}"),
        "rule duong-tinh names agency 'so_gtvtt', which agencies.yaml does not have. Did you mean so_gtvt?",
        id="a rule names an unknown agency",
    ),
    pytest.param(
        ("routing.yaml", "service: giao_thong, topic", "service: giao_thog, topic"),
        "rule duong-tinh names service 'giao_thog', which services.yaml does not have. Did you mean giao_thong?",
        id="a rule names an unknown service",
    ),
    pytest.param(
        ("routing.yaml", "topic: duong_tinh,", "topic: duong_tin,"),
        "rule duong-tinh names topic 'duong_tin', which service 'giao_thong' does not have. Did you mean duong_tinh?",
        id="a rule names an unknown topic",
    ),
    pytest.param(
        ("routing.yaml", "topic: duong_tinh,", "topic: duong_tinh, area: '103',"),
        "rule duong-tinh names area '103', which areas.csv does not have.",
        id="a rule names an unknown area",
    ),
    pytest.param(
        ("routing.yaml", "id: con-lai, agency", "id: con-lai, topic: duong_tinh, agency"),
        "rule con-lai names topic 'duong_tinh' without its service. Add service.",
        id="a rule names a topic without its service",
    ),
    pytest.param(
        ("routing.yaml", "valid_to: 2025-06-30}", "valid_to: 2025-07-31}"),
        "rules duong-2020 and duong-2025 are for the same thing at the same time.",
        id="two rules are equally specific for one time",
    ),
    pytest.param(
        ("routing.yaml", "id: duong-2025", "id: duong-2020"),
        "rule 'duong-2020' stands twice (first in line 2). Rename one.",
        id="two rules have one id",
    ),
    pytest.param(
        ("routing.yaml", RULE, "agency: so_gtvt, kind: phan_anh}"),
        "'kind' of duong-tinh has to be one of question, complaint, petition, found 'phan_anh'.",
        id="a rule names an unknown kind",
    ),
    pytest.param(
        ("routing.yaml", RULE, "agency: so_gtvt, valid_form: 2025-01-01}"),
        "duong-tinh has no key 'valid_form'. Did you mean valid_from?",
        id="a key is misspelt",
    ),
    pytest.param(
        ("routing.yaml", RULE, "agency: so_gtvt, valid_to: 31/12/2025}"),
        "'valid_to' of duong-tinh has to be a day written YYYY-MM-DD that exists, found '31/12/2025'.",
        id="a day is written as people do",
    ),
    pytest.param(
        ("routing.yaml", RULE, "agency: so_gtvt, valid_to: 2025-02-30}"),
        "'valid_to' of duong-tinh has to be a day written YYYY-MM-DD that exists, found '2025-02-30'.",
        id="a day does not exist",
    ),
    pytest.param(
        ("routing.yaml", RULE, "agency: so_gtvt, agency: van_phong}"),
        "key 'agency' stands twice in one mapping (first in line 4). Keep one of them.",
        id="a key stands twice",
    ),
    # agencies.yaml
    pytest.param(
        ("agencies.yaml", "    successor: so_xay_dung\n", ""),
        "rule duong-tinh still names 'so_gtvt' after it ended on 2025-02-28 without a successor."
        " End the rule, or give the agency a successor.",
        id="an agency ended without a successor while a rule still names it",
    ),
    pytest.param(
        ("agencies.yaml", "successor: so_xay_dung", "successor: so_xay_dugn"),
        "agency 'so_gtvt' names successor 'so_xay_dugn', which agencies.yaml does not have. Did you mean so_xay_dung?",
        id="a successor is unknown",
    ),
    pytest.param(
        ("agencies.yaml", ", email: xd@tinh.gov.vn", ""),
        "agency 'so_xay_dung' has a focal point without an email, so it cannot be told of a case. Add email.",
        id="a focal point has no email",
    ),
    pytest.param(
        ("agencies.yaml", "email: xd@tinh.gov.vn", "email: xd.tinh.gov.vn"),
        "'email' of 'focal_point' of so_xay_dung has to be an email address, found 'xd.tinh.gov.vn'.",
        id="an email address is none",
    ),
    pytest.param(
        ("agencies.yaml", '"+84912345672"', '"0912345672"'),
        "'phone' of 'focal_point' of so_gtvt has to be a Vietnamese number in E.164, found '0912345672'."
        " Write 0900 000 123 as +84900000123.",
        id="a phone number is not in E.164",
    ),
    pytest.param(
        ("agencies.yaml", '"+84912345672"', "912345672"),
        "'phone' of 'focal_point' of so_gtvt has to be text, found '912345672'. Put it in quotes: \"912345672\".",
        id="a phone number is not in quotes",
    ),
    pytest.param(
        ("agencies.yaml", '"+84912345672"', '"+84912345671"'),
        "agency 'so_gtvt' shares the phone +84912345671 with 'van_phong'; an SMS from it could not be told apart."
        " Give each its own number.",
        id="two agencies share a phone",
    ),
    pytest.param(
        ("agencies.yaml", "channels: [email]", "channels: [email, sms]"),
        "agency 'so_xay_dung' takes SMS but its focal point has no phone. Add phone, or drop sms.",
        id="an agency takes SMS without a phone",
    ),
    pytest.param(
        ("agencies.yaml", "short_name: So GTVT", "short_name: Sở GTVT"),
        "'short_name' of so_gtvt has to be at most 24 characters without Vietnamese marks, found 'Sở GTVT'.",
        id="a short name has marks",
    ),
    pytest.param(
        ("agencies.yaml", "code: so_xay_dung", "code: van_phong"),
        "agency 'van_phong' stands twice (first in line 2). Keep one.",
        id="two agencies have one code",
    ),
    pytest.param(
        ("agencies.yaml", "area: old-11", "area: old-12"),
        "agency 'ubnd_huyen' serves area 'old-12', which areas.csv does not have. Did you mean old-112?",
        id="an agency serves an unknown area",
    ),
    pytest.param(
        ("agencies.yaml", "channels: [email]", "sessions: offce"),
        "agency 'so_xay_dung' keeps sessions 'offce', which calendar.yaml does not have. Did you mean office?",
        id="an agency keeps unknown sessions",
    ),
    pytest.param(
        ("agencies.yaml", "channels: [email]", "successor: so_gtvt\n    valid_to: 2026-01-01"),
        "the successors of 'so_gtvt' run in a circle: so_gtvt → so_xay_dung → so_gtvt. Drop one of them.",
        id="successors run in a circle",
    ),
    pytest.param(
        (
            "agencies.yaml",
            "valid_from: 2025-07-01",
            "valid_from: 2025-07-01\n    units: {'109': {short_name: X}}",
        ),
        "commune agency ubnd_{id} changes unit '109', which areas.csv does not have.",
        id="a commune's own contact is for an unknown unit",
    ),
    # services.yaml
    pytest.param(
        ("services.yaml", "needs_area: false", "needs_area: no"),
        "'needs_area' of khac has to be true or false, found 'no'. Write true or false, without quotes.",
        id="no is written for false",
    ),
    pytest.param(
        ("services.yaml", "code: khac", "code: giao_thong"),
        "service 'giao_thong' stands twice (first in line 2). Keep one.",
        id="two services have one code",
    ),
    pytest.param(
        ("services.yaml", "    words: {ổ gà: 3}\n", ""),
        "service 'giao_thong' has no words: no message will be understood as it. Add the words people use.",
        id="a service has no words",
    ),
    # areas.csv, places.csv
    pytest.param(
        ("areas.csv", "commune,old-11,,2025-06-30,101:whole", "commune,old-12,,2025-06-30,101:whole"),
        "unit 'old-111' names parent 'old-12', which areas.csv does not have. Did you mean old-112?",
        id="a unit lies in an unknown one",
    ),
    pytest.param(
        ("areas.csv", "101:whole", "109:whole"),
        "unit 'old-111' names successor '109', which areas.csv does not have.",
        id="a unit went to an unknown one",
    ),
    pytest.param(
        ("areas.csv", "101:whole", "101:all"),
        "unit 'old-111' went to '101' by 'all'; it is whole or part.",
        id="a unit went by an unknown share",
    ),
    pytest.param(
        ("areas.csv", "tỉnh,province,,2025-07-01", "tỉnh,province,old-1,2025-07-01"),
        "the parents of unit '1' run in a circle: 1 → old-1 → 1. Put one of them under its real parent.",
        id="units lie in each other",
    ),
    pytest.param(
        ("areas.csv", "10.3,105.7", "105.7,10.3"),
        "unit '101': lat '105.7' is not in Việt Nam (8–24). Write degrees with a point, and not long for lat.",
        id="latitude and longitude are swapped",
    ),
    pytest.param(
        ("areas.csv", "old-112,112,Hạ", "old-111,112,Hạ"),
        "unit 'old-111' stands twice (first in line 5). Keep one.",
        id="two units have one id",
    ),
    pytest.param(
        ("areas.csv", "2025-06-30,101:whole", "2025-06-30,"),
        "unit 'old-111' ended and leads nowhere: its old name will not be placed. Give successors.",
        id="a unit ended without a successor",
    ),
    pytest.param(
        ("areas.csv", "101,101,Thượng Hạ,phường,commune,1,", "101,101,Thượng, Hạ,phường,commune,1,"),
        "the line has not 12 cells. Put a cell with a comma in quotes.",
        id="a line has a cell too many",
    ),
    pytest.param(
        ("areas.csv", ",lat,long", ",lat,lon"),
        "the header line is wrong about lon, long.",
        id="a column has a wrong name",
    ),
    pytest.param(
        ("places.csv", "market,101", "market,109"),
        "place 'chợ Thượng' lies in '109', which areas.csv does not have.",
        id="a place lies in an unknown unit",
    ),
    # deadlines.yaml
    pytest.param(
        ("deadlines.yaml", "valid_to: 2025-06-30", "valid_to: 2025-07-31"),
        "table 2020 still holds when 2025 begins on 2025-07-01. Let it end on 2025-06-30.",
        id="deadline tables overlap",
    ),
    pytest.param(
        ("deadlines.yaml", "valid_to: 2025-06-30", "valid_to: 2025-05-31"),
        "no table holds between 2025-05-31 and 2025-07-01: a case of those days has no deadline."
        " Let table 2020 end on 2025-06-30.",
        id="deadline tables leave a gap",
    ),
    pytest.param(
        ("deadlines.yaml", "valid_from: 2025-07-01", "valid_from: 2025-07-01\n    valid_to: 2025-12-31"),
        "no table holds after 2025-12-31. Leave valid_to of the last table out.",
        id="the last deadline table ends",
    ),
    pytest.param(
        (
            "deadlines.yaml",
            "{amount: 5, unit: working_days}\n      - ",
            "{kind: question, amount: 5, unit: working_days}\n      - ",
        ),
        "table 2020 has no limit to answer a normal complaint."
        " Add a line without kind, service and priority for the rest.",
        id="a kind of case has no limit",
    ),
    pytest.param(
        ("deadlines.yaml", "unit: clock_minutes", "unit: minutes"),
        "'unit' of 'forward' of 2020 'urgent' has to be one of clock_minutes, working_hours, working_days, "
        "found 'minutes'.",
        id="a limit has an unknown unit",
    ),
    pytest.param(
        ("deadlines.yaml", "{amount: 5, unit: clock_minutes}", "{amount: 0, unit: clock_minutes}"),
        "has to be above 0, found '0'.",
        id="a limit is nothing",
    ),
    pytest.param(
        ("deadlines.yaml", "{priority: urgent, amount", "{service: dien, priority: urgent, amount"),
        "table 2020 has a limit for service 'dien', which services.yaml does not have.",
        id="a limit is for an unknown service",
    ),
    # calendar.yaml, duty.yaml
    pytest.param(
        ("calendar.yaml", "  2026:\n    days_off: [2026-09-02]\n", ""),
        "the year 2026 has no holidays: no deadline can be counted in it. Add years: 2026 once the days are announced.",
        id="this year has no holidays",
    ),
    pytest.param(
        ("calendar.yaml", "  2022:\n    days_off: [2022-09-02]\n", ""),
        "the year 2022 has no holidays: no deadline can be counted in it. Add years: 2022 once the days are announced.",
        id="a past year has no holidays",
    ),
    pytest.param(
        ("calendar.yaml", "  2027:\n    days_off: [2027-09-02]\n", ""),
        "the year 2027 has no holidays: deadlines that run into it cannot be counted.",
        id="next year has no holidays yet",
    ),
    pytest.param(
        ("calendar.yaml", "[2026-09-02]", "[2025-09-02]"),
        "'2025-09-02' is no day of 2026. Write YYYY-MM-DD, under its own year.",
        id="a day off stands under another year",
    ),
    pytest.param(
        ("calendar.yaml", "'07:30-11:30'", "'11:30-07:30'"),
        "sessions 'office' cannot be read: 11:30-07:30 ends before it starts.",
        id="a session ends before it starts",
    ),
    pytest.param(
        ("duty.yaml", '"17:00-24:00"', '"16:30-24:00"'),
        "shifts ngay and dem overlap: who takes the call is not clear.",
        id="two shifts overlap",
    ),
    pytest.param(
        ("duty.yaml", "id: dem, line: centre", "id: dem, line: center"),
        "shift dem is for line 'center', which is no agency, level or the centre. Did you mean centre?",
        id="a shift is for an unknown line",
    ),
    pytest.param(
        ("duty.yaml", 'phone: "+84912345679", ', ""),
        "shift ngay takes calls, but there is no phone to ring. Name phones here,",
        id="a shift rings nobody",
    ),
    pytest.param(
        ("duty.yaml", 'phone: "+84912345679"', 'phone: "+84912345679", phones: ["+84912345670"]'),
        "shift ngay has phone and phones. Keep phones, and put the one into it.",
        id="a shift has phone and phones",
    ),
    pytest.param(
        (
            "duty.yaml",
            "shifts:\n",
            'extended:\n  - {id: lau-hon, line: centre, hours: ["17:00-20:00"], valid_from: 2026-03-02}\nshifts:\n',
        ),
        "lau-hon lacks 'valid_to'.",
        id="longer hours have no end",
    ),
    # answers.yaml, texts.yaml
    pytest.param(
        ("answers.yaml", "    source: Luật Đường bộ 2024\n", ""),
        "answer o_ga names no source, so nobody can check it. Add source: the law, or the unit that answers for it.",
        id="an answer has no source",
    ),
    pytest.param(
        ("answers.yaml", "{vi: Xã hoặc phường., en: The commune.}", "{vi: Xã hoặc phường.}"),
        "'answer' of o_ga lacks 'en'.",
        id="an answer lacks a language",
    ),
    pytest.param(
        ("answers.yaml", "    number: 501\n", ""),
        "o_ga lacks 'number'.",
        id="an answer has no number",
    ),
    pytest.param(
        ("answers.yaml", "number: 501", "number: 12"),
        "'number' of o_ga has to be a whole number from 100 to 9999, without quotes, found '12'.",
        id="an answer's number reads like a rating",
    ),
    pytest.param(
        (
            "answers.yaml",
            "answers:\n",
            "answers:\n  - {code: den, number: 501, service: khac, question: {vi: Ai?, en: Who?}, "
            "answer: {vi: Xã., en: We.}, source: Luật}\n",
        ),
        f"answer o_ga has number 501, like den (provinces/{SLUG}/answers.yaml, line 2). "
        "Give it one that is free, such as 502.",
        id="two answers share a number",
    ),
    pytest.param(
        ("answers.yaml", "number: 501", "number: 114"),
        "answer o_ga has number 114, which people dial. Give it another one.",
        id="an answer has an emergency number",
    ),
    pytest.param(
        ("answers.yaml", "number: 501", "number: 1022"),
        "answer o_ga has number 1022, which people dial. Give it another one.",
        id="an answer has the hotline's own number",
    ),
    pytest.param(
        ("answers.yaml", "service: giao_thong", "service: giao_thog"),
        "answer o_ga is for service 'giao_thog', which services.yaml does not have. Did you mean giao_thong?",
        id="an answer is for an unknown service",
    ),
    pytest.param(
        ("texts.yaml", "Cảm ơn bạn.", '"Cảm ơn {name}."'),
        "text 'sms.thanked' has an unknown placeholder {name}.",
        id="a sentence has an unknown placeholder",
    ),
    pytest.param(
        ("texts.yaml", "sms.thanked", "sms.thanks"),
        "text 'sms.thanks' replaces nothing. Did you mean sms.thanked?",
        id="a sentence replaces none",
    ),
    pytest.param(
        ("texts.yaml", "Cảm ơn bạn.", "Cảm ơn bạn. " * 15),
        "text 'sms.thanked' takes 2 SMS parts where the house's own takes 1. Shorten it: every part is paid for.",
        id="an SMS runs over one part",
    ),
    # province.yaml
    pytest.param(
        ("province.yaml", "desk: {role", "# desk: {role"),
        "province.yaml lacks 'desk'.",
        id="a setting of the province is missing",
    ),
    pytest.param(
        ("province.yaml", 'number: "1022"', "number: 1022"),
        "'number' of province.yaml has to be text, found '1022'. Put it in quotes: \"1022\".",
        id="the number is not in quotes",
    ),
    pytest.param(
        ("province.yaml", "agency: van_phong,", "agency: van_phon,"),
        "the office is agency 'van_phon', which agencies.yaml does not have. Did you mean van_phong?",
        id="the office is an unknown agency",
    ),
    pytest.param(
        ("province.yaml", '  - {number: "114", names: {vi: Cứu hỏa, en: fire}, when: [fire]}\n', ""),
        "emergency number 114 is missing. A citizen in danger is given it in the first reply.",
        id="an emergency number is missing",
    ),
    pytest.param(
        ("province.yaml", "valid_to: 2025-06-30", "valid_to: 2025-05-31"),
        "the territory has a gap in time. Let each unit begin the day after the last ended.",
        id="the territory has a gap in time",
    ),
    pytest.param(
        (
            "province.yaml",
            "review_answers: false",
            'review_answers: false\nmap: {tiles: "http://tiles.example/{z}/{x}/{y}.png", attribution: Tiles}',
        ),
        "'tiles' of 'map' of province.yaml has to be an https address with {z}, {x} and {y}, "
        "found 'http://tiles.example/{z}/{x}/{y}.png'. "
        'Write it like "https://tiles.example/{z}/{x}/{y}.png", in quotes.',
        id="the map's pictures would come unprotected",
    ),
    # any file
    pytest.param(
        ("routing.yaml", "  - {id: con-lai", "\t- {id: con-lai"),
        "not readable as YAML:",
        id="a tab",
    ),
    pytest.param(
        ("routing.yaml", "rules:\n", "just words\n---\n"),
        "not readable as YAML:",
        id="no YAML at all",
    ),
]


@pytest.mark.parametrize("edit, said", MISTAKES)
def test_a_mistake_is_told_with_its_file_and_remedy(tmp_path, edit, said):
    file = edit[0]
    told = [problem for problem in mistakes(tmp_path, edit) if said in f"{problem.what} {problem.remedy}"]
    assert told, [str(problem) for problem in mistakes(tmp_path, edit)]
    assert told[0].file in (f"provinces/{SLUG}/{file}", f"provinces/{SLUG}/routing.yaml")


@pytest.mark.parametrize(
    "edit, line, said",
    [
        pytest.param(
            ("routing.yaml", RULE, "agency: so_gtvtt}"), ("routing.yaml", RULE), "so_gtvtt", id="a value"
        ),
        pytest.param(
            ("agencies.yaml", ", email: xd@tinh.gov.vn", ""),
            ("agencies.yaml", "xd@tinh.gov.vn"),
            "without an email",
            id="a key that is missing",
        ),
        pytest.param(
            ("areas.csv", "101:whole", "109:whole"), ("areas.csv", "old-111"), "109", id="a line of a table"
        ),
        pytest.param(
            ("texts.yaml", "Cảm ơn bạn.", '"{name}"'),
            ("texts.yaml", "sms.thanked"),
            "{name}",
            id="a sentence",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path, edit, line, said):
    told = next(problem for problem in mistakes(tmp_path, edit) if said in problem.what)
    assert told.line == line_of(*line)


def test_every_mistake_of_a_pack_is_told_at_once(tmp_path):
    told = mistakes(
        tmp_path,
        ("routing.yaml", RULE, "agency: so_gtvtt}"),
        ("agencies.yaml", "short_name: So GTVT", "short_name: Sở GTVT"),
        ("duty.yaml", '"17:00-24:00"', '"16:30-24:00"'),
        ("province.yaml", "review_answers: false", "review_answers: khong"),
    )
    assert {problem.file.rsplit("/", 1)[1] for problem in told} == {
        "routing.yaml",
        "agencies.yaml",
        "duty.yaml",
        "province.yaml",
    }


def test_what_no_rule_covers_is_named_with_the_day_and_the_communes(tmp_path):
    told = mistakes(
        tmp_path,
        (
            "routing.yaml",
            '  - {id: duong-2025, service: giao_thong, agency: "{commune}", valid_from: 2025-07-01}\n',
            "",
        ),
        (
            "routing.yaml",
            "  - {id: con-lai, agency: van_phong}\n",
            "  - {id: con-lai, service: khac, agency: van_phong}\n",
        ),
    )
    assert [problem.what for problem in told] == [
        "no rule covers giao_thong: everywhere on 2025-07-01.",
        "no rule covers giao_thong: everywhere on 2026-03-02.",
    ]


def test_a_commune_without_an_agency_is_named(tmp_path):
    told = mistakes(
        tmp_path,
        (
            "routing.yaml",
            '{id: duong-2025, service: giao_thong, agency: "{commune}"',
            '{id: duong-2025, service: giao_thong, agency: so_xay_dung, area: "101"',
        ),
        ("routing.yaml", "id: con-lai, agency", "id: con-lai, service: khac, agency"),
    )
    assert [problem.what for problem in told] == [
        "no rule covers giao_thong: 102 on 2025-07-01.",
        "no rule covers giao_thong: 102 on 2026-03-02.",
    ]


def test_a_field_that_goes_where_everything_goes_is_a_warning(tmp_path):
    told = mistakes(
        tmp_path,
        (
            "services.yaml",
            "  - code: khac",
            "  - {code: dien, names: {vi: Điện, en: Power}, words: {cúp điện: 3}}\n  - code: khac",
        ),
    )
    assert [(problem.what, problem.severity) for problem in told] == [
        ("service 'dien' has no rule of its own; it goes where everything else goes.", "warning")
    ]


@pytest.mark.parametrize(
    "edit, said",
    [
        pytest.param(
            ("agencies.yaml", "xd@tinh.gov.vn", "xd@tinh.example"),
            "'xd@tinh.example' is an invented address.",
            id="an invented domain",
        ),
        pytest.param(
            ("agencies.yaml", "+84912345672", "+84900000123"),
            "+84900000123 is a number that cannot ring.",
            id="a number that cannot ring",
        ),
        pytest.param(
            ("agencies.yaml", '"{slug}@tinh.gov.vn"', '"{slug}@tinh.example"'),
            "'{slug}@tinh.example' is an invented address.",
            id="an invented domain of every commune",
        ),
        pytest.param(
            ("province.yaml", "domain: 1022.tinh.gov.vn", "domain: 1022.tinh.example"),
            "'1022.tinh.example' is an invented address.",
            id="an invented web address",
        ),
    ],
)
def test_a_deploy_refuses_contacts_that_were_made_up(tmp_path, edit, said):
    assert mistakes(tmp_path, edit) == []
    assert [problem.what for problem in mistakes(tmp_path, edit, for_deploy=True)] == [said]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        pytest.param(
            ("province.yaml", "email_domain: thu.1022.tinh.gov.vn", "email_domain: 1022.tinh.gov.vn"),
            "domain and email_domain are both 1022.tinh.gov.vn; "
            "a name that points to the hotline (CNAME) takes no mail.",
            id="one name for web and mail",
        ),
        pytest.param(
            ("province.yaml", "tong-dai@thu.1022.tinh.gov.vn", "tong-dai@tinh.gov.vn"),
            "email_from is not an address of thu.1022.tinh.gov.vn; the mail service would refuse to send.",
            id="a sender of another domain",
        ),
        pytest.param(
            ("deploy.yaml", "van-hanh@1022.gov.vn", "van-hanh@thu.1022.tinh.gov.vn"),
            "the ops team's address lies in thu.1022.tinh.gov.vn, whose mail goes to the hotline itself.",
            id="alarms sent to the hotline itself",
        ),
    ],
)
def test_a_deploy_refuses_names_that_cannot_live_together(tmp_path, edit, said):
    assert mistakes(tmp_path, edit) == []
    assert said in [problem.what for problem in mistakes(tmp_path, edit, for_deploy=True)]


def test_a_missing_file_is_named(tmp_path):
    told = mistakes(tmp_path, without="routing.yaml")
    assert (
        f"provinces/{SLUG}/routing.yaml: the file is missing. docs/province-pack.md says what it holds."
        in map(str, told)
    )


def test_a_file_that_is_not_utf8_is_named_with_the_line(tmp_path):
    root = write(tmp_path)
    (root / SLUG / "duty.yaml").write_bytes(b"# gio truc\nshifts:\n  - {id: \xcd\xcc}\n")
    told = [problem for problem in check(SLUG, root) if problem.file.endswith("duty.yaml")]
    assert [(problem.line, problem.what) for problem in told] == [(3, "the file is not UTF-8.")]


def test_a_tab_is_told_with_the_way_out(tmp_path):
    told = mistakes(tmp_path, ("routing.yaml", "  - {id: con-lai", "\t- {id: con-lai"))
    assert any(problem.remedy == "Indent with spaces, YAML takes no tabs." for problem in told)


def test_a_colour_too_light_for_white_letters_is_a_warning_that_names_its_line(tmp_path):
    number = 'number: "1022"'
    (told,) = mistakes(tmp_path, ("province.yaml", number, f'{number}\ncolour: "#ffee00"'))
    assert (told.severity, told.line) == ("warning", line_of("province.yaml", number) + 1)
    assert "cannot be read on the colour #ffee00" in told.what
    assert mistakes(tmp_path, ("province.yaml", number, f'{number}\ncolour: "#0b5cad"')) == []
