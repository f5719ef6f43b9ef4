"""Publishes the built site to CloudFront's bucket; `python -m functions.local.publish_site BUCKET`.

It knows a server's answer at each address (`static_site`), and that a bucket has neither folders nor redirects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from botocore.exceptions import BotoCoreError, ClientError

from functions.bootstrap import read_clock
from functions.errors import QingdanError
from functions.local.server.static_site import TYPES, StaticSite, is_named_by_content
from functions.storage.aws.session import Clients

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

# Somebody may still read a page of last month's site: its styles and scripts stay that long.
_KEPT_FOR: Final = timedelta(days=30)
_REDIRECT: Final = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{name}/</title>'
    '<meta http-equiv="refresh" content="0; url={name}/"><a href="{name}/">{name}/</a></html>\n'
)
_TOGETHER: Final = 1000


@dataclass(frozen=True, slots=True)
class Item:
    """The object for one key."""

    key: str
    body: bytes
    content_type: str
    cache_control: str


@dataclass(frozen=True, slots=True)
class Published:
    """The number of keys written, and of keys removed."""

    written: int
    removed: int


def items_of(site: Path) -> list[Item]:
    """Return all objects of the bucket, in the order of writing: styles and scripts come before the pages.

    A folder's page is also stored at the folder's address, "duties/"; "duties" redirects there.
    """
    files = StaticSite.load(site).files
    items = []
    for address, file in files.items():
        headers = dict(file.plain.headers)
        kinds = headers[b"content-type"].decode(), headers[b"cache-control"].decode()
        if address != "/":
            items.append(Item(address[1:], file.plain.body, *kinds))
    for address in files:
        name = address.rstrip("/").rpartition("/")[2]
        if address.endswith("/") and name and address.rstrip("/") not in files:
            items.append(Item(address.strip("/"), _REDIRECT.format(name=name).encode(), TYPES[".html"], "no-cache"))
    return sorted(items, key=lambda item: (not is_named_by_content(item.key), item.key))


def publish(site: Path, client: S3Client, bucket: str, now: datetime) -> Published:
    """Write every object, then remove those that the site no longer has; `now` is aware.

    A visitor sees either the old page or the new one, never one without its style.
    """
    items = items_of(site)
    for item in items:
        client.put_object(
            Bucket=bucket,
            Key=item.key,
            Body=item.body,
            ContentType=item.content_type,
            CacheControl=item.cache_control,
        )
    gone = list(_gone(client, bucket, {item.key for item in items}, now))
    for start in range(0, len(gone), _TOGETHER):
        objects = [{"Key": key} for key in gone[start : start + _TOGETHER]]
        client.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})  # type: ignore[typeddict-item]
    return Published(len(items), len(gone))


def _gone(client: S3Client, bucket: str, kept: set[str], now: datetime) -> Iterator[str]:
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", ()):
            recent = found["LastModified"].astimezone(UTC) > now - _KEPT_FOR
            if found["Key"] not in kept and not (is_named_by_content(found["Key"]) and recent):
                yield found["Key"]


def main(
    bucket: Annotated[str, typer.Argument(help="网站的存储桶，部署时输出的 SiteBucketName。")],
    region: Annotated[str, typer.Option(help="区域，例如 cn-northwest-1。")],
    site: Annotated[Path, typer.Option(help="生成好的网站。")] = Path("build/site"),
    endpoint: Annotated[str | None, typer.Option(help="S3 的地址，默认为 AWS。")] = None,
) -> None:
    """把生成好的网站发布到存储桶。"""
    if not (site / "index.html").is_file():
        raise QingdanError(f"{site} 里没有生成好的网站。请先运行 qingdan build")
    try:
        done = publish(site, Clients(region, endpoint).s3(), bucket, read_clock())
    except (ClientError, BotoCoreError) as error:
        raise QingdanError(f"没有发布完，可以再运行一次。请核对存储桶 {bucket}、区域和凭证。AWS 说：{error}") from None
    typer.echo(f"已发布：写入 {done.written} 个文件，删去 {done.removed} 个。一分钟内各地都能看到")


if __name__ == "__main__":
    try:
        typer.run(main)
    except QingdanError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(1) from None
