"""The province's own name for the hotline in production: custom domain, or CloudFront, and the firewall.

Nothing here changes what the hotline builds links on and checks signatures against: that is PUBLIC_URL and the path
(`settings.public_url`), never the Host header, so neither CloudFront nor the stage's path comes into it.
"""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra.access import cdn_mark
from infra.api import API, STAGE_ID, has_own_domain, host
from infra.plan import STAGE, Plan

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""CloudFront's managed cache policy CachingDisabled."""

ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""Managed policy: hands on all headers (X-Twilio-Signature), cookies and queries, but not Host, which is the API's."""

NEVER_CACHED = ("a/*", "case*", "report*", "twilio/*", "gateway/*")
"""Signed links, forms, cases and webhooks; everything else is kept only as long as its Cache-Control says."""

EVERY_METHOD = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]

NOT_KEPT = (400, 403, 404, 405, 414, 500, 501, 502, 503, 504)
"""Errors that CloudFront would keep for ten seconds: one failure would look like many."""

WEBHOOKS = f"^(/{STAGE})?/(twilio|gateway)/"
"""A provider calls from few addresses, most in a surge: signature and throttle guard these, not the rate rule."""

VIEWER_ADDRESS = "x-viewer-address"
"""Header in which CloudFront hands on the reader's address; whatever a caller put there is overwritten."""

CDN_HEADER = "x-cdn-mark"
"""Header by which the API knows its own CloudFront (chalicelib/entrypoints/visitor.py); a caller's is overwritten."""

TELL_ADDRESS = f"""function handler(event) {{
  event.request.headers['{VIEWER_ADDRESS}'] = {{value: event.viewer.ip}};
  return event.request;
}}"""


def make_domain(scope: Construct, plan: Plan) -> None:
    """Make what production is reached by; a pilot, and a pack without a certificate, has API Gateway's address only."""
    if not plan.is_production:
        return
    if plan.firewall:
        _firewall(scope, plan)
    if not plan.certificate:
        return
    target = _custom_domain(scope, plan) if has_own_domain(plan) else _distribution(scope, plan)
    # Where the same name also takes mail (MX), a CNAME is not allowed beside it: an alias record of the DNS then.
    cdk.CfnOutput(
        scope, "DnsWeb", value=f"{plan.domain} CNAME {target}", description="DNS: the hotline's address"
    )


def _custom_domain(scope: Construct, plan: Plan) -> str:
    domain = apigateway.CfnDomainName(
        scope,
        "Domain",
        domain_name=plan.domain,
        regional_certificate_arn=plan.certificate,
        endpoint_configuration=apigateway.CfnDomainName.EndpointConfigurationProperty(types=["REGIONAL"]),
        security_policy="TLS_1_2",
    )
    apigateway.CfnBasePathMapping(
        scope,
        "DomainMapping",
        domain_name=domain.ref,
        rest_api_id=cdk.Fn.ref(API),
        stage=cdk.Fn.ref(STAGE_ID),
    )
    return domain.attr_regional_domain_name


def _distribution(scope: Construct, plan: Plan) -> str:
    """
    Return the host name of a CloudFront distribution in front of the API.

    Its certificate has to be in us-east-1. API Gateway's own address stays open, because CloudFront calls it: who finds
    it gets past the rate rule by address, but not past the stage's throttle, a signature or a signed link, nor past
    the limits of the pages: these believe an address handed on only beside CloudFront's mark.
    """
    behaviour = cloudfront.CfnDistribution.CacheBehaviorProperty
    common: dict[str, Any] = {
        "target_origin_id": "api",
        "allowed_methods": EVERY_METHOD,
        "cached_methods": ["GET", "HEAD"],  # a POST is never cached
        "origin_request_policy_id": ALL_VIEWER_EXCEPT_HOST,
        "compress": True,
    }
    if plan.firewall:
        common["function_associations"] = [
            cloudfront.CfnDistribution.FunctionAssociationProperty(
                event_type="viewer-request", function_arn=_tell_address(scope, plan)
            )
        ]
    distribution = cloudfront.CfnDistribution(
        scope,
        "Distribution",
        distribution_config=cloudfront.CfnDistribution.DistributionConfigProperty(
            enabled=True,
            comment=f"1022 hotline, {plan.prefix}",
            aliases=[plan.domain],
            http_version="http2and3",
            ipv6_enabled=True,
            price_class="PriceClass_200",  # the cheapest with edges in Asia
            viewer_certificate=cloudfront.CfnDistribution.ViewerCertificateProperty(
                acm_certificate_arn=plan.certificate,
                ssl_support_method="sni-only",
                minimum_protocol_version="TLSv1.2_2021",
            ),
            origins=[
                cloudfront.CfnDistribution.OriginProperty(
                    id="api",
                    domain_name=host(scope),
                    origin_path=f"/{STAGE}",
                    custom_origin_config=cloudfront.CfnDistribution.CustomOriginConfigProperty(
                        origin_protocol_policy="https-only", origin_ssl_protocols=["TLSv1.2"]
                    ),
                    origin_custom_headers=[
                        cloudfront.CfnDistribution.OriginCustomHeaderProperty(
                            header_name=CDN_HEADER, header_value=cdn_mark()
                        )
                    ],
                    # One try: who calls again, and when, is the provider's to decide.
                    connection_attempts=1,
                )
            ],
            default_cache_behavior=cloudfront.CfnDistribution.DefaultCacheBehaviorProperty(
                **common,
                viewer_protocol_policy="redirect-to-https",
                cache_policy_id=_cache_as_told(scope, plan).attr_id,
            ),
            cache_behaviors=[
                behaviour(
                    **common,
                    path_pattern=pattern,
                    viewer_protocol_policy="https-only",
                    cache_policy_id=CACHING_DISABLED,
                )
                for pattern in NEVER_CACHED
            ],
            custom_error_responses=[
                cloudfront.CfnDistribution.CustomErrorResponseProperty(
                    error_code=code, error_caching_min_ttl=0
                )
                for code in NOT_KEPT
            ],
        ),
    )
    return distribution.attr_domain_name


def _cache_as_told(scope: Construct, plan: Plan) -> cloudfront.CfnCachePolicy:
    """Keep what the hotline's Cache-Control allows, and nothing that has none. Times are seconds."""
    policy = cloudfront.CfnCachePolicy
    return policy(
        scope,
        "CacheAsTold",
        cache_policy_config=policy.CachePolicyConfigProperty(
            name=f"{plan.stack_name}-as-told",
            min_ttl=0,
            default_ttl=0,
            max_ttl=24 * 3600,
            parameters_in_cache_key_and_forwarded_to_origin=policy.ParametersInCacheKeyAndForwardedToOriginProperty(
                enable_accept_encoding_gzip=True,
                enable_accept_encoding_brotli=True,
                # Open311 answers JSON or XML by Accept where the address does not say.
                headers_config=policy.HeadersConfigProperty(header_behavior="whitelist", headers=["Accept"]),
                query_strings_config=policy.QueryStringsConfigProperty(query_string_behavior="all"),
                cookies_config=policy.CookiesConfigProperty(cookie_behavior="none"),
            ),
        ),
    )


def _tell_address(scope: Construct, plan: Plan) -> str:
    function = cloudfront.CfnFunction(
        scope,
        "TellAddress",
        name=f"{plan.stack_name}-tell-address",
        auto_publish=True,
        function_code=TELL_ADDRESS,
        function_config=cloudfront.CfnFunction.FunctionConfigProperty(
            comment="Hands the reader's address to the firewall", runtime="cloudfront-js-2.0"
        ),
    )
    return function.attr_function_arn


def _firewall(scope: Construct, plan: Plan) -> None:
    """Stop an address for a while after too many requests; on the API, because CloudFront's own stands in us-east-1."""
    stack = cdk.Stack.of(scope)
    acl = wafv2.CfnWebACL
    metrics = acl.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True,
        metric_name=f"{plan.stack_name}-firewall",
        sampled_requests_enabled=False,  # samples show addresses and signed links; for the same reason it keeps no log
    )
    behind = acl.ForwardedIPConfigurationProperty(header_name=VIEWER_ADDRESS, fallback_behavior="MATCH")
    web_acl = acl(
        scope,
        "Firewall",
        name=f"{plan.stack_name}-firewall",
        scope="REGIONAL",
        default_action=acl.DefaultActionProperty(allow=acl.AllowActionProperty()),
        visibility_config=metrics,
        rules=[
            acl.RuleProperty(
                name="too-many-requests",
                priority=0,
                action=acl.RuleActionProperty(block=acl.BlockActionProperty()),
                visibility_config=metrics,
                statement=acl.StatementProperty(
                    rate_based_statement=acl.RateBasedStatementProperty(
                        limit=plan.requests_per_5_minutes,
                        evaluation_window_sec=300,
                        aggregate_key_type="FORWARDED_IP" if plan.behind_cdn else "IP",
                        forwarded_ip_config=behind if plan.behind_cdn else None,
                        scope_down_statement=acl.StatementProperty(
                            not_statement=acl.NotStatementProperty(
                                statement=acl.StatementProperty(
                                    regex_match_statement=acl.RegexMatchStatementProperty(
                                        field_to_match=acl.FieldToMatchProperty(uri_path={}),
                                        regex_string=WEBHOOKS,
                                        text_transformations=[
                                            acl.TextTransformationProperty(priority=0, type="NONE")
                                        ],
                                    )
                                )
                            )
                        ),
                    )
                ),
            )
        ],
    )
    wafv2.CfnWebACLAssociation(
        scope,
        "FirewallOnApi",
        web_acl_arn=web_acl.attr_arn,
        resource_arn=(
            f"arn:{stack.partition}:apigateway:{stack.region}::/restapis/{cdk.Fn.ref(API)}"
            f"/stages/{cdk.Fn.ref(STAGE_ID)}"
        ),
    )
