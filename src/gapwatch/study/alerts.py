"""Whom a scheduled run tells: a webhook, an e-mail, and the ping of a dead man's switch."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from gapwatch.errors import UnfitError
from gapwatch.study.base import Part
from gapwatch.study.source_base import is_loopback

Variable = Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]{0,99}$")]
Address = Annotated[str, Field(min_length=1, max_length=2000)]


class Alerts(Part):
    """Where scheduled runs report to; nothing is sent unless a key says where.

    `webhook` receives a JSON object by POST when a run fails, crashes or is overdue, when the
    verdict changes and when publishers sent something new. `heartbeat` is asked by POST after each
    run that ended well: a service that expects it raises the alarm when it doesn't come. Addresses
    that hold a secret aren't written into a study: `webhook_from`, `heartbeat_from` and
    `email_from` name variables of the environment that hold them. An e-mail address is written as
    Apprise writes it, mailtos://user:password@host?to=somebody@example.org. `allow_loopback`
    permits http:// and mailto:// to this machine, for tests; anything else needs TLS.
    """

    webhook: Address | None = None
    webhook_from: Variable | None = None
    email_from: Variable | None = None
    heartbeat: Address | None = None
    heartbeat_from: Variable | None = None
    allow_loopback: bool = False

    @model_validator(mode="after")
    def _sound(self) -> Alerts:
        for name in ("webhook", "heartbeat"):
            address = getattr(self, name)
            if address and getattr(self, f"{name}_from"):
                raise UnfitError(f"either {name} or {name}_from", "both")
            problem = wrong_address(address, self.allow_loopback) if address else ""
            if problem:
                raise UnfitError(f"an https:// address as {name}", problem)
        return self


def wrong_address(address: str, allow_loopback: bool) -> str:
    """What is wrong with a web address, without a word of what it holds; "" when it may be used."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "no web address"
    if not host or not address.isascii() or not address.isprintable() or " " in address:
        return "no web address"
    if parts.username or parts.password:
        return "an address with a user name or password in it"
    if parts.scheme == "https" or (parts.scheme == "http" and allow_loopback and is_loopback(host)):
        return ""
    return f"{parts.scheme or 'no scheme'}://"


def wrong_mail(address: str, allow_loopback: bool) -> str:
    """What is wrong with an e-mail address of Apprise, without a word of what it holds."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "no address"
    if not host:
        return "no host"
    if "verify=" in parts.query.lower():
        return "one that switches the check of certificates off (verify=)"
    if parts.scheme == "mailtos" or (
        parts.scheme == "mailto" and allow_loopback and is_loopback(host)
    ):
        return ""
    return f"{parts.scheme or 'no scheme'}://"
