"""A province's emblem: one plain picture, or an error that says what it holds and what to do."""

import pytest

from packs.emblem import read_emblem
from packs.reading import PROVINCES

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">'


def read(tmp_path, text):
    path = tmp_path / "emblem.svg"
    path.write_text(text, encoding="utf-8")
    return read_emblem(path, "provinces/thu/emblem.svg")


def test_a_plain_picture_is_taken_as_it_is(tmp_path):
    text = f'{HEAD}<path fill="url(#a)" d="M0 0h8v8z"/></svg>'
    assert read(tmp_path, text) == (text, [])


def test_a_province_without_one_has_nothing_to_mend(tmp_path):
    assert read_emblem(tmp_path / "emblem.svg", "x") == ("", [])


@pytest.mark.parametrize("slug", ["dong-thap", "dong-nai"])
def test_the_sample_provinces_have_one(slug):
    text, wrong = read_emblem(PROVINCES / slug / "emblem.svg", "x")
    assert text.startswith("<svg ")
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("GIF89a", "it is no SVG.", id="no SVG"),
        pytest.param(f"<!DOCTYPE svg>{HEAD}</svg>", "it holds a DOCTYPE", id="a DOCTYPE"),
        pytest.param("<svg><path/></svg>", "no <svg> with a viewBox", id="no viewBox, no namespace"),
        pytest.param(f"{HEAD}<script>alert(1)</script></svg>", "<script>", id="a script"),
        pytest.param(f'{HEAD}<image href="https://x.example/a.png"/></svg>', "<image>", id="another picture"),
        pytest.param(f'{HEAD}<path onload="alert(1)"/></svg>', "attribute onload", id="a handler"),
        pytest.param(
            f'{HEAD}<path fill="url(https://x.example)"/></svg>', "attribute fill", id="from elsewhere"
        ),
        pytest.param(f'{HEAD}<path d="{"M0 0" * 3000}"/></svg>', "more than 8,000", id="too large"),
    ],
)
def test_what_a_picture_may_not_hold_is_told_with_its_file(tmp_path, text, told):
    _, wrong = read(tmp_path, text)
    assert any(told in str(problem) for problem in wrong), wrong
    assert all(problem.file == "provinces/thu/emblem.svg" for problem in wrong)
