"""Which numbers of a text are house numbers: "số nhà 15", "nhà 88/4", "15 Hùng Vương", "215/3 QL20"."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NUMBER = re.compile(
    r"(?<![\w/+-])(?<!\d[.,])\d{1,4}[a-f]?(?:[/-]\d{1,4}[a-f]?){0,4}(?![\w/]|[.,-]\d)",
)
_HOUSE_WORDS = re.compile(
    r"\b(?:(?P<whole>so nha|nha so|sn)|(?:dia chi|d/c)(?: nha)?(?: so)?|(?P<house>nha))[ .:]*$"
)
_SO = re.compile(r"\bso[ .:]*$")
_WORD_BEFORE = re.compile(r"(\w+)[ .:]*$")
_COUNTED = re.compile(
    r" ?(?:nguoi|tang|lau|dua|ho|khau|nhan khau|ngay|thang|nam|tuan|gio|phut|met|can|cai|con|chau|the he|phong|lan"
    r"|mat|trieu|ty|tr|k|cay|gian|nha|m2|m|cap|be|chi em|anh em|nghin|ngan|dong)\b"
)
"""After "nhà 6": so many of something, no house number."""
_PART_OF_PLACE = frozenset(
    "to ap khu pho kp khom thon lo km duong hem ngo kiet ngach p phuong quan q xa huyen x h tp tx tt tuyen kenh cau"
    " cong ql tl dt hl khoi doi buon cum block toa can lau tang phong lop cap truong nhanh chot tram tru cot khoa ban"
    " ngay thang nam le dip hom mung sang trua chieu toi luc gio hon gan khoang tren duoi tu den con co mat"
    " dieu khoan nghi dinh quyet thua dat ho mau goi bam phim so".split()
)
"""A number after one of these is a part of a place, a date or a count, and stays."""
_NUMBERED = frozenset(
    "duong pho hem ngo kiet tuyen khu to ap kp lo dinh thua dat ho so phieu xe bien van toa truong".split()
)
"""Before "số 9": the number is theirs."""
_ROAD = re.compile(
    r",? ?(?:(?:duong|pho)"
    r"(?! (?:ong|day|di|mon|ray|tron|pho|cong|vao|nay|do|kia|bi|ma|nhua|dat|be tong)\b) ?\w"  # 2 đường ống, 3 đường này
    r"|(?:quoc lo|ql|tinh lo|tl|dt|dh|hl|huong lo)\.? ?\d{1,3}\b|(?:hem|ngo|kiet) ?\d)"
)
_STREETS = re.compile(
    r",? ?(?:hung vuong|quang trung|dong khoi|hai ba trung|ton duc thang|dien bien phu|cach mang thang tam|cmt8"
    r"|nguyen (?:hue|trai|du|an ninh|ai quoc|cong tru|van \w+|thi \w+|tri phuong|dinh chieu|trung truc|binh khiem"
    r"|sinh sac|tat thanh|thai hoc|khuyen|chi thanh|huu canh)"
    r"|tran (?:hung dao|phu|quoc toan|binh trong|quang dieu|cao van|van on)"
    r"|le (?:loi|duan|lai|hong phong|thanh ton|van tam|van duyet|quy don|thi rieng|anh xuan)"
    r"|ly (?:thuong kiet|thai to|tu trong)|pham (?:van thuan|ngu lao|hong thai|huu lau)"
    r"|vo (?:thi sau|van kiet|tri cong|truong toan|nguyen giap)|ngo (?:quyen|gia tu|thoi nhiem)"
    r"|phan (?:dinh phung|boi chau|chu trinh|trung|dang luu)|hoang (?:dieu|hoa tham|van thu|minh giam)"
    r"|dinh (?:tien hoang|bo linh)|bui (?:van hoa|thi xuan|trong nghia)|huynh (?:van nghe|thuc khang)"
    r"|truong (?:dinh|cong dinh)|ho (?:tung mau|xuan huong)|30/4|2/9|19/8)\b"
)
"""Roads that nearly every town has, for messages without capitals."""
_QUARTER = re.compile(r",? ?(?:to|ap|kp|khu pho|khom|thon|phuong|xa|thi tran|p\.|x\.|tt\.) ?\w")
_OFFICES = frozenset(
    "so uy ubnd phong cong trung benh truong chi dien ban nha khu xa phuong huyen ap tinh thanh".split()
)
_CAPITALISED = re.compile(r" (?P<first>[^\W\d_]+) (?P<second>[^\W\d_]+)")


def house_numbers(text: str, folded: str) -> Iterator[tuple[int, int]]:
    """
    Yield start and end of each house number in *text*.

    Args:
        text: Normalised.
        folded: The same, folded; positions are the same.
    """
    for match in _NUMBER.finditer(folded):
        start, end = match.span()
        before = folded[max(0, start - 30) : start]
        offset = start - len(before)
        if said := _HOUSE_WORDS.search(before):
            if said["house"] and "/" not in match.group() and _COUNTED.match(folded, end):
                continue
            yield (offset + said.start("whole") if said["whole"] else start), end
        elif so := _SO.search(before):
            owner = _WORD_BEFORE.search(before[: so.start()])
            if (owner is None or owner[1] not in _NUMBERED) and _on_a_road(text, folded, end):
                yield offset + so.start(), end
        elif not _stays(match, text, before, offset) and (
            _on_a_road(text, folded, end)
            or ("/" in match.group() and not _is_date(match.group()) and _QUARTER.match(folded, end))
        ):
            yield start, end


def _stays(match: re.Match[str], text: str, before: str, offset: int) -> bool:
    number = match.group()
    if number == "1022" or re.fullmatch(r"(?:19|20)\d\d", number):
        return True
    word = _WORD_BEFORE.search(before)
    if word is None or before.rstrip().endswith((",", ";")):
        return False
    # "xã Gia Tân 2 Thống Nhất": the number ends a name
    return word[1] in _PART_OF_PLACE or (_is_capitalised(text[offset + word.start(1) : offset + word.end(1)]))


def _on_a_road(text: str, folded: str, end: int) -> bool:
    if _ROAD.match(folded, end) or _STREETS.match(folded, end):
        return True
    following = _CAPITALISED.match(text, end)
    if following is None:
        return False
    return (
        _is_capitalised(following["first"])
        and _is_capitalised(following["second"])
        and folded[following.start("first") : following.end("first")] not in _OFFICES
    )


def _is_capitalised(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and word[1:].islower()


def _is_date(number: str) -> bool:
    day, _, month = number.partition("/")
    return day.isdigit() and month.isdigit() and int(day) <= 31 and int(month) <= 12
