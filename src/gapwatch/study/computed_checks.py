"""What a study's own life tables need, and what the disclosure of restricted deaths does."""

from __future__ import annotations

from pathlib import Path

from gapwatch.contracts import SEXES
from gapwatch.study.extracts import restricted_tables
from gapwatch.study.model import Study
from gapwatch.study.wrong import wrong as _wrong


def check(path: Path, study: Study) -> None:
    """Raise StudyError for what doesn't go together."""
    _check_computed(path, study)
    _check_disclosure(path, study)


def _check_computed(path: Path, study: Study) -> None:
    if study.computed and study.sexes != SEXES:
        raise _wrong(
            path,
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
            raise _wrong(path, f"{where}.geography", "each kind of area once", level.geography)
        seen.add(level.geography)
        for kind, steps in level.paths.items():
            for place, source in enumerate(steps, 1):
                if source not in lookups:
                    raise _wrong(
                        path,
                        f"{where}.paths.{kind}[{place}]",
                        f"a lookup of sources: {', '.join(lookups) or 'there is none'}",
                        repr(source),
                    )
    if study.computed and study.geography.vintage not in seen:
        raise _wrong(
            path,
            "computed.levels",
            f"the study's own areas, {study.geography.vintage}",
            ", ".join(sorted(seen)),
        )


def _check_disclosure(path: Path, study: Study) -> None:
    if study.disclosure and not restricted_tables(study.sources):
        remedy = f"remove [disclosure] from {path}: it is for restricted deaths alone"
        raise _wrong(path, "disclosure", "a source that is restricted", "none", remedy)
    also = study.closing.also
    if also and study.level_beside is None:
        levels = study.computed.levels if study.computed else ()
        others = [
            level.geography
            for level in levels
            if level.geography not in (study.geography.vintage, "borough")
        ]
        known = ", ".join(others) or "there is none"
        raise _wrong(
            path,
            "disclosure.also",
            f"a level of [computed] that isn't the study's own: {known}",
            also,
        )
