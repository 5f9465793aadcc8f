"""The bands of ages of a wide table, from its headings: one after another, the last one open.

Publishers write `over 85` for 85 and over in one file, and for 85 to 89 in the next; and a last
column headed 90 holds everybody of 90 and over. Read as they stand, such headings would count
people of one age for another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from gapwatch.sources.declared.cells import CellPlace, Reader
from gapwatch.sources.declared.grid import refuse
from gapwatch.sources.declared.layout import Layout
from gapwatch.study.sources import FileSource

COUNTED_BY_AGE = ("deaths", "population")
Band = tuple[int, int | None, str, str]


def require_bands(
    source: FileSource,
    layout: Layout,
    reader: Reader,
    wide: Sequence[tuple[int, Mapping[str, str]]],
) -> None:
    """Refuse headings of ages that overlap, or that end with a single age or a band of `values`.

    Whether bands follow one another, and the last is open, is asked where deaths and residents meet
    (gapwatch.counting.bands).
    """
    if source.table not in COUNTED_BY_AGE or not any("age" in groups for _, groups in wide):
        return
    of_others: dict[tuple[tuple[str, str], ...], list[Band]] = {}
    for at, groups in wide:
        if "age" not in groups or "age_unit" in groups:
            return
        others = tuple(sorted((k, v) for k, v in groups.items() if k != "age"))
        place = CellPlace(layout.where, layout.first - 1, layout.names[at])
        read = reader.read("age", groups["age"], place)
        first, last = read["age_start_years"], read["age_end_years"]
        if isinstance(first, int):
            band = (first, last if isinstance(last, int) else None, layout.names[at], groups["age"])
            of_others.setdefault(others, []).append(band)
    where = f"{layout.where}, header"
    for bands in of_others.values():
        bands.sort(key=lambda band: (band[0], band[1] is None))
        opened = [band for band in bands if band[1] is None]
        if len(opened) > 1:
            one, other = opened[0], opened[1]
            refuse(
                where,
                "one open last band",
                f"two: {one[2]!r}, read as {one[0]} and over, and {other[2]!r}, read as "
                f"{other[0]} and over",
                f'say in values.age what the first is: "{one[3]}" = '
                f'"{one[0]} to {other[0] - 1}", once the file\'s notes say so',
            )
        for one, other in pairwise(bands):
            if one[1] is None or other[0] <= one[1]:
                found = f"{one[2]!r} and {other[2]!r}"
                refuse(
                    where,
                    "bands of ages that don't overlap",
                    found,
                    "correct values.age in the study",
                )
        # Who leaves an age out by name knows that it is there.
        left_out = any(any(map(str.isdigit, name)) for name in source.ignored)
        oldest = bands[-1]
        single, mapped = oldest[0] == oldest[1], oldest[3] in source.values.get("age", {})
        if not opened and (single or mapped) and not left_out:
            _closed(where, oldest)


def _closed(where: str, band: Band) -> None:
    first, last, name, word = band
    told = f"age {first} alone" if first == last else f"{first} to {last}, and nobody older"
    refuse(
        where,
        "an open last band, such as 90 and over",
        f"{name!r}, read as {told}",
        f'say in values.age what the file\'s notes say of the oldest: "{word}" = "{first}+"',
    )
