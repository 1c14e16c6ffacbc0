"""Storing secrets, and letting every function serve the version before."""

import argparse
import io
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from chalicelib.settings import INDEX_MARK
from infra.__main__ import COMMANDS, main
from infra.commands import rollback_code, secrets
from infra.functions import FUNCTIONS
from infra.plan import BUCKETS, LONGEST_PREFIX, make_plan
from packs import PackError
from tests.functional.ops_account import make_function

SID, TOKEN = "AC" + "0" * 32, "1" * 32
TYPED = f"TWILIO_ACCOUNT_SID={SID}\nTWILIO_AUTH_TOKEN={TOKEN}\n"


@pytest.fixture
def plan(own_environment):
    with mock_aws():
        yield make_plan("dong-thap", "pilot")


class Screen(io.StringIO):
    """Somebody sits at the terminal."""

    def isatty(self):
        return True


def store(plan, typed=TYPED, *, rotate="", retire=False, ask=None):
    out = io.StringIO()
    args = argparse.Namespace(rotate=rotate, retire=retire)
    given = Screen() if ask else io.StringIO(typed)
    return secrets.run(plan, args, out, typed=given, ask=ask or (lambda question: "")), out.getvalue()


def stored(plan):
    found = boto3.client("ssm").get_parameters_by_path(Path=plan.parameters, WithDecryption=True)[
        "Parameters"
    ]
    assert all(one["Type"] == "SecureString" for one in found)
    return {one["Name"].rpartition("/")[2]: one["Value"] for one in found}


def test_missing_secrets_are_stored_and_none_is_shown(plan):
    code, told = store(plan)
    assert code == 0
    found = stored(plan)
    assert (found["TWILIO_ACCOUNT_SID"], found["TWILIO_AUTH_TOKEN"]) == (SID, TOKEN)
    assert len(found["SECRET_KEY"]) == 64
    assert not any(value in told for value in found.values())


def test_secrets_that_are_there_are_left_alone(plan):
    store(plan)
    before = stored(plan)
    code, told = store(plan, "")
    assert code == 0
    assert "All secrets are there" in told
    assert stored(plan) == before


def test_at_a_terminal_they_are_asked_for_unseen(plan):
    asked = []
    code, _ = store(
        plan, ask=lambda question: asked.append(question) or (SID if "SID" in question else TOKEN)
    )
    assert code == 0
    assert asked == ["TWILIO_ACCOUNT_SID: ", "TWILIO_AUTH_TOKEN: "]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "TWILIO_ACCOUNT_SID: no value was given"),
        (TYPED.replace(SID, "wrong-value"), "AC and 32 hex digits"),
    ],
)
def test_a_value_that_is_missing_or_wrong_stores_nothing_and_is_not_shown(plan, typed, words):
    code, told = store(plan, typed)
    assert code == 1
    assert words in told
    assert "wrong-value" not in told
    assert stored(plan) == {}


def test_a_fresh_key_signs_the_former_ones_open_and_the_oldest_stays(plan):
    store(plan)
    first = stored(plan)["SECRET_KEY"]
    seen = [first]
    for _ in range(4):
        assert store(plan, "", rotate="SECRET_KEY")[0] == 0
        keys = stored(plan)["SECRET_KEY"].split(",")
        assert keys[0] not in seen
        assert keys[1] == seen[-1]
        assert keys[-1] == first
        assert len(keys) <= 3
        seen.append(keys[0])


def test_retired_keys_open_nothing_any_more_and_the_index_keeps_its_own(plan):
    store(plan)
    assert store(plan, "", retire=True)[0] == 1
    first = stored(plan)["SECRET_KEY"]
    store(plan, "", rotate="SECRET_KEY")
    newest = stored(plan)["SECRET_KEY"].split(",")[0]
    for _ in range(2):
        assert store(plan, "", retire=True)[0] == 0
        assert stored(plan)["SECRET_KEY"] == f"{newest},{INDEX_MARK}{first}"
    store(plan, "", rotate="SECRET_KEY")
    assert stored(plan)["SECRET_KEY"].split(",")[1:] == [newest, f"{INDEX_MARK}{first}"]


def test_a_provider_s_token_is_put_anew_and_an_unknown_name_is_refused(plan):
    store(plan)
    assert store(plan, f"TWILIO_AUTH_TOKEN={'2' * 32}", rotate="TWILIO_AUTH_TOKEN")[0] == 0
    assert stored(plan)["TWILIO_AUTH_TOKEN"] == "2" * 32
    code, told = store(plan, rotate="TWILIO_TOKEN")
    assert code == 1
    assert "TWILIO_AUTH_TOKEN" in told


# Code back to the version before


def back(plan):
    out = io.StringIO()
    return rollback_code.run(plan, argparse.Namespace(), out), out.getvalue()


def live(plan, name):
    return boto3.client("lambda").get_alias(FunctionName=plan.function(name), Name="live")["FunctionVersion"]


def serves(plan, name):
    found = boto3.client("lambda").get_function_configuration(
        FunctionName=plan.function(name), Qualifier="live"
    )
    return found["Environment"]["Variables"]["CODE_VERSION"]


def release(plan, name, code="second"):
    """A further version behind the alias."""
    client, function = boto3.client("lambda"), plan.function(name)
    client.update_function_configuration(
        FunctionName=function, Environment={"Variables": {"CODE_VERSION": code}}
    )
    version = client.publish_version(FunctionName=function)["Version"]
    client.update_alias(FunctionName=function, Name="live", FunctionVersion=version)


def test_every_function_goes_back_to_the_code_before(plan):
    for function in FUNCTIONS:
        make_function(plan, function.name)
        release(plan, function.name)
    code, told = back(plan)
    assert code == 0
    assert {live(plan, function.name) for function in FUNCTIONS} == {"1"}
    assert "dong-thap-pilot-api_handler: 2 → 1" in told


def test_a_version_that_differs_in_a_setting_only_is_passed_over(plan):
    for function in FUNCTIONS:
        make_function(plan, function.name)
        release(plan, function.name)
    release(plan, "api_handler")
    assert live(plan, "api_handler") == "3"
    assert back(plan)[0] == 0
    assert {live(plan, function.name) for function in FUNCTIONS} == {"1"}


def test_while_a_deploy_goes_on_nothing_goes_back_and_the_way_out_is_named(plan):
    for function in FUNCTIONS:
        make_function(plan, function.name)
        release(plan, function.name)
    boto3.client("lambda").update_alias(
        FunctionName=plan.function("send_reports"),
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}},
    )
    code, told = back(plan)
    assert code == 1
    assert "cancel-update-stack --stack-name hotline-dong-thap-pilot" in told
    assert live(plan, "api_handler") == "2"


def test_where_one_function_never_had_the_code_before_none_goes_back(plan):
    *others, added = FUNCTIONS
    for function in others:
        make_function(plan, function.name)
        release(plan, function.name)
    make_function(plan, added.name, code="second")
    code, told = back(plan)
    assert code == 1
    assert "nothing was changed" in told and "make deploy PROVINCE=dong-thap ENV=pilot" in told
    assert live(plan, others[0].name) == "2"


def test_all_functions_go_back_to_one_code_though_a_deploy_reached_only_some(plan):
    for function in FUNCTIONS:
        make_function(plan, function.name)
    for function in FUNCTIONS[:3]:  # it failed half-way
        release(plan, function.name, "failed")
    for function in FUNCTIONS:
        release(plan, function.name, "third")
    code, told = back(plan)
    assert code == 0
    assert {serves(plan, function.name) for function in FUNCTIONS} == {"0123456789ab"}
    assert "serves the code before, 0123456789ab" in told


def test_a_second_try_finishes_a_first_that_was_broken_off(plan):
    for function in FUNCTIONS:
        make_function(plan, function.name)
        release(plan, function.name)
    for function in FUNCTIONS[1:4]:
        boto3.client("lambda").update_alias(
            FunctionName=plan.function(function.name), Name="live", FunctionVersion="1"
        )
    assert back(plan)[0] == 0
    assert {live(plan, function.name) for function in FUNCTIONS} == {"1"}


def test_without_a_stack_there_is_nothing_to_go_back_to(plan):
    code, told = back(plan)
    assert code == 1
    assert "There is no function" in told


# The entry


def call(*arguments):
    out = io.StringIO()
    return main(arguments, out), out.getvalue()


def test_a_command_that_is_none_lists_those_there_are():
    code, told = call("deplyo", "dong-thap")
    assert code == 2
    assert all(name in told for name in COMMANDS)


def test_a_province_that_is_none_is_refused_with_those_there_are():
    code, told = call("secrets", "dong-tap")
    assert code == 1
    assert "dong-thap" in told


@pytest.mark.parametrize("name", ["synth", "deploy", "status"])
def test_without_a_province_the_word_of_make_is_asked_for(name):
    code, told = call(name, "--environment", "pilot")
    assert code == 2
    assert "PROVINCE=" in told and "dong-thap" in told


@pytest.mark.parametrize("name", ["dong-thap-pilot", "dong-thap-production"])
def test_a_pack_named_like_another_ones_stack_is_refused(name):
    code, told = call("synth", name)
    assert code == 1
    assert "stack of dong-thap" in told and "ENV=" in told


@pytest.mark.parametrize("name", ["Dong-Thap", "dong_thap", "dong--thap", "-dong-thap", "đồng-tháp"])
def test_a_pack_whose_name_no_bucket_takes_is_refused(name):
    with pytest.raises(PackError, match="Small letters"):
        make_plan(name)


def test_a_name_too_long_for_a_bucket_is_refused_with_the_most_it_may_have():
    with pytest.raises(PackError, match="At most 25 characters for pilot"):
        make_plan("thanh-pho-ho-chi-minh-rong", "pilot")
    with pytest.raises(PackError, match="no such pack"):  # long enough for production
        make_plan("thanh-pho-ho-chi-minh-rong")
    longest = replace(make_plan("dong-thap"), slug="a" * LONGEST_PREFIX)
    assert max(len(longest.bucket(name, "123456789012")) for name in BUCKETS) == 63


def test_a_command_reaches_its_stack(plan):
    code, told = call("rollback-code", "dong-thap", "--environment", "pilot")
    assert code == 1
    assert "dong-thap-pilot-api_handler" in told


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_help(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert "--environment" in capsys.readouterr().out


def test_every_command_of_a_stack_has_its_line_in_the_makefile():
    from pathlib import Path

    makefile = (Path(__file__).resolve().parents[2] / "Makefile").read_text(encoding="utf-8")
    for name in set(COMMANDS) - {"rollback-code"}:
        assert f"\n{name}: ##" in makefile, name
    assert "rollback-code" in makefile
