"""The parts of a form as HTML: fields with label, hint and message, groups, repeated rows, lines of two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.forms.attachment_field import MOST_BYTES
from functions.forms.outline import Field, Group, Item, Rows
from functions.forms.page.context import Context, basis_link, described_by, errors_at
from functions.forms.page.controls import Placed, control, files, is_fieldset, limits_of, picks
from functions.forms.page.element import EMPTY, Markup, el, hidden_input, join
from functions.forms.page.field_names import id_of, name_of
from functions.forms.page.wording import DATE_HINT, DEPENDS, OPTIONAL, WORDS
from functions.forms.pointer import ANY_ROW, Path


def render_items(sheet: Context, items: Sequence[Item], values: Any, path: Path) -> Markup:
    """The items of a section, group or row in form order; two of a pair, and ticks in a row, share a line."""
    held = values if isinstance(values, Mapping) else {}
    return join(*(_line(sheet, line, held, path) for line in _lines(items)))


def _lines(items: Sequence[Item]) -> list[list[Item]]:
    """Group items that share a line: a pair, or consecutive ticks."""
    found: list[list[Item]] = []
    for item in items:
        before = found[-1] if found else []
        pairs = len(before) == 1 and not isinstance(before[0], Rows) and before[0].pair
        if pairs or (before and all(_is_bare_tick(one) for one in (before[-1], item))):
            before.append(item)
        else:
            found.append([item])
    return found


def _line(sheet: Context, line: list[Item], values: Mapping[str, Any], path: Path) -> Markup:
    parts = [render_item(sheet, item, values.get(item.key), (*path, item.key)) for item in line]
    if len(parts) == 1:
        return parts[0]
    return el("div", *parts, class_="fld picks--line" if all(map(_is_bare_tick, line)) else "grid2")


def _is_bare_tick(item: Item) -> bool:
    return isinstance(item, Field) and item.kind == "boolean" and not (item.hint or item.basis)


def render_item(sheet: Context, item: Item, value: Any, path: Path) -> Markup:
    """Return one field, group or rows at its place."""
    if isinstance(item, Rows):
        return _rows(sheet, item, value, path)
    if isinstance(item, Group):
        return _group(sheet, item, value, path)
    return _field(sheet, item, value, path)


def mark(field: Field) -> Markup:
    """Return （选填） for the label of an optional field; a script updates it when other answers decide."""
    if field.required == "always" or field.must_be_true:
        return EMPTY
    words = OPTIONAL if field.required == "never" else DEPENDS
    return join(" ", el("span", words, class_="opt", data_depends=field.required == "sometimes"))


def hint(sheet: Context, item: Item, path: Path) -> Markup:
    """Whether the bureau wants this changed, the hint, and the paragraph that demands this; or nothing."""
    led = (*path, item.lead) if isinstance(item, Group) and item.lead else path
    words = [each for each in (sheet.mark(path, led), item.hint) if each]
    if isinstance(item, Field) and item.kind == "date":
        # A script removes the example when the browser has a calendar of its own.
        words.append(el("span", DATE_HINT, data_example=True))
    if isinstance(item, Field) and item.kind == "attachments":
        words.append(limits_of(item))
    if item.basis and item.basis != sheet.basis:
        words.append(join("依据", basis_link(sheet.links, item.basis, quiet=True)))
    if not words:
        return EMPTY
    return el("span", *words, class_="hint", id=f"{id_of(path)}-h")


def _field(sheet: Context, field: Field, value: Any, path: Path) -> Markup:
    help_, wrong = hint(sheet, field, path), errors_at(sheet, path)
    described = described_by(sheet, path, bool(help_))
    class_ = "fld bad" if wrong else "fld"
    if field.kind == "attachments":
        return el(
            "fieldset", el("legend", field.label, mark(field)), help_, wrong, files(sheet, field, value, path),
            class_=class_, data_f=name_of(path), data_most=field.maximum, data_largest=MOST_BYTES,
            aria_describedby=described,
        )  # fmt: skip
    placed = Placed(field, path, value, bool(wrong), described, path == sheet.focus)
    if is_fieldset(field):
        legend = el("legend", field.label, mark(field))
        single = field.kind == "choice"
        return el(
            "fieldset", legend, help_, wrong, control(placed),
            class_=class_, data_f=name_of(path), role="radiogroup" if single else None,
            aria_invalid="true" if single and wrong else None, aria_describedby=described,
        )  # fmt: skip
    if field.kind == "boolean":
        return el("div", wrong, control(placed), help_, class_=class_, data_f=name_of(path))
    label = el("label", field.label, mark(field), for_=id_of(path))
    return el("div", label, help_, wrong, control(placed), class_=class_, data_f=name_of(path))


def _group(sheet: Context, group: Group, value: Any, path: Path) -> Markup:
    values = value if isinstance(value, Mapping) else {}
    lead = next((item for item in group.items if isinstance(item, Field) and item.key == group.lead), None)
    rest = [item for item in group.items if item is not lead]
    help_, wrong = hint(sheet, group, path), errors_at(sheet, path)
    led = _lead(sheet, lead, values, path) if lead else EMPTY
    lead_path = (*path, lead.key) if lead else path
    described = " ".join(filter(None, (described_by(sheet, path, bool(help_)), _lead_message(sheet, lead, lead_path))))
    inner = _numbers(sheet, rest, values, path) if _is_numbers(rest) else render_items(sheet, rest, values, path)
    return el(
        "fieldset", el("legend", group.label), help_, wrong, led, inner,
        class_="fld bad" if wrong or (lead and sheet.wrong(lead_path)) else "fld",
        id=id_of(path), tabindex=-1, data_f=name_of(path), aria_describedby=described or None,
    )  # fmt: skip


def _lead(sheet: Context, lead: Field, values: Mapping[str, Any], path: Path) -> Markup:
    """Return the choice shown directly under a group's legend, which is its question."""
    place = (*path, lead.key)
    placed = Placed(lead, place, values.get(lead.key), focused=place == sheet.focus)
    return el("div", errors_at(sheet, place), picks(placed), data_f=name_of(place), data_lead=True)


def _lead_message(sheet: Context, lead: Field | None, place: Path) -> str:
    return f"{id_of(place)}-e" if lead and sheet.wrong(place) else ""


def _is_numbers(items: Sequence[Item]) -> bool:
    return len(items) > 1 and all(isinstance(item, Field) and item.kind in ("integer", "decimal") for item in items)


def _numbers(sheet: Context, items: Sequence[Item], values: Mapping[str, Any], path: Path) -> Markup:
    """Return related numbers side by side under small labels; a message on their group marks them all."""
    parts = []
    for item in items:
        assert isinstance(item, Field)
        place = (*path, item.key)
        help_, wrong = hint(sheet, item, place), errors_at(sheet, place)
        ids = [described_by(sheet, place, bool(help_)), f"{id_of(path)}-e" if sheet.wrong(path) else None]
        described = " ".join(filter(None, ids)) or None
        bad, focused = bool(wrong or sheet.wrong(path)), place == sheet.focus
        placed = Placed(item, place, values.get(item.key), bad, described, focused)
        label = el("label", item.label, mark(item), class_="lbl", for_=id_of(place))
        parts.append(
            el("div", label, help_, wrong, control(placed), class_="bad" if wrong else None, data_f=name_of(place))
        )
    return el("div", *parts, class_="pair")


def _rows(sheet: Context, rows: Rows, value: Any, path: Path) -> Markup:
    held = value if isinstance(value, list) else []
    help_, wrong = hint(sheet, rows, path), errors_at(sheet, path)
    written = [_row(sheet, rows, row, (*path, str(index))) for index, row in enumerate(held)]
    blank = el("template", _row(Context(links=sheet.links, basis=sheet.basis), rows, {}, (*path, ANY_ROW)))
    words = WORDS["again" if held else "first"].format(item=rows.item_label)
    add = el(
        "button", words, class_="btn btn--second", id=id_of(path), name="action", value=f"add:{name_of(path)}",
        disabled=len(held) >= rows.maximum, aria_describedby=described_by(sheet, path, bool(help_)),
        autofocus=path == sheet.focus,
    )  # fmt: skip
    return el(
        "div", help_, wrong, *written, blank, add,
        class_="fld bad" if wrong else "fld", role="group", aria_label=rows.label,
        data_f=name_of(path), data_item=rows.item_label, data_max=rows.maximum,
    )  # fmt: skip


def _row(sheet: Context, rows: Rows, value: Any, path: Path) -> Markup:
    number = path[-1] if path[-1] == ANY_ROW else str(int(path[-1]) + 1)
    name = f"{rows.item_label} {number}"
    remove = el(
        "button", f"删除{name}", class_="btn btn--warn btn--small", name="action",
        value=f"remove:{name_of(path[:-1])}:{path[-1]}",
    )  # fmt: skip
    return el(
        "fieldset", el("legend", name), hidden_input(name_of(path), ""), sheet.mark(path), errors_at(sheet, path),
        render_items(sheet, rows.items, value, path), remove,
        class_="row", id=id_of(path), tabindex=-1, data_row=name_of(path),
    )  # fmt: skip
