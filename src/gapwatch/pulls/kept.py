"""Answers that arrived whole, kept beside data/raw until the pull that asked for them has ended.

    data/pulling/<date>-<start of a hash>/<source>/answers.json   roles, addresses, hashes, in order
    data/pulling/<date>-<start of a hash>/<source>/<sha256>       the bytes

The hash is that of the study. A source is kept when all of it has arrived: pages from before and
after a publisher's revision are never put together. Restricted files and files beside the study
are not kept.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import logging
import shutil
import tempfile
from pathlib import Path
from typing import Any

from gapwatch import system
from gapwatch.sources.payload import Payload
from gapwatch.study import FileSource, LiveSource, is_restricted

log = logging.getLogger(__name__)
FOLDER = "pulling"
_LIST = "answers.json"
_HASH = 16
_MOST_LIST_BYTES = 1_000_000


class Kept:
    """The answers of today that a pull of this study was sent, and that its next one takes.

    Nothing of it is an input that anything rests on: what can't be read, or isn't as it was
    written, is asked for again; what can't be written is only not kept. One that isn't `is_on`
    keeps nothing and gives nothing.
    """

    def __init__(self, raw: Path, study_sha256: str, today: dt.date, *, is_on: bool = True) -> None:
        self._is_on = is_on
        self._top = raw.parent / FOLDER
        self._today = today.isoformat()
        self._folder = self._top / f"{self._today}-{study_sha256[:_HASH]}"
        self.taken: list[str] = []

    def read(self, source: LiveSource) -> tuple[Payload, ...] | None:
        """What a source sent, in full and unchanged; None where it has to be asked."""
        if not (self._is_on and _may_keep(source)):
            return None
        place = self._folder / source.id
        try:
            if (place / _LIST).stat().st_size > _MOST_LIST_BYTES:
                return None
            listed = json.loads((place / _LIST).read_bytes())
            if listed["source"] != _described(source):
                return None
            sent = tuple(_payload(place, item) for item in listed["answers"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        self.taken.append(source.id)
        return sent or None

    def write(self, source: LiveSource, sent: tuple[Payload, ...]) -> None:
        """Keep all that a source sent; a folder that can be seen is whole."""
        if not (self._is_on and _may_keep(source)):
            return
        try:
            self._make()
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=".") as room:
                made = Path(room) / source.id
                made.mkdir()
                for item in sent:
                    (made / item.sha256).write_bytes(item.content)
                answers = [
                    {
                        "role": item.role,
                        "address": item.address,
                        "suffix": item.suffix,
                        "sha256": item.sha256,
                    }
                    for item in sent
                ]
                listed = {"source": _described(source), "answers": answers}
                (made / _LIST).write_text(json.dumps(listed), encoding="utf-8")
                shutil.rmtree(self._folder / source.id, ignore_errors=True)
                made.rename(self._folder / source.id)
        except OSError as error:
            log.warning("%s isn't kept for another pull: %s", source.id, error.strerror)

    def forget(self, source: LiveSource) -> None:
        """Ask this source again next time: what it sent was refused."""
        shutil.rmtree(self._folder / source.id, ignore_errors=True)

    def sweep(self, *, all_of_it: bool = False) -> None:
        """Remove what is of another day, or everything."""
        if not self._top.is_dir():
            return
        for path in self._top.iterdir():
            if path.is_dir() and (all_of_it or not path.name.startswith(f"{self._today}-")):
                shutil.rmtree(path, ignore_errors=True)
        if all_of_it:
            shutil.rmtree(self._top, ignore_errors=True)

    def tell(self) -> None:
        """Say in one line which sources were not asked again."""
        if self.taken:
            log.info(
                "not asked again, as they had arrived whole today before a pull was cut off: %s",
                ", ".join(self.taken),
            )

    def _make(self) -> None:
        """The folders, for their owner alone; git leaves them out wherever they are."""
        self._top.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            system.make_private(self._top)
        ignore = self._top / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        self._folder.mkdir(mode=0o700, exist_ok=True)


def _may_keep(source: LiveSource) -> bool:
    local = isinstance(source, FileSource) and source.path is not None
    return not (local or is_restricted(source))


def _described(source: LiveSource) -> str:
    return hashlib.sha256(source.model_dump_json().encode()).hexdigest()


def _payload(place: Path, item: dict[str, Any]) -> Payload:
    """One answer; ValueError unless its bytes are those that arrived."""
    sha = str(item["sha256"])
    if len(sha) != hashlib.sha256().digest_size * 2 or not sha.isalnum():
        raise ValueError(sha)
    found = Payload(item["role"], item["address"], item["suffix"], (place / sha).read_bytes())
    if found.sha256 != sha:
        raise ValueError(sha)
    return found
