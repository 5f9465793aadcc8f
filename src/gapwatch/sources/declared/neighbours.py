"""Columns beside those that a wide pattern matches: were they meant, or left out on purpose?

A pattern that misses one spelling loses a column without a sign. So a column that nobody described
is refused where it reads as one of the block; another quantity of the same file isn't.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations, pairwise

from gapwatch.sources.declared.grid import refuse
from gapwatch.sources.vocabulary import parse_age, parse_month, parse_period, parse_sex
from gapwatch.study.sources import FileSource

# Two spellings of one word, such as Upper and Upper CI, or Males and Male.
_ALIKE = 0.75
_LONGEST_NAME, _MOST_WORDS = 300, 12
# So few columns between matched ones belong to the block; more are a part of the file of their own.
_SHORT_GAP = 3
# A value with its two limits.
_QUANTITIES = {"life_expectancy": 3}
_READERS: dict[str, Callable[[str], object]] = {
    "age": parse_age,
    "month": parse_month,
    "period": parse_period,
    "sex": parse_sex,
    "year": parse_period,
}
_GROUP = "(?P<"
Words = Mapping[str, str]


@dataclass(frozen=True)
class _Block:
    """The columns that are matched, and the pattern with groups that match any word."""

    source: FileSource
    names: tuple[str, ...]
    matched: Mapping[int, Words]
    loose: re.Pattern[str] | None

    @property
    def measures(self) -> set[str]:
        return {words["measure"] for words in self.matched.values() if "measure" in words}

    def lacks_quantities(self, words: Words) -> bool:
        """Whether the columns of the same sex and time lack a quantity that the table needs."""
        told = {
            found.get("measure")
            for found in self.matched.values()
            if all(found.get(name) == word for name, word in words.items() if name != "measure")
        }
        return 0 < len(told) < _QUANTITIES.get(self.source.table, 0)


def require_no_neighbours(
    source: FileSource,
    where: str,
    names: tuple[str, ...],
    matched: Sequence[tuple[int, Words]],
    described: Set[int],
) -> None:
    """Raise ValidationError for columns that look like those that `wide` matched.

    These are: a column between matched ones, at most three together; a name that the pattern would
    match if its groups matched other words, where these read as ages, sexes or times, or where the
    column touches the block; one that differs from a matched name in a spelling; and one that
    touches the block and has no word in an upper header row. Columns of all ages or of persons are
    totals and pass.
    """
    block = _Block(source, names, dict(matched), _loosened(source.wide or ""))
    free = [
        at
        for at, name in enumerate(names)
        if name and at not in block.matched and at not in described
    ]
    touching = _touching(block, free)
    inside = _inside(block, free)
    left_out = [at for at in free if at in inside or _is_meant(block, at, at in touching)]
    uncarried = [] if source.carry_header else [at for at in touching if _is_short(block, at)]
    found = [names[at] for at in sorted({*left_out, *uncarried})]
    if not found:
        return
    listed = ", ".join('"' + name.replace('"', '\\"') + '"' for name in _numbered(names, found))
    carry = (
        "set carry_header = true where their words stand in merged cells to the left; else "
        if uncarried
        else ""
    )
    refuse(
        f"{where}, header",
        "every column of the block matched by wide, described, or ignored",
        f"{len(block.matched)} columns matched, and beside them {', '.join(found)}",
        f"{carry}let wide match them, or leave them out by ignored = [{listed}]",
    )


def _touching(block: _Block, free: Sequence[int]) -> set[int]:
    """Free columns in an unbroken run with a matched one."""
    reached: set[int] = set()
    beside = set(block.matched)
    for order in (free, list(reversed(free))):
        for at in order:
            if {at - 1, at + 1} & (beside | reached):
                reached.add(at)
    return reached


def _inside(block: _Block, free: Sequence[int]) -> set[int]:
    """Free columns that few others part from matched ones on both sides, but for totals."""
    matched = sorted(block.matched)
    short = {
        at
        for before, after in pairwise(matched)
        if after - before - 1 <= _SHORT_GAP
        for at in range(before + 1, after)
    }
    return {at for at in free if at in short and not _is_total(block, block.names[at])}


def _is_total(block: _Block, name: str) -> bool:
    match = block.loose.fullmatch(name) if block.loose and len(name) <= _LONGEST_NAME else None
    words = [name] if match is None else [word for word in match.groupdict().values() if word]
    groups = {group for told in block.matched.values() for group in told if group in _READERS}
    return any(_reads(group, word) is None for group in groups for word in words)


def _is_meant(block: _Block, at: int, touches: bool) -> bool:
    name = block.names[at]
    if len(name) > _LONGEST_NAME:
        return False
    match = block.loose.fullmatch(name) if block.loose is not None else None
    if match is None:
        return touches and _differs_in_spelling(block, name)
    words = {group: word for group, word in match.groupdict().items() if word}
    reads = [_reads(group, word) for group, word in words.items() if group in _READERS]
    if any(read is None for read in reads):
        return False
    measure = words.get("measure")
    if measure is not None and not any(_alike(measure, known) for known in block.measures):
        return block.lacks_quantities(words)
    if all(reads) and set(words) <= {*_READERS, "measure"}:
        return bool(reads) or touches
    return touches and _has_words_of_its_own(block.source.wide or "")


def _reads(group: str, word: str) -> bool | None:
    """Whether a word reads as a value of a group; None where it stands for all of them."""
    if word.strip().lower() in ("all", "total", "all ages", "both"):
        return None
    try:
        read = _READERS[group](word)
    except ValueError:
        return False
    return None if read is None else True


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio() >= _ALIKE


def _differs_in_spelling(block: _Block, name: str) -> bool:
    """Whether a name is a matched one but for an age, sex or time, and a letter or two."""
    words = name.split()
    if len(words) > _MOST_WORDS:
        return False
    groups = {group for told in block.matched.values() for group in told if group in _READERS}
    rests = {
        group: {
            _without(block.names[at], told[group])
            for at, told in block.matched.items()
            if group in told
        }
        for group in groups
    }
    for first, last in combinations(range(len(words) + 1), 2):
        part = " ".join(words[first:last]).strip(";,:")
        rest = " ".join(words[:first] + words[last:])
        for group in groups:
            if _reads(group, part) and any(_same_but_spelling(rest, r) for r in rests[group]):
                return True
    return False


def _same_but_spelling(rest: str, other: str) -> bool:
    if not rest or not other:
        return rest == other
    sexes = {_sex(rest), _sex(other)} - {None}
    return len(sexes) < 2 and _alike(rest, other)  # noqa: PLR2004 -- one sex and the other


def _sex(text: str) -> str | None:
    for word in re.findall("[A-Za-z]+", text):
        try:
            if found := parse_sex(word):
                return found
        except ValueError:
            continue
    return None


def _without(name: str, word: str) -> str:
    return " ".join(name.replace(word, " ", 1).split())


def _is_short(block: _Block, at: int) -> bool:
    """Whether a column's name lacks the upper words of the matched column that it follows."""
    join = block.source.header_join.strip()
    before = [m for m in block.matched if m < at]
    if block.source.header_rows == 1 or not join or not before:
        return False
    return block.names[at].count(join) < block.names[max(before)].count(join)


def _numbered(names: tuple[str, ...], found: Sequence[str]) -> list[str]:
    """Names as the study must write them: with a number where several are equal."""
    told: list[str] = []
    for name in dict.fromkeys(found):
        often, free = names.count(name), found.count(name)
        if often == 1:
            told.append(name)
        else:
            told += [f"{name}#{n + 1}" for n in range(often - free, often)]
    return told


def _has_words_of_its_own(pattern: str) -> bool:
    """Whether a pattern asks for more than its groups: then a match says something."""
    outside = "".join(_outside(pattern))
    return re.search(r"[A-Za-z0-9]", re.sub(r"\\[A-Za-z]|\[[^]]*\]", "", outside)) is not None


def _loosened(pattern: str) -> re.Pattern[str] | None:
    """The pattern with groups that match any words; None where that is no pattern."""
    names = [part.partition(">")[0] for part in pattern.split(_GROUP)[1:]]
    outside = _outside(pattern)
    if len(outside) != len(names) + 1:
        return None
    loose = outside[0] + "".join(
        f"{_GROUP}{name}>.+?){rest}" for name, rest in zip(names, outside[1:], strict=True)
    )
    try:
        return re.compile(loose)
    except re.error:
        return None


def _outside(pattern: str) -> list[str]:
    """What stands between the named groups of a pattern."""
    found, depth, start, at = [""], 0, 0, 0
    in_class = False
    while at < len(pattern):
        character = pattern[at]
        step = 2 if character == "\\" else 1
        if depth == 0 and not in_class and pattern.startswith(_GROUP, at):
            depth, step = 1, len(_GROUP)
        elif depth == 0:
            found[-1] += pattern[at : at + step]
            in_class = character == "[" or (in_class and character != "]")
        elif character == "[" and not in_class:
            in_class, start = True, at
        elif character == "]" and in_class and at > start + 1:
            in_class = False
        elif not in_class and step == 1 and character in "()":
            depth += 1 if character == "(" else -1
            if depth == 0:
                found.append("")
        at += step
    return found
