"""Which field a message is about, by the words of the province's services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chalicelib.domain.directory import Service
from chalicelib.domain.understanding.phrases import Hit, PhraseBook
from chalicelib.domain.understanding.result import Matter, ServiceGuess
from chalicelib.domain.understanding.tokens import SENTENCE, Tokens

TOPIC_WEIGHT = 2.0
"""What a topic's word counts for its field, when the field does not say otherwise."""
REPEAT = 0.5
"""A second hit of the same words counts half, a third a quarter."""


def add_services(book: PhraseBook, services: Iterable[Service]) -> None:
    """Put the words of all fields and topics into *book*."""
    for service in services:
        for phrase, weight in service.words.items():
            book.add(phrase, "service", service.code, weight)
        for topic in service.topics:
            for phrase in topic.words:
                if phrase not in service.words:
                    book.add(
                        phrase, "service", service.code, TOPIC_WEIGHT if " " in phrase else TOPIC_WEIGHT * 0.9
                    )
                book.add(phrase, "topic", f"{service.code}/{topic.code}", 1)


def rank(hits: Mapping[str, Sequence[Hit]], tokens: Tokens) -> tuple[ServiceGuess, ...]:
    """Return the fields the message speaks for, best first, each with its topic."""
    scores = _scores(hits.get("service", ()), tokens)
    topics = _topics(hits.get("topic", ()))
    ranked = sorted(
        ((score, code) for code, score in scores.items() if score > 0), key=lambda pair: (-pair[0], pair[1])
    )
    return tuple(ServiceGuess(code, round(score, 2), topics.get(code)) for score, code in ranked)


def _scores(hits: Sequence[Hit], tokens: Tokens) -> dict[str, float]:
    scores: dict[str, float] = {}
    seen: dict[tuple[str, str], int] = {}
    count = max(len(tokens), 1)
    for hit in hits:
        words = " ".join(tokens.folds[hit.first : hit.last])
        times = seen.get((hit.label, words), 0)
        seen[(hit.label, words)] = times + 1
        # What comes first is more often the matter than what it led to.
        place = 1.0 - 0.2 * hit.first / count
        if hit.weight > 0:
            place *= _part_played(tokens, hit.first)
        scores[hit.label] = scores.get(hit.label, 0.0) + hit.weight * REPEAT**times * place
    return scores


def _part_played(tokens: Tokens, at: int) -> float:
    """A school one stands before, a field one waters, say where and what for; they are not the matter."""
    folds = tokens.folds
    for position in (at - 1, at - 2):
        if position < 0 or tokens.breaks[position + 1] == SENTENCE:
            break
        word = folds[position]
        if (
            word in _LANDMARK
            and (position == 0 or folds[position - 1] not in _TIMES)
            and not tokens.breaks[position + 1]
        ) and (word != "gan" or tokens.keys[position] == "gần" or folds[at] in _LANDMARKS):
            return AS_LANDMARK
    for position in range(max(0, at - 3), at):
        if tokens.keys[position] in ("để", "de") and folds[position + 1] not in _PROPOSAL:
            return AS_PURPOSE
    return 1.0


AS_LANDMARK, AS_PURPOSE = 0.4, 0.6
_LANDMARK = frozenset("truoc gan canh near opposite behind ngang".split())
_TIMES = frozenset("thang hom tuan nam ngay lan bua hoi luc".split())
_LANDMARKS = frozenset(
    "truong cho benh tram nha cau ubnd cong ben bv cay san chua khu kcn nghia tieu mam thpt thcs".split()
)
_PROPOSAL = frozenset("nghi xuat cu bi".split())


def _topics(hits: Sequence[Hit]) -> dict[str, str]:
    scores: dict[str, dict[str, float]] = {}
    for hit in hits:
        service, topic = hit.label.split("/", 1)
        of_service = scores.setdefault(service, {})
        # Longer phrases say more.
        of_service[topic] = of_service.get(topic, 0.0) + hit.weight * (1 + 0.5 * (hit.words - 1))
    return {service: max(found, key=lambda topic: found[topic]) for service, found in scores.items()}


def is_confident(services: Sequence[ServiceGuess]) -> bool:
    """Tell whether the first field has enough weight and a clear lead."""
    if not services or services[0].score < 1.5:
        return False
    return len(services) == 1 or services[0].score >= 1.35 * services[1].score


def split_matters(
    hits: Mapping[str, Sequence[Hit]], tokens: Tokens, services: Sequence[ServiceGuess]
) -> tuple[Matter, ...]:
    """
    Return the matters of a message that clearly reports several, else nothing.

    A clause counts when one field settles it (weight 2.5 and twice that of the next) and something is reported or asked
    in it; there must be two such clauses with different fields.
    """
    spans = _clauses(tokens)
    if len(spans) < 2:
        return ()
    matters: list[Matter] = []
    for first, last in spans:
        inside = [hit for hit in hits.get("service", ()) if first <= hit.first and hit.last <= last]
        scores = sorted(((score, code) for code, score in _scores(inside, tokens).items()), reverse=True)
        if not scores or scores[0][0] < 2.2 or (len(scores) > 1 and scores[1][0] * 2 > scores[0][0]):
            continue
        if not any(
            first <= hit.first < last
            for family in ("reporting:faults", "reporting:fixing", "asking", "proposing:deeds")
            for hit in hits.get(family, ())
        ):
            continue
        code = scores[0][1]
        topic = _topics(
            [hit for hit in hits.get("topic", ()) if first <= hit.first and hit.last <= last]
        ).get(code)
        known = next((number for number, matter in enumerate(matters) if matter.service == code), None)
        text = tokens.said(first, last)
        if known is None:
            matters.append(Matter(code, text, topic))
        else:
            matters[known] = Matter(code, f"{matters[known].text}; {text}", matters[known].topic or topic)
    leading = {service.code for service in services[:4]}
    matters = [matter for matter in matters if matter.service in leading]
    # "Cống nghẹt, nước thải hôi" is one matter, unless a full stop or "ngoài ra" sets the two apart.
    apart = any(tokens.breaks[first] == SENTENCE or tokens.folds[first] in _JOINTS for first, _ in spans[1:])
    if (
        len(matters) == 2
        and not apart
        and frozenset(matter.service for matter in matters) in _CAUSE_AND_EFFECT
    ):
        return ()
    return tuple(matters) if len(matters) > 1 else ()


_CAUSE_AND_EFFECT = frozenset(
    frozenset(pair.split())
    for pair in (
        "cap_thoat_nuoc moi_truong",
        "cap_thoat_nuoc giao_thong",
        "cap_thoat_nuoc y_te",
        "moi_truong giao_thong",
        "moi_truong y_te",
        "moi_truong nong_nghiep",
        "moi_truong an_ninh",
        "chieu_sang an_ninh",
        "chieu_sang giao_thong",
        "chieu_sang dien",
        "dien vien_thong",
        "dien do_thi_xay_dung",
        "dat_dai hanh_chinh",
        "dat_dai do_thi_xay_dung",
        "hanh_chinh lao_dong_xa_hoi",
        "hanh_chinh an_ninh",
        "lao_dong_xa_hoi y_te",
        "giao_thong do_thi_xay_dung",
        "giao_thong nong_nghiep",
        "giao_thong giao_duc",
        "nong_nghiep thi_truong_attp",
    )
)


_JOINTS = frozenset({"ngoai", "dong", "them", "va"})
"""First words of ngoài ra, đồng thời, thêm nữa, và."""


def _clauses(tokens: Tokens) -> list[tuple[int, int]]:
    spans, first = [], 0
    for position in range(1, len(tokens)):
        if tokens.breaks[position] or tokens.folds[position] in _JOINTS:
            if position - first >= 2:
                spans.append((first, position))
            first = position
    spans.append((first, len(tokens)))
    return spans


def in_one_sentence(tokens: Tokens, first: int, last: int) -> bool:
    """Tell whether no sentence ends between two words."""
    return SENTENCE not in tokens.breaks[first + 1 : last + 1]
