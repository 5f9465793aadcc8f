"""Public hosts alone are asked, whatever a study, a name or a redirect says; keys are masked."""

from __future__ import annotations

import logging
import socket
from typing import Any

import httpcore
import pytest

from gapwatch.errors import SourceError
from gapwatch.sources import connecting, http
from gapwatch.sources.hosts import is_public, masked, without_secrets
from gapwatch.sources.http import Client
from tests.unit.sources.faulty_server import PLAIN, FaultyServer

PRIVATE = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",  # noqa: S104
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "no address",
]
PUBLIC = ["8.8.8.8", "51.140.1.1", "2a00:1450:4009:81f::200e", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_of_the_public_internet_is_told(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_told(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/x",
        "http://127.0.0.1/x",
        "https://localhost/x",
        "http://localhost:8/x",
        "https://LOCALHOST./x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "https://intranet/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://2130706433/x",
        "https://0x7f000001/",
        "https://0x7f.1/x",
        "https://127.1/x",
    ],
)
def test_a_host_of_this_machine_or_network_is_refused_by_name(address: str) -> None:
    with Client(allow_local=False, tries=1) as client, pytest.raises(SourceError) as caught:
        client.get(address, expect="csv")
    assert caught.value.expected == "a host of the public internet"
    assert "--allow-local" in caught.value.remedy


def test_octal_numbers_are_no_address_at_all() -> None:
    with Client(allow_local=False, tries=1) as client, pytest.raises(SourceError) as caught:
        client.get("https://0177.0.0.1/x", expect="csv")
    assert caught.value.expected == "a web address"


def test_a_name_that_stands_for_a_private_address_is_refused_before_a_byte_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with FaultyServer() as server:
        port = int(server.base.rpartition(":")[2])
        answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(connecting.socket, "getaddrinfo", lambda *_, **__: answers)
        with Client(allow_local=False, tries=1) as client, pytest.raises(SourceError) as caught:
            client.get(f"https://publisher.example:{port}/fine", expect="csv")
    assert "publisher.example stands for 127.0.0.1" in caught.value.found
    assert not server.server.seen


def test_a_name_is_connected_to_at_the_very_address_that_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that answers otherwise at the second question gains nothing: there is none."""
    asked: list[str] = []
    went: list[str] = []

    def lookup(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        address = "8.8.8.8" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(_: object, host: str, *__: object) -> httpcore.NetworkStream:
        went.append(host)
        raise httpcore.ConnectError("nobody is asked in a test")

    monkeypatch.setattr(connecting.socket, "getaddrinfo", lookup)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    with (
        Client(allow_local=False, tries=1) as client,
        pytest.raises(SourceError, match="nobody is asked"),
    ):
        client.get("https://publisher.example/x", expect="csv")
    assert (asked, went) == (["publisher.example"], ["8.8.8.8"])


@pytest.mark.parametrize("target", ["https://169.254.169.254/", "https://[::1]/", "https://db/"])
def test_a_redirect_to_a_private_host_is_refused(
    target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = http.httpx.URL("https://publisher.example/x?token=abc")
    with pytest.raises(SourceError, match="a host of the public internet"):
        http._redirected(old, target, allow_local=False)
    assert http._redirected(old, target, allow_local=True)


def test_nothing_is_let_in_unless_the_command_or_the_environment_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(http.ALLOW_LOCAL, "1")
    assert Client().allows_local
    assert not Client(allow_local=False).allows_local
    monkeypatch.delenv(http.ALLOW_LOCAL)
    assert not Client().allows_local


def test_no_study_can_let_itself_in() -> None:
    from gapwatch.study import FileSource, Publishers

    fields = {*FileSource.model_fields, *Publishers.model_fields}
    assert not [name for name in fields if "local" in name]


KEYED = "https://blob.example/f.csv?sv=2024&sig=a%2Fb%3D&api_key=K1&accessToken=K2&area_code=E09"


def test_keys_of_an_address_are_masked_and_the_rest_stays() -> None:
    told = masked(KEYED)
    assert told == (
        "https://blob.example/f.csv?sv=2024&sig=***&api_key=***&accessToken=***&area_code=E09"
    )
    assert masked("https://me:pw@x.example/?token=t") == "https://***@x.example/?token=***"
    plain = "https://x.example/a?indicator_id=92901&area_code=E09&monkey=1&design=2&keyword=3"
    assert masked(plain) == plain
    assert without_secrets("bad K1 and a/b= and a%2Fb%3D", KEYED) == "bad *** and *** and ***"
    for name in ("X-Amz-Signature", "X-Amz-Credential", "subscription-key", "KEY", "sig", "sas"):
        assert masked(f"https://x.example/?{name}=s3cret") == f"https://x.example/?{name}=***"


@pytest.mark.parametrize(
    "name",
    [
        "api%5Fkey",
        "%6bey",
        "api+key",
        "api%20key",
        "auth[token]",
        "auth%5Btoken%5D",
        "code",
        "Code",
        "passphrase",
        "key_passphrase",
    ],
)
@pytest.mark.parametrize("before", ["?", "?a=1&", "#", "?a=1#b=2&", "#/data?"])
def test_a_key_is_known_by_its_name_however_that_is_written(name: str, before: str) -> None:
    address = f"https://x.example/f{before}{name}=s3c%2Fret&b=2"
    assert masked(address) == f"https://x.example/f{before}{name}=***&b=2"
    assert without_secrets("bad s3c/ret or s3c%2Fret", address) == "bad *** or ***"


@pytest.mark.parametrize(
    "rest",
    [
        "?area_code=E09&area%5Fcode=E09&postcode=SW1&codes=E09&code_type=ward&areaCode=E09&code=",
        "?filter[code]=E09&time=2024+to+2025#code",
        "#wards",
        "#page=3&design=2",
        "#/data?monkey=1",
    ],
)
def test_what_is_no_key_stays_as_it_is_written(rest: str) -> None:
    assert masked(f"https://x.example/f{rest}") == f"https://x.example/f{rest}"


def test_of_an_address_that_is_none_nothing_behind_its_path_is_told() -> None:
    for mark in "?#":
        assert masked(f"https://[x.example/f{mark}token=s3cret") == "https://[x.example/f"


def test_a_key_is_in_no_log_record_pin_or_error(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    echo = b"Bad request for token=s3cret"
    monkeypatch.setitem(PLAIN, "/echo", (400, {}, echo, 0))
    caplog.set_level(logging.DEBUG)
    with FaultyServer() as server, Client(allow_local=True, tries=1, back_off=0.01) as client:
        sent = client.get(f"{server.base}/fine?token=s3cret", expect="csv")
        assert sent.address.endswith("/fine?token=***")
        for path in ("echo", "503", "page", "loop", "short"):
            with pytest.raises(SourceError) as caught:
                client.get(f"{server.base}/{path}?token=s3cret", expect="csv")
            assert "s3cret" not in str(caught.value)
        assert "s3cret" not in str(client.exchanges)
    assert "s3cret" not in caplog.text.replace("GET /", "")


def test_the_size_of_a_restricted_answer_is_in_no_log_or_record(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with FaultyServer() as server, Client(allow_local=True, tries=1) as client:
        client.get(f"{server.base}/fine", expect="csv", discreet=True)
        assert client.exchanges[-1].bytes is None
    assert "bytes=untold" in caplog.text
