"""What bands of ages are called."""

from __future__ import annotations

from collections.abc import Iterable

from gapwatch.reporting.language.numbers import listing

Ages = tuple[int, int | None]


def band_name(ages: Ages) -> str:
    """`under 1`, `1 to 4`, `90 and over`; a band of one year by that year."""
    start, end = ages
    if end is None:
        return "all ages" if start == 0 else f"{start} and over"
    if start == 0:
        return f"under {end + 1}"
    return str(start) if start == end else f"{start} to {end}"


def in_ages(ages: Iterable[Ages]) -> str:
    """Bands as they stand in a sentence, neighbours joined: `under 5, 45 to 74 and 90 and over`."""
    return listing([band_name(run) for run in runs(ages)])


def runs(ages: Iterable[Ages]) -> list[Ages]:
    """Bands from the youngest on, neighbours joined."""
    found: list[Ages] = []
    for start, end in sorted(ages, key=lambda band: band[0]):
        last = found[-1][1] if found else None
        if last is not None and start == last + 1:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
