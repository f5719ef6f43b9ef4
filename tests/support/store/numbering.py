"""Run as `python -m tests.support.store.numbering FOLDER`: numbers letters until killed, prints what was numbered."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from functions.errors import SequenceTaken
from functions.records.ledger import LedgerStore
from functions.storage.sqlite import open_store
from functions.supervision.orders.reading import read_letters
from functions.supervision.orders.values import Draft, Letter
from tests.support.letters import number_drafts, plain_draft

WRITERS = 3
AT_ONCE = 2


def main(folder: str) -> None:
    store = open_store(Path(folder), lock=True)
    units = count(1 + max((int(each.draft.unit_name[4:]) for each in read_letters(store.ledger)), default=0))

    def write() -> None:
        while True:
            drafts = [plain_draft(next(units)) for _ in range(AT_ONCE)]
            letters = None
            while letters is None:
                letters = try_once(store.ledger, drafts)
            os.write(sys.stdout.fileno(), "".join(f"{one.id} {one.draft.unit_name}\n" for one in letters).encode())

    with ThreadPoolExecutor(WRITERS) as pool:
        for writer in [pool.submit(write) for _ in range(WRITERS)]:
            writer.result()


def try_once(ledger: LedgerStore, drafts: list[Draft]) -> list[Letter] | None:
    try:
        return number_drafts(ledger, *drafts)
    except SequenceTaken:
        return None


if __name__ == "__main__":
    main(sys.argv[1])
