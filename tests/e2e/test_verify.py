"""`gapwatch verify` names what is flipped, missing, swapped or extra, and touches nothing."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gapwatch import replaying, snapshots
from gapwatch.audit.bundle import bag as bags
from gapwatch.audit.bundle import release as bundles
from gapwatch.audit.custody import check_all
from gapwatch.audit.manifest import seal
from gapwatch.audit.verify import MANIFEST, SEAL
from gapwatch.errors import IntegrityError
from gapwatch.project import Project
from tests.command import contents, gapwatch
from tests.e2e.conftest import Chain, copied, project_in
from tests.e2e.flipping import require_found_in_bundle, require_found_in_custody

FLIPS = 60


@pytest.fixture
def mine(kept: Chain, tmp_path: Path) -> Chain:
    """A copy of two releases and two snapshots, to be broken."""
    project = copied(kept.project, tmp_path / "project")
    return Chain(project, *(project.reports / path.name for path in (kept.first, kept.second)))


def wrong(project: Project) -> list[IntegrityError]:
    return list(check_all(project.raw, project.reports).problems)


def test_a_sound_project_is_said_to_be_sound_with_what_was_checked(kept: Chain) -> None:
    before = contents(kept.project.root)
    done = gapwatch(kept.project, "verify")
    assert (done.returncode, done.stderr) == (0, "")
    names = snapshots.ids(kept.project.raw)
    pins = sum(len(snapshots.load(kept.project.raw, name).pins) for name in names)
    objects = len(list((kept.project.raw / "objects").iterdir()))
    assert done.stdout == (
        f"{len(names)} snapshots, {pins} pins, {objects} objects, 2 releases: "
        "each byte is as it was pinned or released.\n"
    )
    assert contents(kept.project.root) == before


def test_one_release_or_a_bundle_is_checked_alone(
    chain: Chain, bundle: Path, tmp_path: Path
) -> None:
    told = f"{chain.second.name}: each byte is as it was pinned or released.\n"
    done = gapwatch(chain.project, "verify", chain.second.name)
    assert (done.returncode, done.stdout) == (0, told)
    done = gapwatch(chain.project, "verify", str(bundle), "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said == {"release": str(bundle), "problems": [], "elsewhere": []}


def first_object(project: Project) -> Path:
    return min((project.raw / "objects").iterdir())


def swap(one: Path, other: Path) -> list[Path]:
    first, second = one.read_bytes(), other.read_bytes()
    assert first != second
    one.write_bytes(second)
    other.write_bytes(first)
    return [one, other]


def swap_objects(chain: Chain) -> list[Path]:
    one, other, *_ = sorted((chain.project.raw / "objects").iterdir())
    return swap(one, other)


def swap_pins(chain: Chain) -> list[Path]:
    newest = chain.project.raw / "snapshots" / snapshots.ids(chain.project.raw)[-1]
    one, other, *_ = sorted((newest / "pins").iterdir())
    return swap(one, other)


def swap_lists(chain: Chain) -> list[Path]:
    *_, one, other = sorted((chain.project.raw / "snapshots").glob("*/snapshot.json"))
    return swap(one, other)


def swap_reports(chain: Chain) -> list[Path]:
    return swap(chain.first / "report.html", chain.second / "report.html")


def swap_manifests(chain: Chain) -> list[Path]:
    """Each with its own seal, so that each is whole; but neither is of its folder."""
    swap(chain.first / SEAL, chain.second / SEAL)
    return swap(chain.first / MANIFEST, chain.second / MANIFEST)


def lose(*paths: Path) -> list[Path]:
    for path in paths:
        path.unlink()
    return list(paths)


def lose_object(chain: Chain) -> list[Path]:
    return lose(first_object(chain.project))


def lose_pin(chain: Chain) -> list[Path]:
    return lose(min((chain.project.raw / "snapshots").glob("*/pins/*.json")))


def lose_list(chain: Chain) -> list[Path]:
    return lose(min((chain.project.raw / "snapshots").glob("*/snapshot.json")))


def lose_output(chain: Chain) -> list[Path]:
    return lose(chain.first / "data" / "gap.csv", chain.second / "inputs" / "study.toml")


def lose_manifest(chain: Chain) -> list[Path]:
    return lose(chain.first / MANIFEST)


def lose_seal(chain: Chain) -> list[Path]:
    return lose(chain.second / SEAL)


def add(*paths: Path) -> list[Path]:
    for path in paths:
        path.write_bytes(b"")
    return list(paths)


def add_beside_objects(chain: Chain) -> list[Path]:
    raw = chain.project.raw
    return add(raw / "objects" / f"{'0' * 64}.csv", raw / "x.csv", raw / "snapshots" / "x")


def add_beside_pins(chain: Chain) -> list[Path]:
    folder = chain.project.raw / "snapshots" / snapshots.ids(chain.project.raw)[0]
    return add(folder / "pins" / "x.json", folder / "x.json")


def add_to_release(chain: Chain) -> list[Path]:
    return add(chain.first / "x", chain.first / "data" / "x.csv", chain.second / "inputs" / "x")


def add_to_reports(chain: Chain) -> list[Path]:
    return add(chain.project.reports / "x.html")


def link_output(chain: Chain) -> list[Path]:
    """A link to the very bytes is no file of the release."""
    path = chain.first / "report.pdf"
    path.rename(chain.project.root / "report.pdf")
    path.symlink_to(chain.project.root / "report.pdf")
    return [path]


def shorten_object(chain: Chain) -> list[Path]:
    path = first_object(chain.project)
    path.write_bytes(path.read_bytes()[:-1])
    return [path]


@pytest.mark.parametrize(
    "spoil",
    [
        swap_objects,
        swap_pins,
        swap_lists,
        swap_reports,
        swap_manifests,
        lose_object,
        lose_pin,
        lose_list,
        lose_output,
        lose_manifest,
        lose_seal,
        add_beside_objects,
        add_beside_pins,
        add_to_release,
        add_to_reports,
        link_output,
        shorten_object,
    ],
    ids=lambda spoil: spoil.__name__,
)
def test_whatever_is_not_as_it_was_is_named_and_left_alone(
    mine: Chain, spoil: Callable[[Chain], list[Path]]
) -> None:
    named = spoil(mine)
    before = contents(mine.project.root)
    problems = wrong(mine.project)
    for path in named:
        at = [path] if path.name != SEAL else [path, path.with_name(MANIFEST)]
        assert any(str(one) in problem.where for one in at for problem in problems), path
    assert contents(mine.project.root) == before


def test_several_faults_are_all_listed_for_people_and_programs(mine: Chain) -> None:
    paths = [*swap_objects(mine), *lose_output(mine), *add_to_reports(mine)]
    done = gapwatch(mine.project, "verify", "--json")
    assert done.returncode == 5
    told = json.loads(done.stdout)
    assert [set(problem) for problem in told["problems"]] == [
        {"where", "expected", "found", "to_do"} for _ in paths
    ]
    places = [problem["where"] for problem in told["problems"]]
    assert all(any(str(path) in place for place in places) for path in paths)
    done = gapwatch(mine.project, "verify")
    assert done.returncode == 5
    assert done.stdout.endswith("2 releases: 5 files not as they should be.\n")
    assert all(str(path) in done.stderr for path in paths)


def sealed(release: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Change a manifest and seal it anew, as one who wants to deceive would."""
    document = json.loads((release / MANIFEST).read_bytes())
    change(document)
    content = f"{json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)}\n".encode()
    (release / MANIFEST).write_bytes(content)
    (release / SEAL).write_bytes(seal(content))


def test_a_manifest_sealed_anew_breaks_the_chain_of_those_that_follow(mine: Chain) -> None:
    sealed(mine.first, lambda told: told.update(people={"approved_by": "Nobody"}))
    (problem,) = wrong(mine.project)
    assert problem.where == str(mine.first / MANIFEST)
    assert mine.second.name in problem.expected


def test_an_answer_that_is_not_that_of_the_data_is_named(mine: Chain) -> None:
    def lie(told: dict[str, object]) -> None:
        told["answer"] = {"verdict": "on track", "sentence": "All is well."}

    sealed(mine.second, lie)
    (problem,) = wrong(mine.project)
    assert problem.where == str(mine.second / MANIFEST)
    assert "cannot calculate" in problem.expected


def test_a_release_without_its_verdicts_is_named_whatever_its_seal_says(mine: Chain) -> None:
    (mine.second / "data" / "verdict.csv").unlink()
    sealed(mine.second, lambda told: told["outputs"].pop("data/verdict.csv"))  # type: ignore[attr-defined]
    assert "data/verdict.csv" in " ".join(str(problem) for problem in wrong(mine.project))


def test_a_manifest_of_a_newer_schema_asks_for_a_newer_gapwatch(mine: Chain) -> None:
    sealed(mine.second, lambda told: told.update(schema_version=3))
    (problem,) = wrong(mine.project)
    assert problem.where == f"{mine.second / MANIFEST}, schema_version"
    assert (problem.expected, problem.found) == ("2", "3")
    assert "newer" in problem.remedy


def test_a_release_whose_snapshot_is_gone_is_told_by_every_command(mine: Chain) -> None:
    name = json.loads((mine.second / MANIFEST).read_bytes())["snapshot"]["id"]
    folder = mine.project.raw / "snapshots" / name
    shutil.rmtree(folder)
    problems = wrong(mine.project)
    assert {problem.where for problem in problems if problem.found == "no such snapshot"} == {
        str(folder)
    }
    assert sum(mine.first.name in problem.expected for problem in problems) == 1
    before = contents(mine.project.root)
    for command in (("verify",), ("replay",), ("bundle", "x.zip")):
        done = gapwatch(mine.project, command[0], mine.second.name, *command[1:])
        assert done.returncode == 5, done.stderr
        assert str(folder) in done.stderr
        assert "backup" in done.stderr
    assert contents(mine.project.root) == before


def test_one_release_is_not_sound_when_an_object_of_its_snapshot_is_not(mine: Chain) -> None:
    snapshot = json.loads((mine.second / MANIFEST).read_bytes())["snapshot"]["id"]
    pin = snapshots.load(mine.project.raw, snapshot).pins[0]
    path = snapshots.object_path(mine.project.raw, pin.objects[0])
    path.write_bytes(path.read_bytes()[::-1])
    with (
        pytest.raises(IntegrityError, match=path.name),
        replaying.located(mine.second.name, mine.project, None),
    ):
        pass


def test_an_input_that_is_not_the_pinned_one_is_named(mine: Chain) -> None:
    def lie(told: dict[str, object]) -> None:
        told["snapshot"]["inputs"]["ward-reference"]["sha256"] = "0" * 64  # type: ignore[index]

    sealed(mine.second, lie)
    with (
        pytest.raises(IntegrityError, match="input ward-reference"),
        replaying.located(mine.second.name, mine.project, None),
    ):
        pass


def test_a_pointer_to_another_studys_release_is_named(mine: Chain) -> None:
    pointer = mine.project.reports / "latest-elsewhere"
    pointer.write_text(f"{mine.second.name}\n", encoding="utf-8")
    (problem,) = wrong(mine.project)
    assert problem.where == str(pointer)


def test_a_single_byte_changed_anywhere_is_found_and_its_file_named(
    mine: Chain, bundle: Path, tmp_path: Path
) -> None:
    chance = random.Random(2035)
    require_found_in_custody(mine.project, chance, FLIPS - FLIPS // 6)
    packed = tmp_path / "b.zip"
    shutil.copyfile(bundle, packed)
    require_found_in_bundle(packed, chance, FLIPS // 6)
    assert hashlib.sha256(packed.read_bytes()).digest() == (
        hashlib.sha256(bundle.read_bytes()).digest()
    )


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("previous/", "manifest.json"),
        ("raw/objects/", "pinned object"),
        ("raw/snapshots/", "no such snapshot"),
        ("release/", "a bundle of one release"),
    ],
)
def test_a_bundle_that_lacks_what_its_release_rests_on_is_refused(
    bundle: Path, tmp_path: Path, part: str, told: str
) -> None:
    """The bag itself is whole: its own hashes are all right."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    files = bags.read(bundle, tmp_path / "one")
    less = {name: path for name, path in files.items() if not name.startswith(part)}
    assert len(less) < len(files)
    packed = tmp_path / "b.zip"
    bags.write(packed, less, {"Bagging-Date": "2026-11-23"})
    with pytest.raises(IntegrityError, match=told):
        bundles.read(packed, tmp_path / "other")


@pytest.mark.parametrize("hostile", ["../../out", "/out", "a/link", "bomb"])
def test_a_hostile_bundle_is_refused_and_nothing_is_written(
    released: Project, tmp_path: Path, hostile: str
) -> None:
    packed = released.root / "b.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(hostile)
        if hostile == "a/link":
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(
            entry,
            bytes(50_000_000) if hostile == "bomb" else b"../../out",
            zipfile.ZIP_DEFLATED if hostile == "bomb" else zipfile.ZIP_STORED,
        )
    before = contents(tmp_path)
    with pytest.raises(IntegrityError) as caught:
        replaying.replay(str(packed), released)
    assert caught.value.where.startswith(f"{packed}: ")
    assert contents(tmp_path) == before


def test_nothing_at_all_is_sound(tmp_path: Path) -> None:
    (tmp_path / "expectations").mkdir()
    found = check_all(tmp_path / "data" / "raw", project_in(tmp_path).reports)
    assert (found.snapshots, found.releases, found.problems) == (0, 0, ())


@pytest.mark.parametrize("part", ["study", "lock", "suites", "basis"])
def test_a_manifest_that_declares_what_the_release_does_not_hold_is_named(
    mine: Chain, part: str
) -> None:
    lie = "0" * 64

    def forge(document: dict[str, Any]) -> None:
        if part == "suites":
            document["suites"]["gap.json"] = lie
        elif part == "basis":
            document["basis"] = lie
        else:
            document[part]["sha256"] = lie

    sealed(mine.second, forge)
    assert any(f"{part}" in problem.expected for problem in wrong(mine.project))
