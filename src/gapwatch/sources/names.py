"""Whether every table means the same area by a code: names beside codes, held against each other.

Tables are joined by code alone, so a code that a file gives to another area moves that area's
figures without a trace; the name beside it is the only witness.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from gapwatch.contracts import ONS_CODE
from gapwatch.errors import StudyError, ValidationError
from gapwatch.sources.spelling import plain, same
from gapwatch.study import FileSource, PinnedSource, Source, Study, is_restricted

Frames = Mapping[str, pd.DataFrame]
# Of tables that join areas, both ends.
_ENDS = (
    ("geography", "area_code", "area_name"),
    ("from_geography", "from_code", "from_name"),
    ("to_geography", "to_code", "to_name"),
)
_DISTRICT = 3  # a name of so many areas is that of what lies around them
_WELSH = "W"


@dataclass(frozen=True)
class Claim:
    """That the area of a code has a name, and who says so."""

    code: str
    name: str
    where: str
    restricted: bool = False


def require_names(study: Study, found: Mapping[str, Frames]) -> None:
    """Refuse two different names for one code.

    `found` holds the tables of every source by its id. Each of the study's areas must have the
    study's name wherever a name stands beside its code. Other areas may be renamed by a publisher;
    of them only names are refused that stand in each other's place. Spellings are no other names
    (`spelling`), nor is a name that several areas share, as small areas do that are told by their
    district, nor a code in its own name's place. `geography.other_names` accepts a second name.
    Raises StudyError for two areas of the study by one name, ValidationError for everything else;
    of a restricted file no name is told.
    """
    _require_distinct(study)
    claims = [*_of_study(study), *_of_tables(study, found)]
    accepted = {(other.code, plain(other.name)) for other in study.geography.other_names}
    known = _Known(study, claims)
    first: dict[str, Claim] = {}
    for claim in claims:
        said = first.setdefault(claim.code, claim)
        if (claim.code, plain(claim.name)) not in accepted and not known.agree(said, claim):
            raise _contradiction(said, claim, known)


def _require_distinct(study: Study) -> None:
    names: dict[str, str] = {}
    for number, area in enumerate(study.geography.areas, 1):
        again = names.setdefault(plain(area.name), area.code)
        if again != area.code:
            raise StudyError(
                f"the study, geography.areas[{number}].name",
                expected="a name of its own",
                found=f"{area.name!r}, which {again} has as well",
                remedy="correct the name; where two areas share it, tell them apart, as in "
                f"{area.name} ({area.code}), and give the shared name in geography.other_names",
            )


def _of_study(study: Study) -> Iterator[Claim]:
    yield Claim(study.study.area_code, study.study.place, "the study, study.place")
    for code, name in study.area_names.items():
        yield Claim(code, name, "the study, geography.areas")


def _of_tables(study: Study, found: Mapping[str, Frames]) -> Iterator[Claim]:
    for source in study.sources:
        for table, frame in sorted(found.get(source.id, {}).items()):
            for geography, code, name in _ENDS:
                if {geography, code, name} <= set(frame.columns):
                    told = frame[[geography, code, name]].dropna().drop_duplicates()
                    told.columns = pd.Index(["geography", "code", "name"])
                    yield from _claims(study, source, table, told)


def _claims(study: Study, source: Source, table: str, told: pd.DataFrame) -> Iterator[Claim]:
    """What a table says of names, without names that name no single area."""
    form = told["name"].map({name: plain(name) for name in told["name"].unique()})
    sharing = told.assign(form=form).groupby(["geography", "form"])["code"].transform("nunique")
    ours = form.isin([plain(name) for name in study.area_names.values()])
    own = (told["geography"] == study.geography.vintage) & ours
    shared = (sharing >= _DISTRICT) | (form == plain(study.study.place)) & (sharing > 1)
    where = f"{_file(source)} (source {source.id}, {table})"
    for row in told[~shared | own].itertuples(index=False):
        name = str(row.name).strip()
        if name and name != row.code:
            yield Claim(str(row.code), name, where, is_restricted(source))


def _file(source: Source) -> str:
    if isinstance(source, FileSource):
        return source.path or source.member or source.address or source.landing_page or source.id
    return "the pinned figures" if isinstance(source, PinnedSource) else source.publisher


class _Known:
    """By which names areas are known, and who says so."""

    def __init__(self, study: Study, claims: list[Claim]) -> None:
        self._ours = study.area_names
        self._codes: dict[str, set[str]] = defaultdict(set)
        self._saying: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._told: dict[tuple[str, str], list[str]] = defaultdict(list)
        for claim in claims:
            self._codes[plain(claim.name)].add(claim.code)
            self._told[claim.where, claim.code].append(claim.name)
            if not claim.restricted:
                self._saying[claim.code, plain(claim.name)].append(claim.where)

    def agree(self, said: Claim, claim: Claim) -> bool:
        """Whether a later claim may stand beside the first one of its code."""
        if plain(said.name) == plain(claim.name):
            return True
        other = self.bearer(claim)
        if same(said.name, claim.name, slips=other is None):
            return True
        if claim.code not in self._ours:
            return other is None or not self.exchanged(said, claim)
        # One name of a Welsh area may be English and the other Welsh.
        return other is None and claim.code.startswith(_WELSH) and not _is_code(claim.name)

    def bearer(self, claim: Claim) -> str | None:
        """Another area of the same kind that has the claimed name; the study's own first."""
        codes = {code for code in self._codes[plain(claim.name)] if code[:3] == claim.code[:3]}
        ours = sorted(codes & self._ours.keys() - {claim.code})
        return next(iter([*ours, *sorted(codes - {claim.code})]), None)

    def saying(self, claim: Claim) -> str:
        """Who says the same of this code."""
        return ", ".join(dict.fromkeys(self._saying[claim.code, plain(claim.name)]))

    def exchanged(self, said: Claim, claim: Claim) -> str | None:
        """The area whose place in the same file this one has taken, and which has taken its."""
        for other in sorted(self._codes[plain(claim.name)] - {claim.code}):
            if plain(said.name) in map(plain, self._told.get((claim.where, other), [])):
                return other
        return None


def _is_code(name: str) -> bool:
    return re.fullmatch(ONS_CODE, name) is not None


def _contradiction(said: Claim, claim: Claim, known: _Known) -> ValidationError:
    code = claim.code
    remedy = (
        f"put right whichever is wrong; if {code} has both names, add {{ code = {code!r}, name = "
        f"{claim.name!r}, reason = ... }} to geography.other_names in the study"
    ).replace("'", '"')
    if claim.restricted:
        return ValidationError(
            f"{claim.where}, {code}",
            expected=f"its name, {said.name!r}, as in {known.saying(said)}",
            found="another name, which isn't told: the file is restricted",
            remedy="ask who made the extract which area the code stands for",
        )
    found = f"{claim.name!r} in {known.saying(claim)}"
    exchanged, bearer = known.exchanged(said, claim), known.bearer(claim)
    if exchanged is not None:
        found += f", where {exchanged} has the name {said.name!r}: the two codes are exchanged"
        remedy = "put the codes right in the file, or ask its publisher which area is which"
    elif bearer is not None:
        found += f", which is the name of {bearer}"
    return ValidationError(
        f"the name of {code}",
        expected=f"{said.name!r}, as in {known.saying(said)}",
        found=found,
        remedy=remedy,
    )
