"""The names of the cloud's resources, as an operator sets them; does not open them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from functions.errors import SettingError

TABLE: Final = "QINGDAN_TABLE"
BUCKET: Final = "QINGDAN_BUCKET"
EXPORTS_BUCKET: Final = "QINGDAN_EXPORTS_BUCKET"
PARAMETERS: Final = "QINGDAN_PARAMETERS"
REGION: Final = "QINGDAN_REGION"
ENDPOINT: Final = "QINGDAN_ENDPOINT_URL"
BACKGROUND: Final = "QINGDAN_BACKGROUND"

_NAMES_OF_THE_REGION = (REGION, "AWS_REGION", "AWS_DEFAULT_REGION")
_BUCKET_NAME = (r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "3 到 63 个小写字母、数字、点或者 -")
# The pattern of each name, and the message when it does not match.
_SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    TABLE: (r"[A-Za-z0-9_.-]{3,255}", "3 到 255 个字母、数字、点、_ 或者 -"),
    BUCKET: _BUCKET_NAME,
    EXPORTS_BUCKET: _BUCKET_NAME,
    PARAMETERS: (r"(/[A-Za-z0-9_.-]+)+", "以 / 开头的路径，例如 /qingdan/prod"),
    REGION: (r"[a-z]{2}(-[a-z]+)+-[0-9]+", "区域的代号，例如 cn-north-1"),
    BACKGROUND: (r"[A-Za-z0-9_-]{1,64}", "函数的名字：1 到 64 个字母、数字、_ 或者 -"),
    ENDPOINT: (r"https?://[^\s/]+/?", "http:// 或者 https:// 开头的地址，不带路径"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """The table, the data bucket, the bucket for exports, and the path of the parameters that hold the keys.

    `endpoint` is the address of an engine other than AWS, None for AWS itself. `background` is the function that makes
    long downloads; without one every download is streamed.
    """

    table: str
    bucket: str
    exports_bucket: str
    parameters: str
    region: str
    endpoint: str | None = None
    background: str | None = None

    @classmethod
    def from_mapping(cls, variables: Mapping[str, str]) -> Cloud:
        """Read the names from a mapping like os.environ; SettingError names the variable and the fix."""
        bucket = _required(variables, BUCKET)
        return cls(
            table=_required(variables, TABLE),
            bucket=bucket,
            exports_bucket=_given(variables, EXPORTS_BUCKET) or bucket,
            parameters=_required(variables, PARAMETERS),
            region=_region(variables),
            endpoint=_given(variables, ENDPOINT),
            background=_given(variables, BACKGROUND),
        )


def _required(variables: Mapping[str, str], name: str) -> str:
    value = _given(variables, name)
    if value is None:
        raise SettingError(f"QINGDAN_STORE=aws 时要设 {name}：{_SHAPES[name][1]}。请补上，或者去掉 QINGDAN_STORE")
    return value


def _region(variables: Mapping[str, str]) -> str:
    for name in _NAMES_OF_THE_REGION:
        if value := variables.get(name, "").strip():
            return _checked(REGION, value, name)
    raise SettingError(f"不知道用哪个区域。请设 {REGION}，例如 cn-north-1")


def _given(variables: Mapping[str, str], name: str) -> str | None:
    value = variables.get(name, "").strip()
    return _checked(name, value, name) if value else None


def _checked(shape: str, value: str, name: str) -> str:
    pattern, words = _SHAPES[shape]
    if not re.fullmatch(pattern, value):
        raise SettingError(f"{name} 要填{words}，现在是“{value}”。请改好")
    return value
