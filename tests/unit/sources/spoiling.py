"""Bytes that were good, spoiled a little or a lot: for fuzz runs of the publishers' parsers."""

from __future__ import annotations

import random

from hypothesis import strategies as st

JUNK = (b"", b",", b'"', b"\r", b"\n", b"\x00", b"\xff", b"-", b"nan", b"inf", b"1e99", b"0", b"9",
        b"{", b"]", b"null", "é".encode(), b" ", b"E02000960", b"2016 - 20", b"Male", b"5y",
        b"\\ud800", b"[[[[", b"'", b";")  # fmt: skip


def _spoil(good: bytes, seed: int, edits: int) -> bytes:
    chance = random.Random(seed)
    spoiled = bytearray(good)
    for _ in range(edits):
        at, width = chance.randrange(len(spoiled) + 1), chance.choice((0, 1, 1, 4, 40))
        kind = chance.randrange(4)
        if kind == 0:
            lines = bytes(spoiled).splitlines(keepends=True)
            chosen = chance.randrange(len(lines)) if lines else 0
            lines[chosen : chosen + 1] = lines[chosen : chosen + 1] * chance.choice((0, 2))
            spoiled = bytearray(b"".join(lines))
        elif kind == 1:
            cells = bytes(spoiled).split(b",")
            cells[chance.randrange(len(cells))] = chance.choice(JUNK)
            spoiled = bytearray(b",".join(cells))
        else:
            spoiled[at : at + width] = chance.choice(JUNK)
    return bytes(spoiled)


def spoiled(good: bytes) -> st.SearchStrategy[bytes]:
    """Good bytes with one to six edits of a byte, a cell or a line; or bytes of any kind."""
    edited = st.builds(_spoil, st.just(good), st.integers(0, 2**32), st.integers(1, 6))
    return st.one_of(edited, edited, edited, st.binary(max_size=200))
