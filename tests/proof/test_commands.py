"""The proof commands as an operator or an auditor types them: exit codes, words, JSON."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from functions.bootstrap import open_services
from functions.local.verify.verify import Means, verify_store
from functions.records.sealing import prove_event
from functions.records.seals.seal import ALGORITHM, write_month, write_proof
from functions.settings import Settings
from functions.storage.keys import load_keys
from functions.storage.sqlite import open_store
from tests.conftest import ROOT
from tests.proof.conftest import Sample, audit, place_of
from tests.support.serving import COMMAND, environment


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=ROOT, env=environment(), input="", capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def jwks_of(sample: Sample, folder: Path) -> Path:
    path = folder / "jwks.json"
    path.write_text(json.dumps(load_keys(sample.folder, lambda size: b"").jwks()), encoding="utf-8")
    return path


def written(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_verify_exits_0_for_an_intact_folder_and_1_for_a_changed_one(sample: Sample) -> None:
    told = run("verify", sample.folder)
    assert (told.returncode, told.stderr) == (0, "")
    assert "全部对得上" in told.stdout
    assert "7 份填报，13 步" in told.stdout
    sample.execute("UPDATE events SET actor = 'x' WHERE number = ? AND sequence = 2", sample.numbers[1])
    told = run("verify", sample.folder)
    assert told.returncode == 1
    assert f"{sample.numbers[1]} 第 2 步" in told.stderr
    assert "Traceback" not in told.stderr


def test_without_a_path_the_configured_data_is_verified(sample: Sample) -> None:
    told = run("verify", "--data", sample.folder)
    assert (told.returncode, "查了数据文件夹" in told.stdout) == (0, True)


def test_any_open_store_can_be_verified(sample: Sample) -> None:
    services = open_services(Settings(data=sample.folder, schemas=ROOT / "schemas"), lock=False)
    try:
        outcome = verify_store(services, Means(None))
        assert outcome.report.findings == []
        assert outcome.report.checked["events"] == 13
        sample.execute("UPDATE events SET actor = 'x' WHERE number = ? AND sequence = 2", sample.numbers[1])
        assert [finding.sequence for finding in verify_store(services, Means(None)).report.findings] == [2]
    finally:
        services.close()


def test_programs_get_every_finding_with_number_and_step(sample: Sample) -> None:
    sample.execute("DELETE FROM events WHERE number = ? AND sequence = 2", sample.numbers[1])
    told = run("verify", sample.folder, "--json")
    report = json.loads(told.stdout)
    assert (told.returncode, report["ok"], report["kind"]) == (1, False, "数据文件夹")
    found = {(each["kind"], each["number"], each["sequence"]) for each in report["findings"]}
    assert ("event_missing", sample.numbers[1], 2) in found
    assert report["checked"]["seals"] == 3


@pytest.mark.parametrize(
    "content", ["{}", "回执：\n{}\n请保存", "https://service.example.invalid/verify/#{}", "\ufeff{}\r\n"]
)
def test_a_receipt_is_found_and_verified_in_any_text(sample: Sample, tmp_path: Path, content: str) -> None:
    path = written(tmp_path, "receipt.txt", content.format(sample.receipts[1]))
    told = run("verify", path, "--data", sample.folder)
    assert told.returncode == 0, told.stderr
    assert f"编号：{sample.numbers[1]}" in told.stdout
    assert "单位：示例县第一中学" in told.stdout


def test_a_receipt_is_verified_with_nothing_but_the_public_keys(sample: Sample, tmp_path: Path) -> None:
    path = written(tmp_path, "receipt.jws", sample.receipts[0])
    assert run("verify", path, "--keys", jwks_of(sample, tmp_path)).returncode == 0
    told = run("verify", path, "--data", tmp_path / "nothing")
    assert told.returncode == 1
    assert "--keys" in told.stderr


def test_a_forged_receipt_exits_1(sample: Sample, tmp_path: Path) -> None:
    head, body, tail = sample.receipts[0].split(".")
    other = sample.receipts[1].split(".")[1]
    for forged in (f"{head}.{other}.{tail}", f"{head}.{body}.{tail[:-3]}AAA"):
        told = run("verify", written(tmp_path, "receipt.jws", forged), "--data", sample.folder)
        assert told.returncode == 1
        assert "核对不上" in told.stderr


def test_an_unverifiable_file_exits_1_and_lists_what_can_be_verified(sample: Sample, tmp_path: Path) -> None:
    for path in (written(tmp_path, "other.txt", "没有回执"), tmp_path, tmp_path / "missing"):
        told = run("verify", path, "--data", sample.folder)
        assert told.returncode == 1
        assert "Traceback" not in told.stderr
    assert "可以核验" in run("verify", tmp_path, "--data", sample.folder).stderr
    beside = tmp_path / "receipts.bin"
    beside.write_bytes(b"\0" + sample.receipts[0].encode())
    assert "可以核验" in run("verify", beside, "--data", sample.folder).stderr


def test_a_proof_is_verified_offline_and_a_changed_one_exits_1(sample: Sample, tmp_path: Path) -> None:
    store = open_store(sample.folder)
    digest = store.read(sample.numbers[2]).events[0].digest
    proof = write_proof(prove_event(store.seals, digest))
    store.close()
    keys = jwks_of(sample, tmp_path)
    told = run("verify", written(tmp_path, "proof.json", proof), "--keys", keys)
    assert told.returncode == 0, told.stderr
    assert f"内容指纹：{digest}" in told.stdout
    assert "第 1 次" in told.stdout
    for change in (
        {"position": proof["position"] + 1},
        {"digest": "0" * 64},
        {"seal": "x"},
        {"seal": {"x": 1}},
        {"path": proof["path"][1:]},
    ):
        told = run("verify", written(tmp_path, "bent.json", {**proof, **change}), "--keys", keys)
        assert (told.returncode, "不对：" in told.stderr) == (1, True)


def test_a_deeply_nested_file_is_unverifiable(sample: Sample, tmp_path: Path) -> None:
    deep, keys = written(tmp_path, "deep.json", "[" * 100_000), jwks_of(sample, tmp_path)
    for told in (run("verify", deep, "--keys", keys), run("verify", sample.folder, "--keys", deep)):
        assert (told.returncode, "Traceback" in told.stderr) == (1, False)
    assert run("verify", sample.folder, "--seals", deep).returncode == 1


def test_a_month_is_written_verified_and_compared_with_the_folder(sample: Sample, tmp_path: Path) -> None:
    out, keys = tmp_path / "2026-09.json", jwks_of(sample, tmp_path)
    told = run("seal", "--monthly", "2026-09", "--out", out, "--data", sample.folder)
    assert told.returncode == 0, told.stderr
    assert "3 次封存" in told.stdout
    assert run("verify", out, "--keys", keys).returncode == 0
    assert "另外存下的公钥" in run("verify", out, "--data", tmp_path / "nothing").stdout
    told = run("verify", sample.folder, "--seals", out, "--keys", keys)
    assert (told.returncode, "3 条送出去的封存" in told.stdout) == (0, True)
    sample.execute("DELETE FROM seals WHERE seal = 3")
    assert "送出去的第 3 次封存" in run("verify", sample.folder, "--seals", out).stderr
    month = json.loads(out.read_text(encoding="utf-8"))
    del month["seals"][1]
    assert run("verify", written(tmp_path, "cut.json", month), "--keys", keys).returncode == 1


@pytest.mark.parametrize("seals", [[], {}, [1], ["x", None], "x"])
def test_a_month_whose_seals_were_taken_away_proves_nothing(sample: Sample, tmp_path: Path, seals: Any) -> None:
    keys = jwks_of(sample, tmp_path)
    month = written(tmp_path, "month.json", {"algorithm": ALGORITHM, "month": "2026-09", "seals": seals, "keys": []})
    for told in (run("verify", month, "--keys", keys), run("verify", sample.folder, "--seals", month)):
        assert (told.returncode, told.stdout) == (1, "")
        assert "不是按月下载的封存记录，或者里面的封存被拿掉过" in told.stderr


def test_a_month_without_seals_and_half_the_options_are_refused(sample: Sample, tmp_path: Path) -> None:
    for month in ("2026-08", "September"):
        told = run("seal", "--monthly", month, "--out", tmp_path / "x.json", "--data", sample.folder)
        assert told.returncode == 1
    assert run("seal", "--monthly", "2026-09", "--data", sample.folder).returncode == 2
    assert not (tmp_path / "x.json").exists()


def test_sealing_by_hand_seals_what_is_new(sample: Sample) -> None:
    told = run("seal", "--data", sample.folder)
    assert (told.returncode, told.stdout) == (0, "已封存 3 步，是第 4 次封存\n")
    assert json.loads(run("seal", "--json", "--data", sample.folder).stdout) == {
        "seal": None,
        "sealed": 0,
        "swept": 0,
        "abandoned": 0,
        "mailed": 0,
        "waiting": 0,
    }
    assert audit(sample.folder).ok


def test_an_erasure_leaves_everything_else_verifying_and_the_gap_is_named(sample: Sample) -> None:
    """The bar: salt and body of one version removed by the documented command."""
    number = sample.numbers[1]
    own, shared = place_of(sample.folder, "旧的"), place_of(sample.folder, "共用")
    told = run("erase", number, "--version", "1", "--reason", "示例决定 1 号", "--yes", "--data", sample.folder)
    assert told.returncode == 0, told.stderr
    assert sample.read("SELECT salt, body FROM events WHERE number = ? AND sequence = 1", number) == [(None, None)]
    assert "只有这一版用到的 1 个附件也删除了；另外 1 个别的版本或者别的填报还在用，留着" in told.stdout
    assert (own.exists(), shared.exists()) == (False, True)
    told = run("verify", sample.folder)
    assert told.returncode == 0, told.stderr
    assert re.search(f"缺口：{number} 第 1 步：第 1 版的内容已经依法删除（20.*，示例决定 1 号）", told.stdout)
    report = json.loads(run("verify", sample.folder, "--json").stdout)
    assert [(gap["number"], gap["sequence"], gap["version"]) for gap in report["gaps"]] == [(number, 1, 1)]
    assert report["checked"]["events"] == 14
    assert sample.read("SELECT count(*) FROM trail WHERE type = 'erased' AND about = ?", number) == [(1,)]


def test_an_erasure_survives_a_rebuild_and_a_night(sample: Sample) -> None:
    number = sample.numbers[0]
    assert run("erase", number, "--version", "1", "--reason", "示例", "--yes", "--data", sample.folder).returncode == 0
    assert "共 6 份" in run("rebuild", "--data", sample.folder).stdout
    assert run("seal", "--data", sample.folder).returncode == 0
    report = audit(sample.folder)
    assert report.ok
    assert [gap.number for gap in report.gaps] == [number]


def test_an_erasure_is_asked_for_twice_and_refuses_what_is_not_there(sample: Sample) -> None:
    number = sample.numbers[0]
    asked = run("erase", number, "--version", "1", "--reason", "示例", "--data", sample.folder)
    assert asked.returncode == 1
    assert "不能恢复" in asked.stdout
    assert run("erase", number, "--version", "2", "--reason", "示例", "--yes", "--data", sample.folder).returncode == 1
    assert run("erase", number, "--version", "1", "--reason", " ", "--yes", "--data", sample.folder).returncode == 1
    assert run("erase", "SC-2026-XXXXXXXX", "--version", "1", "--reason", "x", "--yes", "--data", sample.folder)
    assert audit(sample.folder).gaps == []


def test_keys_rotate_and_what_was_made_with_the_old_ones_still_verifies(sample: Sample, tmp_path: Path) -> None:
    old = load_keys(sample.folder, lambda size: b"")
    code = old.access_code(sample.numbers[0], kid=old.hmac_kid, epoch=1)
    told = run("keys", "rotate", "--data", sample.folder)
    assert told.returncode == 0, told.stderr
    new = load_keys(sample.folder, lambda size: b"")
    assert (new.hmac_kid[:5], new.signer.kid[:5]) == ("0002-", "0002-")
    assert new.access_code(sample.numbers[0], kid=old.hmac_kid, epoch=1) == code
    assert {jwk["kid"] for jwk in new.jwks()["keys"]} == {old.signer.kid, new.signer.kid}
    assert new.verify(sample.receipts[0])["number"] == sample.numbers[0]
    assert run("verify", written(tmp_path, "old.jws", sample.receipts[0]), "--data", sample.folder).returncode == 0
    assert run("seal", "--data", sample.folder).returncode == 0
    report = audit(sample.folder)
    assert report.ok
    assert report.checked["seals"] == 4
    assert run("keys", "rotate", "--data", sample.folder).returncode == 0
    assert load_keys(sample.folder, lambda size: b"").signer.kid.startswith("0003-")


def test_the_keys_of_a_month_are_those_it_was_signed_with(sample: Sample) -> None:
    keys = load_keys(sample.folder, lambda size: b"")
    store = open_store(sample.folder)
    month = write_month(store.seals.seals(first=1, limit=9), "2026-09", keys.jwks())
    store.close()
    assert [jwk["kid"] for jwk in month["keys"]] == [keys.signer.kid]
