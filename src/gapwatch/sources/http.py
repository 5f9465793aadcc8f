"""One polite, suspicious HTTP client: the only module that opens a socket to a publisher."""

from __future__ import annotations

import logging
import os
import random
import ssl
import threading
import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Self

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from gapwatch.errors import SourceError, UnaskedError, UnavailableError, UsageError
from gapwatch.sources.bodies import PassingError, Watch, read_body
from gapwatch.sources.connecting import PublicHosts, not_public
from gapwatch.sources.hosts import is_local_name, masked, without_secrets
from gapwatch.sources.responses import (
    LATER,
    Answer,
    Exchange,
    Expected,
    answered_on,
    check,
    line,
    retry_after,
    source_error,
)
from gapwatch.study.source_base import LOOPBACK, is_loopback

LOG = logging.getLogger(__name__)
ALLOW_LOCAL = "GAPWATCH_ALLOW_LOCAL"
# What goes wrong between here and an answer.
FAULTS = (httpx.HTTPError, httpx.InvalidURL)
PASSING = (429, 500, 502, 503, 504)
REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 5
MOST_ADDRESS = 8000
MOST_BYTES = 256 * 1024 * 1024


class Client:
    """Bounded, paced and retried GET requests, over verified TLS (plain HTTP for loopback alone).

    Times are in seconds. `longest_body` bounds a body that drips in, which no time-out of a single
    read would end. `pace` is the least time between two requests to one host;
    `loopback_pace` is the same for this machine. Proxies and certificates of the environment
    are used (offices need them); credentials of a netrc file never are.

    Public hosts alone are asked: a host whose name stands for an address of this machine or of a
    private network is refused, before a byte is sent, on every redirect too. `allow_local` lets
    them in, for tests and the demonstration, or GAPWATCH_ALLOW_LOCAL=1 where it is None; no study
    can. Behind a proxy of the environment it is
    the proxy that resolves names.
    """

    def __init__(
        self,
        organisation: str = "gapwatch",
        url: str = "https://example.org",
        *,
        connect: float = 10.0,
        read: float = 120.0,
        tries: int = 5,
        back_off: float = 1.0,
        longest_wait: float = 120.0,
        longest_body: float = 900.0,
        pace: float = 1.0,
        loopback_pace: float = 0.0,
        allow_local: bool | None = None,
    ) -> None:
        agent = f"gapwatch/Version{version('gapwatch')} ({organisation} +{url})"
        ascii_agent = agent.encode("ascii", "replace").decode("ascii")
        self.exchanges: list[Exchange] = []
        self.watch: Watch | None = None
        self._tries, self._back_off, self._longest = tries, back_off, longest_wait
        self.longest_body = longest_body
        self._pace, self._loopback_pace = pace, loopback_pace
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}
        # The system's own generator: waits must not disturb a seeded one.
        self._random = random.SystemRandom()
        self.allows_local = allowed(allow_local)
        self._client = opened(
            self.allows_local,
            timeout=httpx.Timeout(read, connect=connect),
            headers={"User-Agent": ascii_agent, "Accept-Encoding": "gzip"},
            mounts={f"all://{f'[{h}]' if ':' in h else h}": None for h in LOOPBACK},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def get(
        self,
        address: str,
        params: Mapping[str, str] | None = None,
        *,
        expect: Expected,
        starts_with: str = "",
        max_bytes: int = MOST_BYTES,
        discreet: bool = False,
    ) -> Answer:
        """The checked answer at `address`; `max_bytes` bounds it both as sent and as decoded.

        `discreet` keeps the size of the answer out of log and record, as of a restricted file.
        Raises SourceError for everything that goes wrong, after retries of what may pass.
        """
        url = _url(address, self.allows_local)
        if params:
            url = url.copy_merge_params(dict(params))
        call = _Call(self, url, max_bytes, None if discreet else self.watch)
        started, size = time.monotonic(), 0
        retrying = Retrying(
            stop=stop_after_attempt(self._tries),
            wait=self._wait,
            reraise=True,
            retry=retry_if_exception_type(PassingError),
        )
        try:
            answer = retrying(call.once)
            size = len(answer.content)
            check(answer, expect, starts_with)
        except PassingError as error:
            raise UnavailableError(
                masked(str(call.url)),
                expected="an answer",
                found=without_secrets(f"{error.found} ({call.tries} tries)", str(call.url)),
                remedy=LATER,
            ) from error
        finally:
            self._log(
                Exchange(
                    masked(str(call.url)),
                    call.status,
                    None if discreet else size,
                    call.tries,
                    round(time.monotonic() - started, 3),
                    call.date,
                )
            )
        return answer

    def _log(self, done: Exchange) -> None:
        with self._lock:
            self.exchanges.append(done)
        size = "untold" if done.bytes is None else str(done.bytes)
        LOG.info(
            "request address=%s status=%d bytes=%s tries=%d seconds=%.2f",
            done.address,
            done.status,
            size,
            done.tries,
            done.seconds,
        )

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, PassingError) else 0.0
        own = self._back_off * 2 ** (state.attempt_number - 1) * self._random.uniform(1.0, 1.5)
        return float(max(asked, min(own, self._longest)))

    def queue(self, host: str) -> None:
        """Wait for this host's turn."""
        pace = self._loopback_pace if is_loopback(host) else self._pace
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next.get(host, now))
            self._next[host] = turn + pace
        time.sleep(turn - now)

    def stream(self, url: httpx.URL) -> httpx.Response:
        """The head of an answer, its body still to be read."""
        self.queue(url.host)
        return self._client.send(self._client.build_request("GET", url), stream=True)

    def asked_wait(self, response: httpx.Response) -> float:
        """Seconds of Retry-After, 0 where there's none; SourceError where they're too many."""
        asked = retry_after(response.headers.get("Retry-After", ""))
        if asked > self._longest:
            raise source_error(
                masked(str(response.url)),
                f"a wait of at most {self._longest:g} seconds",
                f"status {response.status_code}, come back in {asked:.0f} seconds",
                "come back after that time",
            )
        return asked


def allowed(allow_local: bool | None) -> bool:
    """Whether this machine and private networks may be asked; by the environment where None."""
    return os.environ.get(ALLOW_LOCAL, "") == "1" if allow_local is None else allow_local


def opened(allow_local: bool, **options: Any) -> httpx.Client:
    """A client, with the proxies and certificates of this machine, which may be wrong."""
    # They would log each address as it is, with its keys.
    for library in ("httpx", "httpcore"):
        logging.getLogger(library).setLevel(logging.WARNING)
    try:
        client = httpx.Client(**options)
    except (ImportError, OSError, ValueError) as error:
        raise UsageError(
            "this machine's proxy or certificates",
            found=line(str(error)),
            expected="settings that can be used (HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and others)",
            remedy="correct or unset them",
        ) from error
    if not allow_local:
        # httpx has no word for it: what it connects by is an attribute of its pool. The lock holds
        # both libraries still, and a test sees that a name that turns local is refused.
        pool: Any = client._transport._pool  # type: ignore[attr-defined]
        pool._network_backend = PublicHosts()
    return client


class _Call:
    """The tries of one request, with what is known of the last of them."""

    def __init__(self, client: Client, url: httpx.URL, most: int, watch: Watch | None) -> None:
        self.client, self.first, self.url, self.most = client, url, url, most
        self.watch = watch
        self.tries, self.status, self.date = 0, 0, ""

    def once(self) -> Answer:
        self.tries, self.status, self.url = self.tries + 1, 0, self.first
        try:
            for _ in range(MOST_REDIRECTS + 1):
                answer = self._hop()
                if answer is not None:
                    return answer
        except httpx.TransportError as error:
            if _is_tls(error):
                raise source_error(
                    masked(str(self.url)),
                    "a certificate that can be verified",
                    line(str(error)),
                    "check the address and this machine's clock and certificates",
                ) from error
            raise PassingError(f"{type(error).__name__}: {line(str(error))}") from error
        raise source_error(
            masked(str(self.first)), f"at most {MOST_REDIRECTS} redirects", "more", LATER
        )

    def _hop(self) -> Answer | None:
        response = self.client.stream(self.url)
        try:
            self.status = response.status_code
            self.date = answered_on(response.headers)
            if self.status in REDIRECTS:
                self.url = _redirected(
                    self.url, response.headers.get("Location", ""), self.client.allows_local
                )
                return None
            if self.status != httpx.codes.OK:
                self._refused(response)
            until = time.monotonic() + self.client.longest_body
            return Answer(masked(str(self.url)), read_body(response, self.most, until, self.watch))
        finally:
            response.close()
            if self.watch is not None:
                self.watch.ended()

    def _refused(self, response: httpx.Response) -> None:
        try:
            until = time.monotonic() + self.client.longest_body
            text = line(read_body(response, 1 << 16, until).decode("utf-8", "replace"))
            text = without_secrets(text, str(self.url))
        except SourceError:
            text = "a body too large or too odd to quote"
        found = f"status {self.status}: {text or 'no text'}"
        if self.status in PASSING:
            raise PassingError(found, self.client.asked_wait(response))
        raise source_error(
            masked(str(self.url)), "status 200", found, "check the address and the query"
        )


def _url(address: str, allow_local: bool) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise UnaskedError(
            masked(line(address)), expected="a web address", found=str(error), remedy="correct it"
        ) from error
    told = masked(str(url.copy_with(userinfo=b"")))
    if url.userinfo:
        raise UnaskedError(
            told,
            expected="an address without credentials",
            found="a user name or password in it",
            remedy="take them out",
        )
    if not url.host or (
        url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.host))
    ):
        raise UnaskedError(
            told,
            expected="an https:// address",
            found=f"{url.scheme or 'no scheme'}://",
            remedy="use the publisher's https address",
        )
    if not allow_local and is_local_name(url.host):
        raise not_public(told, url.host)
    return url


def _redirected(old: httpx.URL, location: str, allow_local: bool = False) -> httpx.URL:
    where = masked(str(old))
    try:
        new = _url(str(old.join(location)), allow_local)
    except httpx.InvalidURL as error:
        raise source_error(
            where, "a redirect to an address", masked(line(location)), LATER
        ) from error
    if len(str(new)) > MOST_ADDRESS:
        raise source_error(
            where,
            f"an address of at most {MOST_ADDRESS} characters",
            f"a redirect to one of {len(str(new))}",
            LATER,
        )
    if not location or (old.scheme == "https" and new.scheme != "https"):
        raise source_error(
            where, "a redirect to an https:// address", masked(line(location)) or "none", LATER
        )
    return new


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
