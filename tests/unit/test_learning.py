"""The learned weights: made the same way every time, kept beside the rules, and as good as the documents say."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest

import packs
from bench import learn
from bench.fitting import Row, fit
from chalicelib.domain.understanding import KINDS, Reader, learned
from chalicelib.domain.understanding.evidence import words_of

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def directories():
    return [packs.read_directory(slug) for slug in packs.slugs()]


@pytest.fixture(scope="module")
def reader(directories):
    return Reader(directories)


@pytest.fixture(scope="module")
def few(reader):
    """Every twentieth message of the corpus."""
    return learn.read_examples(reader, lambda text: len(text) % 20 == 3)


def rows(texts):
    return [Row(tuple((word, 1.0) for word in text.split()), frozenset({right}), {}) for text, right in texts]


TINY = rows([("den hu", "light"), ("den tat", "light"), ("nuoc hu", "water"), ("nuoc cup", "water")])


def test_what_was_learned_is_recognised():
    fitted = fit(TINY, ("light", "water"))
    sums = fitted.sums(rows([("den cup", "light")])[0])
    assert sums["light"] > sums["water"]


def test_any_of_several_right_classes_is_right():
    both = [Row((("a", 1.0),), frozenset({"x", "y"}), {})] * 5
    sums = fit(both, ("x", "y", "z")).sums(both[0])
    assert min(sums["x"], sums["y"]) >= sums["z"]


def test_the_same_corpus_gives_the_same_file(few):
    classes = ("dien", "giao_thong", "moi_truong", "khac")
    first, second = (learn.lines_of(*learn.learn(few, (), classes), {"a": 1.0}) for _ in range(2))
    assert len(few) > 50 and len(first) > 100
    assert first == second


def test_the_file_reads_back_as_it_was_written(few):
    kind, field = learn.learn(few, (), ("dien", "giao_thong"))
    read = learned.parse(learn.lines_of(kind, field, {"emergency alone": 0.25}))
    assert read.numbers == {"emergency alone": 0.25}
    assert read.kind.classes == KINDS and read.field.classes == ("dien", "giao_thong")
    feature, pairs = next(iter(read.kind.weights.items()))
    own = dict(zip(kind.classes, kind.weights[feature], strict=True))
    assert all(abs(own[label] - weight) <= 0.005 for label, weight in pairs)


def test_the_shipped_weights_know_every_kind_and_field(directories):
    weights = learned.shipped()
    assert set(weights.kind.classes) == set(KINDS)
    assert set(weights.field.classes) == set(directories[0].services)
    assert learned.WEIGHTS.stat().st_size <= 450_000


def test_no_place_name_or_number_is_learned(reader):
    seen = reader.observe("đèn đường Nguyễn Huệ xã Mỹ An Hưng B hư, gọi 0900000123 lúc 7 giờ", on=TODAY)
    words = words_of(seen)
    assert "<place>" in words and "<name>" in words and "<code>" in words and "<number>" in words
    assert not {"nguyen", "hue", "hung", "0900000123"} & set(words)


def test_held_out_messages_are_understood_as_well_as_the_guide_says(reader, directories):
    """Floors a little below docs/understanding.md. The files were written to be hard; everyday messages do better."""
    apart = learn.read_examples(reader, learn.is_held_out)
    classes = sorted(directories[0].services)
    weights = learned.shipped()
    totals = learn.level(
        learn.guess((example for example in apart if not example.seen), weights, classes), weights
    )
    assert totals["messages"] > 300
    floors = {"kind": 0.80, "field_top1": 0.74, "field_top3": 0.91, "sure_right": 0.88}
    assert {name: totals[name] for name in floors if totals[name] < floors[name]} == {}
    assert totals["emergency_false"] <= 0.03 and totals["denunciation_false"] <= 0.03


def test_words_a_province_adds_change_the_result(directories):
    text = "cai xyloto truoc nha toi"
    first = directories[0]
    service = first.services["chieu_sang"]
    taught = replace(service, words=MappingProxyType({**service.words, "xyloto": 3.0}))
    own = replace(first, services=MappingProxyType({**first.services, "chieu_sang": taught}))
    assert Reader(directories).read(text, on=TODAY).service != "chieu_sang"
    assert Reader([own]).read(text, on=TODAY).service == "chieu_sang"


def test_a_field_a_province_adds_stands_by_its_words(directories):
    first = directories[0]
    fishing = replace(
        first.services["khac"], code="thuy_san", words=MappingProxyType({"xyloto": 3.0}), topics=()
    )
    own = replace(first, services=MappingProxyType({**first.services, "thuy_san": fishing}))
    found = Reader([own]).read("xyloto truoc nha toi bi hu hon tuan nay", on=TODAY)
    codes = [guess.code for guess in found.services[:3]]
    assert "thuy_san" in codes


def test_starting_the_hotline_does_not_read_the_weights():
    code = (
        "import app; from chalicelib.domain.understanding import learned; "
        "assert learned.shipped.cache_info().currsize == 0"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
