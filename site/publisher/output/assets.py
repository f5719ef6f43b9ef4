"""Bundles the site's style sheets and scripts into few files named by their content; knows no page's words."""

import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from functions.errors import AuthoringError
from publisher.output.modules import bundle_modules

STYLESHEET = "assets/stylesheets/qingdan.css"
_IMPORT = re.compile(r'@import url\("([^"]+)"\)(?: layer\((\w+)\))?;\n?')
_PICTURE = re.compile(r'url\("data:[^"]*"\)')
_NOISE = re.compile(r'@charset "[^"]*";|/\*# sourceMappingURL=.*?\*/', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as pages name it before the build, and after."""

    plain: str
    hashed: str


def pack_assets(site: Path, theme: Path) -> tuple[Asset, ...]:
    """Leave in `site/assets` only the files of `theme/assets`, with one style sheet, all under hashed names.

    Rewrites every reference in the site's pages. Raises AuthoringError when a style sheet imports one that is missing.
    """
    sheet = bundle_stylesheet(site / STYLESHEET)
    _keep_only(site / "assets", theme / "assets")
    shutil.rmtree(site / "assets" / "stylesheets")
    texts = {STYLESHEET: sheet} | {
        path.relative_to(site.resolve()).as_posix(): text
        for path, text in bundle_scripts(site / "assets" / "javascripts")
    }
    assets = tuple(store(site, name, text.encode()) for name, text in texts.items())
    rewrite(site, assets)
    return assets


def bundle_stylesheet(path: Path) -> str:
    """The style sheet with every @import put in its place; a layered import becomes a layer block.

    The theme's pictures are removed: we use no icons, and the content policy would refuse them.
    """

    def included(found: re.Match[str]) -> str:
        text = bundle_stylesheet(path.parent / found.group(1))
        return f"@layer {found.group(2)}{{{_PICTURE.sub('none', text)}}}\n" if found.group(2) else text

    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AuthoringError(
            f"样式表 {path.name} 不在 {path.parent.name}/ 里。主题升级以后文件名会变，请改 qingdan.css 里的 @import"
        ) from None
    return _IMPORT.sub(included, _NOISE.sub("", text))


def bundle_scripts(folder: Path) -> list[tuple[Path, str]]:
    """Bundle each script of the folder with the modules that it imports; removes the folders of these modules."""
    bundles = [(path, bundle_modules(path)) for path in sorted(folder.resolve().glob("*.js"))]
    for parts in (path for path in folder.iterdir() if path.is_dir()):
        shutil.rmtree(parts)
    return bundles


def store(site: Path, name: str, body: bytes) -> Asset:
    """Write the body under its name with ten hexadecimal digits of its SHA-256 before the suffix."""
    stem, _, suffix = name.rpartition(".")
    hashed = f"{stem}.{hashlib.sha256(body).hexdigest()[:10]}.{suffix}"
    (site / name).unlink(missing_ok=True)
    (site / hashed).parent.mkdir(parents=True, exist_ok=True)
    (site / hashed).write_bytes(body)
    return Asset(name, hashed)


def rewrite(site: Path, assets: tuple[Asset, ...]) -> None:
    """Replace the references in every page by the hashed files; a quotation mark ends a reference."""
    for page in sorted(site.rglob("*.html")):
        text = before = page.read_text(encoding="utf-8")
        for asset in assets:
            text = text.replace(f'{asset.plain}"', f'{asset.hashed}"')
        if text != before:
            page.write_text(text, encoding="utf-8")


def _keep_only(folder: Path, wanted: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and not (wanted / path.relative_to(folder)).exists():
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
