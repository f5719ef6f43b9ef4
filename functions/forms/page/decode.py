"""Converts posted pairs to typed data; checks only their structure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.forms import pointer
from functions.forms.attachment_field import UPLOAD, read
from functions.forms.characters import inside_quotes
from functions.forms.definition import Definition, Field, Group, Rows
from functions.forms.normalise import ABSENT, normalise
from functions.forms.page.field_names import parse_name
from functions.forms.pointer import Path
from functions.forms.problem import Problem

# Names without a full stop, which every field's name has: values that pages carry beside the answers.
RESERVED = frozenset(
    {"action", "form_digest", "key", "once", "contest", "code", "version", "csrf", "received_on", "voucher", "altcha"}
)
# So many rows more than the form allows are kept, so that it can be said of what was typed that it is too much.
SPARE_ROWS = 20
MAX_UNKNOWN = 20


@dataclass(frozen=True, slots=True)
class Decoded:
    """Typed data in form order, and what was wrong with the posted pairs themselves; rules of the form come later."""

    data: dict[str, Any]
    problems: tuple[Problem, ...]


def decode(definition: Definition, pairs: Sequence[tuple[str, str]]) -> Decoded:
    """The data that posted pairs stand for, in form order; what was left empty is absent.

    Numbers, dates, codes and phones lose full-width forms and spaces; what does not look like its kind stays as typed,
    so that validation can name it. Rows are counted anew from 0 in the order of their indexes. Unknown names, single
    fields posted twice and too many rows become problems.
    """
    reading = _Reading(definition)
    tree: dict[str, Any] = {}
    known = {node.path for node in definition.walk()} | {(section.key,) for section in definition.sections}
    known |= {(*node.path, "*") for node in definition.walk() if isinstance(node, Rows)}
    for name, value in pairs:
        path = parse_name(name)
        if path is not None and pointer.general(path) in known:
            _put(tree, path, value)
        elif name.startswith(UPLOAD) and reading.is_of_files(name):
            reading.not_sent(name, value)
        elif name not in RESERVED:
            reading.unknown.append(name)
    data = {
        section.key: reading.read(section.items, tree.get(section.key, {}), (section.key,))
        for section in definition.sections
    }
    kept = {key: value for key, value in data.items() if value or (key in tree and "" in tree[key])}
    return Decoded(kept, (*reading.problems, *reading.strangers()))


def _put(tree: dict[str, Any], path: Path, value: str) -> None:
    """Hang one posted value into the tree: containers are dictionaries, a field is the list of its posted values."""
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
    posted = tree.setdefault(path[-1], {})
    posted.setdefault("", []).append(value)


@dataclass(slots=True)
class _Reading:
    definition: Definition
    problems: list[Problem] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def read(self, items: Iterable[Field | Group | Rows], raw: dict[str, Any], path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for item in items:
            here = (*path, item.key)
            posted = raw.get(item.key)
            if posted is None:
                continue
            if isinstance(item, Field):
                value = self.value(item, posted.get("", []), here)
            elif isinstance(item, Group):
                value = self.read(item.items, posted, here) or ({} if "" in posted else ABSENT)
            else:
                value = self.rows(item, posted, here)
            if value is not ABSENT:
                data[item.key] = value
        return data

    def value(self, item: Field, posted: list[str], path: Path) -> Any:
        if item.kind == "choices":
            values = [value for value in dict.fromkeys(posted) if value]
            return values if values or "" in posted else ABSENT
        if item.kind == "attachments":
            files = [read(value) for value in dict.fromkeys(posted) if value]
            return files if files or "" in posted else ABSENT
        if len(posted) > 1:
            self.add(path, "duplicate", "“{label}”收到了不止一个答案，这里留下第一个。请核对后再提交")
        return normalise(item.kind, posted[0])

    def rows(self, item: Rows, posted: dict[str, Any], path: Path) -> list[Any]:
        indexes = sorted((key for key in posted if key), key=int)
        most = item.maximum + SPARE_ROWS
        if len(indexes) > most:
            self.add(path, "maximum", f"“{{label}}”一次最多收 {most} 项，超出的没有收下。请删去多余的，或者分次填报")
        return [self.read(item.items, posted[index], (*path, str(place))) for place, index in enumerate(indexes[:most])]

    def is_of_files(self, name: str) -> bool:
        """Whether the control is the one with which a browser chooses the files of a field."""
        path = parse_name(name.removeprefix(UPLOAD))
        part = self.definition.field_at(pointer.join(path)) if path else None
        return isinstance(part, Field) and part.kind == "attachments"

    def not_sent(self, name: str, chosen: str) -> None:
        """A file that was chosen stays on its machine until it is uploaded: only its name came."""
        if chosen:
            path = parse_name(name.removeprefix(UPLOAD)) or ()
            shown = inside_quotes(chosen.replace("{", "").replace("}", ""))[:100]
            self.add(path, "upload", f"“{{label}}”选的文件“{shown}”还没有上传。请再选一次，按“上传”")

    def add(self, path: Path, rule: str, message: str) -> None:
        at = pointer.join(path)
        label = self.definition.label_at(at)
        self.problems.append(Problem(at, label, message.format(label=label), rule))

    def strangers(self) -> list[Problem]:
        names = list(dict.fromkeys(name[:40] for name in self.unknown))[:MAX_UNKNOWN]
        return [
            Problem("", name, f"收到了这张表里没有的栏目“{inside_quotes(name)}”。请回到本表的网页重新提交", "unknown")
            for name in names
        ]
