"""Whatever would make a deploy fail is found before anything is created, with its remedy."""

import shutil
from dataclasses import replace
from datetime import date

import boto3
import pytest
from moto import mock_aws

from infra import preflight, receipt_rules, tools
from infra.aws import Stack, find_stack, serving_stack
from infra.plan import make_plan
from packs import PROVINCES
from tests.functional.ops_account import make_stack, make_tables
from tests.functional.terminal import Terminal

TODAY = date(2026, 3, 2)
KEY = "k" * 64


@pytest.fixture
def plan():
    return make_plan("dong-thap")


@pytest.fixture
def pilot():
    return make_plan("dong-thap", "pilot")


@pytest.fixture
def account(own_environment, monkeypatch):
    """An empty account in memory."""
    monkeypatch.delenv("DYNAMODB_ENDPOINT")
    with mock_aws():
        yield


@pytest.fixture
def real_pack(tmp_path):
    """The sample pack with contacts that could be real."""
    root = tmp_path / "provinces"
    shutil.copytree(PROVINCES, root)
    for file in (root / "dong-thap").glob("*.yaml"):
        text = file.read_text(encoding="utf-8").replace(".example", ".gov.vn")
        file.write_text(text.replace("+84900000", "+84912345"), encoding="utf-8")
    return root


def store(plan, name, value, kind="SecureString"):
    boto3.client("ssm").put_parameter(Name=plan.parameters + name, Value=value, Type=kind)


def store_all(plan):
    for name in plan.secrets:
        store(plan, name, KEY)


def said(problems):
    return "\n".join(map(str, problems))


def local(plan, root=None):
    """Everything that is found on a right machine."""
    return preflight.local(
        plan, for_deploy=True, root=root, today=TODAY, shell={}, runner=Terminal(), python=(3, 13)
    )


def in_account(plan):
    return preflight.in_account(plan, numbers=lambda plan: [])


def test_a_sample_pack_may_be_made_into_a_template_but_not_deployed(plan):
    refused = local(plan)
    assert not preflight.has_error(
        p for p in refused if "invented" not in p.what and "cannot ring" not in p.what
    )
    assert preflight.has_error(refused)
    assert "provinces/dong-thap/province.yaml:" in said(refused) and "invented" in said(refused)


def test_a_pack_with_real_contacts_on_a_right_machine_is_in_order(plan, real_pack):
    assert said(p for p in local(plan, root=real_pack) if p.severity == "error") == ""


@pytest.mark.parametrize("version", [(3, 10), (3, 15), (4, 0)])
def test_a_python_that_lambda_does_not_offer_is_refused_with_the_way_out(version):
    assert "PYTHON=" in said(tools.python_problems(version))


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13), (3, 14)])
def test_a_python_of_lambda_is_the_one_that_chalice_names(version):
    assert list(tools.python_problems(version)) == []
    assert f"{version[0]}.{version[1]}" in tools.LAMBDA_PYTHONS


@pytest.mark.parametrize("node", ["", "v18.20.4", "v16.0.0", "something else"])
def test_a_missing_or_old_node_is_refused(node):
    (problem,) = tools.node_problems(Terminal(node=node))
    assert problem.severity == "error" and "https://nodejs.org" in problem.remedy


def test_a_node_past_its_end_of_life_is_only_warned_of():
    (problem,) = tools.node_problems(Terminal(node="v20.20.2"))
    assert problem.severity == "warning"
    assert list(tools.node_problems(Terminal(node="v22.0.0"))) == []


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("ap-southeast-11", "Did you mean ap-southeast-1?"),
        ("nowhere", "there is no region 'nowhere'"),
        ("ap-southeast-5", "not known to receive mail"),
        ("ap-southeast-1", ""),
    ],
)
def test_a_region_that_will_not_do_is_named_where_the_pack_names_it(plan, region, words):
    found = said(preflight.region(replace(plan, region=region), {}))
    assert words in found
    assert bool(words) == bool(found)
    assert not found or found.startswith("provinces/dong-thap/province.yaml:")


def test_a_region_without_inbound_mail_serves_a_province_that_needs_none(plan):
    quiet = replace(plan, region="ap-southeast-5", receives_mail=False)
    assert list(preflight.region(quiet, {})) == []


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_a_terminal_set_to_another_region_is_told_to_unset_it(plan, name):
    assert f"unset {name}" in said(preflight.region(plan, {name: "us-east-1"}))
    assert list(preflight.region(plan, {name: "ap-southeast-1"})) == []


def test_each_missing_secret_is_named_with_the_command_that_stores_it(account, pilot):
    found = in_account(pilot)
    assert [problem.file for problem in found] == [
        f"parameter /hotline/dong-thap-pilot/{name}" for name in pilot.secrets
    ]
    assert all("make secrets PROVINCE=dong-thap ENV=pilot" in problem.remedy for problem in found)


def test_an_account_with_all_secrets_is_in_order(account, pilot):
    store_all(pilot)
    assert in_account(pilot) == []


@pytest.mark.parametrize("value", ["short-secret", f"{KEY},short-secret", f"{KEY},index:short-secret"])
def test_a_short_key_is_refused_without_being_shown(account, pilot, value):
    for name in pilot.secrets[1:]:
        store(pilot, name, KEY)
    store(pilot, "SECRET_KEY", value)
    (problem,) = in_account(pilot)
    assert "shorter than 32" in problem.what
    assert "short-secret" not in str(problem)


def test_a_secret_stored_in_the_clear_is_refused(account, pilot):
    store_all(pilot)
    boto3.client("ssm").put_parameter(
        Name=f"{pilot.parameters}SECRET_KEY", Value=KEY, Type="String", Overwrite=True
    )
    assert "without encryption" in said(in_account(pilot))


def test_tables_that_stayed_when_a_stack_was_removed_are_named(account, pilot):
    store_all(pilot)
    make_tables(pilot)
    (problem,) = in_account(pilot)
    assert "dong-thap-pilot-cases" in problem.what
    make_stack(pilot)
    assert in_account(pilot) == []


def test_what_a_first_deploy_that_failed_has_left_is_named_with_the_command_that_clears_it(account, pilot):
    store_all(pilot)
    make_tables(pilot)
    stack = Stack(pilot.stack_name, "ROLLBACK_COMPLETE", {}, ())
    (problem,) = preflight._stack(pilot, stack, "123456789012")
    assert "its first deploy failed" in problem.what
    assert "dong-thap-pilot-cases" in problem.what
    assert "make destroy PROVINCE=dong-thap ENV=pilot CONFIRM=hotline-dong-thap-pilot" in problem.remedy
    production = make_plan("dong-thap")
    make_tables(production)
    (problem,) = preflight._stack(production, stack, "123456789012")
    assert "CONFIRM=hotline-dong-thap ALSO_PRODUCTION=1" in problem.remedy


@pytest.mark.parametrize("kind", ["bucket", "log group"])
def test_buckets_and_logs_that_stayed_are_named_too(account, pilot, kind):
    store_all(pilot)
    place = {"LocationConstraint": pilot.region}
    if kind == "bucket":
        name = pilot.bucket("files", "123456789012")
        boto3.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=place)
    else:
        name = pilot.log_group("api_handler")
        boto3.client("logs").create_log_group(logGroupName=name)
    (problem,) = in_account(pilot)
    assert name in problem.what


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("REVIEW_IN_PROGRESS", ""),
        ("ROLLBACK_COMPLETE", ""),
        ("UPDATE_COMPLETE", ""),
        ("UPDATE_IN_PROGRESS", "somebody is changing it"),
        ("UPDATE_ROLLBACK_FAILED", "it is stuck"),
    ],
)
def test_a_stack_in_the_middle_of_something_is_left_alone(account, pilot, status, words):
    tags = {"hotline": "dong-thap", "environment": "pilot"}
    stack = Stack(pilot.stack_name, status, {}, (), tags)
    found = said(preflight._stack(pilot, stack, "123456789012"))
    assert words in found
    assert bool(words) == bool(found)


@pytest.mark.parametrize("tags", [{}, {"hotline": "dong-thap-pilot", "environment": "production"}])
def test_a_stack_of_the_same_name_that_is_somebody_else_s_is_not_changed(account, pilot, tags):
    stack = Stack(pilot.stack_name, "UPDATE_COMPLETE", {}, (), tags)
    assert "somebody else's is not changed" in said(preflight._stack(pilot, stack, "123456789012"))


def test_a_stack_that_is_only_thought_of_counts_as_none(account, pilot):
    boto3.client("cloudformation").create_change_set(
        StackName=pilot.stack_name,
        ChangeSetName="never-executed",
        ChangeSetType="CREATE",
        TemplateBody='{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}',
    )
    store_all(pilot)
    assert find_stack(pilot).status == "REVIEW_IN_PROGRESS"
    assert in_account(pilot) == []
    assert serving_stack(pilot) is None


def _make_queue(plan):
    boto3.client("sqs").create_queue(QueueName=plan.failed_queue)


def _make_identity(plan):
    boto3.client("sesv2").create_email_identity(EmailIdentity=plan.email_domain)


def _make_configuration_set(plan):
    boto3.client("sesv2").create_configuration_set(ConfigurationSetName=plan.stack_name)


def _make_receipt_rule(plan):
    receipt_rules.make(plan)
    boto3.client("ses").create_receipt_rule(
        RuleSetName=plan.rule_set, Rule={"Name": plan.stack_name, "Recipients": [], "Actions": []}
    )


@pytest.mark.parametrize(
    ("take", "words"),
    [
        (_make_queue, "delete-queue"),
        (_make_identity, "delete-email-identity --email-identity pilot.thu.1022.dong-thap.example"),
        (_make_configuration_set, "delete-configuration-set"),
        (_make_receipt_rule, "delete-receipt-rule --rule-set-name hotline-1022"),
    ],
)
def test_a_name_that_is_taken_already_is_told_with_the_command_that_frees_it(account, pilot, take, words):
    store_all(pilot)
    take(pilot)
    (problem,) = in_account(pilot)
    assert words in problem.remedy and problem.remedy.endswith("--region ap-southeast-1")
    make_stack_over(pilot)
    assert in_account(pilot) == []


def make_stack_over(plan):
    """The stack has it now."""
    boto3.client("sqs").delete_queue(
        QueueUrl=boto3.client("sqs").create_queue(QueueName=plan.failed_queue)["QueueUrl"]
    )
    make_stack(plan)


def test_a_domain_that_another_api_has_is_told_before_a_deploy(account, plan):
    store_all(plan)
    boto3.client("apigateway").create_domain_name(domainName=plan.domain)
    assert "aws apigateway delete-domain-name" in said(in_account(plan))
    assert "delete-domain-name" not in said(in_account(replace(plan, cdn=True)))


def test_another_active_set_of_receipt_rules_is_refused_and_naming_it_helps(account, pilot):
    store_all(pilot)
    ses = boto3.client("ses")
    ses.create_receipt_rule_set(RuleSetName="elsewhere")
    assert in_account(pilot) == []
    ses.set_active_receipt_rule_set(RuleSetName="elsewhere")
    (problem,) = in_account(pilot)
    assert "rule_set: elsewhere" in problem.remedy
    assert in_account(replace(pilot, rule_set="elsewhere")) == []
    assert in_account(replace(pilot, receives_mail=False)) == []


def test_the_set_that_all_hotlines_share_is_right_for_a_pilot_beside_production(account, pilot, plan):
    store_all(pilot)
    receipt_rules.make(plan)
    assert receipt_rules.put_in_force(plan)
    assert in_account(pilot) == []
    (problem,) = in_account(replace(pilot, rule_set="elsewhere"))
    assert 'rule_set: ""' in problem.remedy


def test_a_named_set_of_receipt_rules_has_to_be_the_active_one(account, pilot):
    store_all(pilot)
    assert "is not active" in said(in_account(replace(pilot, rule_set="elsewhere")))


def test_production_needs_a_certificate_and_a_pilot_none(account, plan, pilot):
    store_all(plan)
    store_all(pilot)
    assert in_account(pilot) == []
    (problem,) = in_account(plan)
    assert "certificate" in problem.what and plan.domain in problem.remedy


@pytest.mark.parametrize(
    ("cdn", "region", "words"),
    [
        (False, "ap-southeast-1", ""),
        (False, "us-east-1", "it has to be in ap-southeast-1"),
        (True, "us-east-1", ""),
        (True, "ap-southeast-1", "it has to be in us-east-1"),
    ],
)
def test_a_certificate_lies_where_it_is_used(account, plan, cdn, region, words):
    store_all(plan)
    acm = boto3.client("acm", region_name=region)
    arn = acm.request_certificate(DomainName=plan.domain)["CertificateArn"]
    acm.describe_certificate(CertificateArn=arn)
    found = in_account(replace(plan, cdn=cdn, certificate=arn))
    assert words in said(found)
    if not words:  # in memory a certificate that was just asked for is not issued yet
        assert all("not issued yet" in problem.what for problem in found)


@pytest.mark.parametrize(
    ("arn", "words"),
    [
        ("a certificate", "is not the ARN of one"),
        ("arn:aws:acm:ap-southeast-1:123456789012:certificate/none", "no such certificate"),
    ],
)
def test_a_certificate_that_is_none_is_refused(account, plan, arn, words):
    store_all(plan)
    assert words in said(in_account(replace(plan, certificate=arn)))


def test_a_certificate_of_another_name_is_refused(account, plan):
    store_all(plan)
    arn = boto3.client("acm").request_certificate(DomainName="other.example")["CertificateArn"]
    assert f"is not for {plan.domain}" in said(in_account(replace(plan, certificate=arn)))


def test_a_number_connected_elsewhere_is_asked_for_only_when_the_rest_is_in_order(account, pilot):
    elsewhere = [preflight.Problem("number", 0, "it is connected elsewhere.")]
    assert elsewhere[0] not in preflight.in_account(pilot, numbers=lambda plan: elsewhere)
    store_all(pilot)
    assert elsewhere[0] in preflight.in_account(pilot, numbers=lambda plan: elsewhere)
    gateway = preflight.in_account(replace(pilot, sms_provider="gateway"), numbers=lambda plan: elsewhere)
    assert elsewhere[0] not in gateway


def test_a_number_connected_elsewhere_stops_a_first_deploy_unless_it_is_to_be_seen_to_later(account, pilot):
    store_all(pilot)
    elsewhere = [preflight.Problem("number", 0, "it is connected elsewhere.")]
    refused = preflight.in_account(pilot, numbers=lambda plan: elsewhere)
    assert preflight.has_error(refused)
    assert "make deploy PROVINCE=dong-thap ENV=pilot NUMBERS=later" in said(refused)
    (problem,) = preflight.in_account(pilot, numbers_later=True, numbers=lambda plan: elsewhere)
    assert str(problem) == "number: warning: it is connected elsewhere."


def test_a_number_connected_elsewhere_does_not_stop_the_next_deploy_of_a_stack(account, pilot):
    store_all(pilot)
    make_stack(pilot)
    elsewhere = [preflight.Problem("Twilio", 0, "Twilio did not answer.")]
    (problem,) = preflight.in_account(pilot, numbers=lambda plan: elsewhere)
    assert problem.severity == "warning"
