"""CPU of a search among 1,000 published answers, with the index made and without."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import date

from chalicelib.domain.answers import search
from chalicelib.domain.directory import Directory, StandardAnswer
from packs.reading import read_directory

ANSWERS = 1_000
IN_QUESTION, IN_ANSWER = 12, 50
"""Words of each, about as many as the packs' own have."""

ROUNDS = 20
TODAY = date(2026, 11, 18)

SEARCHES = (
    "lam lai cccd",
    "giay khai sinh",
    "nop ho so qua mang",
    "tra ket qua ve nha",
    "đăng ký tạm trú cho người thuê trọ",
    "giay khia sinh",  # a slip
    "bao hie",  # still typing
    "qwerty zxcvb",
    "nop ho so cap doi giay chung nhan quyen su dung dat o xa phuong nao can nhung giay to gi bao lau thi xong "
    "het bao nhieu tien co nop qua mang duoc khong hay phai den tan noi",  # nearly as long as the field takes
    "",
)


def milliseconds_of_cpu() -> tuple[float, float, float]:
    """Return the mean and the dearest search with the index made, and the first one, which makes it; in ms."""
    directory = many_answers(ANSWERS)
    began = time.process_time()
    search(directory, SEARCHES[0], on=TODAY)
    first = time.process_time() - began
    spent = []
    for words in SEARCHES:
        began = time.process_time()
        for _ in range(ROUNDS):
            search(directory, words, on=TODAY)
        spent.append((time.process_time() - began) / ROUNDS)
    return sum(spent) / len(spent) * 1000, max(spent) * 1000, first * 1000


def many_answers(count: int) -> Directory:
    """A province whose answers are made of the words of the sample pack's, the same ones each time."""
    pack = read_directory("dong-thap")
    words = [
        word for one in pack.answers for text in (one.question, one.answer) for word in text["vi"].split()
    ]
    chance = random.Random(1022)  # not for secrets: the same pack each time

    def said(length: int) -> str:
        first = chance.randrange(len(words) - length)
        own = words[
            first : first + length // 2
        ]  # half of it in an order people speak in, so that pairs are found
        return " ".join([*own, *chance.choices(words, k=length - len(own))])

    answers = tuple(
        StandardAnswer(
            code=f"cau_{number}",
            service=chance.choice(list(pack.services)),
            question={"vi": f"{said(IN_QUESTION)}?"},
            answer={"vi": f"{said(IN_ANSWER)}."},
            number=1100 + number,
        )
        for number in range(count)
    )
    return replace(pack, answers=answers)
