"""One domain: CloudFront sends each address to the bucket or to the functions, and adds security headers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from functions.local.packing.closure import function_modules
from functions.local.server.static_site import StaticSite
from tests.conftest import ROOT
from tests.deployment.stack.conftest import CHINA, DOMAIN, WORLD, Template, of_type, text

FUNCTIONS = function_modules(ROOT)


def distribution(template: Template) -> dict[str, Any]:
    config: dict[str, Any] = of_type(template, "CloudFront::Distribution")["Distribution"]["DistributionConfig"]
    return config


def origin(template: Template, path: str) -> str:
    """Where CloudFront sends a path: the first behaviour whose pattern matches, else the default one."""
    config = distribution(template)
    for behaviour in config["CacheBehaviors"]:
        if fnmatchcase(path, behaviour["PathPattern"].replace("[", "[[]")):
            return str(behaviour["TargetOriginId"])
    return str(config["DefaultCacheBehavior"]["TargetOriginId"])


def test_every_route_reaches_the_functions_and_every_file_the_bucket(
    template: Template, stack: dict[str, Any], site: Path
) -> None:
    routes = [event["httpApi"] for name in FUNCTIONS for event in stack["events"][name] if event["httpApi"] != "*"]
    for route in routes:
        path = re.sub(r"\{[^}]+\}", "x", route.partition(" ")[2])
        assert origin(template, path) == "functions", route
    for path in StaticSite.load(site).files:
        assert origin(template, path) == "site-or-refusal", path


@pytest.mark.parametrize("path", ["/desk/", "/desk", "/forms/annual-self-check", "/forms/annual-self-check/receipt"])
def test_addresses_that_only_functions_answer(template: Template, path: str) -> None:
    assert origin(template, path) == "functions"


def test_files_missing_from_the_bucket_fall_back_to_the_functions(template: Template) -> None:
    (group,) = distribution(template)["OriginGroups"]["Items"]
    assert [each["OriginId"] for each in group["Members"]["Items"]] == ["site", "functions"]
    assert group["FailoverCriteria"]["StatusCodes"]["Items"] == [403, 404]


def test_no_answer_of_a_function_is_kept_and_no_refusal_either(template: Template) -> None:
    config = distribution(template)
    for behaviour in config["CacheBehaviors"]:
        if behaviour["TargetOriginId"] == "functions":
            caching_disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
            assert behaviour.get("CachePolicyId") == caching_disabled or behaviour["MaxTTL"] == 0
            assert "POST" in behaviour["AllowedMethods"]
    kept = {each["ErrorCode"]: each["ErrorCachingMinTTL"] for each in config["CustomErrorResponses"]}
    assert {400, 403, 404, 405, 500, 502, 503, 504} <= set(kept)
    assert set(kept.values()) == {0}
    assert not [each for each in config["CustomErrorResponses"] if "ResponsePagePath" in each]


def test_visitors_come_by_https_and_modern_tls(template: Template) -> None:
    config = distribution(template)
    behaviours = [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]
    assert {each["ViewerProtocolPolicy"] for each in behaviours} == {"redirect-to-https"}
    assert "TLSv1.2" in json.dumps(config["ViewerCertificate"])


def test_the_site_is_sent_with_the_headers_that_the_server_sends(template: Template, stack: dict[str, Any]) -> None:
    config = of_type(template, "CloudFront::ResponseHeadersPolicy")["SiteHeaders"]["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    transport = security["StrictTransportSecurity"]
    sent = {
        "content-security-policy": security["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "x-content-type-options": "nosniff" if "ContentTypeOptions" in security else "",
        "x-frame-options": security["FrameOptions"]["FrameOption"],
        "referrer-policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "strict-transport-security": f"max-age={transport['AccessControlMaxAgeSec']}"
        + ("; includeSubDomains" if transport["IncludeSubdomains"] else ""),
        **{each["Header"].lower(): each["Value"] for each in config["CustomHeadersConfig"]["Items"]},
    }
    assert sent == stack["headers"]
    for behaviour in (distribution(template)["DefaultCacheBehavior"], *distribution(template)["CacheBehaviors"]):
        if behaviour["TargetOriginId"] != "functions":
            assert behaviour["ResponseHeadersPolicyId"] == {"Ref": "SiteHeaders"}


def test_only_cloudfront_reads_the_site_and_it_shows_the_functions_its_mark(template: Template) -> None:
    policies = of_type(template, "S3::BucketPolicy")["SiteBucketPolicy"]["PolicyDocument"]["Statement"]
    (allowed,) = (each for each in policies if each["Effect"] == "Allow")
    assert allowed["Action"] == "s3:GetObject"
    if allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}:
        assert text(allowed["Condition"]["StringEquals"]["AWS:SourceArn"]).endswith("distribution/${Distribution}")
    else:
        assert allowed["Principal"] == {"CanonicalUser": {"Fn::GetAtt": ["SiteIdentity", "S3CanonicalUserId"]}}
    (functions,) = (each for each in distribution(template)["Origins"] if each["Id"] == "functions")
    submit = of_type(template, "Lambda::Function")["SubmitLambdaFunction"]
    mark = submit["Environment"]["Variables"]["QINGDAN_ORIGIN_MARK"]
    assert functions["OriginCustomHeaders"] == [{"HeaderName": "X-Qingdan-Origin", "HeaderValue": mark}]


@pytest.mark.parametrize("region", [WORLD, CHINA])
def test_without_a_domain_the_stack_names_none(packaged: Callable[..., Template], region: str) -> None:
    template = packaged("dev", region)
    assert template["Conditions"]["HasDomain"] == {"Fn::Not": [{"Fn::Equals": ["", ""]}]}
    config = distribution(template)
    assert config["Aliases"] == []
    assert config["ViewerCertificate"] == {"CloudFrontDefaultCertificate": True}
    condition, _, own = template["Outputs"]["Address"]["Value"]["Fn::If"]
    assert (condition, text(own)) == ("HasDomain", "https://${Distribution.DomainName}/")


def test_a_domain_without_a_certificate_is_refused_in_words(packaged: Callable[..., Template]) -> None:
    with pytest.raises(AssertionError, match="有 domain 就要有 certificate"):
        packaged("dev", WORLD, DOMAIN[0])


def test_china_gets_nothing_that_its_cloudfront_lacks(packaged: Callable[..., Template]) -> None:
    template = packaged("prod", CHINA, *DOMAIN)
    written = json.dumps(template["Resources"])
    for lacking in ("OriginAccessControl", "CachePolicyId", "OriginRequestPolicyId", "CloudFront::Function"):
        assert lacking not in written
    assert "AcmCertificateArn" not in written
