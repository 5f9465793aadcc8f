"""The compiler of papers and pictures: our templates, our fonts, and nothing of the machine's.

Content travels through inputs and is never spliced into markup, so no text can become a command.
A compiler remembers what it laid out, so the same content in another form costs little. To do so
it must be given the same, and its package hands over several inputs in any order: so there is one.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import typst

from gapwatch.errors import OutputError
from gapwatch.reporting.drawing.canvas import FONT_FOLDER
from gapwatch.reporting.drawing.further import Typefaces, further_folder, kept

TEMPLATES = Path(__file__).parent.parent / "templates"


class Compiler:
    """A template that is compiled with any inputs, by one thread at a time.

    `made` names what comes of it, for errors.
    """

    def __init__(self, template: str, made: str, fonts: Typefaces = ()) -> None:
        self._made = made
        self._inputs = {"fonts": families(fonts)}
        self._compiler = typst.Compiler(
            str(TEMPLATES / template), root=str(TEMPLATES), font_paths=typefaces(fonts)
        )

    def pages(self, inputs: dict[str, str], **asked: Any) -> list[bytes]:
        """Every page, or the one file of a form that holds all pages.

        Raises OutputError when the compiler refuses, for instance a figure without alt text.
        """
        given = json.dumps(self._inputs | inputs, ensure_ascii=False, sort_keys=True)
        try:
            made = self._compiler.compile(sys_inputs={"given": given}, **asked)
        except typst.TypstError as error:
            raise OutputError(
                self._made,
                expected="content that the compiler accepts",
                found=error.diagnostic,
                remedy="report this with the release's data folder: template and content disagree",
            ) from error
        return [made] if isinstance(made, bytes) else made or []

    def one(self, inputs: dict[str, str], **asked: Any) -> bytes:
        """The one page or file that there should be; raises OutputError where there isn't."""
        made = self.pages(inputs, **asked)
        if len(made) != 1:
            raise OutputError(
                self._made,
                expected="one file or one page",
                found=str(len(made)),
                remedy="install the locked version of typst with make",
            )
        return made[0]


def prepare(fonts: Typefaces = ()) -> None:
    """Read the typefaces, before several threads ask for them at once."""
    typefaces(fonts)
    families(fonts)


@cache
def typefaces(fonts: Typefaces = ()) -> typst.Fonts:
    """Our own fonts and those that a study declares, and none of the machine's."""
    return _only([FONT_FOLDER, further_folder(), *(kept(font).parent for font in fonts)])


@cache
def families(fonts: Typefaces) -> str:
    """What the compiler calls the declared fonts, in their order, as JSON for a template."""
    return json.dumps([name for font in fonts for name in _only([kept(font).parent]).families()])


def _only(folders: list[Path]) -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in folders],
    )
