"""What a reader meets first on the page: the words above the first picture."""

from __future__ import annotations

import html
import re

_UNSEEN = re.compile(
    r'<a class="skip".*?</a>|<h2[^>]* class="hidden">.*?</h2>|<svg.*?</svg>', re.DOTALL
)


def first_words(page: str) -> list[str]:
    """Every word that is seen above the first chart, as a page of text has them."""
    body = page.partition("<body>")[2].partition('<div class="chart"')[0]
    return html.unescape(re.sub(r"<[^>]+>", " ", _UNSEEN.sub(" ", body))).split()
