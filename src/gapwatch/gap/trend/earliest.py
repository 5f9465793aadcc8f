"""When a verdict that can't be given now could be given."""

from __future__ import annotations

from gapwatch.codes import SIDE_WITHHELD, STALE, TOO_FEW_WINDOWS, Coded

# How long small-area life expectancy has usually taken from the end of its window.
USUAL_LAG_YEARS = 2


def earliest_verdict_year(
    reason: Coded, *, release_year: int, newest_end: int | None, deadline_year: int
) -> int | None:
    """First release year in which a verdict is possible, where waiting or newer data would do.

    Of figures that are too old (V03) it is the year of the release itself: figures young enough
    are known by now. With too few windows (V01), or a side that is withheld (V02), as many further
    windows have to come, one a year, each known two years after its end. None after the deadline,
    and where no figure to come would help: the study has to be changed then.
    """
    if newest_end is None:
        return None
    further = {
        STALE: 0,
        SIDE_WITHHELD: 1,
        TOO_FEW_WINDOWS: _lacking(reason) if reason.code == TOO_FEW_WINDOWS else None,
    }.get(reason.code)
    if further is None:
        return None
    if reason.code == STALE:
        year = release_year if reason.whole("stale_after") >= USUAL_LAG_YEARS else None
    else:
        year = max(release_year, newest_end + further + USUAL_LAG_YEARS)
    return year if year is not None and year <= deadline_year else None


def _lacking(reason: Coded) -> int | None:
    """How many windows lack; None where it isn't their number that lacks."""
    if reason.get("needed") is None:
        return None
    return reason.whole("needed") - reason.whole("usable")
