"""Which examples Hypothesis tries: those of every run, or others; knows no test.

How long an example takes says what else the machine does, not whether the code is right; and what was right in one run
is right in the next. `--hypothesis-profile explore` looks at other examples than those of every run.
"""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

settings.register_profile("explore", deadline=None)
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """Keep examples apart from what else was imported.

    Hypothesis tries the constants of every module of ours that it finds loaded. Which are depends on the tests that ran
    before in the process, so that its examples would too.
    """
    if config.getoption("--hypothesis-profile") in (None, "repeatable"):
        none = providers._local_constants
        providers._get_local_constants = lambda: none
