"""The tables `voice_share` and `quote`, from the answers as they were counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from gapwatch.contracts import QUOTE, VOICE_SHARE, Table
from gapwatch.errors import ValidationError
from gapwatch.listening.shares import wilson
from gapwatch.listening.withholding import WithheldReasons, told
from gapwatch.study import Study
from gapwatch.tables import canonical

Row = dict[str, object]
Needs = Mapping[str, tuple[int, int]]
_ASKED = ["programme", "wave"]
_SAID = ["question", "theme"]


def voice_tables(
    study: Study, voice: pd.DataFrame | None, compared: pd.DataFrame | None
) -> dict[str, pd.DataFrame]:
    """What may be told of the table `voice`; nothing where there is none.

    `compared` is the table `priority_comparison`: measured need stands beside what people named,
    and is part of no rank. Raises ValidationError for an area that isn't the study's, and for a
    whole place with fewer people than its areas.
    """
    if voice is None or voice.empty:
        return {}
    _require_areas(study, voice)
    zones = disjoint(study)
    needs = needs_of(compared)
    shares: list[Row] = []
    quotes: list[Row] = []
    for (programme, wave), rows in voice.groupby(_ASKED, sort=True):
        may = _told(str(programme), str(wave), rows, zones)
        for (question, theme), mine in rows.groupby(_SAID, sort=True):
            key: Row = {
                "programme": programme,
                "wave": wave,
                "question": question,
                "theme": theme,
            }
            shares += _shares(study, key, mine, zones, may, needs.get(str(theme)))
            quotes += _quotes(key, mine, zones, may)
    made = {
        VOICE_SHARE.name: _ranked(pd.DataFrame(shares, columns=list(VOICE_SHARE.names))),
        QUOTE.name: pd.DataFrame(quotes, columns=list(QUOTE.names)),
    }
    kinds: dict[str, Table] = {VOICE_SHARE.name: VOICE_SHARE, QUOTE.name: QUOTE}
    return {name: canonical(kinds[name], frame, name) for name, frame in made.items() if len(frame)}


def disjoint(study: Study) -> dict[str, tuple[str, ...]]:
    """The study's zones, without those that share an area with an earlier one.

    Two zones that overlap would tell, one less the other, what few areas said.
    """
    found: dict[str, tuple[str, ...]] = {}
    for key, zone in study.zones.items():
        if not any(set(zone.areas) & set(areas) for areas in found.values()):
            found[key] = zone.areas
    return found


def needs_of(compared: pd.DataFrame | None) -> dict[str, tuple[int, int]]:
    """By priority, how many indicators compare both sides, and by how many the worse-off is worse.

    An indicator that is neither better high nor low is none of them, and one whose difference could
    be chance isn't worse.
    """
    if compared is None:
        return {}
    used = compared[(compared["reason"] == "") & compared["better"].isin(["lower", "higher"])]
    found: dict[str, tuple[int, int]] = {}
    for theme, rows in used.groupby("priority", sort=True):
        signed = rows["difference"].where(rows["better"] == "lower", -rows["difference"])
        clear = ~rows["flags"].str.split(";").map(lambda flags: "no-sign" in flags)
        found[str(theme)] = (len(rows), int(((signed > 0) & clear).sum()))
    return found


def _require_areas(study: Study, voice: pd.DataFrame) -> None:
    other = sorted(set(voice["area_code"]) - {"", *study.area_names})
    if other:
        raise ValidationError(
            f"voice, {other[0]}",
            expected="areas of the study, or none for the whole place",
            found=f"{len(other)} others",
            remedy="carry the answers to the study's areas, or leave these rows out by keep",
        )


def _told(
    programme: str, wave: str, rows: pd.DataFrame, zones: Mapping[str, Sequence[str]]
) -> WithheldReasons:
    """What may be told of one wave: the same areas whatever was asked, or two questions would tell.

    An area counts with the fewest who answered any of its questions.
    """
    fewest = rows.groupby("area_code")["respondents_persons"].min()
    people = {str(area): int(count) for area, count in fewest.items() if area}
    if "" not in fewest.index:
        return told(people, 0, zones)
    for (question, theme), mine in rows.groupby(_SAID, sort=True):
        if not (mine["area_code"] == "").any():
            raise ValidationError(
                f"voice, {programme}, {wave}, {question}, {theme}",
                expected="a row of the whole place, as for other priorities of this wave",
                found="rows of areas alone",
                remedy="add the row, or leave out the other rows of the whole place",
            )
    unknown = int(fewest[""]) - sum(people.values())
    if unknown < 0:
        raise ValidationError(
            f"voice, {programme}, {wave}",
            expected=f"at least {sum(people.values())} people in the whole place, as in its areas",
            found=str(int(fewest[""])),
            remedy="a row without an area is of the whole place; correct the file",
        )
    return told(people, unknown, zones)


def _shares(
    study: Study,
    key: Row,
    mine: pd.DataFrame,
    zones: Mapping[str, Sequence[str]],
    may: WithheldReasons,
    needs: tuple[int, int] | None,
) -> Iterator[Row]:
    areas = mine[mine["area_code"] != ""]
    whole = mine[mine["area_code"] == ""]
    total = whole if len(whole) else areas
    parts: list[tuple[str, str, pd.DataFrame, str]] = [
        ("place", study.study.area_code, total, may.place)
    ]
    if len(areas):
        parts += [
            ("zone", zone, areas[areas["area_code"].isin(codes)], may.zones[zone])
            for zone, codes in zones.items()
        ]
        parts += [
            ("area", str(code), rows, may.areas[str(code)])
            for code, rows in areas.groupby("area_code", sort=True)
        ]
    for level, place, rows, reason in parts:
        yield {**key, "level": level, "place": place, **_share(mine, rows, reason, needs)}


def _share(
    mine: pd.DataFrame, rows: pd.DataFrame, reason: str, needs: tuple[int, int] | None
) -> Row:
    sample = "self-selected" if (mine["sample"] != "representative").any() else "representative"
    people, named = (int(rows[f"{n}_persons"].sum()) for n in ("respondents", "mentions"))
    row: Row = {
        "sample": sample,
        "indicators_compared": None if needs is None else needs[0],
        "indicators_worse": None if needs is None else needs[1],
        "reason": reason,
    }
    if reason:
        return row
    row |= {
        "respondents_persons": people,
        "mentions_persons": named,
        "share_percent": 100 * named / people,
    }
    if sample == "representative":
        lower, upper = wilson(named, people)
        row |= {"share_lower95_percent": 100 * lower, "share_upper95_percent": 100 * upper}
    return row


def _ranked(frame: pd.DataFrame) -> pd.DataFrame:
    same = frame.groupby(["programme", "wave", "question", "level", "place"])
    told_of = pd.to_numeric(frame["mentions_persons"])
    frame["mentions_persons"] = told_of
    return frame.assign(
        rank_by_mentions=same["mentions_persons"].rank(method="min", ascending=False)
    )


def _quotes(
    key: Row, mine: pd.DataFrame, zones: Mapping[str, Sequence[str]], may: WithheldReasons
) -> Iterator[Row]:
    """Quotes with consent, by zone, in alphabetical order, so that no order tells the area."""
    zone_of = {code: zone for zone, codes in zones.items() for code in codes}
    by_zone: dict[str, list[str]] = {}
    for area, quote, consent in zip(mine["area_code"], mine["quote"], mine["consent"], strict=True):
        zone = zone_of.get(area, "")
        reason = may.zones[zone] if zone else may.place
        if quote and consent == "given" and not reason:
            by_zone.setdefault(zone, []).append(quote)
    for zone, quotes in sorted(by_zone.items()):
        for number, quote in enumerate(sorted(quotes), 1):
            yield {**key, "zone": zone, "number": number, "quote": quote}
