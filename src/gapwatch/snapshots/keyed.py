"""Keyed digests: restricted objects are told of by HMAC-SHA256, which tells neither size nor bytes.

A plain hash can be tried against every extract that somebody can think of, and a size grows with
each death. The key lies beside the objects, in data/restricted/.key, and never travels: a bundle
that holds restricted objects has digests of its own for them, in restricted/digests.json.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from gapwatch import system
from gapwatch.errors import IntegrityError
from gapwatch.snapshots.records import Object, Pin, sha256

KEY, DIGESTS = ".key", "digests.json"
_KEY_BYTES = 32
_MOST_DIGESTS_BYTES = 10_000_000
_KEEP = "restore data/restricted/.key from a backup: no other key gives the digests of these pins"


def keyed_digest(key: bytes, content: bytes) -> str:
    """HMAC-SHA256 of bytes under a key, in hexadecimal."""
    return hmac.new(key, content, hashlib.sha256).hexdigest()


def same_restricted_object(pin: Pin, other: Pin) -> bool | None:
    """Whether two restricted pins hold the same extract; None where it can't be known.

    Pins that were made with one key, on one machine, share the digest of what they share. Another
    digest is another extract or another key, so nothing follows from it but that they don't agree:
    callers treat None as "may be the same".
    """
    mine, theirs = (
        {item.digest for item in each.objects if item.role.partition("-")[0] == "data"}
        for each in (pin, other)
    )
    return True if mine & theirs else None


def key_of(folder: Path) -> bytes | None:
    """The key in a folder of restricted data; None where there is none.

    Raises IntegrityError for one that others may read, that is a link or that is no key.
    """
    path = folder / KEY
    try:
        handle = system.open_plain(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _no_key(path, str(error.strerror), _KEEP) from error
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise _no_key(path, "something else", _KEEP)
        if told := system.exposed(status.st_mode):
            raise _no_key(path, told, f"chmod 600 {path}")
        content = file.read(_KEY_BYTES + 1)
    if len(content) != _KEY_BYTES:
        raise _no_key(path, "a file of another length", _KEEP)
    return content


def make_key(folder: Path) -> bytes:
    """The key in a folder of restricted data, made at its first use.

    Raises IntegrityError where objects are there that an earlier, lost key named: a new one would
    make them unreadable for good.
    """
    key = key_of(folder)
    if key is not None:
        return key
    objects = folder / "objects"
    for path in sorted(objects.iterdir()) if objects.is_dir() else ():
        if path.is_file() and path.name.partition(".")[0] != sha256(path.read_bytes()):
            raise _no_key(
                folder / KEY,
                "none, beside objects that were named with one",
                f"{_KEEP}; where it is lost, move {objects} away and pull again",
            )
    folder.mkdir(parents=True, exist_ok=True)
    system.make_private(folder)
    handle = system.make_alone(folder / KEY)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(_KEY_BYTES))
        file.flush()
        system.flush(file.fileno())
    return make_key(folder)


def require_digest(folder: Path, item: Object, content: bytes, where: str) -> None:
    """Raise IntegrityError unless bytes are those that a keyed object was pinned with.

    With the key that is its HMAC. In a bundle, which has no key, it is the SHA-256 of the bundle's
    own list.
    """
    key = key_of(folder)
    if key is not None:
        good = hmac.compare_digest(keyed_digest(key, content), item.hmac_sha256)
    else:
        listed = digests_in(folder)
        if item.name not in listed:
            raise _no_key(folder / KEY, "no such file", _KEEP)
        good = hmac.compare_digest(sha256(content), listed[item.name])
    if not good:
        # The digest of what is there would be one more thing that is told of it.
        raise IntegrityError(
            where,
            expected=f"bytes whose keyed digest is hmac_sha256 {item.hmac_sha256}",
            found="other bytes, or another key",
            remedy="restore the file, or data/restricted/.key "
            "of the machine that pinned it, from a backup",
        )


def digests_in(folder: Path) -> dict[str, str]:
    """SHA-256 by file name of restricted objects that travelled without their key."""
    path = folder / DIGESTS
    try:
        if path.stat().st_size > _MOST_DIGESTS_BYTES:
            raise ValueError("too large")
        listed = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise _no_list(path, str(error)[:80]) from error
    if not isinstance(listed, dict) or not all(isinstance(sha, str) for sha in listed.values()):
        raise _no_list(path, "something else")
    return {str(name): sha for name, sha in listed.items()}


def dump_digests(listed: Mapping[str, str]) -> bytes:
    """The content of digests.json."""
    return f"{json.dumps(dict(sorted(listed.items())), indent=2)}\n".encode()


def _no_key(path: Path, found: str, remedy: str) -> IntegrityError:
    return IntegrityError(
        str(path),
        expected="the key of restricted pins: 32 bytes, open to its owner alone",
        found=found,
        remedy=remedy,
    )


def _no_list(path: Path, found: str) -> IntegrityError:
    return IntegrityError(
        str(path),
        expected="a list of SHA-256 by file name, in JSON",
        found=found,
        remedy="make the bundle again with `gapwatch bundle`",
    )
