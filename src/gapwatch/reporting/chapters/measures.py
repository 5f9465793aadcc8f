"""Section 4: every registered way to measure the gap, side by side."""

from __future__ import annotations

from gapwatch.contracts import Verdict
from gapwatch.reporting.document import (
    Block,
    Items,
    Paragraph,
    ReportTable,
    Section,
    TableColumn,
    annexed,
)
from gapwatch.reporting.evidence import targets
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.rows import Window, last_segment
from gapwatch.reporting.language.numbers import (
    MISSING,
    SPACE,
    apart,
    count,
    estimate,
    listing,
    plain,
)
from gapwatch.reporting.language.reasons import reason_text
from gapwatch.reporting.language.sexes import people
from gapwatch.study import Measure

KINDS = {
    "pooled": "Several areas on one side are averaged by population. From published figures that "
    "is an approximation: the same areas' deaths, pooled, could give a slightly different figure.",
    "pair": "Two areas, both chosen beforehand.",
    "extremes": "The lowest and the highest area are picked after the fact, which makes the gap "
    "look bigger than it is. The figure is corrected for that. The uncorrected one stands only "
    "beside it. The trend and the projection treat the uncertainty of the corrected range as "
    "sampling error, which is approximate.",
    "slope": "The whole gradient, not two sides: the difference between the two ends of a line "
    "through all areas, from the most to the least deprived.",
}


LARGER = (
    "Here the correction gives a larger figure: it averages over the true values that the data "
    "allow."
)
ENLARGED = (
    "The lowest and the highest area are picked after the fact. The figure is corrected for that. "
    "The uncorrected one stands only beside it. The trend and the projection treat the uncertainty "
    "of the corrected range as sampling error, which is approximate."
)
COUNTED = {
    "pooled": "The deaths and residents of all areas on one side are added up, and one life table "
    "is made of the sums.",
    "pair": "Two areas, both chosen beforehand. Each has a life table of its own deaths and "
    "residents.",
}


def section(case: Case) -> Section:
    """One table a sex, the sentence on whether they agree, and how each is made."""
    blocks: list[Block] = [Paragraph(agreement([*case.verdicts.values()]))]
    own, *others = (_table(case, sex) for sex in case.sexes)
    blocks += [own, *annexed(others)]
    blocks += [Paragraph(text) for text in _relative(case)]
    blocks += [Paragraph(text) for text in _naive(case)]
    kinds = dict.fromkeys(measure.kind for measure in case.study.measures)
    told = KINDS | COUNTED if case.computes else dict(KINDS)
    if _enlarged(case):
        told |= {"extremes": ENLARGED}
    blocks += annexed([Items(tuple(f"{_titles(case, kind)}: {told[kind]}" for kind in kinds))])
    return Section("measures", "Other ways to measure it", tuple(blocks))


def _corrected(case: Case) -> list[tuple[Measure, float, float]]:
    """Measures of extremes with the newest figure after the correction and before it."""
    found = []
    for measure in case.study.measures:
        newest = _newest(case, measure, case.sexes[0]) if measure.kind == "extremes" else None
        if newest is not None and newest.gap is not None and newest.naive is not None:
            found.append((measure, newest.gap.value, newest.naive))
    return found


def _enlarged(case: Case) -> bool:
    """Whether some correction gives a figure that is larger than the uncorrected one."""
    return any(corrected > naive for _, corrected, naive in _corrected(case))


def agreement(found: list[Verdict]) -> str:
    """Whether every measure and sex gives the same verdict."""
    names: dict[str, int] = {}
    for verdict in found:
        names[verdict.label] = names.get(verdict.label, 0) + 1
    if not names:
        return "No measure has a verdict."
    if len(names) == 1:
        return f"All {len(found)} readings of the gap give the same verdict: {next(iter(names))}."
    parts = [f"{held} say{'s' if held == 1 else ''} “{name}”" for name, held in names.items()]
    return (
        f"The measures disagree. Of {count(len(found), 'reading')}, {listing(parts)}. "
        "The verdict of this report is that of the first row."
    )


def _titles(case: Case, kind: str) -> str:
    return "; ".join(m.title for m in case.study.measures if m.kind == kind)


def _ordered(case: Case) -> list[Measure]:
    return sorted(case.study.measures, key=lambda measure: not measure.primary)


def _table(case: Case, sex: str) -> ReportTable:
    rows = []
    usual = _usual(case, sex)
    for measure in _ordered(case):
        verdict = case.verdicts.get((measure.id, sex))
        if verdict is not None:
            rows.append(_row(case, measure, verdict, usual))
    headline = " (the promise)" if sex == case.sexes[0] else ""
    return ReportTable(
        id=f"table-measures-{sex}",
        caption=f"The gap measured in {len(rows)} ways: {people(sex)}{headline}",
        columns=(
            TableColumn("Measure"),
            TableColumn(f"Newest gap, years (95%{SPACE}interval)", numeric=True),
            TableColumn(f"Baseline gap, years (95%{SPACE}interval)", numeric=True),
            TableColumn("Target, years", numeric=True),
            TableColumn(f"Relative gap (95%{SPACE}interval)", numeric=True),
            TableColumn("Verdict"),
        ),
        rows=tuple(rows),
        shares=(2.2, 1.7, 1.7, 0.7, 1.9, 1.4),
        note=_note(case, sex),
    )


def _note(case: Case, sex: str) -> str:
    verdict = case.verdicts.get((case.measure.id, sex))
    newest = _newest(case, case.measure, sex)
    if verdict is None or newest is None:
        return ""
    return (
        f"{_windows_of(case, sex)} "
        f"Baseline: {case.period(verdict.baseline_start, verdict.baseline_end)}. "
        f"Target: for {verdict.target_year}{_of_stated(case, sex)}. "
        "Relative gap: better-off side divided by worse-off side, newest window."
    )


def _of_stated(case: Case, sex: str) -> str:
    """Which target is no share of the baseline beside it."""
    if not targets.heads_stated(case, sex):
        return ""
    stated = plain(case.study.promise.stated_gap_years, 0)
    return f"; that of “{case.measure.title}” is set from the stated {stated} years"


def _spans(case: Case, sex: str) -> dict[str, list[str]]:
    """Newest windows, with the titles of the measures that have them."""
    spans: dict[str, list[str]] = {}
    for measure in _ordered(case):
        newest = _newest(case, measure, sex)
        if newest is not None and (measure.id, sex) in case.verdicts:
            spans.setdefault(newest.when, []).append(measure.title)
    return spans


def _usual(case: Case, sex: str) -> str:
    """The newest window of most rows."""
    spans = _spans(case, sex)
    return max(spans, key=lambda span: len(spans[span]), default="")


def _windows_of(case: Case, sex: str) -> str:
    """The newest window of the rows: one sentence where it is the same for all."""
    spans, most = _spans(case, sex), _usual(case, sex)
    if len(spans) == 1:
        return f"Newest: {most}."
    others = [
        f"{span} for {listing([f'“{title}”' for title in titles])}"
        for span, titles in spans.items()
        if span != most
    ]
    return f"Newest: {most}, but {listing(others)}."


def _newest(case: Case, measure: Measure, sex: str) -> Window | None:
    """The newest window of all, even if it is withheld: each row is of the same one."""
    found = last_segment(case.windows_of(measure.id, sex))
    return found[-1] if found else None


def _row(case: Case, measure: Measure, verdict: Verdict, usual: str) -> tuple[str, ...]:
    newest = _newest(case, measure, verdict.sex)
    gap, relative = MISSING, MISSING
    if newest is not None and newest.gap is not None:
        gap = estimate(newest.gap.value, newest.gap.lower, newest.gap.upper)
        ratio = newest.relative
        relative = estimate(ratio.value, ratio.lower, ratio.upper, 3) if ratio else MISSING
    elif newest is not None:
        gap = f"withheld: {reason_text(newest.reason)}"
    if newest is not None and newest.when != usual:
        gap += f", {newest.when}{' alone' if newest.years == 1 else ''}"
    return (
        measure.title,
        gap,
        _baseline(case, measure, verdict),
        plain(verdict.target_gap_years),
        relative,
        verdict.label,
    )


def _baseline(case: Case, measure: Measure, verdict: Verdict) -> str:
    """The gap of the baseline, with its interval where a window of the trend holds it."""
    span, value = (verdict.baseline_start, verdict.baseline_end), verdict.baseline_gap_years
    same = (
        window.gap
        for window in last_segment(case.windows_of(measure.id, verdict.sex))
        if (window.start, window.end) == span and window.gap and window.gap.value == value
    )
    found = next(same, None)
    return estimate(value, found.lower, found.upper) if found else plain(value)


def _relative(case: Case) -> list[str]:
    """The same promise for the ratio of the two sides, and whether its verdict differs."""
    verdict = case.verdict
    if not verdict.relative_verdict or verdict.relative_baseline is None:
        return []
    if verdict.relative_target is None:
        return []
    start, goal = apart(verdict.relative_baseline, verdict.relative_target, decimals=3)
    same = verdict.relative_verdict == verdict.verdict
    then = case.called(verdict.relative_verdict)
    told = "The verdict is the same" if same else f"The verdict is then “{then}”"
    return [
        f"As a ratio of the two sides the same promise is to go from {start} to {goal}. {told}."
    ]


def _naive(case: Case) -> list[str]:
    """The uncorrected range, only ever beside the corrected one."""
    texts = []
    for measure, after, before in _corrected(case):
        corrected, naive = apart(after, before)
        larger = f" {LARGER}" if after > before else ""
        texts.append(
            f"“{measure.title}”, {people(case.sexes[0])}: {corrected}{SPACE}years after the "
            "correction, "
            f"{naive}{SPACE}years before it.{larger}"
        )
    return texts
