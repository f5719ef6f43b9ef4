"""One post of a form by plain HTML, wherever the form is: the button that was pressed and what was typed."""

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
    """What was posted. `controls` are the values beside the form's own, `size` the bytes of the body.

    `vouchers` stand for the files that were sent. `data` is what of the typed answers will be filed, `dropped` the
    pointers of the rest.
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
        """What the body says of this form; HttpProblem 400 when it cannot be read, or no button of ours sends it."""
        return cls.of(definition, parse_pairs(body), len(body))

    @classmethod
    def of(cls, definition: Definition, pairs: Sequence[tuple[str, str]], size: int) -> PostedForm:
        """What these pairs say of this form; they stood in `size` bytes. HttpProblem 400 as in `read`."""
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
        """Whether the page was made from another document of the form."""
        return self.controls.get("form_digest", self.definition.digest) != self.definition.digest

    @property
    def finished(self) -> bool:
        """Whether whoever posted it is done filling in, so that the answers are to be judged."""
        return not self.superseded and self.action.verb not in ("add", "remove", "edit")

    @property
    def contested(self) -> bool:
        """Whether the answers are to be filed although another filing holds their place; HttpProblem 400."""
        return parse_flag("contest", self.controls.get("contest"))

    def rearranged(self) -> Filled | None:
        """The form again, a row more or less, or at the field that is to be changed; None for the other buttons."""
        if self.action.verb == "edit":
            return self.filled(focus=focus_of(self.action))
        if self.action.verb not in ("add", "remove"):
            return None
        data, focus = change_rows(self.definition, self.decoded.data, self.action)
        return Filled(self.definition, data, focus=focus, vouchers=self.vouchers)

    def filled(self, problems: tuple[Problem, ...] = (), *, focus: str | None = None, notice: str = "") -> Filled:
        """The form as it was typed."""
        return Filled(self.definition, self.decoded.data, problems, focus, notice, self.vouchers)

    def checked(self, today: date, new_key: str) -> Checked:
        """The answers to check, under the key that they came with or a new one; `today` as for warnings."""
        key = require_key(self.controls.get("key")) or new_key
        found = warnings(self.definition, self.data, today)
        return Checked(self.definition, self.decoded.data, self.data, self.dropped, found, key, self.vouchers)

    @property
    def files(self) -> bool:
        """Whether the answers are to be filed now: the button says so, and the page was one to check them on."""
        return self.action.verb == "file" and require_key(self.controls.get("key")) is not None
