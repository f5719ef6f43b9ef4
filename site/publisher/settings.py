"""The one setting of mkdocs.yml that the blocks need; reads no other and resolves no tag of that file."""

from functools import lru_cache
from pathlib import Path

import yaml


def read_service_url(root: Path) -> str:
    """`extra.service_url` of mkdocs.yml below `root`: what stands before form actions. Empty when there is none."""
    path = root / "mkdocs.yml"
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else ""


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> str:
    # Composed, not loaded: the file may hold tags that only MkDocs can resolve.
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    for key in ("extra", "service_url"):
        node = _child(node, key)
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)
