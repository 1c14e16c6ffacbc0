"""Which words of a text are a person's name, where the text says so: "tôi tên …", "ông …", "họ tên: …"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chalicelib.domain.text import has_marks

_SAYS_NAME = re.compile(
    r"\b(?:(?:toi|em|minh|con|chau|tui) ten(?: la)?|ten (?:toi|em|minh|con|chau|tui) la|ten(?: (?:toi|em|minh))? ?:"
    r"|ho (?:va |, )?ten(?: (?:toi|nguoi gui))?(?: la)?|my name is|nguoi (?:gui|phan anh|bao|lien he) ?:|ky ten) ?:? ?"
)
_MAY_SAY_NAME = re.compile(r"\b(?:toi|em|minh|tui) la |\b(?:lh|lien he|gap|goi(?: cho)?) ")
"""Says a name only when a family name follows."""
_TITLES = frozenset("ông bà anh chị cô chú bác dì cậu thầy thím mợ".split())
_PLAIN_TITLES = frozenset("ong ba anh chi co chu bac thay".split())
"""Titles in a message without diacritics, where they are other words as well (ống, ba, chỉ, có …)."""
_FAMILY = frozenset(
    "nguyen tran le pham huynh hoang phan vu vo dang bui do ho ngo duong ly dinh truong mai trinh doan dao cao ta luu"
    " luong chau thai to lam quach kieu tong thach".split()
)
_MIDDLE = frozenset(
    "van thi huu duc ngoc minh thanh quoc kim hong thuy my xuan thu cong dinh tan phuoc hoang".split()
)
_ROLE = frozenset("giao si sy chu".split())
"""Between a title and its name: "cô giáo Lan", "bác sĩ Minh", "ông chủ Tư"."""
_RANKS = frozenset("hai ba tư năm sáu bảy tám chín mười út".split())
"""The southern way to call people by their place among brothers and sisters."""
_PLAIN_RANKS = frozenset("tu bay tam chin muoi ut".split())
_PLACE = frozenset(
    "duong cho cau kenh rach song xa ap phuong nui ben thon khom mieu dinh chua hem pho lang con cu lao vam truong khu"
    " hai phan nhip".split()
)
"""Before a title: "cầu Ông Bố", "Hai Bà Trưng" are places; "phan anh" is a report."""
_NO_NAME = frozenset(
    "ong ba anh chi co chu bac di cau em toi tui minh so uy ubnd phong cong trung benh cuc bo nhanh hoi doan dien y ria"
    " nao nay do kia oi a nha dan cac may ca chu bi da dang se".split()
)
_STOP = frozenset(
    "o tai ngu hien la xa ap sdt so to khu nha muon xin bi co phan de dc dia chi va dt lh kp p duong phuong khom thon"
    " sinh nam cu tru thuong que toi em minh nay thay bao hoi cho ko khong da dang chu ho".split()
)
_MYSELF = re.compile(r"\b(?:[Tt][ôo]i|[Ee]m|[Cc]on), ")
"""Says a name only when a family name with a capital follows: "Tôi, Lê Văn Út"."""
_ROAD = re.compile(
    r"(?:[\d\]/]|\b(?:duong|pho|hem|ngo|nga tu|nga ba|goc|doan|truong|cho|cau|kenh|ben|khu|truc|d))[ ,.]*$"
)
"""Before a bare name that is a place: a house number, or what is named after people."""
_WORD = re.compile(r"[^\W\d_]+")

_LONGEST = 5
"""Words of the longest name taken."""


def names(text: str, folded: str) -> Iterator[tuple[int, int]]:
    """
    Yield start and end of each name in *text*.

    Args:
        text: Normalised.
        folded: The same, folded; positions are the same.
    """
    words = [match.span() for match in _WORD.finditer(text)]
    starts = {start: index for index, (start, _) in enumerate(words)}
    reader = _Reader(text, folded, words)
    for match in _SAYS_NAME.finditer(folded):
        if (index := starts.get(match.end())) is not None and (end := reader.name_from(index, alone=True)):
            yield match.end(), end
    for match in _MYSELF.finditer(text):
        index = starts.get(match.end())
        if index is not None and reader.is_family(index) and (end := reader.full_name_from(index)):
            yield match.end(), end
    for match in _MAY_SAY_NAME.finditer(folded):
        index = starts.get(match.end())
        if (
            index is not None
            and reader.folded_word(index) in _FAMILY
            and (end := reader.full_name_from(index))
        ):
            yield match.end(), end
    plain = not has_marks(text)
    for index, (start, _) in enumerate(words):
        if (
            not plain
            and not _ROAD.search(folded, max(0, start - 12), start)
            and (end := reader.bare_from(index))
        ):
            yield start, end
    for index in range(len(words) - 1):
        if found := reader.after_title(index, plain=plain):
            yield found


class _Reader:
    """Reads names off the words of one text."""

    def __init__(self, text: str, folded: str, words: Sequence[tuple[int, int]]) -> None:
        self._text = text
        self._folded = folded
        self._words = words

    def word(self, index: int) -> str:
        start, end = self._words[index]
        return self._text[start:end]

    def folded_word(self, index: int) -> str:
        start, end = self._words[index]
        return self._folded[start:end]

    def name_from(self, index: int, *, alone: bool) -> int | None:
        """Where the name that starts at a word ends; *alone*: one word without capitals or family name will do."""
        if self.folded_word(index) in _STOP and not self._is_capitalised(index):
            return None
        if end := self._capitalised_from(index):
            return end
        if self.folded_word(index) in _FAMILY and (end := self.full_name_from(index)):
            return end
        return self._words[index][1] if alone else None

    def full_name_from(self, index: int) -> int | None:
        """Where a full name that starts with a family name ends; None when nothing of a name follows."""
        last = index
        capitals = self._is_capitalised(index)
        while last + 1 < len(self._words) and last - index < _LONGEST - 1 and self._adjoining(last):
            is_name = self._is_capitalised(last + 1) if capitals else self.folded_word(last + 1) not in _STOP
            # without capitals three words are a name: "nguyen van a", "le hoa"
            if not is_name or (not capitals and last - index >= 2):
                break
            last += 1
        return self._words[last][1] if last > index else None

    def is_family(self, index: int) -> bool:
        """Whether a word is a family name written with its capital."""
        return self._is_capitalised(index) and self.folded_word(index) in _FAMILY

    def bare_from(self, index: int) -> int | None:
        """Where a name nothing introduces ends: family name, Văn or Thị, given name, all with capitals."""
        if self.folded_word(index) not in _FAMILY or index + 2 >= len(self._words):
            return None
        if self.word(index + 1) not in ("Văn", "Thị") or not (
            self._adjoining(index) and self._adjoining(index + 1)
        ):
            return None
        named = self._is_capitalised(index) and self._is_capitalised(index + 2)
        return self.full_name_from(index) if named else None

    def after_title(self, index: int, *, plain: bool) -> tuple[int, int] | None:
        """Start and end of the name after the title at a word, or None when there is no title or no name."""
        title = self.word(index).lower()
        if title not in _TITLES and not (plain and title in _PLAIN_TITLES):
            return None
        if index and self._adjoining(index - 1) and self.folded_word(index - 1) in _PLACE:
            return None
        if self._adjoining(index) and self.folded_word(index + 1) in _ROLE and index + 2 < len(self._words):
            index += 1
        if not self._adjoining(index) or self.folded_word(index + 1) in _NO_NAME:
            return None
        end = self._capitalised_from(index + 1)
        if end is None and self.word(index + 1).lower() in (_PLAIN_RANKS if plain else _RANKS):
            end = self._words[index + 1][1]
        elif end is None and index + 3 < len(self._words):
            named = self.folded_word(index + 1) in _FAMILY and self.folded_word(index + 2) in _MIDDLE
            end = self.full_name_from(index + 1) if named else None
        return (self._words[index + 1][0], end) if end else None

    def _capitalised_from(self, index: int) -> int | None:
        last = None
        for offset in range(min(_LONGEST, len(self._words) - index)):
            if not self._is_capitalised(index + offset) or (
                offset and not self._adjoining(index + offset - 1)
            ):
                break
            last = index + offset
        return self._words[last][1] if last is not None else None

    def _is_capitalised(self, index: int) -> bool:
        word = self.word(index)
        # a single capital is a name's initial unless the whole text shouts
        return word[0].isupper() and (word[1:].islower() or (len(word) == 1 and not self._text.isupper()))

    def _adjoining(self, index: int) -> bool:
        return self._text[self._words[index][1] : self._words[index + 1][0]] == " "
