"""What a pack says for other city systems: their keys, and what is asked with a field."""

import hashlib
import subprocess
import sys

import pytest

from local.client_system import KEY, with_client
from packs import client_key
from tests.unit.tiny_pack import mistakes

TOPICS = ("services.yaml", "    topics:\n")
NUMBER = ("province.yaml", 'number: "1022"\n')
KEY_1, KEY_2 = "a" * 64, "b" * 64


def asking(*attributes):
    lines = "".join(f"      - {line}\n" for line in attributes)
    return (*TOPICS, f"    attributes:\n{lines}    topics:\n")


def systems(*clients):
    lines = "".join(f"    - {line}\n" for line in clients)
    return (*NUMBER, f'number: "1022"\nopen311:\n  clients:\n{lines}')


LIST = (
    "{code: muc, question: {vi: Mức?, en: Level?}, datatype: singlevaluelist, "
    "values: [{key: a, names: {vi: A, en: A}}]}"
)


def test_a_pack_may_ask_and_name_systems(tmp_path):
    edits = asking(LIST), systems(f"{{name: fms, key_sha256: {KEY_1}, email: fms@tinh.gov.vn}}")
    assert mistakes(tmp_path, *edits) == []


MISTAKES = [
    pytest.param(
        asking(LIST.replace("code: muc", "code: topic")),
        "attribute 'topic' of giao_thong is one every service has by itself.",
        id="a code of ours",
    ),
    pytest.param(asking(LIST, LIST), "attribute 'muc' of giao_thong stands twice.", id="twice"),
    pytest.param(
        asking(LIST.replace("singlevaluelist", "number")),
        "attribute 'muc' is a number and has values.",
        id="values of a number",
    ),
    pytest.param(
        asking("{code: muc, question: {vi: M?, en: L?}, datatype: multivaluelist}"),
        "attribute 'muc' is a multivaluelist without values.",
        id="a list of nothing",
    ),
    pytest.param(
        asking(LIST.replace("}]", "}, {key: a, names: {vi: B, en: B}}]")),
        "value 'a' of attribute 'muc' stands twice.",
        id="a value twice",
    ),
    pytest.param(
        asking(LIST.replace("values", "required: true, asked: false, values")),
        "attribute 'muc' is required and not asked.",
        id="required and not asked",
    ),
    pytest.param(
        asking(LIST.replace("singlevaluelist", "list")),
        "'datatype' of muc has to be one of string, number,",
        id="an unknown type",
    ),
    pytest.param(
        systems(f"{{name: fms, key_sha256: {KEY_1}}}", f"{{name: fms, key_sha256: {KEY_2}}}"),
        "client system 'fms' has the name of another one.",
        id="a name twice",
    ),
    pytest.param(
        systems(f"{{name: fms, key_sha256: {KEY_1}}}", f"{{name: other, key_sha256: {KEY_1}}}"),
        "client system 'other' has the key_sha256 of another one.",
        id="a key twice",
    ),
    pytest.param(
        systems("{name: fms, key_sha256: a-key-in-the-clear}"),
        "'key_sha256' of fms has to be the SHA-256 of a key",
        id="a key in the clear",
    ),
]


@pytest.mark.parametrize("edit, said", MISTAKES)
def test_a_mistake_is_told_with_its_file_and_line(tmp_path, edit, said):
    told = [problem for problem in mistakes(tmp_path, edit) if said in problem.what]
    assert [problem.file.endswith(edit[0]) and problem.line > 1 for problem in told] == [True]


def test_the_key_of_ones_own_machine_is_never_deployed(tmp_path):
    (client,) = with_client({"province": {}})["province"]["open311"]["clients"]
    edit = systems(f"{{name: local, key_sha256: {client['key_sha256']}}}")
    assert mistakes(tmp_path, edit) == []
    (told,) = mistakes(tmp_path, edit, for_deploy=True)
    assert told.what == "client system 'local' has the key of one's own machine."
    assert client["key_sha256"] == hashlib.sha256(KEY.encode()).hexdigest()


def test_ones_own_machine_keeps_the_systems_of_the_pack():
    pack = {"province": {"slug": "x", "open311": {"clients": [{"name": "fms", "key_sha256": KEY_1}]}}}
    names = [client["name"] for client in with_client(pack)["province"]["open311"]["clients"]]
    assert names == ["fms", "local"]
    assert len(pack["province"]["open311"]["clients"]) == 1


def test_a_fresh_key_fits_the_line_printed_with_it(capsys):
    assert client_key.main(["fms", "--email", "fms@tinh.gov.vn"]) == 0
    first = capsys.readouterr().out
    key, line = first.split("\n\n")[1].strip(), first.splitlines()[-1]
    assert (
        f"name: fms, key_sha256: {hashlib.sha256(key.encode()).hexdigest()}, email: fms@tinh.gov.vn" in line
    )
    client_key.main(["fms"])
    assert key not in capsys.readouterr().out


def test_a_name_that_is_none_is_refused():
    done = subprocess.run(
        [sys.executable, "-m", "packs", "open311-key", "Fix My Street"], capture_output=True, text=True
    )
    assert done.returncode == 2 and "short name" in done.stderr
