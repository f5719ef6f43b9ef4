"""The stack: functions, routes, protected stores, one domain, alarms; in China as elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from functions import nightly
from functions.background.app import PATIENCE_SECONDS
from functions.local.packing.closure import function_modules
from functions.storage.aws.table import TTL_ATTRIBUTE, definition
from tests.conftest import ROOT
from tests.deployment.stack.conftest import DOMAIN, WORLD, Template, of_type, text

MODULES = function_modules(ROOT)
FUNCTIONS = tuple(MODULES)
OPTIONS = (
    "--param=submitConcurrency=50",
    "--param=submitProvisioned=60",
    "--param=tracing=true",
    "--param=table=restored",
)


def function(template: Template, name: str) -> dict[str, Any]:
    return of_type(template, "Lambda::Function")[f"{name.capitalize()}LambdaFunction"]


def test_there_is_one_function_for_each_function_file(template: Template) -> None:
    handlers = {each["Handler"] for each in of_type(template, "Lambda::Function").values()}
    assert handlers == {f"{module.replace('.', '/')}.handler" for module in MODULES.values()}
    for each in of_type(template, "Lambda::Function").values():
        assert each["Runtime"] == "python3.13"
        assert each["Architectures"] == ["arm64"]
        assert each["FunctionName"].startswith("qingdan-prod-")


def test_the_gateway_has_the_routes_of_the_code_one_by_one(template: Template, stack: dict[str, Any]) -> None:
    found = {
        (text(route["Target"]).removeprefix("integrations/"), route["RouteKey"])
        for route in of_type(template, "ApiGatewayV2::Route").values()
    }
    wanted = {
        (f"${{HttpApiIntegration{name.capitalize()}}}", event["httpApi"].replace("*", "$default"))
        for name in FUNCTIONS
        for event in stack["events"][name]
    }
    assert found == wanted
    assert {("${HttpApiIntegrationSubmit}", "POST /forms/{form}"), ("${HttpApiIntegrationDesk}", "GET /desk")} <= found
    for name, integration in of_type(template, "ApiGatewayV2::Integration").items():
        function_id = name.removeprefix("HttpApiIntegration") + "LambdaFunction"
        assert integration["IntegrationUri"] == {"Fn::GetAtt": [function_id, "Arn"]}
        assert integration["PayloadFormatVersion"] == "2.0"
    assert not [key for _, key in found if key.endswith("/")]  # the gateway refuses such a route


def test_an_architecture_other_than_that_of_the_zips_is_refused(packaged: Callable[..., Template]) -> None:
    with pytest.raises(AssertionError, match=r"是给 arm64 打的.*make package MACHINE=x86_64"):
        packaged("dev", WORLD, "--param=architecture=x86_64")


def test_concurrency_is_reserved_only_where_it_is_asked_for(packaged: Callable[..., Template]) -> None:
    plain = packaged("prod", WORLD, *DOMAIN)
    assert "ReservedConcurrentExecutions" not in function(plain, "submit")
    asked = packaged("dev", WORLD, *OPTIONS)
    assert function(asked, "submit")["ReservedConcurrentExecutions"] == 50
    assert "ReservedConcurrentExecutions" not in function(asked, "desk")


def test_tracing_is_off_unless_asked_for(packaged: Callable[..., Template]) -> None:
    assert "TracingConfig" not in function(packaged("prod", WORLD, *DOMAIN), "submit")
    assert function(packaged("dev", WORLD, *OPTIONS), "submit")["TracingConfig"] == {"Mode": "Active"}


def test_another_table_can_be_named_after_a_restore(packaged: Callable[..., Template]) -> None:
    asked = packaged("dev", WORLD, *OPTIONS)
    assert function(asked, "submit")["Environment"]["Variables"]["QINGDAN_TABLE"] == "restored"
    assert ":table/restored" in json.dumps(of_type(asked, "IAM::Role"))
    assert of_type(asked, "DynamoDB::Table")["Table"]["TableName"] == "qingdan-dev"


def test_the_environment_names_places_and_holds_no_secret(template: Template) -> None:
    for each in of_type(template, "Lambda::Function").values():
        background = {"QINGDAN_BACKGROUND": "qingdan-prod-background"}
        reminding = {"QINGDAN_REMIND_DAYS": "30,7,1,-1", "QINGDAN_REMIND_FROM": "", "QINGDAN_MAIL_SERVER": ""}
        assert {name: text(value) for name, value in each["Environment"]["Variables"].items()} == {
            **(
                background
                if each["Handler"] in ("functions/desk/app.handler", "functions/background/app.handler")
                else {}
            ),
            **(reminding if each["Handler"] == "functions/background/app.handler" else {}),
            "QINGDAN_STORE": "aws",
            "QINGDAN_TABLE": "qingdan-prod",
            "QINGDAN_BUCKET": "qingdan-prod-data-${AWS::AccountId}",
            "QINGDAN_EXPORTS_BUCKET": "qingdan-prod-exports-${AWS::AccountId}",
            "QINGDAN_REGION": "${AWS::Region}",
            "QINGDAN_PARAMETERS": "/qingdan/prod",
            "QINGDAN_CATALOGUE": "catalogue.json",
            "QINGDAN_SITE": "site",
            # Not a secret: whoever knows it may say where a visitor comes from, and no more.
            "QINGDAN_ORIGIN_MARK": json.dumps({"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}),
        }


def test_no_aws_partition_or_domain_is_hard_coded(template: Template) -> None:
    written = json.dumps({name: each for name, each in template.items() if name != "Outputs"})
    written = written.replace(DOMAIN[1].removeprefix("--param=certificate="), "")
    assert not re.search(r"arn:aws[a-z-]*:", written)
    services = set(re.findall(r"[\w.-]*\.amazonaws\.com[\w.]*", written))
    # The names of these principals are the same in every partition.
    principals = ("lambda", "apigateway", "cloudfront", "events")
    assert services <= {f"{principal}.amazonaws.com" for principal in principals}


def test_the_table_is_the_one_that_the_store_works_on(template: Template) -> None:
    table = of_type(template, "DynamoDB::Table")["Table"]
    wanted = definition("qingdan-prod")
    assert {name: table[name] for name in wanted} == wanted
    assert table["TimeToLiveSpecification"] == {"AttributeName": TTL_ATTRIBUTE, "Enabled": True}


def test_the_table_has_point_in_time_recovery_and_deletion_protection(template: Template) -> None:
    table = template["Resources"]["Table"]
    properties = table["Properties"]
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["DeletionProtectionEnabled"] is True
    assert table["UpdateReplacePolicy"] == "Retain"


def test_resources_of_a_failed_first_deploy_are_removed(template: Template) -> None:
    """Names are fixed: resources left by a failed deploy would block the next one."""
    kept = {
        name: each["DeletionPolicy"]
        for name, each in template["Resources"].items()
        if each.get("UpdateReplacePolicy") == "Retain"
    }
    assert kept == dict.fromkeys(("Table", "DataBucket", "SiteBucket"), "RetainExceptOnCreate")
    assert template["Resources"]["Table"]["DependsOn"] == ["Distribution"], "one that is protected cannot be taken back"


def test_a_trial_stage_can_be_removed(packaged: Callable[..., Template]) -> None:
    resources = packaged("dev", WORLD, *OPTIONS)["Resources"]
    assert resources["Table"]["Properties"]["DeletionProtectionEnabled"] is False
    for name in ("Table", "DataBucket", "SiteBucket"):
        policies = (resources[name]["DeletionPolicy"], resources[name]["UpdateReplacePolicy"])
        assert policies == ("Delete", "Delete"), name


def test_functions_that_stay_started_are_the_ones_that_the_gateway_calls(packaged: Callable[..., Template]) -> None:
    plain, asked = packaged("prod", WORLD, *DOMAIN), packaged("dev", WORLD, *OPTIONS)
    assert not of_type(plain, "Lambda::Version")
    (version,) = of_type(asked, "Lambda::Version")
    (alias,) = of_type(asked, "Lambda::Alias").values()
    assert alias["FunctionVersion"] == {"Fn::GetAtt": [version, "Version"]}
    assert alias["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 60}
    integration = of_type(asked, "ApiGatewayV2::Integration")["HttpApiIntegrationSubmit"]
    assert text(integration["IntegrationUri"]) == f"${{SubmitLambdaFunction.Arn}}:{alias['Name']}"


def test_a_scanner_is_refused_in_words(packaged: Callable[..., Template]) -> None:
    with pytest.raises(AssertionError, match="AWS 上不用 clamd"):
        packaged("dev", WORLD, "--param=clamd=scanner.example.invalid:3310")


def test_the_gateway_is_set_by_one_place_alone(template: Template) -> None:
    """An extension takes the place of all that osls would set: a setting beside it would be lost without a word."""
    (stage,) = of_type(template, "ApiGatewayV2::Stage").values()
    assert stage["DefaultRouteSettings"] == {"ThrottlingRateLimit": 500, "ThrottlingBurstLimit": 1000}
    assert "metrics:" not in (ROOT / "serverless.yml").read_text(encoding="utf-8")


def test_an_alarm_reports_a_missing_night(template: Template) -> None:
    alarm = of_type(template, "CloudWatch::Alarm")["NightsMissing"]
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "NightlyLambdaFunction"}}]
    assert (alarm["MetricName"], alarm["Statistic"]) == ("Invocations", "Sum")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 26 * 3600
    assert alarm["TreatMissingData"] == "breaching"


def test_every_bucket_is_private_encrypted_versioned_and_refuses_plain_http(template: Template) -> None:
    buckets = of_type(template, "S3::Bucket")
    assert set(buckets) == {"ServerlessDeploymentBucket", "DataBucket", "ExportsBucket", "SiteBucket"}
    policies = {
        each["Bucket"]["Ref"]: each["PolicyDocument"] for each in of_type(template, "S3::BucketPolicy").values()
    }
    for name, bucket in buckets.items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert bucket["BucketEncryption"]
        refusals = [each for each in policies[name]["Statement"] if each["Effect"] == "Deny"]
        plain = [each["Condition"]["Bool"]["aws:SecureTransport"] for each in refusals if "Bool" in each["Condition"]]
        assert [str(value).lower() for value in plain] == ["false"]
        allowed = [each for each in policies[name]["Statement"] if each["Effect"] == "Allow"]
        assert all(each["Principal"] != "*" for each in allowed)


def test_prepared_downloads_expire_after_a_day(template: Template) -> None:
    (rule,) = of_type(template, "S3::Bucket")["ExportsBucket"]["LifecycleConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["ExpirationInDays"] == 1
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}


def test_logs_are_kept_six_months(template: Template) -> None:
    groups = of_type(template, "Logs::LogGroup")
    assert len(groups) == len(FUNCTIONS)
    assert {group["RetentionInDays"] for group in groups.values()} == {180}


def test_an_alarm_reports_failures_and_throttles_of_every_function(template: Template) -> None:
    alarms = of_type(template, "CloudWatch::Alarm")
    for alarm, metric in (("FunctionErrors", "Errors"), ("FunctionThrottles", "Throttles")):
        watched = [each["MetricStat"]["Metric"] for each in alarms[alarm]["Metrics"] if "MetricStat" in each]
        assert {each["MetricName"] for each in watched} == {metric}
        assert {each["Dimensions"][0]["Value"]["Ref"] for each in watched} == set(of_type(template, "Lambda::Function"))
    assert all(alarm["AlarmActions"] == [{"Ref": "Alarms"}] for alarm in alarms.values())


def rules_of(template: Template, name: str) -> list[dict[str, Any]]:
    """The schedules of a function."""
    rules = of_type(template, "Events::Rule").values()
    return [each for each in rules if each["Targets"][0]["Arn"] == {"Fn::GetAtt": [f"{name}LambdaFunction", "Arn"]}]


def test_new_events_are_sealed_each_hour(template: Template) -> None:
    (rule,) = [each for each in rules_of(template, "Nightly") if "* * * ?" in each["ScheduleExpression"]]
    assert (rule["State"], rule["ScheduleExpression"]) == ("ENABLED", "cron(0 * * * ? *)")
    assert json.loads(rule["Targets"][0]["Input"]) == {"seal": "hourly"}


def rung(template: Template, name: str, asks: str = "") -> tuple[datetime, dict[str, Any]]:
    """When the schedule of a function rings on some night, and the rule's target; of several the one that `asks`."""
    (rule,) = [
        each
        for each in rules_of(template, name)
        if "* * * ?" not in each["ScheduleExpression"] and asks in each["Targets"][0].get("Input", "")
    ]
    assert rule["State"] == "ENABLED"
    found = re.fullmatch(r"cron\((\d+) (\d+) \* \* \? \*\)", rule["ScheduleExpression"])
    assert found is not None
    minute, hour = map(int, found.groups())
    return datetime(2026, 9, 30, hour, minute, tzinfo=UTC), rule["Targets"][0]


def test_the_night_is_a_night_in_beijing_and_what_fails_in_it_is_kept(template: Template) -> None:
    at, _ = rung(template, "Nightly")
    assert nightly.last_due(at) == at
    assert at.astimezone(ZoneInfo("Asia/Shanghai")).hour < 6
    failing = of_type(template, "Lambda::EventInvokeConfig")["NightlyLambdaEvConf"]
    assert failing["FunctionName"] == {"Ref": "NightlyLambdaFunction"}
    assert failing["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["NightlyFailures", "Arn"]}
    queue = of_type(template, "SQS::Queue")["NightlyFailures"]
    assert queue["SqsManagedSseEnabled"] is True
    alarm = of_type(template, "CloudWatch::Alarm")["NightsGivenUp"]
    assert alarm["Dimensions"][0]["Value"] == {"Fn::GetAtt": ["NightlyFailures", "QueueName"]}


def test_documents_are_set_behind_the_seal_of_the_same_night(template: Template) -> None:
    sealing, _ = rung(template, "Nightly")
    setting, target = rung(template, "Background", "papers")
    assert setting >= sealing + timedelta(seconds=function(template, "nightly")["Timeout"])
    assert nightly.last_due(setting) == sealing
    assert "parcel" not in json.loads(target["Input"])
    assert len(of_type(template, "Events::Rule")) == 4


def test_units_are_reminded_when_the_documents_have_had_their_time(template: Template) -> None:
    setting, _ = rung(template, "Background", "papers")
    reminding, target = rung(template, "Background", "reminders")
    assert reminding >= setting + timedelta(seconds=function(template, "background")["Timeout"])
    assert json.loads(target["Input"]) == {"reminders": "due"}


def test_the_background_function_has_time_and_is_not_retried(template: Template) -> None:
    assert function(template, "background")["Timeout"] > PATIENCE_SECONDS + 30
    assert of_type(template, "Lambda::EventInvokeConfig")["BackgroundLambdaEvConf"]["MaximumRetryAttempts"] == 0
    # The gateway gives up after 30 seconds.
    assert {function(template, name)["Timeout"] for name in ("submit", "desk", "seals")} == {29}


def test_only_the_sites_own_pages_may_send_files_to_the_bucket_and_do_nothing_else_there(
    template: Template, packaged: Callable[..., Template]
) -> None:
    def rule(of: Template) -> dict[str, Any]:
        (found,) = of_type(of, "S3::Bucket")["DataBucket"]["CorsConfiguration"]["CorsRules"]
        return {name: value for name, value in found.items() if name != "AllowedOrigins"}

    assert rule(template)["AllowedMethods"] == ["PUT"]
    assert "*" not in json.dumps(rule(template))
    nameless = of_type(packaged("dev", WORLD, *OPTIONS), "S3::Bucket")["DataBucket"]["CorsConfiguration"]["CorsRules"]
    ((origin,),) = [each["AllowedOrigins"] for each in nameless]
    condition, named, own = origin["Fn::If"]
    assert condition == "HasDomain"
    assert (named, text(own)) == ("https://", "https://${Distribution.DomainName}")
