"""Connections to public hosts alone: what the HTTP client opens its sockets by."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any

import httpcore

from gapwatch.errors import UnaskedError
from gapwatch.sources.hosts import is_public


class PublicHosts(httpcore.NetworkBackend):
    """Connects to public addresses alone: to the very ones that were looked at, so that a name
    can't lead elsewhere between the look and the connection."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of a host that answers."""
        try:
            resolved = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = list(dict.fromkeys(str(found[4][0]) for found in resolved))
        for address in addresses:
            if not is_public(address):
                raise not_public(host, f"{host} stands for {address}")
        for address in addresses:
            try:
                return self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if address == addresses[-1]:
                    raise
        raise httpcore.ConnectError(f"{host} has no address")

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._inner.sleep(seconds)


def not_public(where: str, found: str) -> UnaskedError:
    """Word of a host that only `allow_local` lets in."""
    return UnaskedError(
        where,
        expected="a host of the public internet",
        found=f"{found}, which is this machine or a private network",
        remedy="use the publisher's public address, or save the file beside the study and name "
        "it by path; --allow-local is for tests and replicas",
    )
