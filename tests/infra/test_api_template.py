"""The public side of a stack: how the API is throttled, logged and reached, by which name, and what stands in front."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from app import app
from chalicelib.entrypoints.visitor import CDN_HEADER
from infra.domain import make_domain
from infra.functions import FUNCTIONS, named
from infra.plan import make_plan
from tests.infra.choices import EVERYTHING, OF_THE_CDN, OWN_DOMAIN

PUBLIC_READS = (
    "public: of a case only the words the desk has published",
    "public: shows nothing of a case",
    "public reads: nothing personal; a client system's key to file",
)
"""Protections of routes whose answers CloudFront may keep as long as they say."""


def only(made: Any, kind: str) -> Any:
    (one,) = made.of_type(kind).values()
    return one["Properties"]


def body(made: Any) -> Any:
    return only(made, "AWS::ApiGateway::RestApi")["Body"]


def text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def test_every_route_calls_the_published_version(template):
    made = template()
    operations = [one for methods in body(made)["paths"].values() for one in methods.values()]
    uris = [text(one["x-amazon-apigateway-integration"]["uri"]) for one in operations]
    assert len(uris) >= 6
    assert all("${APIHandlerAliaslive}/invocations" in uri for uri in uris)


def test_no_address_of_a_call_names_a_function_without_its_alias(template):
    ids = "|".join(function.logical_id for function in FUNCTIONS)
    assert not re.findall(rf"\$\{{(?:{ids})(?:\.Arn)?\}}", text(template().resources))


def test_the_gateway_may_call_only_the_alias_and_only_for_this_api(template):
    permission = template().resources["APIHandlerInvokePermission"]["Properties"]
    assert permission["FunctionName"] == {"Ref": "APIHandlerAliaslive"}
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert '{"Ref": "RestAPI"}' in text(permission["SourceArn"])


def test_there_is_one_stage_and_it_is_throttled_as_the_pack_says(template):
    made = template(**OWN_DOMAIN)
    stage = only(made, "AWS::ApiGateway::Stage")
    assert stage["StageName"] == "api"
    assert "StageName" not in only(made, "AWS::ApiGateway::Deployment")
    (settings,) = stage["MethodSettings"]
    assert settings == {
        "HttpMethod": "*",
        "ResourcePath": "/*",
        "ThrottlingRateLimit": 7,
        "ThrottlingBurstLimit": 9,
        "MetricsEnabled": True,
        "LoggingLevel": "OFF",
        "DataTraceEnabled": False,
    }


def test_the_access_log_tells_what_was_called_and_nothing_of_who_called_or_which_link_it_was(template):
    made = template()
    setting = only(made, "AWS::ApiGateway::Stage")["AccessLogSetting"]
    group = made.resources[setting["DestinationArn"]["Fn::GetAtt"][0]]["Properties"]
    assert group["LogGroupName"] == "/hotline/dong-thap/access"
    assert set(json.loads(setting["Format"]).values()) == {
        "$context.requestId",
        "$context.httpMethod",
        "$context.resourcePath",
        "$context.status",
        "$context.error.responseType",
        "$context.responseLatency",
        "$context.integration.status",
    }


def test_the_account_lets_the_gateway_log_before_the_api_is_made_and_after_the_stack_is_gone(template):
    made = template()
    account = made.resources["ApiAccount"]
    role = made.resources[account["Properties"]["CloudWatchRoleArn"]["Fn::GetAtt"][0]]
    assert "ApiAccount" in made.resources["RestAPI"]["DependsOn"]
    assert {account["DeletionPolicy"], role["DeletionPolicy"]} == {"Retain"}


def test_the_api_is_regional_speaks_tls_1_2_and_is_named_after_the_stack(template):
    api = only(template(), "AWS::ApiGateway::RestApi")
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert api["SecurityPolicy"] == "TLS_1_2"
    assert api["Body"]["info"]["title"] == "hotline-dong-thap"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("MISSING_AUTHENTICATION_TOKEN", "404"),
        ("RESOURCE_NOT_FOUND", "404"),
        ("ACCESS_DENIED", "403"),
        ("REQUEST_TOO_LARGE", "413"),
        ("THROTTLED", "429"),
        ("WAF_FILTERED", "429"),
        ("DEFAULT_5XX", "500"),
        ("INTEGRATION_TIMEOUT", "504"),
    ],
)
def test_what_the_gateway_refuses_itself_is_told_shortly_in_both_languages(template, kind, status):
    answer = body(template())["x-amazon-apigateway-gateway-responses"][kind]
    assert answer["statusCode"] == status
    (error,) = json.loads(answer["responseTemplates"]["application/json"])
    vietnamese, english = error["description"].split(" / ")
    assert error["code"] == status
    assert not vietnamese.isascii() and english.isascii() and len(error["description"]) < 120
    headers = answer["responseParameters"]
    assert headers["gatewayresponse.header.X-Content-Type-Options"] == "'nosniff'"
    assert headers["gatewayresponse.header.Cache-Control"] == "'no-store'"
    assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
    assert ("gatewayresponse.header.Retry-After" in headers) == (status in ("429", "503", "504"))


def test_no_refusal_repeats_what_was_sent(template):
    assert "$" not in text(body(template())["x-amazon-apigateway-gateway-responses"])


def test_a_header_of_a_refusal_has_no_quote_inside_its_quotes(template):
    for answer in body(template())["x-amazon-apigateway-gateway-responses"].values():
        assert all(value.count("'") == 2 for value in answer["responseParameters"].values())


def test_a_pilot_reads_its_address_with_the_path_of_the_stage_from_a_parameter(template):
    parameter = only(template("dong-thap", "pilot"), "AWS::SSM::Parameter")
    assert parameter["Name"] == "/hotline/dong-thap-pilot/PUBLIC_URL"
    assert parameter["Type"] == "String"
    joined = "".join(
        part if isinstance(part, str) else f"<{part['Ref']}>" for part in parameter["Value"]["Fn::Join"][1]
    )
    assert joined == "https://<RestAPI>.execute-api.ap-southeast-1.<AWS::URLSuffix>/api"


@pytest.mark.parametrize("environment", ["pilot", "production"])
def test_without_a_certificate_there_is_the_gateways_own_address_and_nothing_in_front(template, environment):
    made = template("dong-thap", environment)
    kinds = {one["Type"] for one in made.resources.values()}
    assert not [kind for kind in kinds if kind.startswith(("AWS::CloudFront", "AWS::WAFv2"))]
    assert "AWS::ApiGateway::DomainName" not in kinds
    assert "DnsWeb" not in made.expanded["Outputs"]
    assert "x-amazon-apigateway-endpoint-configuration" not in body(made) or (
        body(made)["x-amazon-apigateway-endpoint-configuration"]["disableExecuteApiEndpoint"] is False
    )


def test_with_a_certificate_the_domain_leads_to_the_stage_and_is_the_only_way_in(template):
    made = template(**OWN_DOMAIN)
    domain = only(made, "AWS::ApiGateway::DomainName")
    assert domain["DomainName"] == "1022.dong-thap.example"
    assert domain["SecurityPolicy"] == "TLS_1_2"
    assert domain["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    mapping = only(made, "AWS::ApiGateway::BasePathMapping")
    assert "BasePath" not in mapping
    assert mapping["Stage"] == {"Ref": "RestAPIapiStage"}
    assert body(made)["x-amazon-apigateway-endpoint-configuration"] == {"disableExecuteApiEndpoint": True}
    assert "1022.dong-thap.example CNAME " in text(made.expanded["Outputs"]["DnsWeb"])


def test_a_pilot_takes_neither_domain_nor_cdn_nor_firewall(template):
    template()  # skips where the CDK cannot run
    stack = cdk.Stack()
    make_domain(stack, replace(make_plan("dong-thap", "pilot"), **EVERYTHING))
    assert [one.node.path for one in stack.node.children] == []


def test_cloudfront_keeps_nothing_it_was_not_told_to_and_never_a_link_or_a_webhook(template):
    made = template(**EVERYTHING)
    config = only(made, "AWS::CloudFront::Distribution")["DistributionConfig"]
    never = {one["PathPattern"]: one for one in config["CacheBehaviors"]}
    assert set(never) == {"a/*", "case*", "report*", "twilio/*", "gateway/*"}
    disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert {one["CachePolicyId"] for one in never.values()} == {disabled}
    told = only(made, "AWS::CloudFront::CachePolicy")["CachePolicyConfig"]
    assert (told["MinTTL"], told["DefaultTTL"]) == (0, 0)
    for behaviour in (config["DefaultCacheBehavior"], *never.values()):
        assert "POST" in behaviour["AllowedMethods"] and "POST" not in behaviour["CachedMethods"]
        # AllViewerExceptHostHeader: without it X-Twilio-Signature would not arrive.
        assert behaviour["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert {one["ErrorCachingMinTTL"] for one in config["CustomErrorResponses"]} == {0}


def test_every_signed_or_personal_route_of_the_app_is_among_those_never_kept(template):
    made = template(**EVERYTHING)
    config = only(made, "AWS::CloudFront::Distribution")["DistributionConfig"]
    patterns = tuple(one["PathPattern"].removesuffix("*") for one in config["CacheBehaviors"])
    may_be_kept = {
        path
        for path, methods in app.routes.items()
        if all(entry.view_function.protection in PUBLIC_READS for entry in methods.values())
    }
    assert {path for path in body(made)["paths"] if not path[1:].startswith(patterns)} <= may_be_kept


def test_cloudfront_serves_the_domain_over_tls_1_2_and_calls_the_stage(template):
    made = template(**EVERYTHING)
    config = only(made, "AWS::CloudFront::Distribution")["DistributionConfig"]
    assert config["Aliases"] == ["1022.dong-thap.example"]
    assert config["HttpVersion"] == "http2and3"
    assert config["ViewerCertificate"]["AcmCertificateArn"] == OF_THE_CDN
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    (origin,) = config["Origins"]
    assert origin["OriginPath"] == "/api"
    assert origin["CustomOriginConfig"] == {
        "OriginProtocolPolicy": "https-only",
        "OriginSSLProtocols": ["TLSv1.2"],
    }
    # It calls API Gateway's own address, which therefore stays open.
    assert '"disableExecuteApiEndpoint": true' not in text(body(made))
    assert not made.of_type("AWS::ApiGateway::DomainName")


def rate_rule(made: Any) -> Any:
    (rule,) = only(made, "AWS::WAFv2::WebACL")["Rules"]
    return rule["Statement"]["RateBasedStatement"]


def test_the_firewall_counts_by_address_on_the_stage_and_keeps_no_samples(template):
    made = template(**OWN_DOMAIN)
    acl = only(made, "AWS::WAFv2::WebACL")
    assert acl["Scope"] == "REGIONAL"
    assert (rate_rule(made)["Limit"], rate_rule(made)["EvaluationWindowSec"]) == (300, 300)
    assert rate_rule(made)["AggregateKeyType"] == "IP"
    assert not made.of_type("AWS::WAFv2::LoggingConfiguration")
    assert '"SampledRequestsEnabled": true' not in text(acl)
    association = only(made, "AWS::WAFv2::WebACLAssociation")
    assert "/restapis/" in text(association["ResourceArn"]) and "RestAPIapiStage" in text(
        association["ResourceArn"]
    )


def test_the_firewall_never_stops_a_provider_whose_few_addresses_carry_a_surge(template):
    rule = rate_rule(template(**OWN_DOMAIN))
    webhooks = rule["ScopeDownStatement"]["NotStatement"]["Statement"]["RegexMatchStatement"]["RegexString"]
    assert all(
        re.search(webhooks, path) for path in ("/twilio/sms", "/api/twilio/sms-status", "/gateway/sms")
    )
    assert not any(re.search(webhooks, path) for path in ("/a/twilio", "/api/a/x", "/", "/health"))


def test_behind_cloudfront_the_firewall_counts_by_the_reader_not_by_cloudfront(template):
    made = template(**EVERYTHING)
    assert rate_rule(made)["AggregateKeyType"] == "FORWARDED_IP"
    header = rate_rule(made)["ForwardedIPConfig"]["HeaderName"]
    function = only(made, "AWS::CloudFront::Function")
    assert f"headers['{header}'] = {{value: event.viewer.ip}}" in function["FunctionCode"]
    config = only(made, "AWS::CloudFront::Distribution")["DistributionConfig"]
    for behaviour in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]):
        assert [one["EventType"] for one in behaviour["FunctionAssociations"]] == ["viewer-request"]


def test_cloudfront_and_the_api_alone_share_a_mark_that_is_the_stacks_own(template):
    made = template(**EVERYTHING)
    (origin,) = only(made, "AWS::CloudFront::Distribution")["DistributionConfig"]["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    assert header["HeaderName"] == CDN_HEADER
    assert header["HeaderValue"] == {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}
    knows = {
        function.name: variables["CDN_MARK"]
        for function in FUNCTIONS
        if "CDN_MARK"
        in (variables := made.resources[function.logical_id]["Properties"]["Environment"]["Variables"])
    }
    assert knows == {"api_handler": header["HeaderValue"]}
    assert text(made.raw).count("AWS::StackId") == 2, "it stands nowhere else"


@pytest.mark.parametrize("choices", [{}, OWN_DOMAIN], ids=["pilot", "own domain"])
def test_without_cloudfront_no_address_handed_on_is_believed(template, choices):
    variables = template(**choices).resources["APIHandler"]["Properties"]["Environment"]["Variables"]
    assert not {"CDN_MARK", "PROXIES"} & set(variables)


def test_cfn_lint_finds_nothing_where_the_domain_is_the_gateways(template):
    made = template(**OWN_DOMAIN)
    found = lint(json.dumps(made.raw), config=ManualArgs(regions=[made.plan.region]))
    assert [f"{one.rule.id} {one.message}" for one in found] == []


def test_the_function_behind_the_api_answers_before_the_gateway_gives_up():
    assert named("api_handler").timeout < 29
