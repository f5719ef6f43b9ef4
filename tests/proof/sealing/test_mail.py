"""Each night the seals since the last mail go to the superior bureau; a rollback contradicts them."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from functions import nightly
from functions.bootstrap import Services
from functions.errors import QingdanError, SettingError
from functions.local.verify.verify import read_published
from functions.mail import MailServer
from functions.records.proof.audit import Report, check_published
from functions.records.seals.seal import read_seal
from functions.seal_mail import last_sent
from functions.settings import Settings
from tests.proof.sealing.conftest import Fill


class Mailbox:
    """A mail server on loopback that takes every mail; `refuses` makes it answer that it is busy."""

    def __init__(self) -> None:
        self.refuses = False
        self.mails: list[bytes] = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as line:
                self._take(line)

    def _take(self, line: object) -> None:
        def say(words: bytes) -> None:
            line.write(words + b"\r\n")  # type: ignore[attr-defined]
            line.flush()  # type: ignore[attr-defined]

        say(b"421 busy" if self.refuses else b"220 ready")
        for told in iter(line.readline, b""):  # type: ignore[attr-defined]
            if told.upper().startswith(b"DATA"):
                say(b"354 go on")
                self.mails.append(b"".join(iter(line.readline, b".\r\n")))  # type: ignore[attr-defined]
            say(b"221 bye" if told.upper().startswith(b"QUIT") else b"250 ok")

    def read(self, place: int) -> EmailMessage:
        mail = message_from_bytes(self.mails[place], policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return mail


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.listening.close()


@pytest.fixture
def mailing(services: Services, mailbox: Mailbox) -> Services:
    """The services with a superior bureau that gets mail."""
    settings = replace(
        services.settings,
        mail_server=f"smtp://127.0.0.1:{mailbox.port}",
        mail_from="daj@county.example",
        mail_to="seals@city.example",
    )
    return replace(services, settings=settings)


def indices(mail: EmailMessage, services: Services) -> list[int]:
    (attached,) = mail.iter_attachments()
    tokens = json.loads(attached.get_content())["seals"]
    return [read_seal(token, services.keys.public_keys).index for token in tokens]


def test_each_mail_carries_the_seals_since_the_last(mailing: Services, mailbox: Mailbox, fill: Fill) -> None:
    fill(1)
    nightly.seal_now(mailing)
    fill(2)
    assert nightly.run(mailing).mailed == 2
    first = mailbox.read(0)
    assert (first["From"], first["To"]) == ("daj@county.example", "seals@city.example")
    assert indices(first, mailing) == [1, 2]
    assert last_sent(mailing) == 2
    assert nightly.run(mailing).mailed == 1, "the note of the first is sealed: no day is without a mail"
    assert indices(mailbox.read(1), mailing) == [3]


def test_a_refused_mail_is_retried_and_does_not_block_sealing(mailing: Services, mailbox: Mailbox, fill: Fill) -> None:
    fill(1)
    mailbox.refuses = True
    with pytest.raises(OSError, match="busy"):
        nightly.run(mailing)
    assert mailing.seals.last_seal() is not None
    assert last_sent(mailing) == 0
    mailbox.refuses = False
    assert nightly.run(mailing).mailed == 1


def test_without_a_superior_nothing_is_sent(services: Services, fill: Fill) -> None:
    fill(1)
    assert nightly.run(services).mailed == 0


def test_mailed_seals_reveal_a_rollback(mailing: Services, mailbox: Mailbox, fill: Fill, tmp_path: Path) -> None:
    for number in (1, 2):
        fill(number)
        nightly.run(mailing)
        (tmp_path / f"{number}.eml").write_bytes(mailbox.mails[-1])
    tokens = read_published(tmp_path)
    kept = mailing.seals.seals(first=1, limit=9)
    assert tokens == [seal.token for seal in kept]
    whole, back = Report(), Report()
    check_published(tokens, mailing.keys.public_keys, kept, whole)
    check_published(tokens, mailing.keys.public_keys, kept[:1], back)
    assert whole.ok
    assert [finding.kind for finding in back.findings] == ["rolled_back"] * (len(kept) - 1)
    assert "数据被退回到从前" in back.findings[0].message


def test_a_folder_without_seals_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(QingdanError, match="没有封存记录"):
        read_published(tmp_path)
    (tmp_path / "other.eml").write_bytes(b"Subject: hello\r\n\r\nhello\r\n")
    with pytest.raises(QingdanError, match="不是按月下载的封存记录"):
        read_published(tmp_path)


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("smtp://mail.example", MailServer("smtp", "mail.example", 25)),
        ("smtps://daj:a%40b@mail.example", MailServer("smtps", "mail.example", 465, "daj", "a@b")),
        ("smtp://mail.example:587", MailServer("smtp", "mail.example", 587)),
        ("ses://eu-central-1", MailServer("ses", "eu-central-1", 443)),
    ],
)
def test_a_server_is_written_as_one_address(address: str, server: MailServer) -> None:
    assert MailServer.of(address) == server


@pytest.mark.parametrize("address", ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example:x"])
def test_a_wrong_server_is_named_without_its_password(address: str) -> None:
    with pytest.raises(SettingError, match="QINGDAN_MAIL_SERVER"):
        MailServer.of(address)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"QINGDAN_MAIL_SERVER": "smtp://mail.example"}, "QINGDAN_MAIL_FROM"),
        ({"QINGDAN_MAIL_SERVER": "smtp://m", "QINGDAN_MAIL_FROM": "a@b", "QINGDAN_MAIL_TO": "a b"}, "QINGDAN_MAIL_TO"),
    ],
)
def test_a_mail_needs_all_three_settings(given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingError, match=named):
        Settings.from_mapping(given)
