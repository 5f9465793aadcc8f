"""The reference pages of the documentation, from the code that they describe.

    python .ci/reference.py            # write docs/reference/{cli,study,tables}.md
    python .ci/reference.py --check    # exit 1 where a page isn't what the code gives

A test holds the committed pages against the code, so neither changes without the other.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from gapwatch.cli import app
from gapwatch.contracts import EXTRA_INPUTS, INPUTS, OUTPUTS, Column, Table
from gapwatch.study import Study
from gapwatch.study.extracts import Extract
from gapwatch.study.layouts import Layouts

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
NOTE = "<!-- Made from the code by `make reference`; edit the code, not this page. -->\n"
MIXED_IN = {"FileSource": (Extract, Layouts)}
Schema = Mapping[str, Any]


def cell(text: str) -> str:
    """Text as it stands in a cell of a table, on one line."""
    return " ".join(text.split()).replace("|", "\\|")


def prose(text: str) -> str:
    """A docstring as paragraphs; what Markdown would read as a tag is shown as it is."""
    return inspect.cleandoc(text).replace("``", "`").replace("<", "&lt;")


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    """A table of Markdown; nothing where there are no rows."""
    found = list(rows)
    if found:
        yield ""
        yield f"| {' | '.join(head)} |"
        yield f"|{'---|' * len(head)}"
        yield from (f"| {' | '.join(map(cell, row))} |" for row in found)


# The command line.


def commands(group: Any, name: str = "gapwatch") -> Iterator[tuple[str, Any]]:
    """Every command that --help lists, with its whole name, in alphabetical order."""
    for short, command in sorted(group.commands.items()):
        if not command.hidden:
            yield f"{name} {short}", command
            if hasattr(command, "commands"):
                yield from commands(command, f"{name} {short}")


def usage(name: str, command: Any) -> str:
    """One line: the command, its arguments, and that there are options."""
    places = [p for p in command.params if p.param_type_name == "argument"]
    words = [p.name.upper() if p.required else f"[{p.name.upper()}]" for p in places]
    return " ".join((name, *words, "[OPTIONS]"))


def parameters(command: Any) -> Iterator[tuple[str, str, str]]:
    """Each argument and option: how it is written, what it is if not given, what it is for."""
    for one in command.params:
        named = one.param_type_name == "argument"
        written = one.name.upper() if named else ", ".join([*one.opts, *one.secondary_opts])
        given = "" if getattr(one, "is_flag", False) else one.default
        shown = f"`{given}`" if given not in (None, "", (), []) else ""
        yield f"`{written}`", "required" if one.required else shown, one.help or ""


def cli() -> str:
    """The page of the command line."""
    root = typer.main.get_command(app)
    lines = [
        "# The command line",
        "",
        NOTE,
        (
            "`make report` leaves the command in `.venv/bin`. Commands that answer a question take "
            "`--json`: JSON goes to standard output alone, the log to standard error. "
            "`gapwatch --quiet COMMAND` logs warnings only. `gapwatch --version` says which one is "
            "installed."
        ),
        "",
        str(root.epilog),
    ]
    for name, command in commands(root):
        lines += ["", f"## {name}", "", "```text", usage(name, command), "```", ""]
        lines.append(prose(command.help or ""))
        lines += table(("argument or option", "default", "what it is"), parameters(command))
    return "\n".join(lines) + "\n"


# The study.


class Pages:
    """Each part of a study once, under the key at which it is found first."""

    def __init__(self) -> None:
        self.schema = Study.model_json_schema()
        self.lines: list[str] = []
        self.told: set[str] = set()

    def walk(self, name: str, at: str) -> None:
        """A part, then the parts in it, depth first; nothing for one that was told of before."""
        if name in self.told:
            return
        self.told.add(name)
        part = self.schema["$defs"][name]
        kind = part.get("properties", {}).get("kind", {}).get("const", "")
        of = part.get("properties", {}).get("table", {}).get("const", "")
        beside = f", kind {kind}" * bool(kind) + f", table {of}" * bool(of)
        self.lines += ["", f"## {at}{beside}", "", prose(part.get("description", ""))]
        for more in MIXED_IN.get(name, ()):
            self.lines += ["", prose(more.__doc__ or "")]
        self.lines += table(("key", "type", "default"), keys(part))
        for key, value in part.get("properties", {}).items():
            for inner in references(value):
                self.walk(inner, f"{at}.{key}")


def references(schema: Schema) -> Iterator[str]:
    """Names of the parts that a key holds, in their order."""
    if "$ref" in schema:
        yield schema["$ref"].rpartition("/")[2]
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield from references(schema[name])
    for name in ("anyOf", "oneOf", "prefixItems"):
        for one in schema.get(name, ()):
            yield from references(one)
    for one in schema.get("patternProperties", {}).values():
        yield from references(one)


def keys(part: Schema) -> Iterator[tuple[str, str, str]]:
    """Each key of a part: its name, its type with its limits, what it is if not given."""
    needed = part.get("required", ())
    for name, schema in part.get("properties", {}).items():
        # TOML has no null: what is None is left out.
        default = None if "$ref" in schema else schema.get("default")
        shown = "" if default is None else f"`{json.dumps(default, ensure_ascii=False)}`"
        told = "required" if name in needed else shown
        yield f"`{name}`", kind_of(schema), told


def kind_of(schema: Schema) -> str:
    """A type in words: what a value is, and its limits."""
    several = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    several = several or list(schema.get("oneOf", ()))
    if several:
        return " or ".join(dict.fromkeys(map(kind_of, several)))
    if "$ref" in schema:
        return "a part, see below"
    if "enum" in schema or "const" in schema:
        words = [f"`{json.dumps(one)}`" for one in schema.get("enum", [schema.get("const")])]
        return words[0] if len(words) == 1 else f"one of {', '.join(words)}"
    form = {"array": _array, "object": _mapping}.get(schema.get("type", ""), _plain)
    return form(schema)


def _plain(schema: Schema) -> str:
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    kind = schema.get("type", "anything")
    return words.get(kind, kind) + limits(schema)


def _array(schema: Schema) -> str:
    if "prefixItems" in schema:
        return "list of " + " and ".join(kind_of(one) for one in schema["prefixItems"])
    least = schema.get("minItems", 0)
    return f"list{f' of at least {least}' if least else ''}: {kind_of(schema['items'])}"


def _mapping(schema: Schema) -> str:
    held = schema.get("additionalProperties")
    by = schema.get("patternProperties") or ({"": held} if isinstance(held, dict) else {})
    values = " or ".join(kind_of(one) for one in by.values())
    return f"table by name: {values}" if values else "table"


def limits(schema: Schema) -> str:
    """The limits of a number or a text."""
    words = (
        ("minimum", "from {}"),
        ("exclusiveMinimum", "above {}"),
        ("maximum", "to {}"),
        ("exclusiveMaximum", "below {}"),
        ("maxLength", "{} characters at most"),
        ("pattern", "of the form `{}`"),
    )
    found = [form.format(schema[name]) for name, form in words if name in schema]
    if schema.get("minLength"):
        found.insert(0, "not empty")
    return f", {', '.join(found)}" if found else ""


def study() -> str:
    """The page of the study file."""
    pages = Pages()
    for key, value in pages.schema["properties"].items():
        for inner in references(value):
            pages.walk(inner, key)
    lines = [
        "# The study file",
        "",
        NOTE,
        (
            "A place is one TOML file, `gapwatch.toml` unless `--study` names another. A key that "
            "isn't listed here is refused. `gapwatch.toml` of the repository is a whole study; "
            "[Describe another place](../how-to/another-place.md) says how to write one. TOML has "
            "no empty value: leave out a key to have its default."
        ),
    ]
    lines += table(("part", "type", "default"), keys(pages.schema))
    return "\n".join((*lines, *pages.lines)) + "\n"


# The tables.


def columns(of: Table) -> Iterator[tuple[str, str, str, str]]:
    """Each column: name, type with limits, unit, meaning; the key's are marked."""
    for one in of.columns:
        name = f"`{one.name}`" + (" (key)" if one.name in of.key else "")
        yield name, type_of(one), one.unit, one.meaning


def type_of(column: Column) -> str:
    """A column's type with its limits, and whether it may be missing."""
    if column.choices:
        words = "one of " + ", ".join(f"`{choice}`" for choice in column.choices)
    else:
        words = column.kind
        if column.minimum is not None:
            words += f" from {column.minimum:g}"
        if column.maximum is not None:
            words += f" to {column.maximum:g}"
        if column.pattern:
            words += f" of the form `{column.pattern}`"
    return words + (", may be missing" if column.nullable else "")


def tables() -> str:
    """The page of the tables."""
    lines = [
        "# The tables",
        "",
        NOTE,
        (
            "Every table is in `data/curated/gapwatch.duckdb`, but for restricted ones. "
            "A release has in its `data/`, as CSV with CSV on the Web metadata, those that it "
            "publishes: not the deaths and residents of small areas, and no table of a restricted "
            "source. A missing value is empty, never zero."
        ),
    ]
    for title, kinds in (("Inputs", (*INPUTS, *EXTRA_INPUTS)), ("Results", OUTPUTS)):
        lines += ["", f"## {title}"]
        for one in kinds:
            lines += ["", f"### {one.name}", "", f"{prose(one.meaning)}."]
            lines += table(("column", "type", "unit", "meaning"), columns(one))
            lines += [""] * bool(one.checks)
            lines += [f"- {prose(check.meaning)}" for check in one.checks]
    return "\n".join(lines) + "\n"


PAGES = {"cli.md": cli, "study.md": study, "tables.md": tables}


def made() -> dict[str, str]:
    """Every page by its name."""
    return {name: re.sub(r"\n{3,}", "\n\n", page()) for name, page in PAGES.items()}


def main() -> int:
    """Write the pages, or say which aren't what the code gives."""
    pages = made()
    if "--check" not in sys.argv[1:]:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (FOLDER / name).write_text(text, encoding="utf-8")
        return 0
    stale = [
        name
        for name, text in pages.items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]
    for name in stale:
        print(f"docs/reference/{name} isn't what the code gives: make reference")  # noqa: T201
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
