"""A whole pack small enough to break one line of it: one district with two communes that became one ward."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from packs import Problem, check

TODAY = date(2026, 3, 2)
SLUG = "thu-nghiem"

FILES = {
    "province.yaml": """\
names: {vi: Thử Nghiệm, en: Thu Nghiem}
type: tỉnh
territory:
  - {area: old-1, valid_to: 2025-06-30}
  - {area: "1", valid_from: 2025-07-01}
number: "1022"
dial: {vi: Gọi 1022., en: Dial 1022.}
dial_short: "0299 1022"
languages: [vi, en]
timezone: Asia/Ho_Chi_Minh
operator: {vi: Trung tâm, en: Centre}
desk: {role: Trưởng ca, email: truc@1022.gov.vn, phone: "+84912345670"}
office: {agency: van_phong, role: Văn phòng, email: bao-cao@tinh.gov.vn}
domain: 1022.tinh.gov.vn
email_domain: thu.1022.tinh.gov.vn
email_from: Tổng đài <tong-dai@thu.1022.tinh.gov.vn>
sms_sender: "1022"
region: ap-southeast-1
emergency:
  - {number: "113", names: {vi: Công an, en: police}, when: [crime]}
  - {number: "114", names: {vi: Cứu hỏa, en: fire}, when: [fire]}
  - {number: "115", names: {vi: Cấp cứu, en: ambulance}, when: [health]}
denunciation:
  authority: {vi: Thanh tra tỉnh, en: the Inspectorate}
  vi: Gửi đơn có ký tên.
  en: Send it signed.
review_answers: false
civil_hours: {from: "07:00", to: "21:00"}
""",
    "agencies.yaml": """\
agencies:
  - code: van_phong
    names: {vi: Văn phòng}
    short_name: Van phong
    level: province
    focal_point: {role: Chánh Văn phòng, email: vp@tinh.gov.vn, phone: "+84912345671"}
    leader: {role: Chủ tịch, email: ct@tinh.gov.vn}
  - code: so_gtvt
    names: {vi: Sở Giao thông vận tải}
    short_name: So GTVT
    level: province
    focal_point: {role: Chánh Văn phòng, email: gtvt@tinh.gov.vn, phone: "+84912345672"}
    leader: {role: Giám đốc, email: gd.gtvt@tinh.gov.vn}
    valid_to: 2025-02-28
    successor: so_xay_dung
  - code: so_xay_dung
    names: {vi: Sở Xây dựng}
    short_name: So Xay dung
    level: province
    focal_point: {role: Chánh Văn phòng, email: xd@tinh.gov.vn}
    leader: {role: Giám đốc, email: gd.xd@tinh.gov.vn}
    channels: [email]
  - code: ubnd_huyen
    names: {vi: UBND huyện Cũ}
    short_name: UBND huyen Cu
    level: district
    area: old-11
    focal_point: {role: Chánh Văn phòng, email: huyen@tinh.gov.vn}
    leader: {role: Chủ tịch, email: ct.huyen@tinh.gov.vn}
    valid_to: 2025-06-30
commune_agencies:
  - code: ubnd_{id}
    names: {vi: "UBND {type} {name}"}
    short_name: UBND {t}.{plain}
    level: commune
    focal_point: {role: Chánh Văn phòng, email: "{slug}@tinh.gov.vn"}
    leader: {role: Chủ tịch, email: "ct.{slug}@tinh.gov.vn"}
    valid_from: 2025-07-01
""",
    "services.yaml": """\
services:
  - code: giao_thong
    names: {vi: Giao thông, en: Roads}
    words: {ổ gà: 3}
    topics:
      - {code: duong_tinh, names: {vi: Đường tỉnh}}
  - code: khac
    names: {vi: Khác, en: Other}
    needs_area: false
""",
    "routing.yaml": """\
rules:
  - {id: duong-2020, service: giao_thong, agency: "{district}", valid_to: 2025-06-30}
  - {id: duong-2025, service: giao_thong, agency: "{commune}", valid_from: 2025-07-01}
  - {id: duong-tinh, service: giao_thong, topic: duong_tinh, agency: so_gtvt}
  - {id: con-lai, agency: van_phong}
""",
    "deadlines.yaml": """\
tables:
  - id: "2020"
    valid_from: 2020-01-01
    valid_to: 2025-06-30
    forward: &forward
      urgent: {amount: 5, unit: clock_minutes}
      normal: {amount: 0.5, unit: working_hours}
      complex: {amount: 0.5, unit: working_hours}
    accept: &accept
      urgent: {amount: 30, unit: clock_minutes}
      normal: {amount: 8, unit: working_hours}
      complex: {amount: 8, unit: working_hours}
    answer: &answer
      - {amount: 5, unit: working_days}
      - {priority: urgent, amount: 4, unit: working_hours}
    citizen_reply: {amount: 5, unit: working_days}
    objection: {amount: 7, unit: working_days}
  - id: "2025"
    valid_from: 2025-07-01
    forward: *forward
    accept: *accept
    answer: *answer
    citizen_reply: {amount: 5, unit: working_days}
    objection: {amount: 7, unit: working_days}
""",
    "calendar.yaml": "sessions:\n  office:\n    mon-fri: ['07:30-11:30', '13:30-17:00']\nyears:\n"
    + "".join(f"  {year}:\n    days_off: [{year}-09-02]\n" for year in range(2020, 2028)),
    "duty.yaml": """\
shifts:
  - {id: ngay, line: centre, takes: calls, phone: "+84912345679", days: mon-fri, hours: ["07:00-17:00"]}
  - {id: dem, line: centre, takes: recordings, days: mon-fri, hours: ["17:00-24:00"]}
""",
    "answers.yaml": """\
answers:
  - code: o_ga
    number: 501
    service: giao_thong
    question: {vi: Ai vá ổ gà?, en: Who mends potholes?}
    answer: {vi: Xã hoặc phường., en: The commune.}
    source: Luật Đường bộ 2024
""",
    "deploy.yaml": """\
ops: {email: van-hanh@1022.gov.vn}
sms: {provider: twilio}
voice: {number: none}
web: {certificate: "", cdn: false, firewall: false, requests_per_5_minutes: 1000}
mail: {receive: true, rule_set: ""}
keys: {own: false}
throttle: {per_second: 50, burst: 100}
budget: {usd_a_month: 30}
retention: {inbound_mail: 90, reports: 1095, recordings: 365, logs: 365}
alarms: {oldest_message_minutes: 15, quiet_hours: 24}
""",
    "texts.yaml": "vi:\n  sms.thanked: Cảm ơn bạn.\n",
    "ivr.yaml": """\
first: welcome
voices: {vi: Google.vi-VN-Wavenet-A, en: Google.en-US-Wavenet-F}
steps:
  welcome:
    say: {vi: "Tổng đài 1022 {province}.", en: "This is 1022 in {province}."}
    then: menu
  menu:
    say: {vi: "Phản ánh, bấm 1.", en: "To report, press 1."}
    keys: {"1": report, "0": person, "9": english}
    speech: report
  report: {do: report}
  person: {do: person}
  english: {do: language, language: en, then: menu}
""",
    "areas.csv": """\
id,code,name,type,tier,parent,valid_from,valid_to,successors,aliases,lat,long
1,1,Thử Nghiệm,tỉnh,province,,2025-07-01,,,,,
old-1,1,Thử Nghiệm,tỉnh,province,1,,2025-06-30,1:whole,,,
old-11,11,Cũ,huyện,district,old-1,,2025-06-30,101:part;102:part,,,
old-111,111,Thượng,xã,commune,old-11,,2025-06-30,101:whole,,,
old-112,112,Hạ,xã,commune,old-11,,2025-06-30,101:part;102:part,,,
101,101,Thượng Hạ,phường,commune,1,2025-07-01,,,,10.3,105.7
102,102,Trung,xã,commune,1,2025-07-01,,,,10.4,105.8
""",
    "places.csv": "name,type,area,aliases\nchợ Thượng,market,101,cho Thuong\n",
}

Edit = tuple[str, str, str]
"""File, what stood there, what stands there now."""


def write(root: Path, *edits: Edit, without: str = "") -> Path:
    """Write the pack below *root* with some lines changed; return *root*."""
    files = dict(FILES)
    for file, old, new in edits:
        assert old in files[file], f"{file} does not hold {old!r}"
        files[file] = files[file].replace(old, new, 1)
    folder = root / SLUG
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        if name != without:
            (folder / name).write_text(text, encoding="utf-8")
    return root


Mistakes = Callable[..., list[Problem]]


def mistakes(root: Path, *edits: Edit, without: str = "", for_deploy: bool = False) -> list[Problem]:
    """Return what the checks say of the pack with these lines changed."""
    return check(SLUG, write(root, *edits, without=without), for_deploy=for_deploy, today=TODAY)
