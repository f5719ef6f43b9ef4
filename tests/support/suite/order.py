"""Begins a run with the files that take longest; knows no test.

Workers take one file after another. A run that leaves a file full of browsers to the end waits for it with one worker.
"""

from __future__ import annotations

import pytest

# What is slow to start or to use; the files that ask for the first begin the run, in random order within each kind.
SLOWEST = ("browser", "packages", "packaged", "server", "start", "twin")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file together, and order the files by what the slowest of their tests asks for."""
    ranks: dict[str, int] = {}
    for item in items:
        name = item.nodeid.partition("::")[0]
        ranks[name] = min(rank(item), ranks.get(name, len(SLOWEST)))
    items.sort(key=lambda item: ranks[item.nodeid.partition("::")[0]])


def rank(item: pytest.Item) -> int:
    """The place in SLOWEST of the slowest thing that the test asks for; after them all when it asks for none."""
    asked = getattr(item, "fixturenames", ())
    return next((place for place, name in enumerate(SLOWEST) if name in asked), len(SLOWEST))
