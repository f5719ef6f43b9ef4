"""What exports of documents and packages are made with, for tests: real keys, a letterhead, attachments in memory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from functions.exports.pdf import Press
from functions.exports.writers import Tools
from functions.records.keys import Keys
from functions.storage.keys import load_keys
from tests.support.exports.attachments import LETTERHEAD, Attachments


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def keys(keys_folder: Path) -> Keys:
    return load_keys(keys_folder, os.urandom)


@pytest.fixture(scope="session")
def press(keys: Keys) -> Press:
    return Press(LETTERHEAD, keys)


@pytest.fixture
def attachments() -> Attachments:
    return Attachments()


@pytest.fixture
def tools(press: Press, keys: Keys, attachments: Attachments) -> Tools:
    return Tools(press, keys, attachments)
