"""Pages of many reports in one process: none has anything of another."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment, UndefinedError

from gapwatch.reporting.formats.engine import engine


def test_a_template_that_changed_is_compiled_again(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>{{ text }}</p>\n", encoding="utf-8")
    for _ in range(2):
        made = engine(tmp_path, {}).get_template("page.html").render(text="a < b")
        assert made == "<p>a &lt; b</p>\n"
    page.write_text("<b>{{ text }}</b>\n", encoding="utf-8")
    assert engine(tmp_path, {}).get_template("page.html").render(text="a") == "<b>a</b>\n"


def test_engines_share_no_filter(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{{ 'a' | said }}\n", encoding="utf-8")
    for word in ("one", "two"):
        environment = engine(tmp_path, {"said": lambda text, word=word: f"{text} {word}"})
        assert environment.get_template("page.html").render() == f"a {word}\n"


def test_a_name_that_is_not_there_stops_the_page(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{{ nothing }}", encoding="utf-8")
    with pytest.raises(UndefinedError):
        engine(tmp_path, {}).get_template("page.html").render()


def test_a_filter_is_asked_for_each_page_also_of_a_constant_in_a_macro(tmp_path: Path) -> None:
    (tmp_path / "macros.html").write_text(
        "{% macro told() %}{{ 'a' | said }}{% endmacro %}\n", encoding="utf-8"
    )
    (tmp_path / "page.html").write_text(
        "{% from 'macros.html' import told %}{{ told() }} {{ ['b'] | map('said') | first }}"
        "{% if 'c' | said == 'c 1' %} one{% endif %}\n",
        encoding="utf-8",
    )
    asked: list[str] = []

    def said(text: str) -> str:
        asked.append(text)
        return f"{text} {len(asked)}"

    page = engine(tmp_path, {"said": said}).get_template("page.html")
    assert asked == []
    assert page.render() == "a 1 b 2"
    assert page.render() == "a 4 b 5"


def test_a_template_of_the_same_text_is_compiled_once_in_a_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.html").write_text("{{ 'a' | said }}\n", encoding="utf-8")
    first = engine(tmp_path, {"said": str.upper}).get_template("page.html")
    with monkeypatch.context() as patched:
        patched.setattr(Environment, "compile", lambda *_, **__: pytest.fail("compiled again"))
        again = engine(tmp_path, {"said": str.title}).get_template("page.html")
    assert (first.render(), again.render()) == ("A\n", "A\n")
