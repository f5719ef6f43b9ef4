"""One post of a plain HTML form, whatever its destination: the pressed button and the typed answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from functions.forms.checking.validation import prune, warnings
from functions.forms.definition import Definition
from functions.forms.page.decode import Decoded, decode
from functions.forms.page.row_buttons import Action, change_rows, focus_of, parse_action
from functions.forms.problem import Problem
from functions.web.filing.form_pages import Checked, Filled
from functions.web.filing.vouchers import CONTROL
from functions.web.http.bodies import parse_flag, parse_pairs
from functions.web.http.conditional import require_key
from functions.web.http.problems import HttpProblem

SUPERSEDED: Final = "这张表在您打开以后更新过。下面是新的表，您填的内容已经带过来，请看一遍再提交"


@dataclass(frozen=True, slots=True)
class PostedForm:
    """The posted form. `controls` are the values outside the form's own fields, `size` the bytes of the body.

    `vouchers` stand for the files that were sent. `data` is the part of the typed answers that will be filed, `dropped`
    the pointers of the rest.
    """

    definition: Definition
    decoded: Decoded
    action: Action
    controls: Mapping[str, str]
    size: int
    data: Any
    dropped: tuple[str, ...]
    vouchers: tuple[str, ...]

    @classmethod
    def read(cls, definition: Definition, body: bytes) -> PostedForm:
        """Read the body as this form; HttpProblem 400 when it is unreadable, or none of our buttons sends it."""
        return cls.of(definition, parse_pairs(body), len(body))

    @classmethod
    def of(cls, definition: Definition, pairs: Sequence[tuple[str, str]], size: int) -> PostedForm:
        """Read these pairs as this form; they came in `size` bytes. HttpProblem 400 as in `read`."""
        controls = dict(reversed(pairs))
        action = parse_action(controls.get("action", "review"))
        if action is None:
            raise HttpProblem(400, "没有看懂按的是哪个按钮。请回到表页，再提交一次")
        decoded = decode(definition, pairs)
        data, dropped = prune(definition, decoded.data)
        vouchers = tuple(value for name, value in pairs if name == CONTROL)
        return cls(definition, decoded, action, controls, size, data, dropped, vouchers)

    @property
    def superseded(self) -> bool:
        """Whether the page was made from another version of the form."""
        return self.controls.get("form_digest", self.definition.digest) != self.definition.digest

    @property
    def finished(self) -> bool:
        """Whether the sender has finished filling in, so that the answers are to be judged."""
        return not self.superseded and self.action.verb not in ("add", "remove", "edit")

    @property
    def contested(self) -> bool:
        """Whether to file the answers even though another filing holds their place; HttpProblem 400."""
        return parse_flag("contest", self.controls.get("contest"))

    def rearranged(self) -> Filled | None:
        """Return the form with a row added or removed, or at the field to change; None for the other buttons."""
        if self.action.verb == "edit":
            return self.filled(focus=focus_of(self.action))
        if self.action.verb not in ("add", "remove"):
            return None
        data, focus = change_rows(self.definition, self.decoded.data, self.action)
        return Filled(self.definition, data, focus=focus, vouchers=self.vouchers)

    def filled(self, problems: tuple[Problem, ...] = (), *, focus: str | None = None, notice: str = "") -> Filled:
        """Return the form as it was typed."""
        return Filled(self.definition, self.decoded.data, problems, focus, notice, self.vouchers)

    def checked(self, today: date, new_key: str) -> Checked:
        """Return the answers to check, under their own key or a new one; `today` is for warnings."""
        key = require_key(self.controls.get("key")) or new_key
        found = warnings(self.definition, self.data, today)
        return Checked(self.definition, self.decoded.data, self.data, self.dropped, found, key, self.vouchers)

    @property
    def files(self) -> bool:
        """Whether to file the answers now: the button says so, and it was on the page for checking them."""
        return self.action.verb == "file" and require_key(self.controls.get("key")) is not None
