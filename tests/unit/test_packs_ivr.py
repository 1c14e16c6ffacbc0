"""Every mistake in the tree of a call is told with its file, its line and what to do."""

import pytest

from chalicelib.domain.ivr import tree_of
from packs import read_directory
from packs.__main__ import COMMANDS
from tests.unit.tiny_pack import FILES, SLUG, mistakes, write
from tests.unit.worktime import on

IVR = "ivr.yaml"
LONG = "Một câu rất dài mà không ai nhớ nổi. " * 20

MISTAKES = [
    pytest.param(
        ("first: welcome", "first: welcom"),
        "a call begins with step 'welcom', which there is not. Did you mean welcome?",
        id="the first step is unknown",
    ),
    pytest.param(
        ("    then: menu\n  menu", "    then: meny\n  menu"),
        "step welcome leads to 'meny', which there is not. Did you mean menu?",
        id="then leads to an unknown step",
    ),
    pytest.param(
        ('"9": english', '"9": englisch'),
        "step menu leads to 'englisch', which there is not. Did you mean english?",
        id="a key leads to an unknown step",
    ),
    pytest.param(
        (', "9": english', ""),
        "no key leads to step english. Give it a key in a menu, or drop it.",
        id="a step that is never reached",
    ),
    pytest.param(
        ('{vi: "Phản ánh, bấm 1.", en: "To report, press 1."}', '{vi: "Phản ánh, bấm 1."}'),
        "'say' of 'steps' of ivr.yaml 'menu' lacks 'en'.",
        id="a sentence is missing in a language",
    ),
    pytest.param(
        ('    say: {vi: "Phản ánh, bấm 1.", en: "To report, press 1."}\n    keys', "    keys"),
        "menu menu says nothing. Add say, vi and en.",
        id="a menu without a sentence",
    ),
    pytest.param(
        ("language: en, then: menu}", "language: en, then: english}"),
        "step english leads back to itself, and no key leads out. Let then lead to a menu.",
        id="a loop without a way out",
    ),
    pytest.param(
        ("    then: menu\n", ""),
        "step welcome ends in silence. Give it keys, or then: the step that follows.",
        id="a step with neither keys nor then",
    ),
    pytest.param(
        ("Phản ánh, bấm 1.", LONG),
        "step menu speaks for about 59 seconds (vi). Shorten it to 30, or spread it over two steps.",
        id="a sentence nobody listens to",
    ),
    pytest.param(
        ("vi: Google.vi-VN-Wavenet-A", "vi: Polly.Joanna"),
        "voice 'Polly.Joanna' does not speak vi. For example Google.vi-VN-Wavenet-A.",
        id="a voice of another language",
    ),
    pytest.param(
        ('"0": person', '"0": english'),
        'key 0 of step menu does not reach a person. Write "0": person.',
        id="key 0 leads elsewhere",
    ),
    pytest.param(
        ('"0": person, ', '"4": person, '),
        'key 0 of step menu does not reach a person. Write "0": person.',
        id="no key 0",
    ),
    pytest.param(
        ("speech: report", "speech: english"),
        "words said at step menu lead to 'english', which does nothing with them."
        " Let speech lead to a step with do, such as report.",
        id="words lead to a step that cannot take them",
    ),
    pytest.param(
        ("1022 {province}.", "1022 {tỉnh}."),
        "step welcome says {tỉnh} aloud. The only placeholder is {province}.",
        id="an unknown placeholder",
    ),
    pytest.param(
        ("{do: report}", "{do: report, then: menu}"),
        "step report hands over by do; its then is never heard. Put it into a step before.",
        id="a step after a branch",
    ),
    pytest.param(
        ("language: en, then: menu}", "then: menu}"),
        "step english sets no language or leads nowhere. Write language: en and then: menu.",
        id="a language step without its language",
    ),
    pytest.param(
        ("{do: report}", "{do: listen, answers: [o_gaa]}"),
        "step report offers answer 'o_gaa', which answers.yaml does not have. Did you mean o_ga?",
        id="an unknown answer",
    ),
    pytest.param(
        ("first:", "announcement: {vi: Bão về.}\nfirst:"),
        "the announcement is missing in en; it is read in Vietnamese. Add en.",
        id="an announcement in one language",
    ),
    pytest.param(
        ("first:", f"announcement: {{vi: {LONG}, en: A storm.}}\nfirst:"),
        "the announcement speaks for about 59 seconds (vi). Shorten it to 30, or spread it over two steps.",
        id="an announcement nobody listens to",
    ),
]


@pytest.mark.parametrize(("edit", "told"), MISTAKES)
def test_a_mistake_in_the_tree_is_told_with_its_line_and_the_remedy(tmp_path, edit, told):
    problems = mistakes(tmp_path, (IVR, *edit))
    found = next((one for one in problems if str(one).endswith(told)), None)
    assert found, [str(one) for one in problems]
    assert found.file == f"provinces/{SLUG}/{IVR}" and found.line >= 1
    # the line told is one that the change touched, or the step around it
    now = (tmp_path / SLUG / IVR).read_text("utf-8").splitlines()
    assert found.line <= len(now)


def test_the_line_is_that_of_the_key(tmp_path):
    (only,) = mistakes(tmp_path, (IVR, '"0": person', '"0": report'))[:1]
    line = next(number for number, text in enumerate(FILES[IVR].splitlines(), 1) if "keys:" in text)
    assert only.line == line


def announce(root, *options):
    return COMMANDS["announce"]([SLUG, "--root", str(root), *options])


def announced(root, day, language="vi"):
    return tree_of(read_directory(SLUG, root)).announced(on(day), language)


def test_an_announcement_is_put_in_front_by_one_command_and_taken_away_by_another(tmp_path):
    root = write(tmp_path)
    before = (root / SLUG / IVR).read_text("utf-8")
    assert announce(root, "--text", 'Bão số 5: gọi "114" khi nguy hiểm.', "--english", "Storm 5.") == 0
    assert announced(root, "Mon 02/03/2026") == ('Bão số 5: gọi "114" khi nguy hiểm.', "vi")
    assert announced(root, "Mon 02/03/2026", "en") == ("Storm 5.", "en")
    assert announce(root, "--text", "Bão đã tan.", "--until", "2999-12-31") == 0
    assert announced(root, "Mon 02/03/2026", "en") == (
        "Bão đã tan.",
        "vi",
    )  # a voice never reads a foreign sentence
    assert announce(root) == 0
    assert (root / SLUG / IVR).read_text("utf-8") == before
    assert announced(root, "Mon 02/03/2026") is None


def test_an_announcement_ends_by_itself_after_its_last_day(tmp_path):
    line = "announcement: {vi: Bão về., en: A storm., valid_to: 2026-03-09}\n"
    root = write(tmp_path, (IVR, "first:", f"{line}first:"))
    assert [announced(root, day) is not None for day in ("Mon 09/03/2026", "Tue 10/03/2026")] == [True, False]


def test_an_announcement_that_cannot_be_is_refused_and_the_file_stays(tmp_path, capsys):
    root = write(tmp_path)
    before = (root / SLUG / IVR).read_text("utf-8")
    assert announce(root, "--text", LONG) == 1
    assert (root / SLUG / IVR).read_text("utf-8") == before
    assert "the announcement speaks for" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        announce(root, "--text", "Bão.", "--until", "2020-01-01")


def test_a_pack_without_a_tree_of_its_own_gets_a_file_for_the_announcement_and_loses_it_again(tmp_path):
    root = write(tmp_path, without=IVR)
    (root / "common").mkdir()
    (root / "common" / IVR).write_text(FILES[IVR], encoding="utf-8")
    assert announce(root, "--text", "Bão về.") == 0
    assert announced(root, "Mon 02/03/2026") == ("Bão về.", "vi")
    assert announce(root) == 0
    assert not (root / SLUG / IVR).exists()


def test_an_announcement_whose_publishing_is_refused_is_taken_back(tmp_path, capsys):
    root = write(tmp_path)
    before = (root / SLUG / IVR).read_text("utf-8")
    assert announce(root, "--text", "Bão về.", "--then", "false") == 1
    assert (root / SLUG / IVR).read_text("utf-8") == before
    assert "ivr.yaml is as it was" in capsys.readouterr().err
    assert announce(root, "--text", "Bão về.", "--then", "true") == 0
    assert announced(root, "Mon 02/03/2026") == ("Bão về.", "vi")
