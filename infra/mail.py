"""Mail out and in: who we are to other mail servers, what becomes of a mail, and who takes those that come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.app import HotlineApp
from infra.functions import named
from infra.plan import Plan

EVENTS = ["delivery", "bounce", "complaint", "reject", "renderingFailure", "deliveryDelay"]
"""What is told of a mail. Never opens and clicks: nobody is watched while reading."""

INBOUND = "inbound/"
"""Folder of mails as they came; the job reads `inbound/<message id>`."""


def make_mail(
    scope: Construct,
    plan: Plan,
    app: HotlineApp,
    buckets: Mapping[str, cdk.CfnResource],
    key: cdk.CfnResource | None,
) -> None:
    """Make the province's mail domain with its events, and the rule for what comes in; put out its DNS records."""
    configuration = ses.CfnConfigurationSet(
        scope,
        "MailConfiguration",
        name=plan.stack_name,
        # A mail names a citizen's case: better told back as a bounce than sent in clear text.
        delivery_options=ses.CfnConfigurationSet.DeliveryOptionsProperty(tls_policy="REQUIRE"),
        reputation_options=ses.CfnConfigurationSet.ReputationOptionsProperty(reputation_metrics_enabled=True),
        sending_options=ses.CfnConfigurationSet.SendingOptionsProperty(sending_enabled=True),
        suppression_options=ses.CfnConfigurationSet.SuppressionOptionsProperty(
            suppressed_reasons=["BOUNCE", "COMPLAINT"]
        ),
    )
    _events(scope, plan, app, configuration, key)
    identity = _identity(scope, plan, configuration)
    if plan.receives_mail:
        _inbound(scope, plan, app, buckets, identity)
    for name, record in dns_records(plan, identity).items():
        cdk.CfnOutput(scope, name, value=record, description="DNS: mail of the hotline")


def mail_from(plan: Plan) -> str:
    """Return the domain bounces go to, below that of the mail itself."""
    return f"bounce.{plan.email_domain}"


def dns_records(plan: Plan, identity: ses.CfnEmailIdentity) -> dict[str, str]:
    """Return what ops enter into the domain's DNS: name of the output → record."""
    signing = (
        (identity.attr_dkim_dns_token_name1, identity.attr_dkim_dns_token_value1),
        (identity.attr_dkim_dns_token_name2, identity.attr_dkim_dns_token_value2),
        (identity.attr_dkim_dns_token_name3, identity.attr_dkim_dns_token_value3),
    )
    records = {f"DnsDkim{n}": f"{name} CNAME {value}" for n, (name, value) in enumerate(signing, start=1)}
    records["DnsBounceMx"] = f"{mail_from(plan)} MX 10 feedback-smtp.{plan.region}.amazonses.com"
    records["DnsBounceSpf"] = f'{mail_from(plan)} TXT "v=spf1 include:amazonses.com -all"'
    records["DnsDmarc"] = (
        f'_dmarc.{plan.email_domain} TXT "v=DMARC1; p=quarantine; rua=mailto:{plan.ops_email}"'
    )
    if plan.receives_mail:
        records["DnsInboundMx"] = f"{plan.email_domain} MX 10 inbound-smtp.{plan.region}.amazonaws.com"
    return records


def _identity(scope: Construct, plan: Plan, configuration: ses.CfnConfigurationSet) -> ses.CfnEmailIdentity:
    return ses.CfnEmailIdentity(
        scope,
        "MailIdentity",
        email_identity=plan.email_domain,
        dkim_attributes=ses.CfnEmailIdentity.DkimAttributesProperty(signing_enabled=True),
        dkim_signing_attributes=ses.CfnEmailIdentity.DkimSigningAttributesProperty(
            next_signing_key_length="RSA_2048_BIT"
        ),
        mail_from_attributes=ses.CfnEmailIdentity.MailFromAttributesProperty(
            mail_from_domain=mail_from(plan),
            # A forgotten DNS record must not stop the mail.
            behavior_on_mx_failure="USE_DEFAULT_VALUE",
        ),
        configuration_set_attributes=ses.CfnEmailIdentity.ConfigurationSetAttributesProperty(
            configuration_set_name=configuration.ref
        ),
        # Bounces come as events; as mails they would come back to the hotline itself.
        feedback_attributes=ses.CfnEmailIdentity.FeedbackAttributesProperty(email_forwarding_enabled=False),
    )


def _events(
    scope: Construct,
    plan: Plan,
    app: HotlineApp,
    configuration: ses.CfnConfigurationSet,
    key: cdk.CfnResource | None,
) -> None:
    stack = cdk.Stack.of(scope)
    topic = sns.CfnTopic(
        scope,
        "MailEvents",
        topic_name=f"{plan.prefix}-mail-events",
        kms_master_key_id=key.get_att("Arn").to_string() if key else None,
    )
    here = stack.format_arn(service="ses", resource="configuration-set", resource_name=plan.stack_name)
    policy = sns.CfnTopicPolicy(
        scope,
        "MailEventsPolicy",
        topics=[topic.ref],
        policy_document={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "MailServiceTells",
                    "Effect": "Allow",
                    "Principal": {"Service": "ses.amazonaws.com"},
                    "Action": "sns:Publish",
                    "Resource": topic.ref,
                    "Condition": {
                        "StringEquals": {"aws:SourceAccount": stack.account, "aws:SourceArn": here}
                    },
                },
                {
                    "Sid": "OnlyOverTls",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "sns:Publish",
                    "Resource": topic.ref,
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
            ],
        },
    )
    destination = ses.CfnConfigurationSetEventDestination(
        scope,
        "MailEventsToTopic",
        configuration_set_name=configuration.ref,
        event_destination=ses.CfnConfigurationSetEventDestination.EventDestinationProperty(
            name="topic",
            enabled=True,
            matching_event_types=EVENTS,
            sns_destination=ses.CfnConfigurationSetEventDestination.SnsDestinationProperty(
                topic_arn=topic.ref
            ),
        ),
    )
    destination.add_resource_dependency(policy)
    taker = _alias(app, "take_mail_event")
    permission = lambda_.CfnPermission(
        scope,
        "MailEventsMayCall",
        action="lambda:InvokeFunction",
        function_name=taker,
        principal="sns.amazonaws.com",
        source_arn=topic.ref,
    )
    subscription = sns.CfnSubscription(
        scope, "MailEventsToJob", topic_arn=topic.ref, protocol="lambda", endpoint=taker
    )
    subscription.add_resource_dependency(permission)


def _inbound(
    scope: Construct,
    plan: Plan,
    app: HotlineApp,
    buckets: Mapping[str, cdk.CfnResource],
    identity: ses.CfnEmailIdentity,
) -> None:
    """
    Take mail for the domain: first into the bucket, then to the job, whose event has no body.

    A rule set works once it is the account's active one, of which there is one a region. All stacks share it, so none
    may own it: `make deploy` makes it and puts it in force (infra/receipt_rules.py), the stack only adds its rule.
    """
    stack = cdk.Stack.of(scope)
    rule_arn = stack.format_arn(
        service="ses",
        resource="receipt-rule-set",
        resource_name=f"{plan.rule_set}:receipt-rule/{plan.stack_name}",
    )
    taker = _alias(app, "receive_email")
    permission = lambda_.CfnPermission(
        scope,
        "InboundMayCall",
        action="lambda:InvokeFunction",
        function_name=taker,
        principal="ses.amazonaws.com",
        source_account=stack.account,
        source_arn=rule_arn,
    )
    action = ses.CfnReceiptRule.ActionProperty
    rule = ses.CfnReceiptRule(
        scope,
        "InboundRule",
        rule_set_name=plan.rule_set,
        rule=ses.CfnReceiptRule.RuleProperty(
            name=plan.stack_name,
            enabled=True,
            recipients=[plan.email_domain],
            scan_enabled=True,  # spam and virus verdicts, without which no mail is trusted
            tls_policy="Optional",  # the mail server of an office is not ours to choose
            actions=[
                action(
                    s3_action=ses.CfnReceiptRule.S3ActionProperty(
                        bucket_name=buckets["files"].ref, object_key_prefix=INBOUND
                    )
                ),
                action(
                    lambda_action=ses.CfnReceiptRule.LambdaActionProperty(
                        function_arn=taker, invocation_type="Event"
                    )
                ),
            ],
        ),
    )
    # SES tries both actions when the rule is made: it has to be allowed before.
    needed: list[Any] = [permission, stack.node.find_child("FilesBucketPolicy"), identity]
    for one in needed:
        rule.add_resource_dependency(one)


def _alias(app: HotlineApp, function: str) -> str:
    return cdk.Fn.ref(app.alias_of(named(function)))
