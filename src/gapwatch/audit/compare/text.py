"""How two texts, or two pages of a report, differ: line by line, in reading order."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from html.parser import HTMLParser
from itertools import zip_longest

# Where, what was released, what was made now: as they are, however long.
Change = tuple[str, str, str]
NO_LINE = "no such line"

# Steps that aligning may take: about two seconds.
_PATIENCE = 20_000_000

_EMBEDDED = re.compile(
    r"""data:((?:[\w.+-]{1,50}/[\w.+-]{1,50})?)[^,\s"'<>]{0,100},[^\s"'<>)]*""", re.ASCII
)
_SPACES = re.compile("[ \t\r\n\f]+")
_CELLS = {"td", "th"}
# Everything else ends a line of the text.
_INLINE = {
    "a",
    "abbr",
    "b",
    "bdi",
    "bdo",
    "cite",
    "code",
    "data",
    "dfn",
    "em",
    "i",
    "kbd",
    "mark",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "time",
    "u",
    "var",
    "wbr",
    *_CELLS,
}
_UNREAD = {"script", "style"}


def lines(_name: str, released: bytes, made: bytes) -> Iterator[Change]:
    """The lines that differ. Raises ValueError when either isn't text in UTF-8."""
    old, new = text(released), text(made)
    if old.replace("\r\n", "\n") == new.replace("\r\n", "\n"):
        yield "line ends alone", old, new
        return
    before, after = old.split("\n"), new.split("\n")
    for i, j in unequal(before, after):
        yield line_change(before, after, i, j)


def text(content: bytes) -> str:
    """Bytes as text. Raises ValueError when they aren't UTF-8 or hold a zero byte."""
    if b"\0" in content:
        raise ValueError("a zero byte is no text")
    return content.decode("utf-8")


def line_change(
    before: Sequence[str], after: Sequence[str], i: int | None, j: int | None, at: str = ""
) -> Change:
    """A pair of `unequal` as a change; lines are counted in the released text if it has one."""
    old, new = NO_LINE if i is None else before[i], NO_LINE if j is None else after[j]
    place = f"line {(j or 0) + 1} of the new one" if i is None else f"line {i + 1}"
    return f"{at}{place}", old, new


def alike(old: Sequence[Hashable], new: Sequence[Hashable]) -> int:
    """How many items both begin with."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((position for position, (a, b) in pairs if a != b), min(len(old), len(new)))


def unequal(
    old: Sequence[Hashable], new: Sequence[Hashable]
) -> Iterator[tuple[int | None, int | None]]:
    """Pairs of positions whose items differ once both are aligned; None where one has no item.

    Aligning takes quadratic time at worst. Where that is too long, the items that only one of
    the two has are paired in their order; items that only moved are then not told, unless
    nothing else differs.
    """
    head = alike(old, new)
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    a, b = old[head : len(old) - tail], new[head : len(new) - tail]
    pairs = _aligned(a, b) if _affordable(a, b) else _unshared(a, b)
    for i, j in pairs:
        yield None if i is None else head + i, None if j is None else head + j


def _affordable(a: Sequence[Hashable], b: Sequence[Hashable]) -> bool:
    times = Counter(b)
    return (len(a) + len(b) + sum(times[item] for item in a)) * min(len(a), len(b)) < _PATIENCE


def _aligned(
    a: Sequence[Hashable], b: Sequence[Hashable]
) -> Iterator[tuple[int | None, int | None]]:
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from zip_longest(range(i1, i2), range(j1, j2))


def _unshared(
    a: Sequence[Hashable], b: Sequence[Hashable]
) -> Iterator[tuple[int | None, int | None]]:
    only_a, only_b = _beyond(a, Counter(b)), _beyond(b, Counter(a))
    yield from zip_longest(only_a, only_b) if only_a or only_b else ((0, 0),)


def _beyond(items: Sequence[Hashable], others: Counter[Hashable]) -> list[int]:
    """Positions of the items that the others don't have, or not as often."""
    found = []
    for position, item in enumerate(items):
        others[item] -= 1
        if others[item] < 0:
            found.append(position)
    return found


def page(_name: str, released: bytes, made: bytes) -> Iterator[Change]:
    """How two HTML pages differ: what is read, what is embedded; else the first line of markup.

    Alternative texts of pictures are read too. What is embedded is told by its hash, a style by
    where it first differs, one change an id of the page. Raises ValueError when either isn't text.
    """
    old, new = _without_bulk(text(released)), _without_bulk(text(made))
    before, after = _read(old), _read(new)
    found = [*_read_changes(before, after), *_embedded_changes(before, after)]
    if found:
        yield from found
        return
    a, b = old.split("\n"), new.split("\n")
    i, j = next(unequal(a, b), (None, None))
    if i is not None or j is not None:
        yield line_change(a, b, i, j, "the text is the same; source ")


def _read_changes(before: _LineReader, after: _LineReader) -> Iterator[Change]:
    old, new = [line for _, line in before.lines], [line for _, line in after.lines]
    for i, j in unequal(old, new):
        near = before.lines[i][0] if i is not None else after.lines[j or 0][0]
        yield line_change(old, new, i, j, f"{near}, text " if near else "text ")


def _embedded_changes(before: _LineReader, after: _LineReader) -> Iterator[Change]:
    for near in {**before.embedded, **after.embedded}:
        old, new = before.embedded.get(near, []), after.embedded.get(near, [])
        if old != new:
            differ = [
                pair for pair in zip_longest(old, new, fillvalue="nothing") if pair[0] != pair[1]
            ]
            yield (
                f"{near or 'before any id'}, embedded",
                "; ".join(pair[0] for pair in differ),
                "; ".join(pair[1] for pair in differ),
            )


def _without_bulk(source: str) -> str:
    """The page with everything that is embedded replaced by its hash; lines stay where they are."""
    *closed, rest = source.split("</svg>")
    pieces = []
    for part in closed:
        before, tag, drawing = part.partition("<svg")
        pieces.append(_EMBEDDED.sub(_hashed, before))
        if tag:
            ends = "\n" * drawing.count("\n")
            pieces.append(f'<svg data-drawing="data:svg, {_sha256(drawing)}">{ends}')
        pieces.append("</svg>")
    return "".join([*pieces, _EMBEDDED.sub(_hashed, rest)])


def _hashed(found: re.Match[str]) -> str:
    return f"data:{found[1]}, {_sha256(found[0])}"


def _sha256(bulk: str) -> str:
    return f"sha256 {hashlib.sha256(bulk.encode()).hexdigest()[:16]}"


def _read(source: str) -> _LineReader:
    reader = _LineReader()
    reader.feed(source)
    # Closing would parse an unfinished tag again and again. What is left is no markup: a text.
    reader.handle_data(reader.rawdata)
    reader.end_line()
    return reader


class _LineReader(HTMLParser):
    """Takes the lines that are read, and what is embedded, each with the id that it is near."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[str, str]] = []
        self.embedded: dict[str, list[str]] = {}
        self._line: list[str] = []
        self._figure = ""
        self._last = ""
        self._unread = False

    @property
    def _near(self) -> str:
        return self._figure or self._last

    def end_line(self) -> None:
        """What follows is another line."""
        line = _SPACES.sub(" ", "".join(self._line)).strip(" ").removeprefix("| ")
        if line:
            self.lines.append((self._near, line))
        self._line = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self.end_line()
        elif tag in _CELLS:
            self._line.append(" | ")
        values = {name: value for name, value in attrs if value}
        self._last = f"#{values['id']}" if "id" in values else self._last
        if tag == "figure":
            self._figure = self._last if "id" in values else ""
        for name, value in values.items():
            if name == "alt" or (name == "aria-label" and values.get("role") == "img"):
                self.lines.append((self._near, f"(picture) {value}"))
            elif value.startswith("data:"):
                self.embedded.setdefault(self._near, []).append(f"{tag} {value}")
        self._unread = tag in _UNREAD

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self.end_line()
        if tag == "figure":
            self._figure = ""
        self._unread = False

    def handle_data(self, data: str) -> None:
        if self._unread:
            self.embedded.setdefault(self._near, []).append(data)
        else:
            self._line.append(data)
