"""What a study's own life tables need, and what the disclosure of restricted deaths does."""

from __future__ import annotations

from collections.abc import Iterator

from gapwatch.contracts import SEXES
from gapwatch.study.extracts import restricted_tables
from gapwatch.study.model import Study

# Key, what was expected, what was found, and what to do where that isn't to correct the key.
Problem = tuple[str, ...]


def problems(study: Study) -> Iterator[Problem]:
    """What doesn't go together, as it is found."""
    yield from _computed(study)
    yield from _disclosure(study)


def _computed(study: Study) -> Iterator[Problem]:
    if study.computed and study.sexes != SEXES:
        yield (
            "study.sexes",
            "female and male beside [computed], which is made of deaths and residents by sex",
            ", ".join(study.sexes),
        )
    lookups = [source.id for source in study.sources if source.table == "lookup"]
    levels = study.computed.levels if study.computed else ()
    seen: set[str] = set()
    for number, level in enumerate(levels, 1):
        where = f"computed.levels[{number}]"
        if level.geography in seen:
            yield (f"{where}.geography", "each kind of area once", level.geography)
        seen.add(level.geography)
        for kind, steps in level.paths.items():
            for place, source in enumerate(steps, 1):
                if source not in lookups:
                    yield (
                        f"{where}.paths.{kind}[{place}]",
                        f"a lookup of sources: {', '.join(lookups) or 'there is none'}",
                        repr(source),
                    )
    if study.computed and study.geography.vintage not in seen:
        yield (
            "computed.levels",
            f"the study's own areas, {study.geography.vintage}",
            ", ".join(sorted(seen)),
        )


def _disclosure(study: Study) -> Iterator[Problem]:
    if study.disclosure and not restricted_tables(study.sources):
        remedy = "remove [disclosure] from the study: it is for restricted deaths alone"
        yield ("disclosure", "a source that is restricted", "none", remedy)
    also = study.closing.also
    if also and study.level_beside is None:
        levels = study.computed.levels if study.computed else ()
        others = [
            level.geography
            for level in levels
            if level.geography not in (study.geography.vintage, "borough")
        ]
        known = ", ".join(others) or "there is none"
        yield (
            "disclosure.also",
            f"a level of [computed] that isn't the study's own: {known}",
            also,
        )
