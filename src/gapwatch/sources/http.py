"""One polite, suspicious HTTP client: the only module that opens a socket to a publisher."""

from __future__ import annotations

import logging
import random
import ssl
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Self

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from gapwatch.errors import SourceError, UnavailableError, UsageError
from gapwatch.sources.answers import (
    LATER,
    Answer,
    Expected,
    answered_on,
    check,
    line,
    retry_after,
    source_error,
)
from gapwatch.study.sources import LOOPBACK, is_loopback

LOG = logging.getLogger(__name__)
PASSING = (429, 500, 502, 503, 504)
REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 5
MOST_ADDRESS = 8000
MOST_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True)
class Exchange:
    """One call of `get`: decoded bytes kept, tries and seconds taken; status 0 if none came.

    `date` is the answer's own, in universal time: when it says that it was made, and how long it
    has lain in a cache since. "" where the publisher sends none.
    """

    address: str
    status: int
    bytes: int
    tries: int
    seconds: float
    date: str = ""


class _PassingError(Exception):
    """A failure that may pass; `wait` is what the publisher asked for, in seconds."""

    def __init__(self, found: str, wait: float = 0.0) -> None:
        self.found = found
        self.wait = wait
        super().__init__(found)


class Client:
    """Bounded, paced and retried GET requests, over verified TLS (plain HTTP for loopback alone).

    Times are in seconds. `longest_body` bounds a body that drips in, which no time-out of a single
    read would end. `pace` is the least time between two requests to one host;
    `loopback_pace` is the same for this machine. Proxies and certificates of the environment
    are used (offices need them); credentials of a netrc file never are.
    """

    def __init__(
        self, organisation: str = "gapwatch", url: str = "https://example.org", *,
        connect: float = 10.0, read: float = 120.0, tries: int = 5, back_off: float = 1.0,
        longest_wait: float = 120.0, longest_body: float = 900.0, pace: float = 1.0,
        loopback_pace: float = 0.0,
    ) -> None:  # fmt: skip
        agent = f"gapwatch/Version{version('gapwatch')} ({organisation} +{url})"
        ascii_agent = agent.encode("ascii", "replace").decode("ascii")
        self.exchanges: list[Exchange] = []
        self._tries, self._back_off, self._longest = tries, back_off, longest_wait
        self.longest_body = longest_body
        self._pace, self._loopback_pace = pace, loopback_pace
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}
        # The system's own generator: waits must not disturb a seeded one.
        self._random = random.SystemRandom()
        self._client = _opened(
            timeout=httpx.Timeout(read, connect=connect),
            headers={"User-Agent": ascii_agent, "Accept-Encoding": "gzip"},
            mounts={f"all://{f'[{h}]' if ':' in h else h}": None for h in LOOPBACK},
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def get(
        self, address: str, params: Mapping[str, str] | None = None, *, expect: Expected,
        starts_with: str = "", max_bytes: int = MOST_BYTES,
    ) -> Answer:  # fmt: skip
        """The checked answer at `address`; `max_bytes` bounds it both as sent and as decoded.

        Raises SourceError for everything that goes wrong, after retries of what may pass.
        """
        url = _url(address)
        if params:
            url = url.copy_merge_params(dict(params))
        call = _Call(self, url, max_bytes)
        started, size = time.monotonic(), 0
        retrying = Retrying(
            stop=stop_after_attempt(self._tries), wait=self._wait, reraise=True,
            retry=retry_if_exception_type(_PassingError),
        )  # fmt: skip
        try:
            answer = retrying(call.once)
            size = len(answer.content)
            check(answer, expect, starts_with)
        except _PassingError as error:
            raise UnavailableError(
                str(call.url), expected="an answer", found=f"{error.found} ({call.tries} tries)",
                remedy=LATER,
            ) from error  # fmt: skip
        finally:
            self._log(Exchange(str(call.url), call.status, size, call.tries,
                               round(time.monotonic() - started, 3), call.date))  # fmt: skip
        return answer

    def _log(self, done: Exchange) -> None:
        with self._lock:
            self.exchanges.append(done)
        LOG.info("request address=%s status=%d bytes=%d tries=%d seconds=%.2f",
                 done.address, done.status, done.bytes, done.tries, done.seconds)  # fmt: skip

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, _PassingError) else 0.0
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
            raise source_error(str(response.url), f"a wait of at most {self._longest:g} seconds",
                         f"status {response.status_code}, come back in {asked:.0f} seconds",
                         "come back after that time")  # fmt: skip
        return asked


def _opened(**options: Any) -> httpx.Client:
    """The client, with the proxies and certificates of this machine, which may be wrong."""
    try:
        return httpx.Client(**options)
    except (ImportError, OSError, ValueError) as error:
        raise UsageError(
            "this machine's proxy or certificates", found=line(str(error)),
            expected="settings that can be used (HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and others)",
            remedy="correct or unset them",
        ) from error  # fmt: skip


class _Call:
    """The tries of one request, with what is known of the last of them."""

    def __init__(self, client: Client, url: httpx.URL, most: int) -> None:
        self.client, self.first, self.url, self.most = client, url, url, most
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
                raise source_error(str(self.url), "a certificate that can be verified",
                             line(str(error)),
                             "check the address and this machine's clock and certificates",
                             ) from error  # fmt: skip
            raise _PassingError(f"{type(error).__name__}: {line(str(error))}") from error
        raise source_error(str(self.first), f"at most {MOST_REDIRECTS} redirects", "more", LATER)

    def _hop(self) -> Answer | None:
        response = self.client.stream(self.url)
        try:
            self.status = response.status_code
            self.date = answered_on(response.headers)
            if self.status in REDIRECTS:
                self.url = _redirected(self.url, response.headers.get("Location", ""))
                return None
            if self.status != httpx.codes.OK:
                self._refused(response)
            until = time.monotonic() + self.client.longest_body
            return Answer(str(self.url), _body(response, self.most, until))
        finally:
            response.close()

    def _refused(self, response: httpx.Response) -> None:
        try:
            until = time.monotonic() + self.client.longest_body
            text = line(_body(response, 1 << 16, until).decode("utf-8", "replace"))
        except SourceError:
            text = "a body too large or too odd to quote"
        found = f"status {self.status}: {text or 'no text'}"
        if self.status in PASSING:
            raise _PassingError(found, self.client.asked_wait(response))
        raise source_error(str(self.url), "status 200", found, "check the address and the query")


def _url(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise source_error(line(address), "a web address", str(error), "correct it") from error
    if url.userinfo:
        raise source_error(str(url.copy_with(userinfo=b"")), "an address without credentials",
                     "a user name or password in it", "take them out")  # fmt: skip
    if not url.host or (url.scheme != "https" and
                        not (url.scheme == "http" and is_loopback(url.host))):  # fmt: skip
        raise source_error(str(url), "an https:// address", f"{url.scheme or 'no scheme'}://",
                     "use the publisher's https address")  # fmt: skip
    return url


def _redirected(old: httpx.URL, location: str) -> httpx.URL:
    try:
        new = _url(str(old.join(location)))
    except httpx.InvalidURL as error:
        raise source_error(str(old), "a redirect to an address", line(location), LATER) from error
    if len(str(new)) > MOST_ADDRESS:
        raise source_error(str(old), f"an address of at most {MOST_ADDRESS} characters",
                     f"a redirect to one of {len(str(new))}", LATER)  # fmt: skip
    if not location or (old.scheme == "https" and new.scheme != "https"):
        raise source_error(str(old), "a redirect to an https:// address", line(location) or "none",
                     LATER)  # fmt: skip
    return new


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _body(response: httpx.Response, most: int, until: float) -> bytes:
    where = str(response.url)
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", ""}:
        raise source_error(where, "a plain or gzip body", line(encoding), LATER)
    decoder = zlib.decompressobj(31) if encoding == "gzip" else None
    wire, size, parts = 0, 0, []
    for chunk in response.iter_raw():  # as it arrives: gathering would hide a body that drips
        wire += len(chunk)
        if time.monotonic() > until:
            raise source_error(where, "a body that ends", "one that goes on and on", LATER)
        try:
            # One byte over the bound is enough to know, and a bomb never unfolds.
            part = decoder.decompress(chunk, most - size + 1) if decoder else chunk
        except zlib.error as error:
            raise _PassingError("a damaged gzip body") from error
        size += len(part)
        if max(wire, size) > most:
            raise source_error(
                where, f"at most {most} bytes", "more", "check the query; it asks too much"
            )
        parts.append(part)
    length = response.headers.get("Content-Length", "")
    chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
    if not (length or chunked or decoder):
        # The end of the connection may be the end of the body, or a body that was cut.
        raise source_error(where, "a body whose end is told (Content-Length, chunked or gzip)",
                           "one that ends with the connection", LATER)  # fmt: skip
    if length.isdecimal() and int(length) != wire:
        raise _PassingError(f"{wire} bytes where Content-Length says {length}")
    if decoder and wire and (not decoder.eof or decoder.unused_data):
        raise _PassingError("a gzip body that does not end where it should")
    return b"".join(parts)


def post(address: str, content: Mapping[str, Any], *, named: str, seconds: float = 10.0) -> None:
    """Send JSON once; no redirect is followed and no answer read. Errors say `named`, not where.

    The address may hold a secret, so it is never told. All of it, name resolution included, ends
    in `seconds`. Raises SourceError for anything but an answer of 200 to 299.
    """
    found: list[str] = []
    sending = threading.Thread(
        target=lambda: found.append(_sent(address, content, seconds)), daemon=True, name="post"
    )
    sending.start()
    sending.join(seconds)
    told = found[0] if found else "none"
    if told:
        raise source_error(
            named, f"an answer of 200 to 299 within {seconds:g} seconds", told,
            "look at the service that is to receive it, and at the address"
        )  # fmt: skip


def _sent(address: str, content: Mapping[str, Any], seconds: float) -> str:
    """What was wrong with the answer, or ""; without a word of the address."""
    log = logging.getLogger("httpx")
    hide: Any = lambda _record: False  # noqa: E731 - httpx logs the whole address of a request
    log.addFilter(hide)
    try:
        with (
            _opened(
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
    except (httpx.HTTPError, httpx.InvalidURL, UsageError) as error:
        return type(error).__name__
    finally:
        log.removeFilter(hide)
