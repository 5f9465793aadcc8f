"""A fleet as its user runs it: the bytes of single runs, for any workers, whatever is killed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from gapwatch.demo.national import InventedCountry, write
from gapwatch.shipped import STUDY_FILE
from gapwatch.site_files import PLACES
from gapwatch.switch import DATABASE
from tests.e2e.test_report_accessibility import ARGUMENTS, CHROMIUM
from tests.e2e.test_site import in_a_browser

pytestmark = pytest.mark.long
COUNTRY = InventedCountry(seed=9, boroughs=2, wards=5, blocks=60, years=12)
GAPWATCH = (sys.executable, "-m", "gapwatch.cli")


def gapwatch(*words: object, code: int = 0) -> str:
    said = tuple(map(str, words))
    done = subprocess.run([*GAPWATCH, *said], check=False, capture_output=True, text=True)
    assert done.returncode == code, done.stderr[-3000:]
    return done.stdout + done.stderr


def rows(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of a database."""
    with duckdb.connect(str(database), read_only=True) as held:
        names = [name for (name,) in held.execute("SHOW TABLES").fetchall()]
        return {name: held.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in names}


def content(folder: Path, prefix: str = "") -> dict[str, bytes]:
    """Every file of the fleet's releases and its league, by name after the prefix.

    Locks, databases and what a run set aside as torn are none.
    """
    return {
        prefix + path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock" and "databases" not in path.parts
        if not any(part.startswith(".torn-") for part in path.parts)
    }


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of every borough, by the command, and one that can't be read."""
    folder = tmp_path_factory.mktemp("country")
    files = write(COUNTRY, folder)
    told = gapwatch(
        "boroughs", *files.values(), "--studies", folder / "studies", "--out", folder / "g"
    )
    assert f"Studies: {COUNTRY.boroughs} in" in told
    (folder / "studies" / "broken").mkdir()
    (folder / "studies" / "broken" / STUDY_FILE).write_text("[study\n", encoding="utf-8")
    return folder / "studies"


@pytest.fixture(scope="module")
def made(studies: Path) -> Path:
    """The fleet by two workers."""
    out = studies.parent / "two"
    told = gapwatch("fleet", studies, "--out", out, "--workers", 2, code=6)
    assert "3 (1 failed, 2 made)" in told
    return out


def test_one_worker_gives_the_same_bytes(studies: Path, made: Path) -> None:
    gapwatch("fleet", studies, "--out", studies.parent / "one", "--workers", 1, code=6)
    assert content(studies.parent / "one") == content(made)


def test_each_release_is_that_of_a_single_run_and_so_is_its_site_where_it_is_asked_for(
    studies: Path, made: Path, tmp_path: Path
) -> None:
    gapwatch("run", "--study", studies / "x09000000" / STUDY_FILE, "--out", tmp_path / "alone")
    alone = content(tmp_path / "alone")
    site = {name for name in alone if name.split("/")[0] in PLACES}
    assert len(site) > 10
    place = made / "places" / "x09000000"
    assert content(place) == {name: held for name, held in alone.items() if name not in site}
    # What stands already gets its site without being made again, and keeps it from then on.
    again = tmp_path / "again"
    shutil.copytree(made, again)
    told = gapwatch("fleet", studies, "--out", again, "--workers", 1, "--sites", code=6)
    assert "(2 already made, 1 failed)" in told
    assert content(again / "places" / "x09000000") == alone
    whole = content(again)
    for name in ("x09000000", "x09000001"):
        (again / "places" / name / "index.html").unlink()
    next(again.glob("places/x09000001/x09000001-*/report.pdf")).unlink()
    told = gapwatch("fleet", studies, "--out", again, "--workers", 1, code=6)
    assert "(1 already made, 1 failed, 1 made)" in told
    assert content(again) == whole
    # As does one that is made with it at once.
    out = tmp_path / "with-sites"
    gapwatch("fleet", studies / "x09000000", "--out", out, "--workers", 1, "--sites")
    assert content(out / "places" / "x09000000") == alone


def test_a_database_is_that_of_a_single_run_where_it_is_asked_for_and_stays_up_to_date(
    studies: Path, made: Path, tmp_path: Path
) -> None:
    assert not (made / "databases").exists()
    project = studies / "x09000001"
    gapwatch("run", "--study", project / STUDY_FILE, "--out", tmp_path / "alone")
    of_run = rows(project / "data" / "curated" / DATABASE)
    out = tmp_path / "fleet"
    shutil.copytree(made / "places" / "x09000001", out / "places" / "x09000001")
    told = gapwatch("fleet", project, "--out", out, "--workers", 1, "--databases")
    assert "1 (1 made)" in told, "without its database a release isn't all that was asked for"
    assert content(out / "places") == content(made / "places" / "x09000001", "x09000001/")
    database = out / "databases" / "x09000001" / DATABASE
    assert rows(database) == of_run
    assert len(of_run) > 20
    assert "1 (1 already made)" in gapwatch("fleet", project, "--out", out, "--databases")
    # One that stood is made again without being asked for: it would be of another release.
    database.unlink()
    gapwatch("fleet", project, "--out", out, "--workers", 1)
    assert rows(database) == of_run


def test_what_stands_is_not_made_again_and_what_is_torn_is(studies: Path, made: Path) -> None:
    before = content(made)
    (release,) = made.glob("places/x09000001/x09000001-*")
    (release / "report.pdf").unlink()
    told = gapwatch("fleet", studies, "--out", made, "--workers", 1, code=6)
    assert "(1 already made, 1 failed, 1 made)" in told
    assert content(made) == before


def test_a_worker_killed_in_the_middle_loses_nothing(studies: Path, made: Path) -> None:
    out = studies.parent / "killed"
    words = [*GAPWATCH, "fleet", str(studies), "--out", str(out), "--workers", "2"]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    building = until(lambda: next(out.glob("places/*/.building-*"), None))
    victims = workers_of(process.pid)
    assert victims
    assert building
    os.kill(victims[0], signal.SIGKILL)
    _, told = process.communicate(timeout=1800)
    assert process.returncode == 6, told
    assert "made again one by one" in told
    assert content(out) == content(made)


def workers_of(pid: int) -> list[int]:
    """Processes that a fleet makes studies in, by Linux's own list."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            line = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == pid and b"spawn_main" in line:
            found.append(int(entry.name))
    return sorted(found)


def until(found: object, seconds: float = 600) -> object:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if answer := found():  # type: ignore[operator]
            return answer
        time.sleep(0.2)
    raise AssertionError("it never came")


@in_a_browser
@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_league_page_has_no_violation_and_asks_for_nothing(
    made: Path, width: int, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    playwright = pytest.importorskip("playwright.sync_api")
    told: list[str] = []
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page.on("console", lambda message: told.append(message.text))
        here = ("file:", "data:")
        page.on("request", lambda asked: asked.url.startswith(here) or told.append(asked.url))
        page.goto((made / "index.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        found = axe.run(page).response
        browser.close()
    assert found["violations"] == []
    # What a program can't judge is where a picture lies behind text: there is none.
    assert [one["id"] for one in found["incomplete"]] == []
    assert told == []


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A scheduler and two workers of this environment, and the scheduler's process."""
    pytest.importorskip("prefect_dask")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m"]
    scheduler = subprocess.Popen(
        [
            *dask,
            "distributed.cli.dask_scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--no-dashboard",
        ],
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    workers = [
        subprocess.Popen(
            [
                *dask,
                "distributed.cli.dask_worker",
                address,
                "--nthreads",
                "1",
                "--no-dashboard",
                "--local-directory",
                str(tmp_path / f"w{number}"),
            ],
            cwd=tmp_path,
            stderr=subprocess.DEVNULL,
        )
        for number in range(2)
    ]
    time.sleep(20)
    yield address, scheduler
    for process in (*workers, scheduler):
        process.terminate()
        process.wait(60)


def test_a_cluster_of_two_workers_gives_the_same_bytes(
    studies: Path, made: Path, cluster: tuple[str, subprocess.Popen[str]]
) -> None:
    out = studies.parent / "cluster"
    told = gapwatch("fleet", studies, "--out", out, "--dask", cluster[0], code=6)
    assert "(1 failed, 2 made)" in told
    assert content(out) == content(made)


def test_a_scheduler_that_goes_away_leaves_what_was_made(
    studies: Path, cluster: tuple[str, subprocess.Popen[str]]
) -> None:
    out = studies.parent / "gone"
    words = [*GAPWATCH, "fleet", str(studies), "--out", str(out), "--dask", cluster[0]]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    until(lambda: next(out.glob("places/*/.building-*"), None))
    cluster[1].kill()
    told, _ = process.communicate(timeout=1800)
    assert process.returncode == 6
    assert re.search(r"[23] failed", told)
    assert (out / "index.html").is_file()
    shutil.rmtree(out)


def test_a_scheduler_that_is_not_there_is_refused_before_anything_is_made(
    studies: Path, tmp_path: Path
) -> None:
    pytest.importorskip("prefect_dask")
    told = gapwatch("fleet", studies, "--out", tmp_path, "--dask", "tcp://127.0.0.1:1", code=4)
    assert "expected: a scheduler that answers" in told
    assert not (tmp_path / "index.html").exists()
