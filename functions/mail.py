"""Hands mail in, by SMTP or by Amazon SES, and says of each what became of it; knows no reason to write."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Final, Literal, Protocol
from urllib.parse import unquote, urlsplit

from functions.errors import SettingError

PATIENCE_SECONDS: Final = 30
# Servers end a connection that has carried many; a new one in time costs less than a mail of unknown fate.
MAILS_A_CONNECTION: Final = 100
_PORTS: Final = {"smtp": 25, "smtps": 465, "ses": 443}

# None: nobody can tell whether the mail was taken.
Fate = Literal["sent", "refused", "failed"] | None


class Unreachable(Exception):
    """The server does not answer or does not let us in; no mail was handed to it."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in; `password` is "" where nobody signs in. For `ses` the host is a region."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""

    @classmethod
    def of(cls, address: str) -> MailServer:
        """From smtp://host:25, smtps://user:password@host:465 or ses://region; SettingError names variable and fix."""
        try:
            parts = urlsplit(address)
            port = parts.port or _PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise SettingError(_WRONG_SERVER) from None
        if not parts.hostname:
            raise SettingError(_WRONG_SERVER)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.scheme, parts.hostname, port, user, password)


# The address may hold a password: it is not repeated.
_WRONG_SERVER: Final = (
    "QINGDAN_MAIL_SERVER 要写成 smtp://主机:25、smtps://用户:密码@主机:465 或者 ses://区域。请改好，或者不设"
)


class Outgoing(Protocol):
    """An open way to hand mail in."""

    def send(self, message: EmailMessage) -> Fate:
        """Hand one mail to one recipient in, once; Unreachable when the server cannot be talked to."""
        ...


def send(server: MailServer, message: EmailMessage) -> None:
    """Hand one mail in; OSError (SMTPException is one) when that fails. A password is never sent in the clear."""
    if server.scheme == "ses":
        if _Ses(server.host).send(message) != "sent":
            raise OSError("the mail was not taken")
        return
    with _connect(server) as client:
        client.send_message(message)


@contextmanager
def outgoing(server: MailServer) -> Iterator[Outgoing]:
    """Many mails over one connection."""
    way = _Ses(server.host) if server.scheme == "ses" else _Smtp(server)
    try:
        yield way
    finally:
        way.close()


def _connect(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE_SECONDS, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=PATIENCE_SECONDS)
    try:
        client.ehlo()
        if server.scheme == "smtp" and (server.user or client.has_extn("starttls")):
            client.starttls(context=context)
        if server.user:
            client.login(server.user, server.password)
    except BaseException:
        client.close()
        raise
    return client


class _Smtp:
    """Connects for the first mail, and again when the connection has ended."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._client: smtplib.SMTP | None = None
        self._carried = 0

    def send(self, message: EmailMessage) -> Fate:
        client = self._connected()
        try:
            client.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            return _fate(min(code for code, _ in error.recipients.values()))
        except smtplib.SMTPSenderRefused:
            # It is our address that is not taken; the recipient's may be good.
            return "failed"
        except smtplib.SMTPNotSupportedError:
            return "refused"
        except smtplib.SMTPResponseException as error:
            return _fate(error.smtp_code)
        except (OSError, smtplib.SMTPException):
            self.close()
            return None
        self._carried += 1
        return "sent"

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(OSError, smtplib.SMTPException):
                client.quit()

    def _connected(self) -> smtplib.SMTP:
        if self._client is not None and self._carried < MAILS_A_CONNECTION:
            return self._client
        self.close()
        try:
            self._client, self._carried = _connect(self._server), 0
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable from error
        return self._client


def _fate(code: int) -> Fate:
    return "refused" if 500 <= code < 600 else "failed"


class _Ses:
    """Signs in as whoever runs this process. Makes one attempt a mail: SES would take a second one as another mail."""

    def __init__(self, region: str) -> None:
        from functions.storage.aws.session import Clients

        self._client = Clients(region, None).mail()

    def send(self, message: EmailMessage) -> Fate:
        from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError

        content: dict[str, Any] = {"Raw": {"Data": message.as_bytes()}}
        try:
            self._client.send_email(Content=content)
        except (EndpointConnectionError, NoCredentialsError) as error:
            raise Unreachable from error
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if error.response["Error"]["Code"] == "MessageRejected":
                return "refused"
            return "failed" if status < 500 else None
        except (BotoCoreError, OSError):
            return None
        return "sent"

    def close(self) -> None:
        """Nothing to close."""
