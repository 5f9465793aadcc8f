"""What moved between a release and the one that it follows, in words, from the data of both."""

from __future__ import annotations

from collections.abc import Iterator

from gapwatch.contracts import SEXES
from gapwatch.reporting.language.numbers import apart, estimate, number, period
from gapwatch.reporting.language.sexes import people
from gapwatch.reporting.language.speech import Speech, respelled, speaking
from gapwatch.site.shelf import ShelvedRelease

_VERDICT, _GAP = "verdict", "gap"
GOOD = {"on track", "target met"}
Row = dict[str, str]


def moved(entry: ShelvedRelease, before: ShelvedRelease | None) -> tuple[str, ...]:
    """Sentences on the verdict, the newest gap and the target of the promise's own measure.

    Of a release that follows none, or one that isn't there, what it says is told alone.
    """
    if entry.manifest.previous is None:
        return ("The first release of this study.",)
    if before is None:
        return ("The release before it isn't here to be compared with.",)
    with speaking(Speech(entry.tongue)):
        found = [text for sex in _sexes(entry) for text in _of(entry, before, sex)]
    if not found:
        return ("Verdicts, newest gaps and targets are those of the release before.",)
    return tuple(found)


def newest_gaps(entry: ShelvedRelease) -> tuple[str, ...]:
    """The newest gap of the promise's own measure, by sex: its size, range and years."""
    with speaking(Speech(entry.tongue)):
        return tuple(
            f"The newest gap for {people(sex)}: {_size(gap)}."
            for sex in _sexes(entry)
            if (gap := _gap(entry, sex))
        )


def verdicts(entry: ShelvedRelease) -> dict[str, str]:
    """What the verdicts of the promise's own measure are called, its own sex first."""
    return {sex: _called(row) for sex in _sexes(entry) if (row := _verdict(entry, sex))}


def _of(entry: ShelvedRelease, before: ShelvedRelease, sex: str) -> Iterator[str]:
    now, then = _verdict(entry, sex), _verdict(before, sex)
    if now and then and _called(now) != _called(then):
        yield _changed(_called(now), _called(then), sex)
    new, old = _gap(entry, sex), _gap(before, sex)
    if new and old and _years(new) != _years(old):
        yield (
            f"The newest gap for {people(sex)} is now that of other years: {_size(new)}. Before: "
            f"{_size(old)}."
        )
    elif new and old and new["gap_years"] != old["gap_years"]:
        is_, was = apart(float(new["gap_years"]), float(old["gap_years"]))
        yield (
            f"The newest gap for {people(sex)}, for {_years(new)}, is {is_} years. Before: "
            f"{was} years."
        )
    elif bool(new) != bool(old):
        yield (
            f"The newest gap for {people(sex)} is given now: {_size(new)}."
            if new
            else f"No gap for {people(sex)} is given now. Before: {_size(old or {})}."
        )
    mine, theirs = _target(now), _target(then)
    if mine != theirs:
        yield f"The target for {people(sex)}: {mine}. Before: {theirs}."


def _changed(now: str, then: str, sex: str) -> str:
    """A good verdict is never named without what it comes from, which its own sentence says."""
    if {now, then} & GOOD:
        return f"The verdict for {people(sex)} is not that of the release before."
    told = f"The verdict for {people(sex)} is “{now}”. In the release before it was “{then}”."
    return respelled(told)


def _called(verdict: Row) -> str:
    """Its label; other code than today's may have told none."""
    return verdict.get("label") or verdict["verdict"]


def _sexes(entry: ShelvedRelease) -> tuple[str, ...]:
    own = entry.sex
    return (own, *(sex for sex in entry.study["study"].get("sexes", SEXES) if sex != own))


def _verdict(entry: ShelvedRelease, sex: str) -> Row | None:
    rows = entry.table(_VERDICT)
    return next((row for row in rows if row["is_primary"] == "true" and row["sex"] == sex), None)


def _gap(entry: ShelvedRelease, sex: str) -> Row | None:
    """The row of the newest comparable window that has a gap, as the verdict names it."""
    verdict = _verdict(entry, sex)
    if verdict is None or not verdict["newest_end"]:
        return None
    wanted = (verdict["measure"], sex, verdict["newest_start"], verdict["newest_end"])
    keys = ("measure", "sex", "period_start", "period_end")
    mine = [
        row
        for row in entry.table(_GAP)
        if tuple(row[key] for key in keys) == wanted
        and row["year_ends"] == verdict["year_ends"]
        and row["gap_years"]
    ]
    return max(mine, key=lambda row: int(row["segment"]), default=None)


def _years(row: Row) -> str:
    return period(int(row["period_start"]), int(row["period_end"]), row["year_ends"])


def _size(row: Row) -> str:
    lower, upper = _number(row["lower95_years"]), _number(row["upper95_years"])
    said = estimate(float(row["gap_years"]), lower, upper).replace(" (", " years (plausibly ")
    said = said if "(" in said else f"{said} years"
    return f"{said}, for {_years(row)}"


def _target(verdict: Row | None) -> str:
    if verdict is None or not verdict["target_gap_years"]:
        return "none"
    return f"{number(float(verdict['target_gap_years']))} years in {verdict['target_year']}"


def _number(text: str) -> float | None:
    return float(text) if text else None
