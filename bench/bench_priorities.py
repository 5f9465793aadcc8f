"""What residents' priorities and a register of initiatives add to the run of one borough.

The absolute time is the machine's; the ratio is to the same run without them. The budget is two
seconds for sixty indicators and forty initiatives, each with an effect that was written down.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

ROUNDS = 5
INDICATORS, INITIATIVES = 60, 40
MOST_SECONDS, MOST_RATIO = 2.0, 1.5
ASKED = ("priorities", "indicators", "evidence_gaps")
DONE = ("initiatives", "expectations")
ENVIRONMENT = {**os.environ, "GAPWATCH_ALLOW_LOCAL": "1"}


def gapwatch(*arguments: str, cwd: Path) -> tuple[float, float]:
    """The seconds of a command, and its processor seconds, its worker's among them."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "gapwatch.cli", "--quiet", *arguments]
    subprocess.run(command, cwd=cwd, check=True, capture_output=True, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, processor


def blocks(text: str, *names: str) -> list[str]:
    """The tables of these names in a study file, each as its text."""
    return [part for part in re.split(r"(?m)^(?=\[)", text) if part.startswith(tables(*names))]


def tables(*names: str) -> tuple[str, ...]:
    return tuple(f"[[{name}]]" for name in names)


def without(text: str) -> str:
    """A study that asks for nothing of these."""
    parts = re.split(r"(?m)^(?=\[)", text)
    left = ("[localities]", *tables(*ASKED, *DONE))
    return "".join(part for part in parts if not part.startswith(left))


def named(block: str, number: int) -> str:
    """A block again, under an id of its own, and of the initiative that came with it."""
    return re.sub(r'(?m)^(id|initiative) = "(.+)"$', rf'\1 = "\2-{number}"', block)


def enlarged(text: str) -> str:
    """As many indicators and initiatives as the budget is for."""
    shown, done = blocks(text, "indicators"), blocks(text, "initiatives")
    expected = blocks(text, "expectations")
    more = [named(shown[number % len(shown)], number) for number in range(INDICATORS - len(shown))]
    for number in range(INITIATIVES // len(done) - 1):
        more += [named(block, number) for block in [*done, *expected]]
    # Each initiative has something that was expected of it, as a busy register has.
    full = text + "\n" + "\n".join(more)
    assert len(blocks(full, "indicators")) == INDICATORS
    assert len(blocks(full, "initiatives")) == INITIATIVES
    return full


def test_priorities_and_initiatives_add_less_than_two_seconds(
    benchmark: BenchmarkFixture, tmp_path: Path
) -> None:
    place = tmp_path / "borough"
    gapwatch("demo", "--out", str(place), cwd=tmp_path)
    study = place / "gapwatch.toml"
    text = study.read_text(encoding="utf-8")
    texts = {"with": enlarged(text), "without": without(text)}
    pairs = []

    def seconds(which: str) -> tuple[float, float]:
        study.write_text(texts[which], encoding="utf-8")
        out = tmp_path / f"{which}-{len(pairs)}"
        return gapwatch("run", "--out", str(out), cwd=place)

    def pair() -> None:
        pairs.append((seconds("with"), seconds("without")))

    benchmark.pedantic(pair, rounds=ROUNDS, iterations=1)
    added = [
        min(one[kind] for one, _ in pairs) - min(two[kind] for _, two in pairs) for kind in (0, 1)
    ]
    ratio = min(one[1] for one, _ in pairs) / min(two[1] for _, two in pairs)
    benchmark.extra_info.update(
        added_seconds=round(added[0], 2),
        added_cpu_seconds=round(added[1], 2),
        ratio_to_a_run_without=round(ratio, 2),
    )
    assert added[0] < MOST_SECONDS
    assert ratio < MOST_RATIO
