"""Of a library only what is imported goes into a package; what compiled code may import is not guessed at."""

from __future__ import annotations

from functions.local.packing.trim import Library, trim

VERSION = (3, 13)
PLAIN = Library(
    "plain",
    {
        "plain/__init__.py": b"from plain.used import f",
        "plain/used.py": b"import fast.part",
        "plain/unused.py": b"import other",
        "plain/table.json": b"{}",
        "plain/tests/test_used.py": b"",
        "plain/py.typed": b"",
        "plain-1.dist-info/METADATA": b"",
        "plain-1.dist-info/licenses/LICENSE": b"as is",
    },
)
FAST = Library(
    "fast",
    {
        "fast/__init__.py": b"",
        "fast/part.cpython-313-aarch64-linux-gnu.so": b"\x7fELF",
        "fast/asked_from_c.py": b"",
        "beside.py": b"",
    },
    frozenset({"bridge"}),
)
BRIDGE = Library("bridge", {"_bridge.abi3.so": b"\x7fELF", "bridge/__init__.py": b"", "bridge/generator.py": b""})
ZONES = Library(
    "tzdata",
    {
        "tzdata/__init__.py": b"",
        "tzdata/zoneinfo/__init__.py": b"",
        "tzdata/zoneinfo/Asia/__init__.py": b"",
        "tzdata/zoneinfo/Asia/Shanghai": b"TZif",
        "tzdata/zoneinfo/Asia/Urumqi": b"TZif",
        "tzdata/zoneinfo/Europe/__init__.py": b"",
        "tzdata/zoneinfo/Europe/Rome": b"TZif",
    },
)
OTHER = Library("other", {"other.py": b""})
ALL = (PLAIN, FAST, BRIDGE, ZONES, OTHER)


def test_imported_modules_stay_and_data_with_them() -> None:
    kept = trim(ALL, {"plain.used"}, frozenset(), VERSION)["plain"]
    assert set(kept) == {
        "plain/__init__.py",
        "plain/used.py",
        "plain/table.json",
        "plain-1.dist-info/licenses/LICENSE",
    }


def test_the_package_of_compiled_code_stays_whole_with_the_compiled_part_of_what_it_requires() -> None:
    kept = trim(ALL, {"plain"}, frozenset(), VERSION)
    assert set(kept["fast"]) == {
        "fast/__init__.py",
        "fast/part.cpython-313-aarch64-linux-gnu.so",
        "fast/asked_from_c.py",
    }
    assert set(kept["bridge"]) == {"_bridge.abi3.so"}


def test_a_library_that_nothing_imports_is_left_out() -> None:
    assert set(trim(ALL, {"plain"}, frozenset(), VERSION)) == {"plain", "fast", "bridge"}
    assert trim([OTHER], set(), frozenset(), VERSION) == {}


def test_only_the_time_zones_that_are_named_stay() -> None:
    kept = trim([ZONES], {"tzdata"}, frozenset({"Asia/Shanghai", "Rome"}), VERSION)["tzdata"]
    assert set(kept) == {
        "tzdata/__init__.py",
        "tzdata/zoneinfo/__init__.py",
        "tzdata/zoneinfo/Asia/__init__.py",
        "tzdata/zoneinfo/Asia/Shanghai",
    }
