"""Numbers read aloud, turned into digits where a number belongs: "đường số chín", "ấp hai", "tổ mười hai"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


class NumberWords:
    """Number words of the lexicon, behind the words that take a number."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        words = {str(word): int(value) for word, value in data.get("words", {}).items()}
        # Only with marks: "to tam" may be the English "to" before a name. Recognised speech has them.
        self._values = words
        number = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
        lead = "|".join(sorted(map(re.escape, map(str, data.get("after", ()))), key=len, reverse=True))
        counted = "người|tháng|ngày|năm|chục|giờ|lần|đồng|cái|con|nhà|hộ"
        self._pattern = (
            re.compile(
                rf"\b({lead}|(?i:{lead}))( số)? ((?:{number})(?: (?:{number}))*)\b(?! (?:{counted})\b)"
            )
            if number and lead
            else None
        )

    def to_digits(self, text: str) -> str:
        """Return *text* with such numbers as digits."""
        if self._pattern is None:
            return text
        return self._pattern.sub(self._replace, text)

    def _replace(self, found: re.Match[str]) -> str:
        value = self._value([self._values[word.lower()] for word in found.group(3).split()])
        return f"{found.group(1)}{found.group(2) or ''} {value}"

    @staticmethod
    def _value(digits: list[int]) -> str:
        """Mười hai = 12, hai mươi ba = 23 (without marks mươi and mười are one), tám bốn ba = 843."""
        if 10 not in digits:
            return "".join(map(str, digits))
        at = digits.index(10)
        tens = digits[at - 1] if at else 1
        ones = digits[at + 1] if at + 1 < len(digits) else 0
        return str(tens * 10 + ones)
