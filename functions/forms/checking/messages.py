"""The messages for filers: one Chinese sentence for each fault, with the label and the cure."""

from __future__ import annotations

import re
from typing import Any

from functions.forms import pointer
from functions.forms.attachment_field import MOST_BYTES, is_file, size_words
from functions.forms.characters import hidden_in, inside_quotes, name_character, strange_in
from functions.forms.definition import Definition
from functions.forms.formats import USCC_ALPHABET, USCC_LENGTH, is_date
from functions.forms.outline import Field, Group, Item, Rows, Section
from functions.forms.pointer import Path, Token
from functions.forms.schema_reader import tested_paths

GENERAL = "这份填报没有通过检查，查不出是哪一栏。请检查后再提交一次；还不行，请与本局联系"

_SHOWN = 20
_CLAUSE = re.compile("(?:“[^”]*”|[^。])*")
_FEW = 5

Part = Field | Group | Rows | Section


def say(definition: Definition, tokens: tuple[Token, ...], rule: str, schema: Any, data: Any) -> str:
    """Return the message for a fault at these tokens; `data` is the whole filing, `schema` the part that it breaks."""
    # A name that begins with a digit has a leading space, which is wrong at the beginning of a sentence.
    return _say(definition, tokens, rule, schema, data).strip()


def _say(definition: Definition, tokens: tuple[Token, ...], rule: str, schema: Any, data: Any) -> str:
    at = pointer.join(tokens)
    part = definition.field_at(at)
    name = name_of(definition, at) or definition.title
    value = pointer.read(data, tokens)
    in_file = isinstance(part, Field) and part.kind == "attachments"
    if part is None or (rule == "unknown" and not in_file):
        return _unknown(tokens)
    if rule == "not_applicable":
        return _not_applicable(definition, pointer.general(tokens), name)
    if rule == "unsayable":
        return f"{name}里有无法保存的字符。请删去后重新输入"
    if isinstance(schema, dict) and rule == "not" and "x-ask" in schema:
        return str(schema["x-ask"])
    if rule == "required" or _is_blank(part, value):
        return missing(definition, tokens, part, data)
    if isinstance(part, Field):
        strange = strange_in(value) if isinstance(value, str) and part.kind in _PLAIN else None
        if strange:
            return f"{name}里有{name_character(strange)}。{_PLAIN[part.kind]}"
        return _FIELDS.get(part.kind, _text)(part, name, value)
    return _several(part, name, value)


def first_clause(message: str) -> str:
    """Return the message up to its first full stop outside quotation marks: the fault without the cure."""
    found = _CLAUSE.match(message)
    return found[0] if found else message


def label_of(definition: Definition, tokens: tuple[Token, ...]) -> str:
    """Return the label of the place; for a column that the form does not have, its key in the data."""
    at = pointer.join(tokens)
    return definition.label_at(at) if not tokens or definition.field_at(at) else shown(tokens[-1]) or "没有名字的栏目"


def missing(definition: Definition, tokens: tuple[Token, ...], part: Part, data: Any) -> str:
    """Return the message for a missing answer."""
    name = name_of(definition, pointer.join(tokens))
    if isinstance(part, Rows):
        return part.ask if isinstance(part.ask, str) and part.ask else f"请至少填一个{part.item_label}"
    if not isinstance(part, Field):
        return f"请填写“{part.title if isinstance(part, Section) else part.name}”这一部分"
    group = definition.field_at(pointer.join(tokens[:-1]))
    if isinstance(group, Group) and group.lead:
        asked = _asked_by_lead(part, group, pointer.read(data, tokens[:-1]))
        if asked:
            return asked
        name = group.name if part.key == group.lead else name
    if part.must_be_true:
        return f"请勾选“{part.label}”"
    if part.kind in ("choice", "choices"):
        return _not_chosen(part, name)
    if isinstance(part.ask, str) and part.ask:
        return part.ask
    if part.kind == "attachments":
        return f"请上传{name}"
    if isinstance(group, Group) and not group.lead and group.hint and part.kind == "integer":
        return f"请填写{name}，{group.hint.rstrip('。')}"
    cure = part.hint.split("。")[0]
    return f"请写{name}：{cure}" if part.kind == "long_text" and cure else f"请填写{name}"


def _asked_by_lead(part: Field, group: Group, answers: Any) -> str:
    lead = next((item for item in group.items if item.key == group.lead), None)
    chosen = answers.get(group.lead) if isinstance(answers, dict) else None
    if not isinstance(lead, Field) or isinstance(part.ask, str) or not isinstance(chosen, str):
        return ""
    cure = part.ask.get(chosen)
    return f"{group.name}选了“{dict(lead.choices).get(chosen, chosen)}”，{cure}" if cure else ""


def _not_chosen(field: Field, name: str) -> str:
    least = "请至少选一项" if field.kind == "choices" else "请选一项"
    labels = [label for _, label in field.choices]
    if field.kind == "choice" and len(labels) < _FEW:
        least = f"请选{'、'.join(labels[:-1])}或者{labels[-1]}"
    return f"{_quoted(name)}还没有选。{least}"


def _not_applicable(definition: Definition, path: Path, name: str) -> str:
    tested = (
        definition.label_at(pointer.join(answer))
        for rule in definition.conditions
        if rule.effect == "applies" and rule.target == path
        for answer in tested_paths(rule.test, rule.scope)
        if isinstance(definition.field_at(pointer.join(answer)), Field)
    )
    choice = next(tested, "前面")
    return f"按{_quoted(choice)}这一项的选择，不用填{_quoted(name)}。请把它空着，或者改那一项"


def _unknown(tokens: tuple[Token, ...]) -> str:
    if not tokens:
        return "收到的内容不是一张表。请按表的结构填写后重新提交"
    name = shown(tokens[-1])
    what = f"“{name}”这个栏目" if name else "没有名字的栏目"
    return f"表里没有{what}。请删去它，或者核对栏目名"


def _quoted(name: str) -> str:
    return f"“{name.strip()}”"


def _is_blank(part: Part, value: Any) -> bool:
    if isinstance(part, Field) and part.must_be_true and value is False:
        return True
    return value == [] or (isinstance(value, str) and not value[:_SHOWN].strip() and not value.strip())


def shown(value: Any) -> str:
    """A short piece of what was typed, for a number, a date, a code or a name of a column: never for personal data."""
    text = " ".join(inside_quotes(str(value)[: 4 * _SHOWN]).split())
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _text(field: Field, name: str, value: Any) -> str:
    if not isinstance(value, str):
        return f"{name}应为文字。请重新填写"
    if field.max_length is not None and len(value) > field.max_length:
        return f"{name}最多 {field.max_length} 字，现在是 {len(value)} 字。请删去一些"
    if field.kind == "text" and "\n" in value:
        return f"{name}只能写一行。请去掉换行"
    return unseen_words(name, value)


def unseen_words(name: str, text: str) -> str:
    """Return the message about an invisible character in a text."""
    found = hidden_in(text) or next((each for each in text if not each.isprintable()), "")
    return f"{name}里有看不见的字符{name_character(found) if found else ''}。请删去后重新输入"


def _integer(field: Field, name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or value % 1:
        now = f"，现在是“{shown(value)}”" if isinstance(value, str | int) or value == value else ""
        return f"{name}应为整数{now}。请只填数字"
    low, high = field.minimum, field.maximum
    if low == 0 and value < 0:
        return f"{name}不能是负数，现在是 {shown(value)}。请填 0 或者更大的数"
    return f"{name}应在 {low} 到 {high} 之间，现在是 {shown(value)}。请核对"


def _decimal(field: Field, name: str, value: Any) -> str:
    if field.max_length is not None and isinstance(value, str) and len(value) > field.max_length:
        return f"{name}的数字太长，最多 {field.max_length} 位。请核对"
    now = f"，现在是“{shown(value)}”" if isinstance(value, str | int | float) else ""
    return f"{name}应为 0 或者更大的数，最多 {field.decimals} 位小数，如 12.50{now}。请改正"


def _date(field: Field, name: str, value: Any) -> str:
    if not isinstance(value, str):
        return f"{name}应写成年-月-日，如 2026-03-01。请改正"
    parts = value.split("-")
    if [len(part) for part in parts] == [4, 2, 2] and all(part.isascii() and part.isdecimal() for part in parts):
        if is_date(value):
            return f"{name}的年份写成了 {parts[0]} 年，应在 1900 到 2099 之间。请核对"
        return f"{name}填的是 {value}，日历上没有这一天。请核对"
    return f"{name}应写成年-月-日，如 2026-03-01，现在是“{shown(value)}”。请改正"


def _uscc(field: Field, name: str, value: Any) -> str:
    if not isinstance(value, str):
        return f"{name}应为 18 位数字和大写字母。请对照证书填写"
    if len(value) != USCC_LENGTH:
        off = USCC_LENGTH - len(value)
        count = "一" if abs(off) == 1 else f" {abs(off)} "
        cure = f"补上缺的{count}位" if off > 0 else f"去掉多的{count}位"
        return f"{name}应为 {USCC_LENGTH} 位，现在是 {len(value)} 位。请对照证书{cure}"
    foreign = [char for char in value if char not in USCC_ALPHABET]
    if foreign:
        return f"{name}里不会有“{foreign[0]}”，只有数字和大写字母，没有 I、O、Z、S、V。请对照证书改正"
    return f"{name}的最后一位不对。多半是抄错了一位，请逐位核对"


def _phone(field: Field, name: str, value: Any) -> str:
    return f"{name}应为 11 位手机号，或者带区号的座机号，如 0000-1234567。请核对"


def _email(field: Field, name: str, value: Any) -> str:
    return f"{name}应像 name@example.com 这样。请核对，或者空着不填"


def _choice(field: Field, name: str, value: Any) -> str:
    if isinstance(value, list) and len(value) != len({str(item) for item in value}):
        return f"{_quoted(name)}里同一项选了两次。请留一个"
    labels = "".join(_quoted(label) for _, label in field.choices)
    offered = labels if field.kind == "choice" and len(field.choices) <= _FEW else "给出的选项"
    return f"{_quoted(name)}没有这个选项。请从{offered}里选"


def _boolean(field: Field, name: str, value: Any) -> str:
    return f"{_quoted(name)}只能勾选或者不勾选。请重新选"


def _files(field: Field, name: str, value: Any) -> str:
    if not isinstance(value, list):
        return f"{_quoted(name)}的写法不对，应是文件的列表。请重新上传"
    if len(value) > (field.maximum or 0):
        return f"{_quoted(name)}最多 {field.maximum} 个文件，现在是 {len(value)} 个。请移除多的"
    if len(value) < (field.minimum or 0):
        return f"{_quoted(name)}至少要 {field.minimum} 个文件，现在是 {len(value)} 个。请上传缺的"
    if any(is_file(file) and file["size"] > MOST_BYTES for file in value):
        return f"{_quoted(name)}里有一个文件超过 {size_words(MOST_BYTES)}。请移除它，分成几个文件上传"
    if len({str(file) for file in value}) < len(value):
        return f"{_quoted(name)}里同一个文件有两次。请移除一个"
    return f"{_quoted(name)}里有一个文件的名称、大小或者摘要不对。请移除它，重新上传"


def _several(part: Item | Section, name: str, value: Any) -> str:
    if isinstance(part, Rows) and isinstance(value, list):
        return f"{name}最多填 {part.maximum} 个，现在是 {len(value)} 个。请删去多的"
    return f"{_quoted(name)}的写法不对，应是一组栏目。请按表的结构填写"


# Cures for a character that only looks like a plain one, in an answer that takes plain ones.
_PLAIN = {
    "integer": "请改成 0 到 9 的数字",
    "decimal": "请改成 0 到 9 的数字和小数点，如 12.50",
    "date": "请用 0 到 9 的数字写，如 2026-03-01",
    "uscc": "只有数字和大写字母，请对照证书改正",
    "phone": "请改成 0 到 9 的数字和短横，如 0000-1234567",
    "email": "请改成半角的字母、数字，如 name@example.com",
}
_FIELDS = {
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "uscc": _uscc,
    "phone": _phone,
    "email": _email,
    "choice": _choice,
    "choices": _choice,
    "boolean": _boolean,
    "attachments": _files,
}


def name_of(definition: Definition, at: str) -> str:
    """Return the name at a pointer, for use in a sentence: "数据库 2 的维护情况"; "" for the whole form.

    A name that begins with a digit has a space before it, as Chinese set with digits does.
    """
    name = ""
    for part in definition.names_at(at):
        name = f"{name}{' ' if name[-1].isdecimal() else ''}的{part}" if name else part
    return f" {name}" if name[:1].isdecimal() else name
