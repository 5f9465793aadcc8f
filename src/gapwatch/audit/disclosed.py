"""What earlier releases told of restricted deaths: their record, and whether it can be built on.

Each release of restricted deaths keeps a record of how it was protected, data/disclosure.json:
which years are closed, from which snapshot each is read, and which releases came before. Where
these aren't all there, were changed, or were made with weaker rules, the next one is refused: what
it would add to them can't be judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as PydanticError

from gapwatch.audit.lineage import Previous, previous_at
from gapwatch.audit.manifest import Identity
from gapwatch.audit.manifest_model import Manifest, Name, Sha256
from gapwatch.audit.verify import MANIFEST, OlderReleaseError, read_manifest, sized_hash
from gapwatch.contracts import COMPUTED_LIFE_EXPECTANCY, DEATHS
from gapwatch.counting.disclosure.closing import Settled
from gapwatch.errors import IntegrityError, StudyError
from gapwatch.study import Study, restricted_tables

# Version of the rules of disclosure control. A release without a record was made under the first,
# by which each release was judged by itself.
RULES = 2
RECORD = "data/disclosure.json"
OWN = f"data/{COMPUTED_LIFE_EXPECTANCY.name}.csv"
_DIGITS = "^[0-9]{4}$"


class DisclosedRelease(BaseModel):
    """An earlier release of the study with figures from restricted deaths."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    release: Name
    sha256: Sha256


class Record(BaseModel):
    """How a release of restricted deaths was protected.

    `closed` has the snapshot from which each closed year is read; `side_window_years` the length of
    each measure's windows; `united` whether areas of the second level were told together where they
    had to be; `earlier` the releases before, the oldest first.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    rules: int = RULES
    calendar: str
    closed_after_months: int
    first_year: int | None
    closed: dict[Annotated[str, Field(pattern=_DIGITS)], Name]
    side_window_years: dict[Name, int]
    united: bool = False  # records from before this could be said
    earlier: list[DisclosedRelease]

    @property
    def years(self) -> dict[int, str]:
        """The snapshot of each closed year."""
        return {int(year): snapshot for year, snapshot in self.closed.items()}

    @property
    def settled(self) -> Settled:
        """What the next release has to keep."""
        return Settled(frozenset(self.years), dict(self.side_window_years), self.united)

    def content(self) -> bytes:
        """The bytes of the file."""
        return f"{json.dumps(self.model_dump(), indent=2, sort_keys=True)}\n".encode()


@dataclass(frozen=True)
class Earlier:
    """The release before, and its record; neither where nothing was told of the deaths before.

    `again` says that this very release was made before, `starts_again` that the study tells no year
    that was told.
    """

    folder: Path | None = None
    record: Record | None = None
    links: tuple[DisclosedRelease, ...] = ()
    again: bool = False
    starts_again: bool = False

    @property
    def settled(self) -> Settled:
        """What earlier releases have settled; nothing where there is none."""
        if self.record is None:
            return Settled(frozenset(), {})
        # A study that starts again decides again what is decided once.
        told = self.record.settled
        return replace(told, united=None) if self.starts_again else told


def is_restricted_study(study: Study) -> bool:
    """Whether the study makes figures from restricted deaths."""
    return DEATHS.name in restricted_tables(study.sources)


def earlier(out: Path, study: Study, identity: Identity, claimed: bool) -> Earlier:
    """What the releases before tell of restricted deaths.

    A release that is there already, or that is made again as `claimed`, was judged when it was made
    first, and only follows the one before. Else every release of the study in `out` that tells of
    deaths must be one that this one follows, unchanged, and made under these rules: IntegrityError
    and StudyError where it isn't.
    """
    previous = identity.previous
    folder = previous.folder if previous else None
    record = read_record(folder) if folder else None
    again = claimed or (out / identity.release / MANIFEST).is_file()
    if not is_restricted_study(study):
        if not again:
            _require_still_restricted(previous, record)
        return Earlier()
    links = _links(previous, record)
    if not again:
        _require_links(out, links)
        _require_all_known(out, study, links)
    return Earlier(folder, record, links, again, _starts_again(study, record, again=again))


def _starts_again(study: Study, record: Record | None, *, again: bool) -> bool:
    """Whether `first_year` lies after all years that were told.

    Raises StudyError where it was moved among them: counts that were told of windows across it
    would be judged without those before it, and the two told beside one another.
    """
    first = study.closing.first_year
    if record is None or first is None or not record.years:
        return False
    told = sorted(record.years)
    if not again and first != record.first_year and told[0] < first <= told[-1]:
        raise StudyError(
            "the study, disclosure.first_year",
            expected=f"a year after {told[-1]}, or the one of the release before, "
            f"{record.first_year or 'none'}",
            found=f"{first}, among the years that are told",
            remedy="put it back; a year after all that are told starts again",
        )
    return first > told[-1]


def _require_all_known(out: Path, study: Study, links: Iterable[DisclosedRelease]) -> None:
    """Every release of the study that tells of deaths is followed, and made under these rules."""
    known = {link.release for link in links}
    first = study.closing.first_year
    told = [
        folder
        for folder, made in _of_study(out, study.study.id)
        if {OWN, RECORD} & made.outputs.keys() and not _before(folder, first)
    ]
    for folder in told:
        _require_rules(folder)
    for folder in told:
        if folder.name not in known:
            raise IntegrityError(
                str(folder),
                expected="a release that this one follows, as it tells of the same "
                "restricted deaths",
                found="one beside those that this one follows",
                remedy=f"write the name of the newest release into latest-{study.study.id} and run "
                "the newest snapshot; move the folder away only if nobody outside has ever seen it",
            )


def _links(previous: Previous | None, record: Record | None) -> tuple[DisclosedRelease, ...]:
    if previous is None:
        return ()
    told = [DisclosedRelease(release=previous.release, sha256=previous.sha256)]
    return (*(record.earlier if record else ()), *told)


def read_record(folder: Path) -> Record | None:
    """The record of a release; None where it has none. IntegrityError for one that isn't one."""
    path = folder / RECORD
    if not path.is_file():
        return None
    try:
        return Record.model_validate_json(path.read_bytes())
    except (OSError, PydanticError) as error:
        raise IntegrityError(
            str(path),
            expected="the record of disclosure control of this or an earlier version",
            found=type(error).__name__,
            remedy="restore the release from a backup, or use the "
            "gapwatch that made it or a newer one",
        ) from error


def _require_still_restricted(previous: Previous | None, record: Record | None) -> None:
    if previous is None or record is None:
        return
    raise StudyError(
        "the study, sources of deaths",
        expected=f"restricted = true, as in {previous.release}",
        found="deaths that aren't restricted",
        remedy="put restricted = true back; where all the deaths may be published as they are, "
        "give the study another id",
    )


def _require_links(out: Path, links: Iterable[DisclosedRelease]) -> None:
    """Every release that came before must be there, with the manifest that it had."""
    for link in links:
        folder = out / link.release
        found = previous_at(folder).sha256 if (folder / MANIFEST).is_file() else "no release"
        if found != link.sha256:
            raise IntegrityError(
                str(folder),
                expected="an earlier release of the same restricted deaths, with a "
                f"manifest of sha256 {link.sha256}",
                found=found if found == "no release" else f"sha256 {found}",
                remedy="restore it from a backup or a bundle: without it nobody can say what a new "
                "release would add to it; nothing was published",
            )
        told = read_manifest(folder)
        for name in (RECORD, OWN):
            if name in told.outputs and _changed(folder / name, told.outputs[name].sha256):
                raise IntegrityError(
                    str(folder / name),
                    expected="the file that its manifest names",
                    found="another one, or none",
                    remedy="restore it from a backup or a bundle",
                )


def _changed(path: Path, sha256: str) -> bool:
    return not path.is_file() or sized_hash(path)[1] != sha256


def _of_study(out: Path, study_id: str) -> list[tuple[Path, Manifest]]:
    """Releases of a study in a folder; one that can't be read is not passed over.

    Those of an earlier schema told of no deaths.
    """
    found = []
    for path in sorted(out.glob(f"{study_id}-*/{MANIFEST}")):
        try:
            told = read_manifest(path.parent)
        except OlderReleaseError:
            continue
        if told.study.id == study_id:
            found.append((path.parent, told))
    return found


def _require_rules(folder: Path) -> None:
    """Refuse to build on a release that was made with weaker rules."""
    record = read_record(folder)
    if record is not None and record.rules >= RULES:
        return
    last = _last_year(folder)
    raise StudyError(
        f"release {folder.name}",
        expected=f"disclosure control of version {RULES}, which judges "
        "a release with those before it",
        found="figures from the same deaths with open deaths, or under weaker rules",
        remedy=f"set first_year = {last + 1} in the study's [disclosure], so that no year is told "
        "again; only if nobody outside has ever seen that release, move it out of the folder and "
        "remove the file latest-* that names it",
    )


def _before(folder: Path, first_year: int | None) -> bool:
    """Whether a release tells of no year from the study's first on."""
    return first_year is not None and _last_year(folder) < first_year


def _last_year(folder: Path) -> int:
    path = folder / OWN
    if not path.is_file():
        return 0
    return int(pd.read_csv(path, usecols=["period_end"])["period_end"].max())
