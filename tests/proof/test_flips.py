"""Each of 1,000 bytes of the records, flipped one at a time where they lie on the disk, is noticed every time."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

from tests.proof.conftest import DATABASE, Sample, audit, place_of
from tests.support.store.sqlite_pages import bytes_of_rows

FLIPS = 1_000
TABLES = ("events", "summaries", "words", "trail", "seals", "sealed", "tiles", "named")
# Files that records name, of which one waits for the scanner and one was found bad.
ATTACHMENTS = ("共用", "旧的", "新的", "有毒的")


def test_every_flipped_byte_is_noticed(sample: Sample) -> None:
    database = sample.folder / DATABASE
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    places = [(database, offset) for offset in bytes_of_rows(database, TABLES)]
    assert len(places) > 25_000, "every event's content is among them"
    for form in sorted((sample.folder / "forms").iterdir()):
        places += [(form, offset) for offset in range(0, form.stat().st_size, 10)]
    for name in ATTACHMENTS:
        attachment = place_of(sample.folder, name)
        places += [(attachment, offset) for offset in range(attachment.stat().st_size)]
    whole = {path: path.read_bytes() for path, _ in places}
    assert audit(sample.folder).ok
    chance = random.Random(20260918)
    for path, offset in chance.sample(places, FLIPS):
        bent = bytearray(whole[path])
        bent[offset] ^= chance.randrange(1, 256)
        path.write_bytes(bent)
        assert not audit(sample.folder).ok, f"{path.name}, byte {offset}: {whole[path][offset]} → {bent[offset]}"
        path.write_bytes(whole[path])
    assert audit(sample.folder).ok
