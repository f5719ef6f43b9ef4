"""Rules written in Python and in JavaScript agree: both answer one table of cases."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from functions.forms.characters import UNSEEN, hidden_in, name_character, seen
from functions.forms.checking.validation import validate
from functions.forms.normalise import ABSENT, normalise
from functions.forms.page.field_names import id_of, name_of, parse_name
from functions.forms.page.progress import Part, holds
from functions.forms.page.script_data import form_data
from functions.forms.pointer import join
from functions.records.attachments.named import VOUCHED_FOR, vouch, vouched
from functions.records.keys import Keys
from functions.records.receipt import InvalidReceipt, Signer, jwks, verify
from tests.forms.test_normalise import NO_TELEPHONES, TELEPHONES
from tests.javascript.node import call
from tests.support.filings import make_uscc, valid_self_check
from tests.support.forms import GONE, changed, condition_tests, self_check
from tests.support.signatures import other_form, signed_by_0_1_0

TODAY = date(2026, 9, 18)
VALUES: list[Any] = [
    None, True, False, 0, 1, 3, 4, -1, "", "annual", "no", [], [1], [1, 1], [0, 2, 3], ["annual"],
    {}, {"x": True}, {"x": 1}, {"phase": "annual"}, {"phase": "start"}, {"no_database": True}, {"no_database": False},
    {"basis": ["y30"]}, {"basis": []}, {"result": "no"}, {"result": "part"}, {"project": {"phase": "annual"}},
]  # fmt: skip
TYPED = [
    "", "  ", "-", "— —", "1", "-1", "007", "1,234", "1,23", "1,234.5", "-12,345,678", "１２３", "12 3", "1.5",
    "999999999999999", "9999999999999999", "三百", "①", "ﬁ", "é", "e\u0301", "\u202e倒",
    "2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日", "２０２６年３月１日", "2026 - 3 - 1", "2026-3", "26-3-1",
    "91130426ma0abcdef1", "9113 0426-MA0A BCDE F1", "０３１０—３８９１２３４", "0310-  3891234", "+86 310\u00a03891234",
    "shili@example.com", "ｓｈｉｌｉ＠example.com", "示例县\u200b第一中学", "\ufeff示例",
    "一\r\n二\r三", "\u3000示例\u3000",
    "320①", "2026-3-1①", "½", "12²", "Ⅷ", "٣20", "二〇二六", "12。5", "12｡5", "￥1", "ﾊ", "−5",
    "20260301", "2026年3月1号", "2026。3。1", "2026—3—1", "\x85示例\x1c", "示例\u200e\ufe0f县", "\u3164\u2800",
    "9\U000e00011", "好👩\u200d🌾好\u200e", "a@example。com", "ı", "ß", "0310/3891234", "TEL 0310-3891234",
    *(number for group in TELEPHONES for number in group), *NO_TELEPHONES,
]  # fmt: skip
KINDS = ["text", "long_text", "choice", "integer", "decimal", "date", "uscc", "phone", "email"]


def test_conditions_evaluate_the_same_in_javascript_and_python() -> None:
    cases = [[test, value] for test in condition_tests() for value in VALUES]
    assert call("forms/conditions.js", "holds", cases) == [{"gave": holds(*case)} for case in cases]


def test_typed_answers_are_normalised_the_same() -> None:
    cases = [[kind, typed] for kind in KINDS for typed in TYPED]
    given = call("forms/plain-value.js", "plainValue", cases)
    expected = [normalise(kind, typed) for kind, typed in cases]
    differ = [
        (case, one, other)
        for case, one, other in zip(cases, given, expected, strict=True)
        if one.get("gave", ABSENT) != other
    ]
    assert differ == []


def test_invisible_characters_are_handled_the_same() -> None:
    """For every Unicode character: both drop it or both keep it, and both give it the same name."""
    every = "".join(chr(code) for code in range(1, 0x110000) if not 0xD800 <= code <= 0xDFFF)
    names = [f"示例{character}县" for character in (*UNSEEN.findall(every), "①", "👩", "\x07", "県")]
    names += [
        "👩\u200d🌾",
        "👩\u200d县",
        "❤\ufe0f\u200d🔥",
        "نمونە\u200cمە",
        "葛\U000e0100",
        "A\u200cB",
        "🏴\U000e0067\U000e007f",
    ]
    assert call("shared/unseen.js", "seen", [[every]]) == [{"gave": seen(every)}]
    hidden = [hidden_in(name) or "" for name in names]
    assert call("forms/characters.js", "hiddenIn", [[name] for name in names]) == [{"gave": one} for one in hidden]
    characters = sorted({*hidden, "①", "𝟙", "\x07"} - {""})
    named = [{"gave": name_character(one)} for one in characters]
    assert call("forms/characters.js", "nameCharacter", [[one] for one in characters]) == named


def test_names_and_ids_are_the_same() -> None:
    names = [name_of(node.path).replace("[*]", "[12]") for node in self_check().walk()]
    ids = [id_of(parse_name(name) or ()) for name in names]
    assert call("forms/names.js", "idOf", [[name] for name in names]) == [{"gave": one} for one in ids]
    assert "databases-databases-12-name" in ids


MISTAKES: list[tuple[str, Any]] = [
    ("unit.unit_name", GONE),
    ("unit.unit_name", "示" * 100),
    ("unit.unit_name", "示" * 101),
    ("unit.unit_name", "𠮷" * 101),
    ("unit.unit_name", "示例\u200e县"),
    ("unit.unit_name", "👩\u200d🌾"),
    ("unit.unit_name", "示\u200d" * 100),
    ("unit.report_year", "去年"),
    ("unit.report_year", "2026①"),
    ("holdings.y30.y30_items", "“3”。4"),
    ("holdings.y30.y30_items", "٣20"),
    ("databases.databases[1].size_gb", "½"),
    ("databases.databases[0].last_backup", "2026-3-1①"),
    ("databases.databases[0].last_backup", "二〇二六年"),
    ("unit.uscc", make_uscc(1) + "①"),
    ("unit.uscc", "示" + make_uscc(1)[1:]),
    ("unit.contact_phone", "0310-389123Ⅷ"),
    ("unit.contact_email", "ä@example.com"),
    ("unit.report_year", 1066),
    ("unit.uscc", GONE),
    ("unit.uscc", make_uscc(1)[:17]),
    ("unit.uscc", make_uscc(1)[:11]),
    ("unit.uscc", make_uscc(1) + "0"),
    ("unit.uscc", make_uscc(1) + "0000"),
    ("unit.uscc", "I" + make_uscc(1)[1:]),
    ("unit.uscc", make_uscc(1)[:17] + ("1" if make_uscc(1)[17] != "1" else "2")),
    ("unit.uscc", make_uscc(2)),
    ("unit.contact_phone", "12"),
    ("unit.contact_phone", "0310-3891234"),
    ("unit.contact_email", "shili@"),
    ("holdings.y30.y30_items", -1),
    ("holdings.y30.y30_items", 0),
    ("holdings.y30.y30_items", 9999999999),
    ("holdings.y30.y30_items", "三百件左右，具体数目还要再清点一遍才知道"),
    ("holdings.storage_status", GONE),
    ("databases.databases[1].size_gb", "1.234"),
    ("databases.databases[1].size_gb", "1.23"),
    ("databases.databases[1].size_gb", "12345678901234"),
    ("databases.databases[0].last_backup", "2026-02-29"),
    ("databases.databases[0].last_backup", "2024-02-29"),
    ("databases.databases[0].last_backup", "去年"),
    ("databases.databases[0].last_backup", "1066-01-01"),
    ("databases.databases[1].maintenance_note", GONE),
    ("checks.check_2.note", GONE),
    ("responsible.title", GONE),
]


def pointer_of(name: str) -> str:
    path = parse_name(name)
    assert path is not None
    return join(path)


def test_the_message_for_a_mistake_is_the_same() -> None:
    form = form_data(self_check())
    good = valid_self_check(uscc=make_uscc(1), databases=2)
    nodes = [form["nodes"][re.sub(r"\[\d\]", "[*]", name)] for name, _ in MISTAKES]
    judged = [[form, node, value] for node, (_, value) in zip(nodes, MISTAKES, strict=True) if value is not GONE]
    faults = iter(call("forms/faults.js", "faultIn", judged))
    cases, expected = [], []
    for name, value in MISTAKES:
        data = changed(good, {pointer_of(name): value})
        cases.append([form, name, ["required", {}] if value is GONE else next(faults)["gave"], data])
        found = [one.message for one in validate(self_check(), data, TODAY) if one.pointer == pointer_of(name)]
        expected.append(found[0] if found else "")
    messages = [one["gave"] for one in call("forms/faults.js", "messageOf", cases)]
    assert list(zip(MISTAKES, messages, strict=True)) == list(zip(MISTAKES, expected, strict=True))
    assert "" in expected


def test_the_progress_of_a_section_is_worded_the_same() -> None:
    words = form_data(self_check())["words"]
    parts = [Part(missing, given, wrong) for missing in (0, 1, 2) for given in (0, 1, 2) for wrong in (0, 1, 2)]
    states = call("forms/progress-words.js", "stateOf", [[words, asdict(part)] for part in parts])
    assert [tuple(one["gave"]) for one in states] == [part.state() for part in parts]


def test_receipts_are_verified_the_same() -> None:
    signer = Signer("k1", ec.derive_private_key(7, ec.SECP256R1()))
    other = Signer("k1", ec.derive_private_key(8, ec.SECP256R1()))
    keys = {"k1": signer.public_key}
    good = signer.sign({"number": "SX-2026-0001", "unit_name": "示例县第一中学", "digest": "ab" * 32})
    head, body, tail = good.split(".")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = tail[:-1] + last[last.index(tail[-1]) + 1]
    tokens = [
        good,
        other.sign({"number": "SX-2026-0001"}),
        signer.sign({"root": "ab" * 32}),
        Signer("k2", ec.derive_private_key(7, ec.SECP256R1())).sign({"number": "SX-2026-0001"}),
        f"{head}.{body[:-4]}AAAA.{tail}",
        f"{head}.{body}.{twin}",
        f"{head}.{body}.{tail[:-2]}",
        f"{head}..{tail}",
        other_form(good),
    ]
    given = call("verify/receipt.js", "checkReceipt", [[token, jwks(keys)] for token in tokens])
    for token, one in zip(tokens, given, strict=True):
        try:
            expected: dict[str, Any] = {"gave": {"payload": verify(token, keys), "kid": "k1"}}
        except InvalidReceipt:
            expected = {"threw": "Forged"}
        assert one == expected, token
    assert [one for one in given if "gave" in one] == given[:1]


def test_receipts_of_the_first_release_are_verified_the_same_in_either_form() -> None:
    """Their header does not say that the signature is the low one."""
    key = ec.derive_private_key(7, ec.SECP256R1())
    old = [signed_by_0_1_0(key, {"number": f"SX-2026-{number:04d}"}) for number in range(4)]
    tokens, keys = [*old, *map(other_form, old)], {"k1": key.public_key()}
    given = call("verify/receipt.js", "checkReceipt", [[token, jwks(keys)] for token in tokens])
    assert given == [{"gave": {"payload": verify(token, keys), "kid": "k1"}} for token in tokens]


def test_vouchers_are_handled_the_same() -> None:
    """One that the server has made is found for its file, and is current for as long as the server takes it."""
    signer = Signer("k1", ec.derive_private_key(7, ec.SECP256R1()))
    keys = Keys({"0001": b"k" * 32}, "0001", signer, {"k1": signer.public_key})
    made = datetime(2026, 9, 18, 8, tzinfo=UTC)
    voucher, digest = vouch(keys, "ab" * 32, 3, made), "ab" * 32
    file = {"name": "盖章页.pdf", "size": 3, "sha256": digest}
    cases = [[{**file, **change}, [voucher], 0] for change in ({}, {"size": 4}, {"sha256": "cd" * 32})]
    assert call("uploads/vouchers.js", "voucherFor", cases) == [{"gave": voucher}, {"gave": ""}, {"gave": ""}]
    moments = [made + VOUCHED_FOR + timedelta(seconds=seconds) for seconds in (-1, 1)]
    current = call("uploads/vouchers.js", "isCurrent", [[voucher, at.timestamp() * 1000] for at in moments])
    assert [one["gave"] for one in current] == [bool(vouched(keys, [voucher], at)) for at in moments] == [True, False]
