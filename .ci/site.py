"""A hook of MkDocs: in the navigation, a folder stands for every page in it, by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def on_config(config: Any) -> Any:
    """Put the pages of each folder that the navigation names in its place."""
    config["nav"] = [_expanded(item, Path(config["docs_dir"])) for item in config["nav"]]
    return config


def _expanded(item: Any, docs: Path) -> Any:
    if isinstance(item, list):
        return [_expanded(one, docs) for one in item]
    if isinstance(item, dict):
        return {title: _expanded(one, docs) for title, one in item.items()}
    if not item.endswith("/"):
        return item
    return [path.relative_to(docs).as_posix() for path in sorted((docs / item).glob("*.md"))]
