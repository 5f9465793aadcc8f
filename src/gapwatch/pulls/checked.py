"""What a check of every source found, a row each: for a table, and for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from gapwatch.errors import GapwatchError, UnaskedError, UnavailableError
from gapwatch.pulls.asking import Answered
from gapwatch.study import FileSource, is_restricted

TOGETHER = "all sources together"


@dataclass(frozen=True)
class SourceCheck:
    """One source: whether it answered, what it holds, what is wrong and what to do.

    None stands for what isn't there; rows and period of a restricted file aren't told.
    """

    id: str
    publisher: str | None
    answered: bool | None
    rows: int | None
    newest: str | None
    problem: str | None
    remedy: str | None


@dataclass(frozen=True)
class CheckedSources:
    """Every source in the study's order, then what is wrong with them together.

    `required` names those whose problem stops a pull.
    """

    sources: tuple[SourceCheck, ...]
    required: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether a pull would pin something: no source that is required has a problem."""
        needed = {*self.required, TOGETHER}
        return not any(row.problem for row in self.sources if row.id in needed)

    def content(self) -> dict[str, Any]:
        """The same as JSON."""
        rows = [asdict(row) for row in self.sources]
        return {"sources": rows, "required": list(self.required), "ok": self.ok}


def row_of(answer: Answered, error: GapwatchError | None) -> SourceCheck:
    """The row of a source, with the fault that its answer has by itself or beside the others."""
    source = answer.source
    frame = None if is_restricted(source) else answer.found.get(source.table)
    newest = None
    if frame is not None and len(frame):
        if "period_end" in frame:
            last = frame.sort_values(["period_end", "period_start"]).iloc[-1]
            newest = f"{last['period_start']} to {last['period_end']}"
        elif "last_day" in frame:
            newest = str(frame.sort_values(["last_day", "first_day"]).iloc[-1]["period"])
        elif "year" in frame:
            newest = str(frame["year"].max())
    return SourceCheck(
        id=source.id,
        publisher=source.publisher,
        answered=_answered(answer),
        rows=None if frame is None else len(frame),
        newest=newest,
        problem=None if error is None else problem_of(error),
        remedy=None if error is None else error.remedy,
    )


def together_row(error: GapwatchError | None) -> SourceCheck:
    """The last row: all that a run asks of the sources together."""
    problem, remedy = (None, None) if error is None else (problem_of(error), error.remedy)
    return SourceCheck(TOGETHER, None, None, None, None, problem, remedy)


def problem_of(error: GapwatchError) -> str:
    """Where, what was expected and what was found, in one sentence."""
    return f"{error.where}: expected {error.expected}; found {error.found}"


def _answered(answer: Answered) -> bool:
    """Whether anything came that could be the answer; an error's page or text isn't."""
    error = answer.error
    if answer.sent or error is None:
        return True
    local = isinstance(answer.source, FileSource) and answer.source.path is not None
    refused = error.found.startswith("status ") or "certificate" in error.expected
    return not (local or refused or isinstance(error, (UnaskedError, UnavailableError)))
