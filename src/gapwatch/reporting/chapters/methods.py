"""Section 8: the methods in plain words, and everything needed to make the report again."""

from __future__ import annotations

from gapwatch.reporting.document import (
    Block,
    Entries,
    Items,
    Paragraph,
    Section,
    Subheading,
    TermEntry,
    annexed,
)
from gapwatch.reporting.evidence import targets
from gapwatch.reporting.evidence.bridged import kind
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.numbers import capital, count, date, line, size
from gapwatch.reporting.language.reasons import every_ground

CARRIED = (
    "figures on other areas are carried to the sides through the small areas that both "
    "kinds of area are made of: an area counts for a side when more than half of its residents "
    "live there. A side's figure is the mean of its areas, weighted by residents, and stands "
    "beside the trend, never in it."
)
PUBLISHED = (
    "Life expectancies are the publisher's own. Several areas on one side are averaged by "
    "population, which is an approximation. The error of each comes from its published interval."
)
COUNTED = (
    "Life expectancies are our own. Deaths and residents of small areas are added up to those of "
    "an area, or of all areas on one side. A life table of the sums (Chiang, with Silcocks’ "
    "variance) gives the figure and its interval. A single area takes {years} together. Two sides "
    "take the shortest windows in which no interval is wider than 4 years, or the longest that the "
    "study allows."
)
ON_BASES = (
    "Residents’ estimates on two bases are never one trend. Deaths that are still coming in make a "
    "figure provisional, and it decides nothing."
)
SHARED = (
    "Neighbouring windows share years, so their errors go together. The trend and the projection "
    "allow for that. Ordinary trend lines do not, and see trends in noise."
)
APART = (
    "Windows of the headline share no years, so their errors are independent. Where windows of "
    "another measure share years, the trend and the projection allow for that."
)

SAME_BYTES = "The same snapshot, study, code and lock give the same bytes."


def section(case: Case) -> Section:
    """Methods, then the identity of the release, then that of every input."""
    blocks: list[Block] = [
        Subheading("Methods in plain words"),
        Items(_methods(case)),
        Subheading("How the verdict is reached"),
        Paragraph("There is no verdict (“cannot calculate”) when any of these holds."),
        Items(_refusals(case)),
        Paragraph("Otherwise the first of these rules that holds gives the verdict."),
        Items(_rules(case)),
        *annexed(_people(case)),
        Subheading("Make it again"),
        *annexed([Paragraph(SAME_BYTES), _identity(case), *_inputs(case)]),
    ]
    return Section("making", "How it was made", tuple(blocks))


def _methods(case: Case) -> tuple[str, ...]:
    base = case.period(case.verdict.baseline_start, case.verdict.baseline_end)
    stated = targets.heads_stated(case, case.sexes[0])
    of = "the gap as it was stated" if stated else "it"
    return (
        (
            "Life expectancy at birth sums up the death rates of one period. It is how long a "
            "newborn would live on average if those rates never changed. It is not a forecast "
            "for any person."
        ),
        "The gap is the life expectancy of the better-off side minus that of the worse-off side.",
        *_life_expectancies(case),
        f"The baseline is the measured gap of {base}. The target is a share of {of}.",
        SHARED if case.overlapping or not case.computes else APART,
        (
            "The projection takes a steady change, with small surprises each year, and gives the "
            "range that follows from the past figures."
        ),
        "Windows on two sides of a break are never one trend.",
        *([f"{kind(case)} {CARRIED}"] if "bridged_gap" in case.tables else []),
        (
            "Figures are rounded for reading, so sums may be off by 0.1. Comparisons use the "
            "unrounded figures, which are in data/."
        ),
        "Formulas, sources and tests are in docs/methods.md.",
    )


def _life_expectancies(case: Case) -> tuple[str, ...]:
    if case.study.computed is None or not case.computes:
        return (PUBLISHED,)
    return (COUNTED.format(years=count(case.study.computed.area_window_years, "year")), ON_BASES)


def _refusals(case: Case) -> tuple[str, ...]:
    rules = case.study.verdict
    return every_ground(
        rules.minimum_windows,
        rules.stale_after_years,
        eliminates=case.study.promise.share_of_baseline == 0,
    )


def _rules(case: Case) -> tuple[str, ...]:
    rules, deadline = case.study.verdict, case.verdict.target_year
    return (
        (
            "Target met, unless it is levelling down: the chance that the gap was at or below the "
            "target in the newest year observed is at least "
            f"{line(rules.target_met_probability)}, and the chance of meeting it in {deadline} is "
            f"at least {line(rules.on_track_probability)}."
        ),
        (
            "On track, unless it is levelling down: the chance of meeting the target in "
            f"{deadline} is at least {line(rules.on_track_probability)}."
        ),
        (
            "Levelling down: the chance would do for one of these two, but life expectancy clearly "
            "fell on the better-off side, and either it did not clearly rise on the worse-off side "
            "or that fall is at least half of the narrowing. It is no success, whatever the chance."
        ),
        (
            f"Wrong direction: the chance that the gap is getting smaller is at most "
            f"{line(rules.wrong_direction_probability)}."
        ),
        (
            f"Off track: the chance of meeting the target is at most "
            f"{line(rules.off_track_probability)}."
        ),
        "Too early to tell: everything else.",
    )


def _people(case: Case) -> list[Block]:
    """Who is named; what nobody did is said to be not done."""
    entries = tuple(
        TermEntry(capital(role.replace("_", " ")), name) for role, name in case.facts.people
    )
    if not entries:
        return []
    return [Subheading("Who stands behind it"), Entries("People and bodies", entries)]


def _identity(case: Case) -> Entries:
    facts = case.facts
    entries = (
        TermEntry("Release", facts.release_id, mono=True),
        TermEntry("As known at", date(facts.as_known_at)),
        TermEntry("Snapshot", facts.snapshot_id, mono=True),
        TermEntry("gapwatch", facts.package_version),
        TermEntry("Code, SHA-256", facts.code_sha256, mono=True),
        TermEntry("Study, SHA-256", facts.study_sha256, mono=True),
        TermEntry("Lock, SHA-256", facts.lock_sha256 or "no lock file was found", mono=True),
        TermEntry("To make it again", facts.rerun_needs),
        TermEntry("Command", facts.rerun_command, mono=True),
    )
    return Entries("This release", entries)


def _size(held: int) -> str:
    return size(held) if held else "restricted: a keyed digest, HMAC-SHA256"


def _inputs(case: Case) -> list[Entries]:
    entries = tuple(
        TermEntry(f"{pin.title} ({pin.id}, {_size(pin.bytes)})", pin.sha256, mono=True)
        for pin in case.facts.pins
    )
    label = f"{count(len(entries), 'input')}, by SHA-256"
    return [Entries(capital(label), entries, even=True)] if entries else []
