"""Builds the whole site: check, generate, pack, and swap into place; reads no clock and leaves the sources alone."""

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mkdocs.config.defaults import MkDocsConfig

from publisher.check import check_content
from publisher.content.content import Content, load_content
from publisher.data.open_data import write_files
from publisher.output import search_index as search
from publisher.output.assets import STYLESHEET, Asset, pack_assets, rewrite, store
from publisher.output.generate import BuildFailed, generate, read_settings

SEARCH_INDEX = "assets/search.json"
_REFERENCE = re.compile(r'(?:src|href|data-index)="(?:\.{0,2}/)*(assets/[^"#?]+)"')
# The theme writes it into every page.
POLICY = "content_security_policy"


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was built: the folder, how many pages, how many files, and their size in bytes."""

    folder: Path
    pages: int
    files: int
    size: int


def build(root: Path, site_dir: Path, *, notify: Callable[[str], None] = lambda step: None) -> BuildReport:
    """Builds the project under `root` into `site_dir`, which changes only when all went well.

    `notify` is told in Chinese which step begins. Raises BuildFailed, whose message has a line for each mistake with
    file, cause and cure; what was in `site_dir` before is then still there.
    """
    root, site_dir = root.resolve(), site_dir.resolve()
    _refuse_sources(root, site_dir)
    site_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=site_dir.parent, prefix=".site-") as scratch:
        fresh = Path(scratch) / "new"
        notify("检查内容")
        mistakes = check_content(root)
        if mistakes:
            raise BuildFailed("\n".join(str(mistake) for mistake in mistakes))
        config = read_settings(root, fresh)
        config.extra[POLICY] = content_policy(
            config.extra.get("service_url") or "", config.extra.get("upload_host") or ""
        )
        notify("生成网页")
        generate(config)
        notify("整理样式和脚本")
        _finish(root, fresh, config)
        report = _report(fresh, site_dir)
        _swap(fresh, site_dir, Path(scratch) / "old")
    return report


def _refuse_sources(root: Path, site_dir: Path) -> None:
    """Stops before a build could empty the folder that the site is made from."""
    for source in (root / "site", root / "content", root / "schemas", root / "functions"):
        if site_dir in (root, source) or source in site_dir.parents or site_dir in source.parents:
            raise BuildFailed(f"不能把网站生成到 {site_dir}：那里放的是源文件。请改 site_dir，例如 build/site")


def _finish(root: Path, site: Path, config: MkDocsConfig) -> None:
    (site / "sitemap.xml.gz").unlink(missing_ok=True)  # it carries the time of the build
    assets = pack_assets(site, root / "site" / "theme")
    content = load_content(root)
    write_files(content, site)
    index = json.dumps(search.index(root), ensure_ascii=False, separators=(",", ":")).encode()
    found = store(site, SEARCH_INDEX, index)
    rewrite(site, (found,))
    _check_references(site)
    _write_service(site, config, (*assets, found), content)


def _write_service(site: Path, config: MkDocsConfig, assets: tuple[Asset, ...], content: Content) -> None:
    """The frame for the service's own pages is a page already; beside it goes where the shared files are."""
    base = base_path(config.site_url)
    names = {asset.plain: base + asset.hashed for asset in assets}
    service = {
        "base": base,
        "address": f"{config.site_url.rstrip('/')}/" if config.site_url else "",
        "bureau": config.extra["bureau"],
        "stylesheet": names[STYLESHEET],
        "site_script": names["assets/javascripts/site.js"],
        "form_script": names["assets/javascripts/form.js"],
        "digest_script": names["assets/javascripts/digest.js"],
        "search_index": names[SEARCH_INDEX],
        "content_security_policy": config.extra[POLICY],
        "upload_host": config.extra.get("upload_host") or "",
        "regimes": content.regime_keys,
        "reminders": content.reminders.model_dump(),
    }
    (site / "_service" / "assets.json").write_text(json.dumps(service, ensure_ascii=False, indent=1), encoding="utf-8")


def _check_references(site: Path) -> None:
    """Raises BuildFailed when a page names a style sheet, script or picture of ours that is not there."""
    for page in sorted(site.rglob("*.html")):
        for name in _REFERENCE.findall(page.read_text(encoding="utf-8")):
            if not (site / name).is_file():
                where = page.relative_to(site).as_posix()
                raise BuildFailed(f"{where} 用到的 {name} 不存在。请核对 site/theme/ 里的文件名和模板")


def base_path(site_url: str | None) -> str:
    """The path of the site's first page, with a slash at both ends."""
    path = urlsplit(site_url or "/").path
    return path if path.endswith("/") else path + "/"


def content_policy(service_url: str, upload_host: str = "") -> str:
    """The content security policy of every page: nothing inline, nothing from elsewhere but the service if it is.

    And the host that files are sent to and fetched from, where that is not the service's.
    """
    parts = urlsplit(service_url)
    own = f"'self' {parts.scheme}://{parts.netloc}" if parts.netloc else "'self'"
    own = f"{own} {upload_host}" if upload_host else own
    return (
        f"default-src 'none'; base-uri 'none'; connect-src {own}; form-action {own}; "
        "img-src 'self'; script-src 'self'; style-src 'self'"
    )


def _report(fresh: Path, site_dir: Path) -> BuildReport:
    files = [path for path in fresh.rglob("*") if path.is_file()]
    pages = sum(path.suffix == ".html" and "_service" not in path.parts for path in files)
    return BuildReport(site_dir, pages, len(files), sum(path.stat().st_size for path in files))


def _swap(fresh: Path, site_dir: Path, old: Path) -> None:
    """Two renames: a reader sees the old site or the new one, and a failure of the second puts the old one back."""
    existed = site_dir.exists()
    if existed:
        site_dir.rename(old)
    try:
        fresh.rename(site_dir)
    except OSError:
        if existed:
            old.rename(site_dir)
        raise
    shutil.rmtree(old, ignore_errors=True)
