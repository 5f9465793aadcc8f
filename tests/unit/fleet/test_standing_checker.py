"""One validation process for several runs: answers go to the run that asked, and to no other."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gapwatch.errors import ValidationError
from gapwatch.quality import checker
from gapwatch.quality.standing_checker import StandingChecker

# A process that speaks as the worker does, without its library: it answers with what it was asked.
ECHO = """
import json, os, sys
for line in sys.stdin:
    request = json.loads(line)
    if request.get("collect"):
        continue
    if request.get("die"):
        sys.stderr.write("out of memory\\n")
        sys.exit(3)
    print(json.dumps({"results": request["of"], "by": os.getpid()}), flush=True)
"""


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandingChecker]:
    monkeypatch.setattr(checker, "COMMAND", (sys.executable, "-c", ECHO))
    made = StandingChecker()
    yield made
    made.close()


def test_several_runs_are_answered_by_one_process_in_the_order_asked(
    standing: StandingChecker,
) -> None:
    by = set()
    for run in range(3):
        with standing:
            standing.ask_last({"of": f"{run}-last"})
            standing.ask({"of": f"{run}-first"})
            found = standing.answers(2)
        assert [one["results"] for one in found] == [f"{run}-first", f"{run}-last"]
        by |= {one["by"] for one in found}
    assert len(by) == 1


def test_what_a_failed_run_asked_is_no_answer_to_the_next(standing: StandingChecker) -> None:
    with standing:  # which leaves before it has its answers, as a run that failed does
        standing.ask({"of": "lost"})
        standing.ask_last({"of": "never sent"})
    with standing:
        standing.ask({"of": "mine"})
        assert [one["results"] for one in standing.answers(1)] == ["mine"]


def test_more_than_a_pipe_holds_is_answered_too(standing: StandingChecker) -> None:
    long = "x" * 300_000
    with standing:
        for _ in range(4):
            standing.ask({"of": long})
        assert [one["results"] for one in standing.answers(4)] == [long] * 4


def test_a_process_that_ends_is_told_and_the_next_run_has_a_new_one(
    standing: StandingChecker,
) -> None:
    with standing:
        standing.ask({"die": True})
        standing.ask_last({"of": "after"})
        with pytest.raises(ValidationError, match="the checker stopped"):
            standing.answers(2)
    with standing:
        standing.ask({"of": "again"})
        assert standing.answers(1)[0]["results"] == "again"


def test_nothing_asked_is_nothing_answered(standing: StandingChecker) -> None:
    with standing:
        assert standing.answers(0) == []


def test_the_real_worker_passes_over_what_asks_it_to_tidy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import io

    from gapwatch.quality import worker

    suite = {"suite": str(tmp_path / "none.json"), "csv": "x", "kinds": {}, "key": []}
    lines = f"{json.dumps({'collect': True})}\n{json.dumps(suite)}\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    monkeypatch.setattr(worker, "import_library", lambda: None)
    worker.main()
    assert capsys.readouterr().out.count("\n") == 1
