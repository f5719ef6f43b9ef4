/* Digests of a file and its parts, its size in words, the name and voucher with which a form has it. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { sizeWords } from "../../site/theme/assets/javascripts/forms/file-entry.js";
import { digestsIn } from "../../site/theme/assets/javascripts/uploads/digests.js";
import { isCurrent, namedFile, nameText, voucherFor } from "../../site/theme/assets/javascripts/uploads/vouchers.js";
import { wrongKind } from "../../site/theme/assets/javascripts/uploads/kinds.js";

function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

for (const [length, parts] of [[0, 0], [1, 1], [9, 1], [10, 1], [11, 2], [20, 2], [21, 3]]) {
  test(`${length} bytes have ${parts} parts of ten`, async () => {
    const bytes = Uint8Array.from({ length }, (_, place) => place);
    const found = await digestsIn(bytes, 10);
    assert.equal(found.whole, sha256(bytes));
    assert.deepEqual(found.parts, Array.from({ length: parts }, (_, part) => sha256(bytes.slice(part * 10, part * 10 + 10))));
  });
}

test("a size is written in the largest unit that leaves a number before the point", () => {
  const sizes = [0, 1023, 1024, 1536, 1024 * 1023.94, 1024 * 1024, 5 * 1024 ** 2 + 1, 1024 ** 3];
  assert.deepEqual(sizes.map(sizeWords), ["0 字节", "1023 字节", "1 KB", "1.5 KB", "1023.9 KB", "1 MB", "5 MB", "1 GB"]);
});

test("what names no file is left to the server", () => {
  const file = { name: "盖章页.pdf", size: 3, sha256: "ab" };
  assert.deepEqual(namedFile(nameText(file)), file);
  assert.deepEqual(["", "null", "1", "{}", "{", '{"sha256": "ab"}'].map(namedFile), [null, null, null, null, null, null]);
});

test("of the vouchers for a file, one that is current comes first", () => {
  const file = { name: "a.pdf", size: 3, sha256: "ab" };
  const [old, current, other] = ["k.10.3.ab.m", "k.20.3.ab.m", "k.30.4.ab.m"];
  assert.equal(voucherFor(file, [old, current, other], 15_000), current);
  assert.equal(voucherFor(file, [old, other], 15_000), old);
  assert.equal(voucherFor(file, [other], 15_000), "");
  assert.deepEqual([9_999, 10_000].map((now) => isCurrent(old, now)), [true, false]);
  assert.deepEqual(["", undefined, "k.x.3.ab.m"].map((voucher) => isCurrent(voucher, 0)), [false, false, false]);
});

test("a photograph that no browser shows gets the advice for it, whatever the case of its name", () => {
  const accept = ".pdf,.jpg,.jfif";
  for (const name of ["IMG_1.HEIC", "a.heif", "b.Hif"]) assert.match(wrongKind(name, accept), /HEIC/);
  assert.equal(wrongKind("章.JFIF", accept), "");
  assert.match(wrongKind("a.tiff", accept), /只收/);
  assert.match(wrongKind(".pdf", accept), /只收/);
});
