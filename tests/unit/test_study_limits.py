"""Studies that would cost time, memory or a traceback: each refused by name, at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gapwatch.errors import StudyError
from gapwatch.project import Project
from gapwatch.study import limits, load

SOON_SECONDS = 20.0  # on a busy machine; without limits it is minutes


def refusal(path: Path) -> StudyError:
    started = time.perf_counter()
    with pytest.raises(StudyError) as caught:
        load(path)
    assert time.perf_counter() - started < SOON_SECONDS
    assert len(str(caught.value)) < 2000
    return caught.value


BOMBS = {
    "a dotted key": (".".join(["a"] * 200_000) + " = 1", "at most 16 parts"),
    "a dotted key of quoted names": (".".join(['"a"'] * 100_000) + " = 1", "at most 16 parts"),
    "a dotted key in a table's head": (f"[{'.'.join(['a'] * 200_000)}]", "at most 16 parts"),
    "a dotted key in a table of one line": (f"x = {{ {'.'.join('a' * 50_000)} = 1 }}", "16 parts"),
    "a dotted key with blanks": (" . ".join(["a"] * 100_000) + " = 1", "at most 16 parts"),
    "lists in lists": ("x = " + "[" * 50_000, "at most 32 deep"),
    "tables in tables": ("x = " + "{ a = " * 50_000, "at most 32 deep"),
    "a large file": ("#" * 1_000_001, "at most 1,000,000 bytes"),
    "many keys": ("".join(f"a{n}=1\n" for n in range(100_001)), "100,000 keys"),
    "a name of many letters": ("a" * 900_000, "TOML"),
    "quotes without an end": ('"' * 900_001, "TOML"),
    "a string without an end": ('x = """' + '"\\' * 400_000, "TOML"),
    "dots alone": ("." * 900_000, "TOML"),
    "a number of many digits": ("x = " + "9" * 5000, "TOML"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_at_once(name: str, tmp_path: Path) -> None:
    text, expected = BOMBS[name]
    path = tmp_path / "study.toml"
    path.write_text(text)
    assert expected in refusal(path).expected


@pytest.mark.parametrize("seed", ["9" * 5000, "0x" + "f" * 5000, "18446744073709551616", "-1"])
def test_a_seed_that_no_generator_takes_is_refused(project: Project, seed: str) -> None:
    text = project.study_file.read_text(encoding="utf-8")
    start = text.index("seed = ")
    line = text[start : text.index("\n", start)]
    project.study_file.write_text(text.replace(line, f"seed = {seed}"), encoding="utf-8")
    assert refusal(project.study_file)


def test_dots_and_brackets_in_words_are_no_keys(project: Project) -> None:
    text = project.study_file.read_text(encoding="utf-8")
    many = ".".join("a" * 40)
    added = f"# {many} {'[' * 50}\nprefix = \"{many} {'[' * 50}\"\nq = '{many}'\n"
    assert limits.fault((added + text).encode()) is None


def test_extremes_of_two_areas_are_a_pair(project: Project) -> None:
    study, _ = load(project.study_file)
    if all(measure.kind != "extremes" for measure in study.measures):
        pytest.fail("the shipped study measures extremes")
    from gapwatch.study.loading import _check_measures

    two = study.geography.model_copy(update={"areas": study.geography.areas[:2]})
    extremes = [
        m.model_copy(update={"primary": True}) for m in study.measures if m.kind == "extremes"
    ]
    small = study.model_copy(update={"geography": two, "measures": tuple(extremes[:1])})
    with pytest.raises(StudyError) as caught:
        _check_measures(project.study_file, small)
    assert (caught.value.expected, caught.value.found) == ("three areas or more for extremes", "2")
    assert 'kind = "pair"' in caught.value.remedy
