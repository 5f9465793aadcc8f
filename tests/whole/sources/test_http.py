"""Every way for a publisher to fail, over real HTTP: a retry or a named error."""

from __future__ import annotations

import itertools
import logging
import socket
import ssl
import threading
import time
import tracemalloc
from collections.abc import Iterator

import httpx
import pytest
import trustme

from gapwatch.errors import SourceError
from gapwatch.sources.http import Client, _redirected
from tests.unit.sources.faulty_server import CSV, FaultyServer


@pytest.fixture(scope="module")
def shared() -> Iterator[FaultyServer]:
    with FaultyServer() as server:
        yield server


@pytest.fixture
def server(shared: FaultyServer) -> FaultyServer:
    shared.server.seen.clear()
    shared.server.times.clear()
    return shared


@pytest.fixture
def client() -> Iterator[Client]:
    with Client("Café", allow_local=True, connect=0.3, read=0.3, tries=3, back_off=0.01) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "tries"),
    [("/fine", 1), ("/bom", 1), ("/gzip", 1), ("/503", 3), ("/429", 2), ("/to-fine", 1)],
)
def test_a_failure_that_passes_ends_in_the_data(server, client, path, tries):
    answer = client.get(server.base + path, expect="csv", starts_with="code,value")
    assert answer.content.removeprefix(b"\xef\xbb\xbf") == CSV
    assert client.exchanges[0].tries == tries


@pytest.mark.parametrize(
    ("path", "expect", "told", "tries"),
    [
        ("/400", "csv", "status 400: Bad? indicator", 1),
        ("/500", "csv", "status 500: System.NullReferenceException: oh", 3),
        ("/429-long", "csv", "come back in 4000 seconds", 1),
        ("/429-date", "csv", "come back in", 1),
        ("/page", "csv", "a web page: Down for repair", 1),
        ("/page", "json", "a web page: Down for repair", 1),
        ("/page", "file", "a web page: Down for repair", 1),
        ("/fine", "html", "code,value", 1),
        ("/empty", "csv", "an empty body", 1),
        ("/header", "csv", "a header and no rows", 1),
        ("/moved-column", "csv", "value,code", 1),
        ("/error", "json", "Invalid query", 1),
        ("/cut-json", "json", "JSON", 1),
        ("/short", "csv", "3 tries", 3),
        ("/cut-chunk", "csv", "3 tries", 3),
        ("/reset", "csv", "3 tries", 3),
        ("/rst", "csv", "3 tries", 3),
        ("/silent", "csv", "ReadTimeout", 3),
        ("/stall", "csv", "ReadTimeout", 3),
        ("/half-gzip", "csv", "does not end where it should", 3),
        ("/loop", "csv", "at most 5 redirects", 1),
        ("/to-plain", "csv", "an https:// address", 1),
    ],
)
def test_a_failure_that_stays_is_a_named_error(server, client, path, expect, told, tries):
    with pytest.raises(SourceError) as caught:
        client.get(server.base + path, expect=expect, starts_with="code" if expect == "csv" else "")
    assert told in str(caught.value)
    assert client.exchanges[0].tries == tries


def test_retry_after_is_waited_for(server, client):
    started = time.monotonic()
    client.get(server.base + "/429-wait", expect="csv")
    assert time.monotonic() - started >= 1


def test_a_gzip_bomb_is_stopped_while_it_is_small(server, client):
    tracemalloc.start()
    with pytest.raises(SourceError, match="at most 1000000 bytes"):
        client.get(server.base + "/bomb", expect="csv", max_bytes=1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


def test_a_certificate_nobody_vouches_for_is_refused_at_once(client):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with FaultyServer(context) as server:
        with pytest.raises(SourceError, match="certificate that can be verified"):
            client.get(server.base + "/fine", expect="csv")
        assert not server.server.seen
    assert client.exchanges[0].tries == 1


def test_two_requests_to_one_host_keep_the_pace(server):
    with Client(allow_local=True, loopback_pace=0.2) as client:
        for _ in range(3):
            client.get(server.base + "/fine", expect="csv")
    first, second, third = server.server.times
    assert second - first > 0.15
    assert third - second > 0.15


@pytest.mark.parametrize("address", ["http://publisher.invalid", "ftp://127.0.0.1/x", "fine"])
def test_only_https_leaves_this_machine(client, address):
    with pytest.raises(SourceError, match="an https:// address"):
        client.get(address, expect="csv")


def test_https_is_never_left_for_http():
    with pytest.raises(SourceError, match="a redirect to an https"):
        _redirected(httpx.URL("https://127.0.0.1/"), "http://127.0.0.1/", allow_local=True)


def test_a_password_in_an_address_is_refused_and_not_repeated(client):
    with pytest.raises(SourceError) as caught:
        client.get("https://me:hunter2@publisher.invalid/", expect="csv")
    assert "hunter2" not in str(caught.value)


def test_each_request_is_logged_and_names_its_sender(server, client, caplog):
    caplog.set_level(logging.INFO, "gapwatch.sources.http")
    answer = client.get(server.base + "/json", {"q": "a b"}, expect="json")
    assert answer.address == f"{server.base}/json?q=a+b"
    assert f"request address={answer.address} status=200 bytes=10 tries=1 seconds=" in caplog.text
    assert server.server.agents[-1].endswith("(Caf? +https://example.org)")
    with pytest.raises(SourceError):
        client.get(server.base + "/400", expect="csv")
    assert "status=400 bytes=0 tries=1" in caplog.text


def test_a_body_that_drips_for_ever_is_ended(server):
    with Client(allow_local=True, read=2.0, tries=3, longest_body=0.4) as client:
        with pytest.raises(SourceError, match="goes on and on"):
            client.get(server.base + "/drip", expect="csv")
        assert client.exchanges[0].tries == 1


def test_a_host_that_never_takes_the_connection_is_given_up(client):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        address = listening.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:  # the queue of connections that nobody takes is full after these
            one.setblocking(False)
            one.connect_ex(address)
        try:
            with pytest.raises(SourceError, match="ConnectTimeout"):
                client.get(f"http://127.0.0.1:{address[1]}/x", expect="csv")
        finally:
            for one in waiting:
                one.close()
    assert client.exchanges[0].tries == 3


def test_requests_of_several_threads_to_one_host_keep_the_pace_too(server):
    with Client(allow_local=True, loopback_pace=0.15) as client:
        threads = [
            threading.Thread(
                target=client.get, args=(server.base + "/fine",), kwargs={"expect": "csv"}
            )
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    times = sorted(server.server.times)
    assert all(later - earlier > 0.1 for earlier, later in itertools.pairwise(times))
