"""Word to somebody else's service: JSON sent once, whose address is never told."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from gapwatch.errors import SourceError, UsageError
from gapwatch.sources.http import FAULTS, REDIRECTS, allowed, opened
from gapwatch.sources.responses import source_error
from gapwatch.study.source_base import LOOPBACK


def post(
    address: str,
    content: Mapping[str, Any],
    *,
    named: str,
    seconds: float = 10.0,
    allow_local: bool | None = None,
) -> None:
    """Send JSON once; no redirect is followed and no answer read. Errors say `named`, not where.

    The address may hold a secret, so it is never told. All of it, name resolution included, ends
    in `seconds`. `allow_local` as for a client. Raises SourceError for anything but an answer of
    200 to 299.
    """
    found: list[str] = []
    sending = threading.Thread(
        target=lambda: found.append(_sent(address, content, seconds, allowed(allow_local))),
        daemon=True,
        name="post",
    )
    sending.start()
    sending.join(seconds)
    told = found[0] if found else "none"
    if told:
        raise source_error(
            named,
            f"an answer of 200 to 299 within {seconds:g} seconds",
            told,
            "look at the service that is to receive it, and at the address",
        )


def _sent(address: str, content: Mapping[str, Any], seconds: float, allow_local: bool) -> str:
    """What was wrong with the answer, or ""; without a word of the address."""
    log = logging.getLogger("httpx")
    hide: Any = lambda _record: False  # noqa: E731 - httpx logs the whole address of a request
    log.addFilter(hide)
    try:
        with (
            opened(
                allow_local,
                timeout=seconds,
                follow_redirects=False,
                mounts={f"all://{f'[{h}]' if ':' in h else h}": None for h in LOOPBACK},
            ) as client,
            client.stream("POST", address, json=content) as response,
        ):
            status = response.status_code
        if status in REDIRECTS:
            return f"a redirect (status {status}), which isn't followed"
        return "" if response.is_success else f"status {status}"
    except SourceError:
        return "a host of this machine or of a private network"
    except (*FAULTS, UsageError) as error:
        return type(error).__name__
    finally:
        log.removeFilter(hide)
