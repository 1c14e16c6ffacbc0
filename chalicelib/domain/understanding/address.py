"""House, group, hamlet and road as a citizen writes them, for the officer who has to find the spot."""

from __future__ import annotations

import re

from chalicelib.domain.understanding.tokens import Tokens

_NUMBER = r"[0-9]{1,5}[a-z]?(?:[/-][0-9]{1,4}[a-z]?){0,4}"
_PLAIN = re.compile(
    rf"""\b(?:
        (?:so\ nha|nha\ so)\s*{_NUMBER}
      | (?:hem|ngo|kiet)\s*(?:so\s*)?{_NUMBER}
      | to(?:\ so)?\s*[0-9]{{1,3}}[a-z]?\b
      | (?:kp|khu\ pho|khom|ap|thon|doi)\s*\.?\s*[0-9]{{1,3}}[a-z]?\b
      | (?:ql|quoc\ lo|dt|tl|tinh\ lo|hl|huong\ lo|duong\ tinh|duong\ so|km|kenh|kinh)\s*\.?\s*[0-9]{{1,4}}[a-z]?\b
      | [0-9]{{1,4}}[a-z]?/[0-9]{{1,4}}[a-z]?(?:/[0-9]{{1,4}}[a-z]?){{0,3}}
    )""",
    re.VERBOSE,
)
_NAMED = re.compile(
    r"\b(kp|khu pho|khom|ap|thon|duong|hem|cau|cho|kenh|rach|kdc|khu dan cu|kcn|chung cu)\s+(?=[a-z])"
)
_HOUSE_ON_ROAD = re.compile(r"\b[0-9]{1,4}[a-z]?(?=\s+(?:duong\s+)?[a-z])")
_NAME_WORD = re.compile(r"\s*([^\W\d_]+|[0-9]{1,2}/[0-9]{1,2}|[0-9]+)")
_LONGEST_NAME = 4  # words
_NOT_A_NAME = frozenset(
    """
    hu bi co khong ko ngap toi nay nghet be mat cup do qua rat thi la va voi o xa phuong huyen tp p thi dang da
    chua cua nha truoc sau gan ben den vao ra len xuong nuoc dien rac duong di ve dau cuoi giua hay cu lam moi
    nho nhieu tu noi cho minh bon nao nay kia do cao nhua dat be da xau tat sang chay nguoi dan xe
    """.split()
)


def find_address(tokens: Tokens) -> str:
    """Return the parts of an address that stand in the text, in order, with commas between; empty when none does."""
    text, folded = tokens.text, tokens.folded
    spans = [found.span() for found in _PLAIN.finditer(folded)]
    for found in _NAMED.finditer(folded):
        end = _name_end(
            text, folded, found.end(), capitals_only=found.group(1) in {"duong", "cau", "cho", "hem", "rach"}
        )
        if end > found.end():
            spans.append((found.start(), end))
    for found in _HOUSE_ON_ROAD.finditer(folded):
        end = _name_end(text, folded, found.end(), capitals_only=True)
        if end > found.end() and not text.isupper():
            spans.append((found.start(), end))
    merged: list[list[int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + 1:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([start, end])
    return ", ".join(text[start:end].strip(" .,") for start, end in merged)


def _name_end(text: str, folded: str, start: int, *, capitals_only: bool) -> int:
    """Return where the name at *start* ends: capitals as far as they go, else two words that can be a name."""
    end = start
    for number in range(_LONGEST_NAME):
        found = _NAME_WORD.match(text, end)
        if found is None or "\n" in found.group():
            break
        word = found.group(1)
        if not word[0].isupper() and not word[0].isdigit():
            if capitals_only or number >= 2 or folded[found.start(1) : found.end(1)] in _NOT_A_NAME:
                break
        elif number and folded[found.start(1) : found.end(1)] in {
            "xa",
            "phuong",
            "huyen",
            "tp",
            "p",
            "tt",
            "h",
            "kp",
        }:
            break
        end = found.end()
    return end
