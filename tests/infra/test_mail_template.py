"""Mail of a stack: who it is to others, what becomes of a mail, and who takes what comes in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.gateways.email_events import read_ses_events
from infra.mail import EVENTS
from tests.infra.choices import EVERYTHING, OWN_DOMAIN


def only(made: Any, kind: str) -> Any:
    (one,) = made.of_type(kind).values()
    return one["Properties"]


def text(value: Any) -> str:
    return json.dumps(value)


def needed_by(made: Any, name: str) -> set[str]:
    """Logical ids that *name* is said to depend on."""
    one = made.resources[name]
    declared = one.get("DependsOn", [])
    return {declared} if isinstance(declared, str) else set(declared)


def test_mail_is_signed_and_bounces_go_to_a_domain_below(template):
    identity = only(template(), "AWS::SES::EmailIdentity")
    assert identity["EmailIdentity"] == "thu.1022.dong-thap.example"
    assert identity["DkimAttributes"] == {"SigningEnabled": True}
    assert identity["DkimSigningAttributes"] == {"NextSigningKeyLength": "RSA_2048_BIT"}
    assert identity["MailFromAttributes"]["MailFromDomain"] == "bounce.thu.1022.dong-thap.example"


def test_mail_leaves_only_encrypted_and_not_to_who_bounced_or_complained(template):
    made = template()
    configuration = only(made, "AWS::SES::ConfigurationSet")
    assert configuration["Name"] == made.plan.stack_name
    assert configuration["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    assert configuration["SuppressionOptions"] == {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
    assert configuration["ReputationOptions"] == {"ReputationMetricsEnabled": True}
    assert "TrackingOptions" not in configuration


def test_the_job_is_told_what_became_of_a_mail_but_not_whether_it_was_read(template):
    made = template()
    destination = only(made, "AWS::SES::ConfigurationSetEventDestination")["EventDestination"]
    assert destination["MatchingEventTypes"] == EVENTS
    assert not {"open", "click"} & set(EVENTS)
    topic = destination["SnsDestination"]["TopicARN"]["Ref"]
    subscription = next(
        one["Properties"]
        for one in made.of_type("AWS::SNS::Subscription").values()
        if one["Properties"]["Protocol"] == "lambda"
    )
    assert subscription["TopicArn"] == {"Ref": topic}
    assert subscription["Endpoint"] == {"Ref": "TakeMailEventAliaslive"}
    permission = made.resources["MailEventsMayCall"]["Properties"]
    assert permission["FunctionName"] == {"Ref": "TakeMailEventAliaslive"}
    assert permission["SourceArn"] == {"Ref": topic}


def test_only_this_accounts_configuration_set_may_tell_of_mails(template):
    made = template()
    policy = made.resources["MailEventsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    allowed = next(one for one in policy if one["Effect"] == "Allow")
    condition = allowed["Condition"]["StringEquals"]
    assert condition["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert f":configuration-set/{made.plan.stack_name}" in text(condition["aws:SourceArn"])
    assert "MailEventsPolicy" in needed_by(made, "MailEventsToTopic")


def test_events_lie_under_the_provinces_own_key_where_it_has_one(template):
    topic = template(**EVERYTHING).resources["MailEvents"]["Properties"]
    assert topic["KmsMasterKeyId"] == {"Fn::GetAtt": ["DataKey", "Arn"]}
    key = template(**EVERYTHING).resources["DataKey"]["Properties"]["KeyPolicy"]
    assert "ses.amazonaws.com" in text(key)


def test_a_mail_that_comes_in_is_stored_before_the_job_is_called(template):
    rule = only(template(), "AWS::SES::ReceiptRule")["Rule"]
    assert rule["Recipients"] == ["thu.1022.dong-thap.example"]
    assert rule["ScanEnabled"] is True
    assert rule["TlsPolicy"] == "Optional"
    assert rule["Actions"] == [
        {"S3Action": {"BucketName": {"Ref": "FilesBucket"}, "ObjectKeyPrefix": "inbound/"}},
        {"LambdaAction": {"FunctionArn": {"Ref": "ReceiveEmailAliaslive"}, "InvocationType": "Event"}},
    ]


def test_the_rule_is_made_after_all_it_needs(template):
    made = template()
    assert needed_by(made, "InboundRule") == {
        "FilesBucketPolicy",
        "InboundMayCall",
        "MailIdentity",
    }


def test_only_this_rule_of_this_account_may_call_the_job(template):
    made = template()
    permission = made.resources["InboundMayCall"]["Properties"]
    assert permission["FunctionName"] == {"Ref": "ReceiveEmailAliaslive"}
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert f":receipt-rule-set/hotline-1022:receipt-rule/{made.plan.stack_name}" in text(
        permission["SourceArn"]
    )


def test_the_set_of_rules_that_all_stacks_share_belongs_to_none_of_them(template):
    made = template()
    assert not made.of_type("AWS::SES::ReceiptRuleSet")
    assert only(made, "AWS::SES::ReceiptRule")["RuleSetName"] == "hotline-1022"


def test_a_rule_goes_into_the_set_of_another_system_where_the_pack_names_it(template):
    made = template(**OWN_DOMAIN)
    assert only(made, "AWS::SES::ReceiptRule")["RuleSetName"] == "chung"
    assert ":receipt-rule-set/chung:receipt-rule/" in text(made.resources["InboundMayCall"]["Properties"])


def test_where_no_mail_is_received_nothing_waits_for_it(template):
    made = template(receives_mail=False)
    kinds = {one["Type"] for one in made.resources.values()}
    assert "AWS::SES::ReceiptRule" not in kinds
    assert "DnsInboundMx" not in made.expanded["Outputs"]


def test_ops_are_given_the_records_of_the_domain(template):
    outputs = template().expanded["Outputs"]
    assert {"DnsDkim1", "DnsDkim2", "DnsDkim3", "DnsBounceMx", "DnsBounceSpf", "DnsDmarc"} <= set(outputs)
    mx = outputs["DnsInboundMx"]["Value"]
    assert mx == "thu.1022.dong-thap.example MX 10 inbound-smtp.ap-southeast-1.amazonaws.com"


@pytest.mark.parametrize(
    ("event", "outcome", "retry"),
    [
        ({"eventType": "Delivery", "delivery": {}}, "delivered", False),
        (
            {"eventType": "Bounce", "bounce": {"bounceType": "Permanent", "bounceSubType": "General"}},
            "failed",
            False,
        ),
        (
            {"eventType": "Bounce", "bounce": {"bounceType": "Transient", "bounceSubType": "MailboxFull"}},
            "failed",
            True,
        ),
        ({"eventType": "Reject", "reject": {"reason": "Bad content"}}, "failed", False),
        ({"eventType": "Rendering Failure", "failure": {}}, "failed", False),
        # It did arrive; SES itself sends no more to that address.
        ({"eventType": "Complaint", "complaint": {}}, None, False),
        # SES still tries; what it gives up comes as a bounce.
        ({"eventType": "DeliveryDelay", "deliveryDelay": {}}, None, False),
    ],
)
def test_each_event_the_topic_brings_is_understood(event, outcome, retry):
    told = event | {"mail": {"messageId": "0100", "tags": {"message_id": ["m1"]}}}
    reports = list(
        read_ses_events({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(told)}}]})
    )
    assert [(one.status, one.retry) for one in reports] == ([] if outcome is None else [(outcome, retry)])
