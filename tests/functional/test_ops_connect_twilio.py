"""Connecting numbers, through Twilio's own SDK to an account on this machine."""

import argparse
import io
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from infra.commands import connect_twilio as command
from infra.plan import make_plan
from tests.functional.gateway_server import closed_port_url, running_provider

ACCOUNT, TOKEN = "AC" + "0" * 32, "the-token"
OURS = "https://hotline.example"
DEMO = "https://demo.twilio.com/welcome/sms/reply/"
SMS = f"{OURS}/twilio/sms#rc=3&rp=all"
FALLBACK = f"{OURS}/twilio/sms"


@pytest.fixture
def plan(own_environment, monkeypatch):
    """Production, whose credentials are kept as parameters."""
    with mock_aws():
        plan = replace(make_plan("dong-thap"), domain="hotline.example")
        keep(plan, TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=TOKEN)
        yield plan


@pytest.fixture
def pilot(plan):
    """The pilot beside it, in the same account of Twilio and at the address that API Gateway gave."""
    pilot = make_plan("dong-thap", "pilot")
    keep(pilot, TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=TOKEN, PUBLIC_URL="https://shared.example/api")
    return pilot


def keep(plan, **parameters):
    for name, value in parameters.items():
        kind = "String" if name == "PUBLIC_URL" else "SecureString"
        boto3.client("ssm").put_parameter(Name=f"{plan.parameters}{name}", Value=value, Type=kind)


@pytest.fixture
def account(plan, monkeypatch):
    """An account with the numbers a test puts into `numbers`; it remembers what was asked."""
    with running_provider() as provider:
        monkeypatch.setenv("TWILIO_API_URL", provider.url)
        yield provider


def number(last="1", **settings):
    """A number as it is bought, but for calls, which are ours already: these tests are about texts."""
    unset = {"sms_url": DEMO, "sms_method": "POST", "sms_fallback_url": "", "sms_fallback_method": "POST"}
    calls = {"voice_url": f"{OURS}/twilio/voice#rc=3&rp=all", "voice_method": "POST"}
    return {"sid": f"PN{last:0>32}", "phone_number": f"+8490000010{last}", **unset, **calls, **settings}


def has(*numbers):
    return (200, {"incoming_phone_numbers": list(numbers), "next_page_uri": None, "uri": "/", "page": 0})


def run(plan, *words):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    out = io.StringIO()
    return command.run(plan, parser.parse_args(words), out), out.getvalue()


def posted(account):
    return [(asked.path.rpartition("/")[2], asked.form) for asked in account.asked if asked.method == "POST"]


def test_a_new_number_is_pointed_at_the_hotline(plan, account):
    account.answers = [has(number()), (200, number())]
    status, said = run(plan)
    assert status == 0
    ((path, form),) = posted(account)
    assert path == f"PN{'1':0>32}.json"
    assert form == {"SmsUrl": SMS, "SmsFallbackUrl": FALLBACK}
    assert f"{DEMO}  → {SMS}" in said and "2 settings changed." in said
    assert TOKEN not in said


def test_a_dry_run_shows_what_is_and_what_would_be_and_changes_nothing(plan, account):
    account.answers = [has(number(sms_method="GET"))]
    status, said = run(plan, "--dry-run")
    assert status == 0
    assert posted(account) == []
    assert f"→ {SMS}" in said and "GET  → POST" in said and "nothing is changed" in said


def test_the_second_time_there_is_nothing_to_do(plan, account):
    account.answers = [has(number(sms_url=SMS, sms_fallback_url=FALLBACK))]
    status, said = run(plan)
    assert (status, posted(account)) == (0, [])
    assert "All is set as it should be." in said


def test_voice_is_left_alone_until_the_hotline_answers_calls(plan, account):
    account.answers = [has(number(voice_url="https://somebody.example/voice"))]
    settings = {change.setting for change in command.plan_changes(plan)}
    assert ("voice_url" in settings) == ("/twilio/voice" in command._routes())


@pytest.mark.parametrize(
    "setting, value",
    [
        pytest.param("sms_url", "https://other-hotline.example/sms", id="another system"),
        pytest.param("sms_fallback_url", "https://other-hotline.example/sms", id="fallback only"),
        pytest.param("sms_application_sid", "AP" + "0" * 32, id="an application of Twilio"),
    ],
)
def test_a_number_connected_elsewhere_is_refused_and_no_other_number_is_touched(
    plan, account, setting, value
):
    account.answers = [has(number("1"), number("2", **{setting: value}))]
    status, said = run(plan)
    assert (status, posted(account)) == (1, [])
    assert f"Twilio +84900000102: {setting} leads elsewhere: {value}." in said
    remedy = "make connect-twilio PROVINCE=dong-thap ENV=production ARGS='--number +84900000102 --take-over'"
    assert remedy in said
    assert "Nothing is changed." in said


def test_a_number_is_taken_over_when_that_is_asked_for(plan, account):
    taken = number(sms_url="https://other.example/sms", sms_application_sid="AP" + "0" * 32)
    account.answers = [has(taken), (200, number())]
    status, _ = run(plan, "--take-over")
    ((_, form),) = posted(account)
    assert status == 0
    assert form["SmsUrl"] == SMS
    assert form["SmsApplicationSid"] == ""


def test_only_the_number_named_is_connected(plan, account):
    account.answers = [has(number("1", sms_url="https://other.example/"), number("2")), (200, number("2"))]
    status, said = run(plan, "--number", "+84900000102")
    assert status == 0
    assert [path for path, _ in posted(account)] == [f"PN{'2':0>32}.json"]
    assert "+84900000101" not in said


@pytest.mark.parametrize(
    "answer, words, reason",
    [
        pytest.param(has(), [], "has no phone number", id="no number"),
        pytest.param(has(number()), ["--number", "+84900000199"], "Not a number of this", id="not ours"),
        pytest.param((401, {"code": 20003, "message": "Authenticate"}), [], "make secrets", id="wrong token"),
        pytest.param((500, {}), [], "Twilio refused (500)", id="down"),
    ],
)
def test_what_twilio_does_not_give_is_told_with_its_remedy(plan, account, answer, words, reason):
    account.answers = [answer]
    status, said = run(plan, *words)
    assert status == 1
    assert reason in said
    assert TOKEN not in said


def test_an_account_that_cannot_be_reached_is_told(plan, monkeypatch):
    monkeypatch.setenv("TWILIO_API_URL", closed_port_url())
    status, said = run(plan)
    assert status == 1
    assert "Twilio did not answer" in said


def test_missing_credentials_are_named_by_their_parameters(plan):
    boto3.client("ssm").delete_parameter(Name=f"{plan.parameters}TWILIO_AUTH_TOKEN")
    status, said = run(plan)
    assert status == 1
    assert "/hotline/dong-thap/TWILIO_AUTH_TOKEN" in said and "make secrets" in said


def test_before_the_first_deploy_there_is_no_address_to_connect_to(pilot):
    boto3.client("ssm").delete_parameter(Name=f"{pilot.parameters}PUBLIC_URL")
    status, said = run(pilot, "--number", "+84900000101")
    assert status == 1
    assert "make deploy PROVINCE=dong-thap" in said


def test_a_check_before_a_deploy_finds_a_number_in_use(plan, account):
    account.answers = [has(number("1"), number("2", sms_url="https://other.example/sms"))]
    (problem,) = command.check(plan)
    assert str(problem).startswith("Twilio +84900000102: sms_url leads elsewhere")
    assert posted(account) == []


def test_a_pilot_leaves_the_numbers_of_production_alone(pilot, account):
    account.answers = [has(number("1", sms_url=SMS), number("2"))]
    assert command.check(pilot) == []
    account.answers = [has(number("1", sms_url=SMS), number("2"))]
    status, said = run(pilot)
    assert (status, posted(account)) == (1, [])
    assert "make connect-twilio PROVINCE=dong-thap ENV=pilot ARGS='--number …'" in said
    assert "+84900000101, +84900000102" in said


def test_a_pilot_takes_the_number_that_is_named(pilot, account):
    account.answers = [has(number("1"), number("2", voice_url="")), (200, number("2"))]
    status, _ = run(pilot, "--number", "+84900000102")
    ((_, form),) = posted(account)
    assert status == 0
    assert form["SmsUrl"] == "https://shared.example/api/twilio/sms#rc=3&rp=all"


def test_another_stage_of_the_same_host_is_another_hotline(pilot, account):
    account.answers = [has(number(voice_url="", sms_url="https://shared.example/other/twilio/sms"))]
    status, said = run(pilot, "--number", "+84900000101")
    assert (status, posted(account)) == (1, [])
    assert "ENV=pilot ARGS='--number +84900000101 --take-over'" in said


def test_a_check_tells_a_pilot_of_an_account_that_refuses_us(pilot, account):
    account.answers = [(401, {"code": 20003, "message": "Authenticate"})]
    (problem,) = command.check(pilot)
    assert "make secrets" in str(problem)


def test_a_check_finds_nothing_wrong_with_our_own_number(plan, account):
    account.answers = [has(number(sms_url=SMS, sms_fallback_url=FALLBACK))]
    assert command.check(plan) == []


def test_a_check_tells_of_an_account_that_refuses_us(plan, account):
    account.answers = [(401, {"code": 20003, "message": "Authenticate"})]
    (problem,) = command.check(plan)
    assert "make secrets" in str(problem)
