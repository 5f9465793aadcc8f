"""One study of a fleet: what is made, what is kept, and the site of either."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gapwatch import pipeline
from gapwatch.audit.provenance import CodeState
from gapwatch.errors import OutputError
from gapwatch.fleet import making
from gapwatch.fleet.jobs import KEPT, MADE, StudyDone, StudyJob
from gapwatch.project import Project
from gapwatch.site import laying

CODE = CodeState("0" * 64, "1" * 40, clean=True)
IN_THE_WAY = OutputError("index.html", expected="a free place", found="a file", remedy="move it")


@pytest.fixture
def job(shipped: Project, tmp_path: Path) -> StudyJob:
    return StudyJob(
        "westminster", str(shipped.study_file), str(shipped.root), str(tmp_path), code=CODE
    )


@pytest.fixture
def laid(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Where a site was laid out; the release of each study stands already."""
    places: list[Path] = []
    monkeypatch.setattr(making, "_tidy", lambda: None)
    monkeypatch.setattr(making, "made_already", lambda project, job: "a-release")
    monkeypatch.setattr(laying, "beside", lambda out, raw, base: places.append(out))
    return places


def stand(job: StudyJob) -> None:
    """Leave the list of a site where the study's is, as one that was cut short does."""
    job.releases.mkdir(parents=True)
    (job.releases / "site.json").write_text("{}", encoding="utf-8")


@pytest.mark.parametrize(
    ("asked", "stands", "told"),
    [(False, False, 0), (True, False, 1), (False, True, 1), (True, True, 1)],
)
def test_a_kept_release_has_its_site_made_where_asked_and_mended_where_one_stands(
    job: StudyJob, laid: list[Path], *, asked: bool, stands: bool, told: int
) -> None:
    if stands:
        stand(job)
    done = making.make(replace(job, with_site=asked))
    assert done == StudyDone("westminster", KEPT, "a-release")
    assert laid == [job.releases] * told


def test_a_site_that_cannot_be_laid_out_is_told_and_the_release_stands(
    job: StudyJob, laid: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise IN_THE_WAY

    monkeypatch.setattr(laying, "beside", refuse)
    done = making.make(replace(job, with_site=True))
    assert done == StudyDone("westminster", KEPT, "a-release", str(IN_THE_WAY))


@pytest.mark.parametrize("asked", [False, True])
def test_a_release_is_made_of_the_fleets_own_code_with_a_site_where_asked(
    job: StudyJob, laid: list[Path], monkeypatch: pytest.MonkeyPatch, *, asked: bool
) -> None:
    seen: list[dict[str, Any]] = []

    def run(project: Project, **given: Any) -> SimpleNamespace:
        seen.append(given)
        return SimpleNamespace(release="a-new-release")

    monkeypatch.setattr(making, "made_already", lambda project, job: "")
    monkeypatch.setattr(pipeline, "run", run)
    done = making.make(replace(job, with_site=asked))
    assert done == StudyDone("westminster", MADE, "a-new-release")
    (given,) = seen
    assert (given["code"], given["with_site"], given["out"]) == (CODE, asked, job.releases)
    assert laid == []


@pytest.mark.parametrize(
    ("asked", "found", "status"),
    [
        (False, "nothing", KEPT),
        (True, "nothing", MADE),
        (False, "folder", MADE),
        (True, "folder", MADE),
        (False, "database", KEPT),
        (True, "database", KEPT),
    ],
)
def test_a_database_is_made_where_asked_or_where_one_stood(
    job: StudyJob,
    laid: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    *,
    asked: bool,
    found: str,
    status: str,
) -> None:
    seen: list[tuple[Path, bool]] = []

    def run(project: Project, **given: Any) -> SimpleNamespace:
        seen.append((project.curated, given["with_database"]))
        return SimpleNamespace(release="a-release")

    monkeypatch.setattr(pipeline, "run", run)
    if found != "nothing":
        job.databases.mkdir(parents=True)
    if found == "database":
        (job.databases / "gapwatch.duckdb").write_bytes(b"as the release is")
    done = making.make(replace(job, with_database=asked))
    assert done == StudyDone("westminster", status, "a-release")
    assert seen == [(job.databases, True)] * (status == MADE)


def test_without_a_database_nothing_is_written_beside_the_releases(
    job: StudyJob, laid: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(project: Project, **given: Any) -> SimpleNamespace:
        assert (project.curated, given["with_database"]) == (job.releases, False)
        return SimpleNamespace(release="a-new-release")

    monkeypatch.setattr(making, "made_already", lambda project, job: "")
    monkeypatch.setattr(pipeline, "run", run)
    assert making.make(job) == StudyDone("westminster", MADE, "a-new-release")
    assert not job.databases.exists()


@pytest.mark.parametrize("code", [CODE, None])
def test_a_job_is_the_same_after_a_line_of_json(job: StudyJob, code: CodeState | None) -> None:
    sent = replace(job, code=code, with_site=True, with_database=True)
    assert StudyJob.read(json.loads(json.dumps(asdict(sent)))) == sent
