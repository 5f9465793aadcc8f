"""Which hosts may be asked, and what of an address may be told: no socket is opened here."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import unquote_plus, urlsplit, urlunsplit

MASK = "***"
_SECRET = re.compile(
    r"^(auth|authorization|code|sas|jwt|pwd)$|"  # not area_code, which publishers ask for
    r"(^|[-_.\s])(key|apikey|token|sig|signature|secret|password|passwd|passphrase|credential"
    r"|credentials|accesskey|accesstoken|sessionid)$",
    re.IGNORECASE,
)
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".home.arpa")
# Ranges of IPv6 that stand for an address of IPv4: NAT64 and the translation of RFC 6145.
_EMBEDDING = (
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("::/96"),
    ipaddress.ip_network("::ffff:0:0:0/96"),
)
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


def host_and_port(address: str) -> str:
    """Who is asked at an address; "" where it is none."""
    try:
        return urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; what is no address isn't.

    Loopback, link-local, private and shared ranges, multicast, reserved ones and every IPv6 form
    that holds an IPv4 address of these are not.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(each) for each in (ip, *_embedded(ip)))


def _is_public(ip: Ip) -> bool:
    if isinstance(ip, ipaddress.IPv6Address) and (ip.is_site_local or ip.ipv4_mapped):
        return not ip.is_site_local  # a mapped one is judged by what it holds
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _embedded(ip: Ip) -> list[Ip]:
    if isinstance(ip, ipaddress.IPv4Address):
        return []
    found: list[Ip | None] = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if any(ip in network for network in _EMBEDDING):
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return [each for each in found if each is not None]


def is_local_name(host: str) -> bool:
    """Whether a host's name, or the address it is written as, is of this machine or network."""
    name = host.strip("[]").rstrip(".").lower()
    if name.endswith(_LOCAL_NAMES) or not set(".:") & set(name):
        return True
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return not is_public(name)


def masked(address: str) -> str:
    """An address as it may be told: the value of each parameter that is a key, in the query or
    behind a #, and any name or password before the host, are put out."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return re.split("[?#]", address, maxsplit=1)[0]
    host = parts.netloc.rpartition("@")
    # A fragment may be an address again, with its own query: #/data?token=...
    route, mark, rest = parts.fragment.rpartition("?")
    query, fragment = _without_values(parts.query), f"{route}{mark}{_without_values(rest)}"
    if not host[1] and (query, fragment) == (parts.query, parts.fragment):
        return address
    netloc = f"{MASK}@{host[2]}" if host[1] else parts.netloc
    return urlunsplit((parts.scheme, netloc, parts.path, query, fragment))


def _without_values(query: str) -> str:
    """A query, or what is written as one, with each key's value put out."""
    for name, value in _pairs(query):
        if value and _is_secret(name):
            query = re.sub(rf"(^|[&;])({re.escape(name)}=)[^&;]*", rf"\1\2{MASK}", query)
    return query


def without_secrets(text: str, address: str) -> str:
    """A text, such as what a publisher answers, without the secret values of an address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return text
    pairs = [*_pairs(parts.query), *_pairs(parts.fragment.rpartition("?")[2])]
    secrets = {value for name, value in pairs if _is_secret(name) and value}
    secrets |= {unquote_plus(value) for value in secrets}
    for value in sorted({*secrets, parts.password or ""} - {""}, key=len, reverse=True):
        text = text.replace(value, MASK)
    return text


def _pairs(query: str) -> list[tuple[str, str]]:
    """Names and values as they stand in the address, not decoded."""
    parts = (part.partition("=") for part in re.split("[&;]", query) if part)
    return [(name, value) for name, _, value in parts]


def _is_secret(name: str) -> bool:
    # As the server reads it; of auth[token] the last word counts.
    plain = re.sub(r"[\[\]]", "_", unquote_plus(name)).strip("_ ")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    return _SECRET.search(plain) is not None or _SECRET.search(words) is not None
