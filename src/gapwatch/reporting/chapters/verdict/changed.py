"""What has changed since the last release, in words that claim no more than the ledger."""

from __future__ import annotations

from decimal import Decimal

from gapwatch.audit.revisions.ledger import Moved, counts, headline
from gapwatch.audit.revisions.since import Since
from gapwatch.reporting.language.changes import way
from gapwatch.reporting.language.numbers import count, date, listing, number
from gapwatch.reporting.language.sexes import people
from gapwatch.study import Study

KIND_WORDS = {
    "code": "the method or the code",
    "study": "the study's own definitions",
    "vintage": "other populations, boundaries or reference data",
    "revised": "revised data",
    "period": "periods that came or went, or the passing of time",
}


def changed(study: Study, found: Since | None) -> str:
    """The answer to what has changed: a short sentence first, then what supports it."""
    if found is None:
        return "This is the first release of this study."
    before = date(found.as_known_at)
    if found.moved.empty:
        data = " It rests on the same data." if found.same_snapshot else ""
        own = study.computed is not None and study.computed.decides
        figure = "figure of this report" if own else "published figure"
        return f"No {figure} has changed since the release of {before}.{data}"
    sex = study.promise.sex
    gap = headline(found.moved, study.primary.id, sex)
    return " ".join([_gap(gap, sex, before), *_verdict(study, found), *_numbers(found)])


def _gap(moved: Moved | None, sex: str, before: str) -> str:
    if moved is None:
        return f"The newest gap for {people(sex)} is the same as in the release of {before}."
    if moved.total is None and not moved.earlier:
        return (
            f"The newest gap for {people(sex)} is given now, and was not in the release of "
            f"{before}."
        )
    if moved.total is None:
        return (
            f"The newest gap for {people(sex)} was given in the release of {before}, and "
            "is not now."
        )
    if moved.windows is not None:
        return (
            f"The newest gap for {people(sex)} is now that of {moved.windows[1]}. In the "
            "release of "
            f"{before} it was that of {moved.windows[0]}. The two are figures of different years."
        )
    told = _changed(moved.total)
    by = listing(
        [f"{_changed(part)} from {kinds(kind)}" for kind, part in moved.parts if part is not None]
    )
    split = f" That is {by}." if len(moved.parts) > 1 else f" It comes from {_only(moved)}."
    return f"The newest gap for {people(sex)} became {told} since the release of {before}.{split}"


def _verdict(study: Study, found: Since) -> list[str]:
    """The verdict of the promise is words, which are no figure; so it is told by itself."""
    rows = found.moved
    mine = rows[
        (rows["table_name"] == "verdict")
        & (rows["figure"] == "label")
        & (rows["measure"] == study.primary.id)
        & (rows["sex"] == study.promise.sex)
    ]
    if mine.empty:
        return []
    old, new = mine.iloc[0]["from_value"], mine.iloc[-1]["to_value"]
    if not old:  # other code than today's told no label
        return []
    return [f"The verdict was “{old}” and is “{new}” now."]


def _only(moved: Moved) -> str:
    return kinds(moved.parts[0][0]) if moved.parts else "steps that cancel out"


def _changed(value: Decimal) -> str:
    """Two decimals, since such changes are small; less than that is said to be so."""
    if abs(value) < Decimal("0.005"):
        return f"less than 0.01 years {way(float(value))}"
    return f"{number(abs(float(value)), 2)} years {way(float(value))}"


def kinds(kind: str) -> str:
    """The words of a kind, or of several that can't be told apart."""
    parts = kind.replace(" and ", ", ").split(", ")
    return " together with ".join(KIND_WORDS.get(part, part) for part in parts)


def _numbers(found: Since) -> list[str]:
    moved = counts(found.moved)
    texts = []
    if moved:
        parts = [f"{count(many, 'figure')} by {kinds(kind)}" for kind, many in moved.items()]
        texts.append(f"In all, {listing(parts)} changed.")
    came, went, words = (
        sum(counts(found.moved, reason).values()) for reason in ("came", "went", "words")
    )
    if came or went:
        texts.append(f"{count(came, 'figure').capitalize()} came, {went} went.")
    if words:
        texts.append(f"{count(words, 'entry', 'entries').capitalize()} in words changed.")
    texts.append("Each change is in data/revision.csv.")
    return texts
