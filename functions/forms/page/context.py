"""The state of one rendering of a form: the typed values, their problems, the focus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from functions.forms.address import Links
from functions.forms.attachment_field import MOST_BYTES
from functions.forms.page.element import EMPTY, Markup, el
from functions.forms.page.field_names import id_of
from functions.forms.page.wording import ASKED, WRONG
from functions.forms.pointer import Path, join, split
from functions.forms.problem import Problem


@dataclass(frozen=True, slots=True)
class Context:
    """What is wrong, by pointer; `links` lead to other pages of the site, None where there are none.

    `basis` is the address that is named already, once for all that is drawn: it is not said again at each field.
    `asked` are the pointers of what the bureau wants changed. `action` is where the form posts to, `upload_limit` how
    many bytes of files it can bring at once without a script. `focus` is the path of the control that takes the focus.
    """

    problems: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    links: Links | None = None
    basis: str = ""
    asked: frozenset[str] = frozenset()
    action: str = ""
    upload_limit: int = MOST_BYTES
    focus: Path | None = None

    def wrong(self, path: Path) -> Sequence[Problem]:
        """Return the problems at exactly this place."""
        return self.problems.get(join(path), ())

    def mark(self, *paths: Path) -> Markup:
        """Return the mark for a field that the bureau wants changed, or nothing."""
        wanted = any(join(path) in self.asked for path in paths)
        return el("b", ASKED, class_="asked") if wanted else EMPTY


def errors_at(sheet: Context, path: Path) -> Markup:
    """Return the messages at this place, each with the hidden word that marks an error for screen readers."""
    problems, name = sheet.wrong(path), f"{id_of(path)}-e"
    if len(problems) == 1:
        return _error(problems[0], name)
    return el("span", *(_error(problem) for problem in problems), id=name) if problems else EMPTY


def _error(problem: Problem, name: str | None = None) -> Markup:
    return el("span", el("span", WRONG, class_="vh"), problem.message, class_="err", id=name)


def described_by(sheet: Context, path: Path, hint: bool) -> str | None:
    """Return the ids of hint and message, in reading order."""
    ids = [f"{id_of(path)}-h"] if hint else []
    if sheet.wrong(path):
        ids.append(f"{id_of(path)}-e")
    return " ".join(ids) or None


def basis_link(links: Links | None, basis: str, *, quiet: bool = False) -> Markup:
    """Return an address of the list as a link, or as text without `links`; `quiet` is the style beside a hint."""
    target = links.to_paragraph(basis) if links else None
    class_ = "addr" if quiet else None
    if target is None:
        return el("span", basis, class_=class_)
    return el("a", basis, class_=class_, href=target)


def by_pointer(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    """Return the problems by place, in the order given."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        found.setdefault(join(split(problem.pointer)), []).append(problem)
    return found
