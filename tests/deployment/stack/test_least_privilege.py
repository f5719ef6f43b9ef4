"""The complete table of rights: what each function may do, and on which resource."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from functions.local.packing.closure import function_modules
from tests.conftest import ROOT
from tests.deployment.stack.conftest import Template, of_type, text

# T is the table, T/index its indexes, B the bucket of what was filed, E the one for exports, P the parameters, Q the
# queue of failed nights.
# Where a row names keys, the right ends at items whose partition key begins so, or at objects whose name does.
SWEPT = ("quarantine/*", "attachments/*", "infected/*", "incoming/*", "finished/*")
CONTENTS = ("B/bodies/*", "B/words/*", "B/forms/*")
APPENDED = "rec#* guard#* contest#* idem#* unsealed#* named#* periods"
LAYING_DOWN = {(f"s3:{action}", "E/parcels/*", "") for action in ("GetObject", "PutObject", "AbortMultipartUpload")}
UPLOADING = {
    *(
        (f"s3:{action}", "B/incoming/*", "")
        for action in (
            "GetObject",
            "PutObject",
            "ListMultipartUploadParts",
            "AbortMultipartUpload",
            "DeleteObjectVersion",
        )
    ),
    *((f"s3:{action}", "B/quarantine/*", "") for action in ("GetObject", "PutObject", "DeleteObjectVersion")),
    *(
        (f"s3:{action}", f"B/{area}/*", "")
        for action in ("GetObject", "PutObject")
        for area in ("finished", "attachments", "infected")
    ),
    ("s3:ListBucketVersions", "B", "quarantine/* incoming/*"),
}
DOCUMENTS = {(f"s3:{action}", "B/papers/*", "") for action in ("GetObject", "PutObject", "DeleteObjectVersion")}
MATRIX: dict[str, set[tuple[str, str, str]]] = {
    "submit": {
        ("dynamodb:PutItem", "T", APPENDED),
        ("dynamodb:UpdateItem", "T", "guard#* attempt#flood#* answer#flood#*"),
        ("dynamodb:GetItem", "T", "idem#* answer#flood#*"),
        *(("s3:PutObject", contents, "") for contents in CONTENTS),
        ("ssm:GetParametersByPath", "P", ""),
    },
    "attach": {
        *UPLOADING,
        ("ssm:GetParametersByPath", "P", ""),
    },
    "track": {
        *((f"dynamodb:{action}", "T", "rec#* guard#* idem#*") for action in ("GetItem", "BatchGetItem", "Query")),
        ("dynamodb:PutItem", "T", APPENDED),
        *((f"dynamodb:{action}", "T", "guard#* attempt#*") for action in ("UpdateItem", "DeleteItem")),
        *((f"s3:{action}", contents, "") for action in ("GetObject", "PutObject") for contents in CONTENTS),
        *DOCUMENTS,
        *UPLOADING,
        ("ssm:GetParametersByPath", "P", ""),
    },
    "desk": {
        *((f"dynamodb:{action}", "T", "") for action in ("GetItem", "BatchGetItem", "Query")),
        ("dynamodb:Query", "T/index", ""),
        ("dynamodb:PutItem", "T", f"{APPENDED} staff sessions trail#* ledger#* ledgers"),
        *(
            (f"dynamodb:{action}", "T", "guard#* attempt#* answer#* sessions")
            for action in ("UpdateItem", "DeleteItem")
        ),
        ("dynamodb:ConditionCheckItem", "T", "staff"),
        *((f"s3:{action}", contents, "") for action in ("GetObject", "PutObject") for contents in CONTENTS),
        ("s3:GetObject", "B/filed/*", ""),
        *UPLOADING,
        *DOCUMENTS,
        *LAYING_DOWN,
        ("lambda:InvokeFunction", "background", ""),
        ("ssm:GetParametersByPath", "P", ""),
    },
    "background": {
        *((f"dynamodb:{action}", "T", "") for action in ("GetItem", "BatchGetItem", "Query")),
        ("dynamodb:Query", "T/index", ""),
        *(
            ("s3:GetObject", contents, "")
            for contents in (*CONTENTS, "B/attachments/*", "B/quarantine/*", "B/infected/*")
        ),
        ("dynamodb:PutItem", "T", "ledger#@reminder/* ledgers unsealed#*"),
        ("s3:PutObject", "B/bodies/*", ""),
        ("ses:SendEmail", "mail", ""),
        ("ses:SendRawEmail", "mail", ""),
        *DOCUMENTS,
        *LAYING_DOWN,
        ("ssm:GetParametersByPath", "P", ""),
    },
    "seals": {
        *((f"dynamodb:{action}", "T", "seals tiles#* sealed#*") for action in ("GetItem", "Query")),
        ("ssm:GetParametersByPath", "P", ""),
    },
    "nightly": {
        *(
            (f"dynamodb:{action}", "T", "unsealed#* seals tiles#* sealed#* filed")
            for action in ("GetItem", "Query", "PutItem", "BatchWriteItem")
        ),
        ("dynamodb:Query", "T", "named#*"),
        ("s3:ListBucket", "B", " ".join(SWEPT)),
        ("s3:ListBucketVersions", "B", " ".join(SWEPT)),
        ("s3:ListBucketVersions", "B", "filed/*"),
        *((f"s3:{action}", "B/filed/*", "") for action in ("GetObject", "PutObject", "DeleteObjectVersion")),
        ("s3:ListBucketMultipartUploads", "B", ""),
        *(("s3:DeleteObjectVersion", f"B/{swept}", "") for swept in SWEPT),
        ("s3:AbortMultipartUpload", "B/incoming/*", ""),
        *(("s3:GetObject", f"B/{area}/*", "") for area in ("quarantine", "attachments", "infected")),
        *(("s3:PutObject", f"B/{area}/*", "") for area in ("attachments", "infected")),
        ("sqs:SendMessage", "Q", ""),
        ("ssm:GetParametersByPath", "P", ""),
    },
}
HERE = "${AWS::Region}:${AWS::AccountId}"
NAMES = {
    f"arn:${{AWS::Partition}}:dynamodb:{HERE}:table/qingdan-prod": "T",
    f"arn:${{AWS::Partition}}:dynamodb:{HERE}:table/qingdan-prod/index/*": "T/index",
    "arn:${AWS::Partition}:s3:::qingdan-prod-exports-${AWS::AccountId}/parcels/*": "E/parcels/*",
    f"arn:${{AWS::Partition}}:lambda:{HERE}:function:qingdan-prod-background": "background",
    "arn:${AWS::Partition}:ses:*:${AWS::AccountId}:identity/*": "mail",
    "${NightlyFailures.Arn}": "Q",
    f"arn:${{AWS::Partition}}:ssm:{HERE}:parameter/qingdan/prod": "P",
    **{
        f"arn:${{AWS::Partition}}:s3:::qingdan-prod-data-${{AWS::AccountId}}{contents[1:]}": contents
        for contents in ("B", "B/papers/*", "B/filed/*", *CONTENTS, *(f"B/{swept}" for swept in SWEPT))
    },
}


def rights(role: dict[str, Any], log_group: str) -> Iterator[tuple[str, str, str]]:
    """Each right of a role: action, resource, keys. Writing the function's own log is checked and left out."""
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            assert "NotAction" not in statement
            assert "NotResource" not in statement
            for action in several(statement["Action"]):
                for resource in several(statement["Resource"]):
                    if action in ("logs:CreateLogStream", "logs:PutLogEvents"):
                        assert text(resource) == f"${{{log_group}.Arn}}"
                    else:
                        yield action, NAMES.get(text(resource), text(resource)), keys(statement.get("Condition"))


def several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def keys(condition: Any) -> str:
    """The partition keys, or the beginnings of objects' names, that a condition allows; a request must name one."""
    if condition is None:
        return ""
    if "StringLike" in condition:
        assert set(condition) == {"StringLike"}, "a request that names no prefix does not fulfil it"
        assert set(condition["StringLike"]) == {"s3:prefix"}
        return " ".join(condition["StringLike"]["s3:prefix"])
    assert condition["Null"] == {"dynamodb:LeadingKeys": "false"}
    assert set(condition) == {"Null", "ForAllValues:StringLike"}
    (allowed,) = condition["ForAllValues:StringLike"].values()
    return " ".join(allowed)


def roles(template: Template) -> dict[str, str]:
    """The role of each function, by the function's name."""
    return {
        name.removesuffix("LambdaFunction").lower(): function["Role"]["Fn::GetAtt"][0]
        for name, function in of_type(template, "Lambda::Function").items()
    }


def test_each_function_file_is_a_row_of_the_matrix() -> None:
    assert set(MATRIX) == set(function_modules(ROOT))


@pytest.mark.parametrize("function", MATRIX)
def test_a_function_may_do_what_the_matrix_says_and_nothing_else(template: Template, function: str) -> None:
    role = of_type(template, "IAM::Role")[roles(template)[function]]
    assert set(rights(role, f"{function.capitalize()}LogGroup")) == MATRIX[function]
    assert "ManagedPolicyArns" not in role


def test_each_function_has_a_role_of_its_own_and_no_role_is_left_over(template: Template) -> None:
    used = roles(template)
    assert len(set(used.values())) == len(used)
    assert set(of_type(template, "IAM::Role")) == set(used.values())


def test_only_lambda_may_assume_the_roles(template: Template) -> None:
    for role in of_type(template, "IAM::Role").values():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
        assert statement["Action"] == "sts:AssumeRole"


def test_no_role_may_scan_delete_a_table_or_use_a_wildcard() -> None:
    everything = {right for rights_of_one in MATRIX.values() for right in rights_of_one}
    assert not [action for action, _, _ in everything if "*" in action or action.endswith("Scan")]
    assert not [action for action, _, _ in everything if action.startswith(("dynamodb:DeleteT", "iam:", "kms:"))]
    assert not [resource for _, resource, _ in everything if resource == "*"]


def test_only_the_nightly_function_lists_files_and_deletes_attachments() -> None:
    bucket = {
        (name, action, resource, prefixes)
        for name, mine in MATRIX.items()
        for action, resource, prefixes in mine
        if action.startswith(("s3:List", "s3:Delete"))
    }
    assert {name for name, action, *_ in bucket if action == "s3:ListBucket"} == {"nightly"}
    deleted = {(name, place) for name, action, place, _ in bucket if action.startswith("s3:Delete")}
    assert {place for name, place in deleted if name != "nightly"} == {"B/incoming/*", "B/quarantine/*", "B/papers/*"}
    assert {name for name, place in deleted if place == "B/papers/*"} == {"track", "desk", "background"}
    assert not [resource for *_, resource, _ in bucket if resource in CONTENTS]
    assert not {prefixes for _, action, _, prefixes in bucket if action == "s3:ListBucket"} - {" ".join(SWEPT)}


def test_the_attach_function_reads_no_table_and_no_filing() -> None:
    assert not [action for action, _, _ in MATRIX["attach"] if action.startswith("dynamodb:")]
    assert not {resource for _, resource, _ in MATRIX["attach"]} & set(CONTENTS)


def test_the_public_function_reads_nothing_but_answers_to_its_own_repeats_and_marks_of_a_flood() -> None:
    reading = {right for right in MATRIX["submit"] if "Get" in right[0] or "Query" in right[0] or "Scan" in right[0]}
    assert reading == {("dynamodb:GetItem", "T", "idem#* answer#flood#*"), ("ssm:GetParametersByPath", "P", "")}


def test_the_track_function_cannot_query_an_index() -> None:
    assert not [resource for _, resource, _ in MATRIX["track"] if resource == "T/index"]


WRITING = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")


def test_only_the_nightly_function_seals() -> None:
    sealing = {
        function
        for function, rights_of_one in MATRIX.items()
        for action, resource, allowed in rights_of_one
        if resource == "T"
        and action.endswith(WRITING)
        and (not allowed or {"seals", "tiles#*", "sealed#*"} & set(allowed.split()))
    }
    assert sealing == {"nightly"}


def test_only_desk_and_background_read_the_whole_table_and_none_writes_it() -> None:
    unbound = {
        (name, action) for name, mine in MATRIX.items() for action, place, keys in mine if place == "T" and not keys
    }
    assert {name for name, _ in unbound} == {"desk", "background"}
    assert {action for _, action in unbound} == {f"dynamodb:{each}" for each in ("GetItem", "BatchGetItem", "Query")}


def test_the_background_function_writes_reminders_alone_to_the_table() -> None:
    writing = [right for right in MATRIX["background"] if right[0].endswith(WRITING)]
    assert writing == [("dynamodb:PutItem", "T", "ledger#@reminder/* ledgers unsealed#*")]


def test_only_the_desk_starts_another_function() -> None:
    starting = {
        name for name, mine in MATRIX.items() if any(action == "lambda:InvokeFunction" for action, _, _ in mine)
    }
    assert starting == {"desk"}
