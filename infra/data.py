"""What holds data: the key, the five tables, the buckets. A deploy never replaces or deletes any of it.

Every name is given (a renamed resource would be a new, empty one), every resource stays when the stack goes. Tables,
buckets and the key stay even after a first deploy that failed: CloudFormation could not delete a protected table or a
bucket with a mail in it, and the stack would be stuck. `make destroy` names the command for each.
"""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from chalicelib.settings import TABLES
from chalicelib.storage.tables import STREAMS, TIME_TO_LIVE, create_table_arguments
from infra.plan import Plan


def keep(resource: cdk.CfnResource, policy: cdk.CfnDeletionPolicy = cdk.CfnDeletionPolicy.RETAIN) -> None:
    """Let no deploy and no removal of the stack take *resource* away."""
    resource.cfn_options.deletion_policy = policy
    resource.cfn_options.update_replace_policy = cdk.CfnDeletionPolicy.RETAIN


def make_key(scope: Construct, plan: Plan) -> kms.CfnKey | None:
    """Return the province's own key, or None where Amazon's default encryption is chosen."""
    if not plan.own_key:
        return None
    stack = cdk.Stack.of(scope)
    key = kms.CfnKey(
        scope,
        "DataKey",
        description=f"Data of the 1022 hotline, {plan.prefix}",
        enable_key_rotation=True,
        pending_window_in_days=30,
        key_policy={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "AccountDecides",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:{stack.partition}:iam::{stack.account}:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                },
                {
                    "Sid": "ServicesThatWriteForUs",
                    "Effect": "Allow",
                    "Principal": {
                        "Service": [
                            "ses.amazonaws.com",
                            "sns.amazonaws.com",
                            "cloudwatch.amazonaws.com",
                            "events.amazonaws.com",
                        ]
                    },
                    "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
                    "Resource": "*",
                    "Condition": {"StringEquals": {"aws:SourceAccount": stack.account}},
                },
                {
                    # CloudWatch Logs tells no account; it names the log group in the encryption context.
                    "Sid": "LogsOfThisStack",
                    "Effect": "Allow",
                    "Principal": {"Service": f"logs.{plan.region}.amazonaws.com"},
                    "Action": [
                        "kms:Encrypt",
                        "kms:Decrypt",
                        "kms:ReEncrypt*",
                        "kms:GenerateDataKey*",
                        "kms:Describe*",
                    ],
                    "Resource": "*",
                    "Condition": {
                        "ArnLike": {
                            "kms:EncryptionContext:aws:logs:arn": stack.format_arn(
                                service="logs",
                                resource="log-group",
                                resource_name=plan.log_group("*"),
                                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
                            )
                        }
                    },
                },
            ],
        },
    )
    keep(key)
    kms.CfnAlias(scope, "DataKeyAlias", alias_name=f"alias/hotline-{plan.prefix}", target_key_id=key.attr_arn)
    return key


def make_tables(scope: Construct, plan: Plan, key: kms.CfnKey | None) -> dict[str, dynamodb.CfnTable]:
    """Return the five tables as the records describe them, on demand, restorable to any second of 35 days."""
    return {name: _table(scope, plan, name, key) for name in TABLES}


def _table(scope: Construct, plan: Plan, name: str, key: kms.CfnKey | None) -> dynamodb.CfnTable:
    schema = create_table_arguments(name, plan.table(name))
    time_to_live = TIME_TO_LIVE.get(name)
    table = dynamodb.CfnTable(
        scope,
        f"{name.capitalize()}Table",
        table_name=schema["TableName"],
        billing_mode=schema["BillingMode"],
        key_schema=_camel(schema["KeySchema"]),
        attribute_definitions=_camel(schema["AttributeDefinitions"]),
        global_secondary_indexes=_camel(schema.get("GlobalSecondaryIndexes")),
        stream_specification=(
            dynamodb.CfnTable.StreamSpecificationProperty(stream_view_type=STREAMS[name])
            if name in STREAMS
            else None
        ),
        time_to_live_specification=(
            dynamodb.CfnTable.TimeToLiveSpecificationProperty(enabled=True, attribute_name=time_to_live)
            if time_to_live
            else None
        ),
        point_in_time_recovery_specification=dynamodb.CfnTable.PointInTimeRecoverySpecificationProperty(
            point_in_time_recovery_enabled=True
        ),
        sse_specification=(
            dynamodb.CfnTable.SSESpecificationProperty(
                sse_enabled=True, sse_type="KMS", kms_master_key_id=key.attr_arn
            )
            if key
            else None
        ),
        deletion_protection_enabled=True,
    )
    keep(table)
    return table


def _camel(value: Any) -> Any:
    """CreateTable's words as the CDK spells them: KeySchema → keySchema."""
    if isinstance(value, list):
        return [_camel(item) for item in value]
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: _camel(item) for key, item in value.items()}
    return value


POSTER_DAYS = 30
"""A poster is made anew whenever somebody asks for it."""

UPLOAD_DAYS = 2
"""What a browser put there is taken and deleted within minutes; a report kept on a phone is sent within a day."""


def make_buckets(scope: Construct, plan: Plan, key: kms.CfnKey | None) -> dict[str, s3.CfnBucket]:
    """Return the buckets of files and of recordings: private, encrypted, versioned, each kind kept for its time."""
    kept = {
        "files": {
            "inbound": plan.inbound_mail_days,
            "reports": plan.reports_days,
            "posters": POSTER_DAYS,
            "uploads": UPLOAD_DAYS,
        },
        "recordings": {"": plan.recordings_days},
    }
    return {name: _bucket(scope, plan, name, days, key) for name, days in kept.items()}


def _bucket(
    scope: Construct, plan: Plan, name: str, days: dict[str, int], key: kms.CfnKey | None
) -> s3.CfnBucket:
    stack = cdk.Stack.of(scope)
    rule = s3.CfnBucket.RuleProperty
    encryption = s3.CfnBucket.ServerSideEncryptionByDefaultProperty(
        sse_algorithm="aws:kms" if key else "AES256", kms_master_key_id=key.attr_arn if key else None
    )
    cors = s3.CfnBucket.CorsConfigurationProperty(
        cors_rules=[
            s3.CfnBucket.CorsRuleProperty(
                allowed_methods=["POST"],
                allowed_origins=[_origin(stack, plan)],
                allowed_headers=["content-type"],
                max_age=3600,
            )
        ]
    )
    bucket = s3.CfnBucket(
        scope,
        f"{name.capitalize()}Bucket",
        bucket_name=plan.bucket(name, stack.account),
        bucket_encryption=s3.CfnBucket.BucketEncryptionProperty(
            server_side_encryption_configuration=[
                s3.CfnBucket.ServerSideEncryptionRuleProperty(
                    server_side_encryption_by_default=encryption, bucket_key_enabled=bool(key) or None
                )
            ]
        ),
        public_access_block_configuration=s3.CfnBucket.PublicAccessBlockConfigurationProperty(
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        ),
        ownership_controls=s3.CfnBucket.OwnershipControlsProperty(
            rules=[s3.CfnBucket.OwnershipControlsRuleProperty(object_ownership="BucketOwnerEnforced")]
        ),
        cors_configuration=cors if "uploads" in days else None,
        versioning_configuration=s3.CfnBucket.VersioningConfigurationProperty(status="Enabled"),
        lifecycle_configuration=s3.CfnBucket.LifecycleConfigurationProperty(
            rules=[
                *(
                    rule(
                        id=f"keep-{at or name}-for-{kept}-days",
                        status="Enabled",
                        prefix=f"{at}/" if at else "",
                        expiration_in_days=kept,
                    )
                    for at, kept in days.items()
                ),
                *(
                    # As it was sent it tells where a picture was taken: what is deleted shall not linger as a version.
                    rule(
                        id="forget-uploads-for-good",
                        status="Enabled",
                        prefix="uploads/",
                        noncurrent_version_expiration=s3.CfnBucket.NoncurrentVersionExpirationProperty(
                            noncurrent_days=1
                        ),
                    )
                    for at in days
                    if at == "uploads"
                ),
                rule(
                    id="forget-what-was-overwritten",
                    status="Enabled",
                    noncurrent_version_expiration=s3.CfnBucket.NoncurrentVersionExpirationProperty(
                        noncurrent_days=30
                    ),
                    abort_incomplete_multipart_upload=s3.CfnBucket.AbortIncompleteMultipartUploadProperty(
                        days_after_initiation=7
                    ),
                ),
            ]
        ),
    )
    keep(bucket)
    _only_encrypted_ways_in(scope, plan, name, bucket)
    return bucket


def _origin(stack: cdk.Stack, plan: Plan) -> str:
    """
    Return whose scripts may post files here.

    A pilot's host is known only once its API exists, which needs the bucket: of it is named what is certain. What
    may be put there, and how large, each upload's signed policy says; this only says who hears what became of it.
    """
    return plan.public_url or f"https://*.execute-api.{plan.region}.{stack.url_suffix}"


def _only_encrypted_ways_in(scope: Construct, plan: Plan, name: str, bucket: s3.CfnBucket) -> None:
    stack = cdk.Stack.of(scope)
    statements: list[dict[str, Any]] = [
        {
            "Sid": "OnlyOverTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket.attr_arn, f"{bucket.attr_arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    if name == "files" and plan.receives_mail:
        statements.append(
            {
                "Sid": "MailServiceBringsMail",
                "Effect": "Allow",
                "Principal": {"Service": "ses.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": f"{bucket.attr_arn}/inbound/*",
                "Condition": {"StringEquals": {"aws:SourceAccount": stack.account}},
            }
        )
    s3.CfnBucketPolicy(
        scope,
        f"{name.capitalize()}BucketPolicy",
        bucket=bucket.ref,
        policy_document={"Version": "2012-10-17", "Statement": statements},
    )
