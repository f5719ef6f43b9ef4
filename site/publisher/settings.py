"""The settings of mkdocs.yml that stand under extra and that content needs; resolves no tag of that file."""

from functools import lru_cache
from pathlib import Path

import yaml


def read_extra(root: Path, key: str) -> str:
    """The text of `extra.<key>` in mkdocs.yml below `root`; empty when there is none."""
    path = root / "mkdocs.yml"
    return _read(path, key, path.stat().st_mtime_ns) if path.is_file() else ""


@lru_cache(maxsize=8)
def _read(path: Path, key: str, changed: int) -> str:
    # Composed, not loaded: the file may hold tags that only MkDocs can resolve.
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    for name in ("extra", key):
        node = _child(node, name)
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)
