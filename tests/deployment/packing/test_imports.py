"""What a source imports is read from it: everything that can run on the version, nothing that cannot."""

from __future__ import annotations

import pytest

from functions.local.packing.imports import imports_of, parents, words_of

SOURCE = """
import os.path
from collections import abc
from . import beside
from .inner import thing
from ..above import other

if TYPE_CHECKING:
    import only_for_types
else:
    import at_run_time

if sys.version_info >= (3, 12):
    import since_twelve
else:
    import until_eleven

if sys.version_info < (3, 12):
    import before_twelve

try:
    import fast
except ImportError:
    import slow

def late():
    from lazily import loaded
    return "some text"
"""


def imported(version: tuple[int, int], *, is_package: bool = False) -> frozenset[str]:
    return imports_of(SOURCE.encode(), "outer.package.module", is_package=is_package, version=version)


def test_imports_anywhere_in_the_source_are_found() -> None:
    assert {"os.path", "collections", "collections.abc", "fast", "slow", "lazily", "lazily.loaded"} <= imported((3, 13))


def test_relative_imports_are_full_names() -> None:
    assert {"outer.package.beside", "outer.package.inner.thing", "outer.above.other"} <= imported((3, 13))
    assert {"outer.package.module.beside", "outer.package.above"} <= imported((3, 13), is_package=True)


def test_what_only_type_checkers_read_is_left_out() -> None:
    assert "only_for_types" not in imported((3, 13))
    assert "at_run_time" in imported((3, 13))


@pytest.mark.parametrize(
    ("version", "found"), [((3, 12), {"since_twelve"}), ((3, 11), {"until_eleven", "before_twelve"})]
)
def test_of_a_condition_on_the_version_the_branch_that_runs_is_read(version: tuple[int, int], found: set[str]) -> None:
    assert imported(version) & {"since_twelve", "until_eleven", "before_twelve"} == found


def test_texts_and_packages_around() -> None:
    assert "some text" in words_of(SOURCE.encode())
    assert list(parents("a.b.c")) == ["a.b", "a"]
