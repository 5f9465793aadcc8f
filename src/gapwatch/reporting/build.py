"""The report as data: one model, which the HTML and the PDF print alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from gapwatch.reporting.chapters import measures as section_measures
from gapwatch.reporting.chapters import methods as section_making
from gapwatch.reporting.chapters.ages import section as section_ages
from gapwatch.reporting.chapters.areas import section as section_where
from gapwatch.reporting.chapters.bridged import section as section_later
from gapwatch.reporting.chapters.cut import section as section_take
from gapwatch.reporting.chapters.initiatives import section as section_initiatives
from gapwatch.reporting.chapters.listening import section as section_listening
from gapwatch.reporting.chapters.needed import section as section_needed
from gapwatch.reporting.chapters.priorities import section as section_priorities
from gapwatch.reporting.chapters.published import section as section_series
from gapwatch.reporting.chapters.quality import section as section_quality
from gapwatch.reporting.chapters.robustness import section as section_doubts
from gapwatch.reporting.chapters.standing import standing
from gapwatch.reporting.chapters.trajectory import section as section_trajectory
from gapwatch.reporting.chapters.verdict import first_screen
from gapwatch.reporting.chapters.verdict.message import message
from gapwatch.reporting.chapters.verdict.section import answers, banner, one_sentence
from gapwatch.reporting.document import PinFacts, ReleaseFacts, Report, ReportFigure, Section
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.numbers import date, sentence
from gapwatch.reporting.language.speech import respelled, speaking, speech_of
from gapwatch.reporting.summary.section import summary
from gapwatch.study import Study

__all__ = ["PinFacts", "ReleaseFacts", "Report", "build_report"]


def build_report(study: Study, facts: ReleaseFacts, tables: Mapping[str, pd.DataFrame]) -> Report:
    """Everything that the report says, from the tables of the contract by name.

    Needs life_expectancy, gap, verdict, trajectory and validation; reads no clock and no file.
    """
    case = Case.told(study, facts, tables)
    with speaking(speech_of(case.study, case.tables, case.facts)):
        report = _report(case)
        # Verdict and label are codes, by which programs tell them apart; addresses lead elsewhere
        # when they are spelled otherwise.
        return replace(
            respelled(report),
            verdict=report.verdict,
            label=report.label,
            address=report.address,
            docs=report.docs,
        )


def _report(case: Case) -> Report:
    study, facts = case.study, case.facts
    told, verdict, known_at = sections(case), banner(case), date(facts.as_known_at)
    around = (study.study.title, known_at, facts.demonstration)
    return Report(
        title=study.study.title,
        place=study.study.place,
        promise=study.promise.text,
        made_by=study.promise.made_by,
        promise_source=study.promise.source,
        release_id=facts.release_id,
        date=facts.as_known_at.isoformat(),
        known_at=known_at,
        verdict=case.verdict.verdict,
        label=case.verdict.label,
        sentence=one_sentence(case),
        message=message(case),
        banner=first_screen.fitted(verdict, told, standing(facts), around),
        standing=standing(facts),
        summary=summary(case, told, f"{study.study.title} {verdict.verdict} {verdict.headline}"),
        answers=answers(case),
        sections=told,
        licence_lines=licence_lines(facts),
        demonstration=facts.demonstration,
        address=study.site.base,
        docs=study.site.docs_base,
        tongue=study.words.tongue,
    )


def licence_lines(facts: ReleaseFacts) -> tuple[str, ...]:
    """Every attribution once, then licences that say more than the attribution does."""
    lines = [pin.attribution for pin in facts.pins]
    more: dict[str, list[str]] = {}
    for pin in facts.pins:
        if pin.licence.rstrip(".") not in pin.attribution:
            more.setdefault(sentence(pin.licence), []).append(pin.title)
    every = {pin.title for pin in facts.pins}
    for licence, titles in more.items():
        whose = "Every source" if len(titles) > 1 and set(titles) == every else "; ".join(titles)
        lines.append(f"{whose}: {licence}")
    return tuple(dict.fromkeys(lines))


def figures(*found: Section) -> int:
    """How many figures sections have."""
    return sum(isinstance(block, ReportFigure) for section in found for block in section.blocks)


def sections(case: Case) -> tuple[Section, ...]:
    """The sections after the answer, in reading order; empty ones are left out."""
    trajectory = section_trajectory.section(case)
    where = section_where.section(case, 1 + figures(trajectory))
    later = section_later.section(case, 1 + figures(trajectory, where))
    ages = section_ages.section(case, 1 + figures(trajectory, where, later))
    series = section_series.section(case, 1 + figures(trajectory, where, later, ages))
    asked = section_priorities.section(case, 1 + figures(trajectory, where, later, ages, series))
    done = section_initiatives.section(
        case, 1 + figures(trajectory, where, later, ages, series, asked)
    )
    found = (
        section_needed.section(case),
        trajectory,
        where,
        later,
        ages,
        section_take.section(case),
        section_measures.section(case),
        section_doubts.section(case),
        series,
        asked,
        done,
        section_listening.section(case),
        section_quality.section(case),
        section_making.section(case),
    )
    return tuple(section for section in found if section.blocks)
