"""The shape of every YAML file of a pack; docs/province-pack.md describes the same in words."""

from __future__ import annotations

from packs.shape import (
    Record,
    Shape,
    anything,
    day,
    flag,
    list_of,
    map_of,
    matching,
    number,
    one_of,
    positive,
    whole,
    words,
)

LANGUAGES = ("vi", "en")
LEVELS = ("province", "district", "commune", "one_stop", "utility", "police")
CHANNELS = ("email", "sms")
KINDS = ("question", "complaint", "petition")
PRIORITIES = ("urgent", "normal", "complex")
DATATYPES = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")
UNITS = ("clock_minutes", "working_hours", "working_days")

code = matching(r"[a-z0-9][a-z0-9_]*", "a code of a–z, 0–9 and _")
rule_id = matching(r"[a-z0-9][a-z0-9-]*", "an id of a–z, 0–9 and -")
email = matching(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", "an email address")
phone = matching(r"\+84[0-9]{9,10}", "a Vietnamese number in E.164", "Write 0900 000 123 as +84900000123.")
clock = matching(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", "a time written HH:MM")
hours = matching(r"[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]", "hours written HH:MM-HH:MM")
days = matching(
    r"daily|(mon|tue|wed|thu|fri|sat|sun)([,-](mon|tue|wed|thu|fri|sat|sun))*", "weekdays such as mon-fri"
)
names = map_of(words, keys=("vi",), key=one_of(*LANGUAGES))
both_languages = map_of(words, keys=LANGUAGES, key=one_of(*LANGUAGES))
period: dict[str, Shape] = {"valid_from": day, "valid_to": day}

contact = Record({"role": words}, {"email": email, "phone": phone})
agency_fields: dict[str, Shape] = {
    "channels": list_of(one_of(*CHANNELS), empty=False),
    "sessions": words,
    "successor": code,
    "hotline": words,
    **period,
}
agency = Record(
    {
        "code": code,
        "names": names,
        "short_name": matching(r"[ -~]{1,24}", "at most 24 characters without Vietnamese marks"),
        "level": one_of(*LEVELS),
        "focal_point": contact,
        "leader": contact,
    },
    {"area": words, **agency_fields},
    label="code",
)
template_contact = Record({"role": words}, {"email": words, "phone": words})
unit_fields: dict[str, Shape] = {
    **agency_fields,
    "names": map_of(words, key=one_of(*LANGUAGES)),
    "short_name": words,
    "focal_point": Record(allowed={"role": words, "email": email, "phone": phone}),
    "leader": Record(allowed={"role": words, "email": email, "phone": phone}),
}
commune_agency = Record(
    {
        "code": words,
        "names": names,
        "short_name": words,
        "level": one_of(*LEVELS),
        "focal_point": template_contact,
        "leader": template_contact,
    },
    {
        **agency_fields,
        "serial_from": number,
        "tier": one_of("commune", "district"),
        "units": map_of(Record(allowed=unit_fields)),
    },
    label="code",
)
rule = Record(
    {"id": rule_id, "agency": words},
    {"service": words, "topic": words, "area": words, "kind": one_of(*KINDS), **period},
    label="id",
)
limit_fields: dict[str, Shape] = {"amount": positive, "unit": one_of(*UNITS)}
limit = Record(limit_fields)
by_priority = map_of(limit, keys=PRIORITIES, key=one_of(*PRIORITIES))
answer_limit = Record(
    limit_fields,
    {"kind": one_of("*", *KINDS), "service": words, "priority": one_of("*", *PRIORITIES)},
)
deadline_table = Record(
    {
        "id": words,
        "valid_from": day,
        "forward": by_priority,
        "accept": by_priority,
        "answer": list_of(answer_limit, empty=False),
        "citizen_reply": limit,
        "objection": limit,
    },
    {"valid_to": day},
    label="id",
)
taken_by: dict[str, Shape] = {
    "who": both_languages,
    "phone": phone,
    "phones": list_of(phone, empty=False),
    "ring": one_of("together", "in_order"),
}
shift = Record(
    {
        "id": rule_id,
        "line": words,
        "takes": one_of("calls", "recordings"),
        "days": days,
        "hours": list_of(hours, empty=False),
    },
    {**taken_by, "holidays": one_of("also", "only"), **period},
    label="id",
)
extended = Record(
    {"id": rule_id, "line": words, "hours": list_of(hours, empty=False), **period},
    {**taken_by, "days": days, "holidays": one_of("also", "only")},
    label="id",
)
tiles = matching(
    r"https://(?=\S*\{z\})(?=\S*\{x\})(?=\S*\{y\})[^\s/\"';,]+/[^\s\"';,]+",
    "an https address with {z}, {x} and {y}",
    'Write it like "https://tiles.example/{z}/{x}/{y}.png", in quotes.',
)
emergency = Record({"number": words, "names": both_languages, "when": list_of(words)}, period)
client = Record(
    {
        "name": matching(r"[a-z0-9][a-z0-9-]{0,39}", "a short name of a–z, 0–9 and -"),
        "key_sha256": matching(
            r"[0-9a-f]{64}", "the SHA-256 of a key", "make open311-key NAME=… makes key and line."
        ),
    },
    {"email": email},
    label="name",
)
province = Record(
    {
        "names": both_languages,
        "type": words,
        "territory": list_of(Record({"area": words}, period), empty=False),
        "number": words,
        "dial": both_languages,
        "dial_short": words,
        "languages": list_of(one_of(*LANGUAGES), empty=False),
        "timezone": one_of("Asia/Ho_Chi_Minh"),
        "operator": both_languages,
        "desk": Record({"role": words, "email": email}, {"phone": phone}),
        "office": Record({"agency": code, "role": words, "email": email}, {"phone": phone}),
        "domain": words,
        "email_domain": words,
        "email_from": words,
        "sms_sender": words,
        "region": words,
        "emergency": list_of(emergency, empty=False),
        "denunciation": Record({"authority": both_languages, "vi": words, "en": words}),
        "review_answers": flag,
        "civil_hours": Record({"from": clock, "to": clock}),
    },
    {
        "leaders": list_of(contact),
        "colour": matching(
            r"#[0-9a-fA-F]{6}",
            "a colour such as #0b5cad",
            "Put it in quotes; without them # begins a comment.",
        ),
        "open311": Record(allowed={"clients": list_of(client)}),
        "map": Record({"tiles": tiles, "attribution": words}),
    },
)
attribute = Record(
    {"code": code, "question": both_languages, "datatype": one_of(*DATATYPES)},
    {
        "required": flag,
        "hint": both_languages,
        "values": list_of(Record({"key": code, "names": both_languages}, label="key"), empty=False),
        "asked": flag,
    },
    label="code",
)
topic = Record({"code": code, "names": names}, {"words": anything}, label="code")
service = Record(
    {"code": code, "names": both_languages},
    {
        "group": words,
        "needs_area": flag,
        "words": anything,
        "topics": list_of(topic),
        "attributes": list_of(attribute),
        **period,
    },
    label="code",
)
answer = Record(
    {
        "code": code,
        "number": whole(
            100, 9999
        ),  # 3 or 4 digits: shorter is a rating or a choice, longer begins a case's code
        "service": code,
        "question": both_languages,
        "answer": both_languages,
    },
    {"source": words, **period},
    label="code",
)

step = Record(
    {},
    {
        "say": both_languages,
        "then": code,
        "keys": map_of(code, key=matching(r"[0-9*]", "one key: 0-9 or *")),
        "speech": code,
        "do": one_of("report", "one_stop", "status", "listen", "person", "language"),
        "language": one_of(*LANGUAGES),
        "answers": list_of(code, empty=False),
    },
)
ivr = Record(
    {"first": code, "steps": map_of(step, key=code)},
    {
        "announcement": Record({"vi": words}, {"en": words, "valid_to": day}),
        "voices": map_of(words, key=one_of(*LANGUAGES)),
    },
)
number_or_none = matching(
    r"none|\+[1-9][0-9]{6,14}", "a number in E.164, or none", "Write 0277 1022 as +842771022."
)
deploy = Record(
    {
        "ops": Record({"email": email}),
        "voice": Record({"number": number_or_none}),
        "sms": Record({"provider": one_of("twilio", "gateway")}),
        "web": Record(
            {"certificate": anything, "cdn": flag, "firewall": flag, "requests_per_5_minutes": positive}
        ),
        "mail": Record({"receive": flag, "rule_set": anything}),
        "keys": Record({"own": flag}),
        "throttle": Record({"per_second": positive, "burst": positive}),
        "budget": Record({"usd_a_month": positive}),
        "retention": Record(
            {"inbound_mail": positive, "reports": positive, "recordings": positive, "logs": positive}
        ),
        "alarms": Record({"oldest_message_minutes": positive, "quiet_hours": positive}),
    }
)

FILES: dict[str, Shape] = {
    "province": province,
    "agencies": Record(
        {"agencies": list_of(agency, empty=False)}, {"commune_agencies": list_of(commune_agency)}
    ),
    "services": Record({"services": list_of(service, empty=False)}),
    "routing": Record({"rules": list_of(rule, empty=False)}),
    "deadlines": Record({"tables": list_of(deadline_table, empty=False)}),
    "calendar": Record(
        {"sessions": map_of(anything, keys=("office",)), "years": map_of(anything)},
        {"extra": anything, "desk_sessions": words},
    ),
    "duty": Record(allowed={"shifts": list_of(shift), "extended": list_of(extended)}),
    "answers": Record(allowed={"answers": list_of(answer)}),
    "texts": map_of(map_of(words), key=one_of(*LANGUAGES)),
    "lexicon": map_of(anything),
    "ivr": ivr,
    "deploy": deploy,
}
"""File name without `.yaml` → what it may hold. Calendar and words are checked further by their readers."""
