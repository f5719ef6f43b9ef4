"""Run as `python -m tests.support.store.load FOLDER ROUND`: appends until killed, prints what was acknowledged."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from functions.storage.sqlite import open_store
from tests.support.store.steps import first_step

WRITERS = 8
PER_ROUND = 10_000_000


def main(folder: str, load_round: str) -> None:
    store = open_store(Path(folder), lock=True)
    numbers = count(int(load_round) * PER_ROUND)

    def write() -> None:
        while True:
            step = first_step(next(numbers), text="示例县第一中学档案室" * 50)
            store.append(step).result()
            # One call a line, so that a kill leaves no half of one among the others.
            os.write(sys.stdout.fileno(), f"{step.summary.number}\n".encode())

    with ThreadPoolExecutor(WRITERS) as pool:
        for writer in [pool.submit(write) for _ in range(WRITERS)]:
            writer.result()


if __name__ == "__main__":
    main(*sys.argv[1:])
