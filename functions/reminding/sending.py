"""Sends one reminder through its channel, if it is still owed; records nothing."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from email.message import EmailMessage

from functions.bootstrap import Services
from functions.mail import Fate, MailServer, Outgoing, Unreachable, outgoing
from functions.reminding.new_filings import NewFilings
from functions.reminding.sms import SmsGateway
from functions.reminding.wording import Wording
from functions.settings import Settings
from functions.supervision.contacts import Contact
from functions.supervision.obligations.values import Listed, Obligation
from functions.supervision.reminders.values import Channel, Reminder, Result
from functions.supervision.reminders.who import ContactBook
from functions.web.http.site_addresses import site_address
from functions.web.http.site_frame import SiteFrame


def ways_of(settings: Settings) -> frozenset[Channel]:
    """The channels that are set up; calling needs none."""
    found: set[Channel] = {"call"}
    if settings.reminders.sender:
        found.add("email")
    if settings.reminders.sms_webhook:
        found.add("sms")
    return frozenset(found)


class Sender:
    """Connections are opened for the first reminder that needs them, and closed with `stack`."""

    def __init__(
        self, services: Services, on: date, rows: list[Listed], contacts: ContactBook, stack: ExitStack
    ) -> None:
        site = SiteFrame.load(services.settings.site)
        self._wording = Wording(site, site_address(site, services.settings), services.catalogue)
        self._new = NewFilings(services, rows)
        self._services, self._on, self._contacts, self._stack = services, on, contacts, stack
        self._mail: Outgoing | None = None
        self._down: set[Channel] = set()

    def send(self, reminder: Reminder, about: Obligation) -> Result | None:
        """Send one and return what became of it, None when nobody can tell; a silent channel is not tried again."""
        if self._new.settle(about):
            return "filed"
        contact = self._contacts(about).contact
        if contact is None or reminder.channel in self._down:
            return "failed"
        try:
            send = self._by_mail if reminder.channel == "email" else self._by_sms
            return send(reminder, about, contact)
        except Unreachable:
            self._down.add(reminder.channel)
            return "failed"

    def _by_mail(self, reminder: Reminder, about: Obligation, contact: Contact) -> Fate:
        if self._mail is None:
            self._mail = self._stack.enter_context(outgoing(MailServer.of(self._services.settings.mail_server)))
        sender = self._services.settings.reminders.sender
        message = EmailMessage()
        message["Subject"] = self._wording.subject(about, self._on)
        message["From"], message["To"] = sender, contact.email
        message["Date"] = self._services.clock()
        message["Message-ID"] = f"<reminder-{reminder.id}@{sender.rpartition('@')[2]}>"
        # No holiday note answers it (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self._wording.mail(about, self._on))
        return self._mail.send(message)

    def _by_sms(self, reminder: Reminder, about: Obligation, contact: Contact) -> Fate:
        settings = self._services.settings.reminders
        gateway = SmsGateway(settings.sms_webhook, settings.sms_secret, self._services.clock)
        return gateway.send(reminder.id, contact.dial, self._wording.message(about, self._on))
