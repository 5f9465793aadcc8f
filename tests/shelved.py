"""Releases of invented places with true reports, for tests of the site that stands beside them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import GAP, LIFE_EXPECTANCY, TRAJECTORY, VERDICT
from gapwatch.reporting.build import build_report
from gapwatch.reporting.document import Report
from gapwatch.reporting.drawing.canvas import Charts
from gapwatch.reporting.formats.html import to_html
from gapwatch.reporting.render import draw
from tests.tiny import put, tiny
from tests.unit.reporting import samples

KINDS = (LIFE_EXPECTANCY, GAP, VERDICT, TRAJECTORY)
RIGHTS = "Figures: Open Government Licence v3.0. Source: Riverton Archive; County <Registry>."
STUDY = """
[study]
id = "riverton"
place = "Riverton"
area_code = "E06000001"
title = "The life-expectancy gap in Riverton & <Vale>"
invented = "{invented}"

[promise]
sex = "male"
text = "{text}"
"""


@cache
def reported(verdict: str, invented: str = "") -> tuple[Report, Charts]:
    """A report of the invented place, and its charts."""
    study, facts = samples.study(), samples.facts(demonstration=invented)
    found = samples.tables(verdict)
    return build_report(study, facts, found), draw(study, found, facts)


def release(
    out: Path,
    previous: Path | None = None,
    *,
    date: str = "2026-01-01",
    verdict: str = "too early to tell",
    invented: str = "",
    text: str = "",
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    **given: Any,
) -> Path:
    """Put a release into `out`; `changes` sets columns of its tables."""
    report, charts = reported(verdict, invented)
    frames = {**samples.tables(verdict)}
    for name, columns in (changes or {}).items():
        frames[name] = frames[name].assign(**columns)
    data = {
        f"data/{kind.name}.csv": tables.to_csv(kind, full(kind, frames[kind.name]))
        for kind in KINDS
    }
    about = tables.csvw(KINDS, {LIFE_EXPECTANCY.name: [RIGHTS]})
    files = {
        **data,
        "data/metadata.json": about,
        "report.html": to_html(report, charts),
        "inputs/study.toml": STUDY.format(invented=invented, text=text).encode(),
    }
    made = tiny(previous, date=date, more=files, study="riverton", verdict=verdict, **given)
    path = put(out, made)
    (out / "latest-riverton").write_text(f"{path.name}\n", encoding="utf-8")
    return path


def full(kind: tables.Table, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with every column of its kind, empty where the sample has none."""
    given = frame.reindex(columns=list(kind.names))
    may = [column.name for column in kind.columns if column.may_be_empty]
    given[may] = given[may].astype(object).fillna("")
    return tables.canonical(kind, given, kind.name)
