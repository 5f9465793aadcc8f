"""What a report is made of: plain frozen data that the HTML and the PDF both print as it stands.

Every number in it is already text. A template decides where a thing goes, never what it says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from gapwatch.study.tongue import BRITISH, Tongue

Paper = Literal["report", "annex", "screen"]
"""Where a block is printed: in report.pdf, in annex.pdf, or on the web page alone.

The web page holds every block. A heading goes wherever something under it goes.
"""


@dataclass(frozen=True)
class PinFacts:
    """One pinned input, as the snapshot describes it.

    `note` is whatever a reader must know before using it, such as another population base.
    """

    id: str
    title: str
    publisher: str
    licence: str
    attribution: str
    period: str
    transcribed_or_retrieved: dt.date
    sha256: str
    bytes: int
    url: str
    note: str = ""


@dataclass(frozen=True)
class MissedFacts:
    """A source that the snapshot's pull could not renew: why, since when, and what stands so.

    `taken` is the day on which its figures were taken, None where there are none; `decides` says
    that the verdict rests on them.
    """

    title: str
    why: str
    since: dt.date
    taken: dt.date | None
    decides: bool


@dataclass(frozen=True)
class ReleaseFacts:
    """What the report must know about its own making. `as_known_at` is the only date there is.

    `rerun_needs` says what must be in place before `rerun_command` makes the same report again.
    `lock_sha256` is empty where no lock file was found; `demonstration` names what was invented
    when the data are not real, and is empty otherwise. `people` says by key who commissioned,
    analysed, assured and approved it.
    """

    release_id: str
    as_known_at: dt.date
    snapshot_id: str
    pins: tuple[PinFacts, ...]
    package_version: str
    code_sha256: str
    study_sha256: str
    lock_sha256: str
    rerun_command: str
    rerun_needs: str
    changed_sentence: str
    people: tuple[tuple[str, str], ...] = ()
    demonstration: str = ""
    missed: tuple[MissedFacts, ...] = ()


@dataclass(frozen=True)
class Paragraph:
    """One paragraph."""

    text: str
    kind: Literal["paragraph"] = "paragraph"
    paper: Paper = "report"


@dataclass(frozen=True)
class Subheading:
    """A heading inside a section."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True)
class Items:
    """A list with bullets."""

    items: tuple[str, ...]
    kind: Literal["items"] = "items"
    paper: Paper = "report"


@dataclass(frozen=True)
class TermEntry:
    """A term and what belongs to it; `mono` for hashes and commands, `link` for an address."""

    term: str
    text: str
    mono: bool = False
    link: str = ""


@dataclass(frozen=True)
class Entries:
    """A description list, under a label that names it; `even` gives long terms half the width."""

    label: str
    entries: tuple[TermEntry, ...]
    even: bool = False
    kind: Literal["entries"] = "entries"
    paper: Paper = "report"


@dataclass(frozen=True)
class TableColumn:
    """A table's column; numbers are set flush right."""

    label: str
    numeric: bool = False


@dataclass(frozen=True)
class ReportTable:
    """A table whose first column heads its rows.

    `folded` tables, and those of a figure, open on request in HTML and are in the annex on paper.
    `shares` gives the columns' relative widths on paper.
    """

    id: str
    caption: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...] = ()
    note: str = ""
    folded: bool = False
    kind: Literal["table"] = "table"
    paper: Paper = "report"


@dataclass(frozen=True)
class ReportFigure:
    """A chart with the words that go with it.

    `title` states what was found, `subtitle` the measure, area and period; `alt` says what the
    chart shows to someone who can't see it; `files` names the CSV files behind it. A figure without
    `tables` of its own has its values in those of the figure `values_in`, given by id and number;
    `phone_note` is true only of the narrow version.
    """

    id: str
    number: int
    title: str
    subtitle: str
    alt: str
    notes: tuple[str, ...]
    files: tuple[str, ...]
    tables: tuple[ReportTable, ...]
    values_in: tuple[str, int] | None = None
    phone_note: str = ""
    kind: Literal["figure"] = "figure"
    paper: Paper = "report"


Block = Paragraph | Subheading | Items | Entries | ReportTable | ReportFigure


def annexed(blocks: Iterable[Block]) -> list[Block]:
    """The blocks, for the annex."""
    return [b if isinstance(b, Subheading) else replace(b, paper="annex") for b in blocks]


@dataclass(frozen=True)
class Section:
    """A numbered section; one without blocks is left out of the report."""

    id: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class KeyQuestion:
    """A question of the first section: the short answer, then what supports it."""

    question: str
    short: str
    more: tuple[str, ...]


@dataclass(frozen=True)
class Message:
    """Five lines, each true and whole when it is quoted alone.

    `size` has its range, `direction` its cause, `chance` words and figures, of what and by when;
    `caveat` is the main one.
    """

    verdict: str
    size: str
    direction: str
    chance: str
    caveat: str


@dataclass(frozen=True)
class Banner:
    """The verdict, readable in five seconds. `tone` chooses its colour, never its meaning.

    On a screen, `above` of its reasons stand with it, and the others below the first figure.
    """

    tone: Literal["good", "bad", "open"]
    verdict: str
    headline: str
    because: tuple[str, ...]
    above: int = 1


@dataclass(frozen=True)
class Standing:
    """Whom to ask, and who stands behind the report.

    `draft` says why it is a draft, and is empty where an analyst and an approver are named.
    """

    contact: str
    people: tuple[tuple[str, str], ...]
    draft: str


@dataclass(frozen=True)
class Number:
    """A number of the summary: what it is, its value with a unit, and how sure it is."""

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class Point:
    """A heading of the summary with its sentences; several make a list."""

    heading: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """What summary.pdf says beside the banner: two pages, and few words.

    `figures` names the report's figures that it shows, one a page.
    """

    numbers: tuple[Number, ...]
    figures: tuple[str, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Report:
    """The whole report. `sentence` is the verdict and the size in one text.

    `verdict` is its code, for programs; `label` is what it is called. `address` is that of the
    folder of the releases on the web, with a slash; "" where it has none; `docs` that of the
    documentation, likewise. `tongue` is the language that all of it is written in.
    """

    title: str
    place: str
    promise: str
    made_by: str
    promise_source: str
    release_id: str
    date: str
    known_at: str
    verdict: str
    label: str
    sentence: str
    message: Message
    banner: Banner
    standing: Standing
    summary: Summary
    answers: tuple[KeyQuestion, ...]
    sections: tuple[Section, ...]
    licence_lines: tuple[str, ...]
    demonstration: str
    address: str = ""
    docs: str = ""
    tongue: Tongue = BRITISH
