"""Everything that a pull and a run do with a study's files up to the verdict, in this process."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from gapwatch import study as study_file
from gapwatch.analysis import Analysis, analyse
from gapwatch.audit.closed import closed_as_sent
from gapwatch.contracts import VALIDATION, Table
from gapwatch.errors import GapwatchError
from gapwatch.quality import views, worker
from gapwatch.quality.checker import Checker
from gapwatch.quality.gate import Gate
from gapwatch.sources import registry as kinds
from gapwatch.sources.corrections import correct
from gapwatch.sources.duplicates import require_apart
from gapwatch.sources.inputs import combine
from gapwatch.sources.payload import Payload
from gapwatch.study import FileSource
from gapwatch.tables import canonical
from tests.conftest import ROOT
from tests.little import TODAY

# None of these can see a slip: they try other methods on the same figures.
SKIPPED = ("test verdict", "find ages")
_MOST_READ = 200
_READ: dict[tuple[str | bytes, ...], dict[str, pd.DataFrame]] = {}
_CHECKED: dict[tuple[str, bytes], list[Any]] = {}


class Here(Checker):
    """The real checks in this process, which has loaded their library already."""

    def __enter__(self) -> Here:
        self._asked: list[dict[str, Any]] = []
        return self

    def ask(self, request: dict[str, Any]) -> None:
        """Keep the request."""
        self._asked.append(request)

    def answers(self, count: int) -> list[dict[str, Any]]:
        """Check every table that was asked for."""
        asked, self._asked = self._asked, []
        assert count == len(asked)
        return [{"results": checked(item)} for item in asked]


def checked(item: Mapping[str, Any]) -> list[Any]:
    """What the suite says of a table; of one with the very same bytes it says the same."""
    table = Path(item["csv"])
    about = {name: said for name, said in item.items() if name != "csv"}
    key = json.dumps(about, sort_keys=True), table.read_bytes()
    if key not in _CHECKED:
        _CHECKED[key] = worker.check(
            Path(item["suite"]), table, item["kinds"], item["key"], item["told"]
        )
        if len(_CHECKED) > _MOST_READ:
            del _CHECKED[next(iter(_CHECKED))]
    return [dict(one) for one in _CHECKED[key]]


class Patient(Gate):
    """A gate that keeps its tables, and checks them when its findings are asked for."""

    def __init__(self, workspace: Path) -> None:
        super().__init__(ROOT / "expectations", workspace, Here())
        self.kept: list[tuple[Table, pd.DataFrame, dict[str, bool]]] = []

    def check(
        self, table: Table, frame: pd.DataFrame, *, restricted: bool = False, advisory: bool = False
    ) -> None:
        """Keep a table."""
        self.kept.append((table, frame, {"restricted": restricted, "advisory": advisory}))

    def findings(self) -> pd.DataFrame:
        """Check every table that was kept."""
        for table, frame, how in self.kept:
            super().check(table, frame, **how)
        return super().findings()


@dataclass
class Reached:
    """How far the files came: the refusal, or what was made of them."""

    refused: GapwatchError | None = None
    analysis: Analysis | None = None
    logged: list[str] = field(default_factory=list)
    _gate: Patient | None = None
    _validation: pd.DataFrame | None = None

    @property
    def verdict(self) -> Analysis:
        """What was found; an error where the files were refused."""
        assert self.analysis is not None, self.refused
        return self.analysis

    def noted(self) -> list[str]:
        """Warnings that need no suite: notes, and comparisons beyond their limit."""
        notes = [] if self._gate is None else [str(note) for note in self._gate._notes]
        rows = self.verdict.results.get("plausibility")
        if rows is not None:
            odd = rows[rows["outcome"] == "warning"]
            notes += [f"{r.rule}, {r.area_code}, {r.sex}, {r.year}" for r in odd.itertuples()]
        return notes

    def validated(self) -> list[str]:
        """What the suites and notes say, as the command tells it; a refusal is kept as one."""
        if self.refused is not None or self._gate is None:
            return []
        if self._validation is None:
            try:
                found = self._gate.findings()
            except GapwatchError as error:
                self.refused = error
                return []
            self._validation = canonical(VALIDATION, found, "validation")
        return views.told(self._validation)


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def reach(study_path: Path, files: Mapping[str, bytes], workspace: Path) -> Reached:
    """Read, check, measure and judge a study of files, `files` by their paths."""
    found = Reached()
    told = _Kept()
    root = logging.getLogger("gapwatch")
    root.addHandler(told)
    try:
        _reach(study_path, files, workspace, found)
    except GapwatchError as error:
        found.refused = error
    finally:
        root.removeHandler(told)
        found.logged = told.lines
    return found


def _reach(study_path: Path, files: Mapping[str, bytes], workspace: Path, found: Reached) -> None:
    study, _ = study_file.load(study_path)
    sent = {}
    for source in study.sources:
        assert isinstance(source, FileSource)
        assert source.path is not None
        sent[source.id] = (Payload("data", source.path, source.format, files[source.path]),)
    read = {source.id: parsed(source, sent[source.id]) for source in study.sources}
    require_apart(study.sources, read, sent)
    corrected = {name: correct(study, name, tables) for name, tables in read.items()}
    inputs = closed_as_sent(study, combine(study, corrected, known_in=TODAY.year), TODAY)
    with Patient(workspace) as gate:
        found.analysis = analyse(study, inputs, TODAY.year, gate, _step)
        found._gate = gate


def parsed(source: FileSource, sent: tuple[Payload, ...]) -> dict[str, pd.DataFrame]:
    """What a source's file says; a file that was read before without a word isn't read again."""
    key = source.model_dump_json(), *(payload.content for payload in sent)
    if key in _READ:
        _READ[key] = _READ.pop(key)
    else:
        kept = _Kept()
        root = logging.getLogger("gapwatch")
        root.addHandler(kept)
        try:
            found = kinds.parse(source, sent, TODAY)
        finally:
            root.removeHandler(kept)
        if kept.lines:
            return found
        _READ[key] = found
        if len(_READ) > _MOST_READ:
            del _READ[next(iter(_READ))]
    return {table: frame.copy() for table, frame in _READ[key].items()}


def _step(name: str, stage: Any, *inputs: Any) -> Any:
    return {} if name in SKIPPED else stage(*inputs)
