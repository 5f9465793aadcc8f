"""Many sources in short: what they share is told once, then an entry for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gapwatch.reporting.document import Entries, PinFacts, TermEntry
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.numbers import date, listing, sentence

LONGEST = 90


def compact(case: Case, pins: Sequence[PinFacts]) -> list[Entries]:
    """What all sources share, then each with what is its own, then each licence once."""
    expected = {source.id: source.next_expected for source in case.study.sources}
    told: list[tuple[str, Callable[[PinFacts], str]]] = [
        ("Publisher", lambda pin: pin.publisher),
        ("Taken", lambda pin: date(pin.transcribed_or_retrieved)),
        ("Next expected", lambda pin: expected.get(pin.id, "")),
    ]
    shared = [(name, value) for name, value in told if len({value(pin) for pin in pins}) == 1]
    own = [(name, value) for name, value in told if (name, value) not in shared]
    common = [TermEntry(name, value(pins[0])) for name, value in shared if value(pins[0])]
    each = [entry for pin in pins for entry in _entries(pin, own)]
    return [
        *([Entries("All sources", tuple(common))] if common else []),
        Entries("Each source", tuple(each)),
        Entries("Licences and attributions", tuple(licences(pins))),
    ]


def _entries(
    pin: PinFacts, own: Sequence[tuple[str, Callable[[PinFacts], str]]]
) -> list[TermEntry]:
    parts = [f"Period: {pin.period}"] if pin.period else []
    parts += [f"{name}: {value(pin)}" for name, value in own if value(pin)]
    text = " ".join(sentence(part) for part in (*parts, pin.note) if part)
    entry = TermEntry(pin.title, text or "No period is given.")
    if not pin.url.startswith(("https://", "http://")):
        return [entry]
    address = pin.url if len(pin.url) <= LONGEST else f"{pin.url[:LONGEST]}…"
    return [entry, TermEntry("Request", address, link=pin.url)]


def licences(pins: Sequence[PinFacts]) -> list[TermEntry]:
    """Each licence and attribution once, with the sources that it is of unless it is of all."""
    titles: dict[tuple[str, str], list[str]] = {}
    for pin in pins:
        titles.setdefault((pin.licence, pin.attribution), []).append(pin.title)
    if len(titles) == 1:
        ((licence, attribution),) = titles
        return [
            TermEntry("Licence of all", sentence(licence)),
            TermEntry("Attribution", attribution),
        ]
    return [
        TermEntry(licence.rstrip("."), f"{attribution} For: {listing(held)}.")
        for (licence, attribution), held in titles.items()
    ]
