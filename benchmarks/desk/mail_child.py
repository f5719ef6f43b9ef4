"""A mail server on loopback in a process of its own: it takes every mail and says at the end how many."""

from __future__ import annotations

import sys

from tests.support.web.mail_server import mail_server


def main() -> None:
    """Write the address, serve until standard input ends, write how many mails came and how many recipients."""
    with mail_server() as box:
        sys.stdout.write(f"{box.address}\n")
        sys.stdout.flush()
        sys.stdin.read()
        sys.stdout.write(f"{len(box.mails)} {len(box.to())}\n")


if __name__ == "__main__":
    main()
