"""Pages of many reports in one process: none has anything of another."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from gapwatch.reporting.formats.engine import engine


def test_a_template_that_changed_is_compiled_again(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>{{ text }}</p>\n", encoding="utf-8")
    for _ in range(2):
        assert (
            engine(tmp_path).get_template("page.html").render(text="a < b") == "<p>a &lt; b</p>\n"
        )
    page.write_text("<b>{{ text }}</b>\n", encoding="utf-8")
    assert engine(tmp_path).get_template("page.html").render(text="a") == "<b>a</b>\n"


def test_engines_share_no_filter(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{{ 'a' | said }}\n", encoding="utf-8")
    for word in ("one", "two"):
        environment = engine(tmp_path)
        environment.filters["said"] = lambda text, word=word: f"{text} {word}"
        assert environment.get_template("page.html").render() == f"a {word}\n"


def test_a_name_that_is_not_there_stops_the_page(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{{ nothing }}", encoding="utf-8")
    with pytest.raises(UndefinedError):
        engine(tmp_path).get_template("page.html").render()
