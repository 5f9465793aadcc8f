"""The list of the site's files: what is checked, what is replaced, what is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gapwatch import site_files
from gapwatch.errors import IntegrityError, OutputError
from gapwatch.site_files import Made, OfferedSite, item


def made(**files: bytes) -> Made:
    named = {name.replace("__", "/").replace("_", "."): content for name, content in files.items()}
    items = {name: item(content) for name, content in named.items()}
    return Made(OfferedSite(standing=(), retired=(), newest={}, files=items), named)


ONE = made(index_html=b"one", feed_xml=b"feed", pages__a__index_html=b"a", latest__index_html=b"l")
OTHER = made(index_html=b"two", feed_xml=b"feed", pages__b__index_html=b"b")


def there(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_site_is_laid_out_whole_and_another_takes_its_place(tmp_path: Path) -> None:
    site_files.lay(tmp_path, ONE)
    assert there(tmp_path) == {**ONE.files, "site.json": ONE.site.content()}
    assert site_files.problems(tmp_path) == []
    changed = site_files.lay(tmp_path, OTHER)
    assert there(tmp_path) == {**OTHER.files, "site.json": OTHER.site.content()}
    assert set(changed.write) == {"index.html", "pages/b/index.html", "site.json"}
    assert set(changed.remove) == {"pages/a/index.html", "latest/index.html"}
    assert not (tmp_path / "pages" / "a").exists()
    assert not (tmp_path / "latest").exists()
    assert site_files.problems(tmp_path) == []


def test_nothing_is_written_where_nothing_changes(tmp_path: Path) -> None:
    site_files.lay(tmp_path, ONE)
    assert site_files.lay(tmp_path, ONE) == site_files.Changes((), ())


@pytest.mark.parametrize(
    "breaks",
    [
        lambda root: (root / "index.html").write_bytes(b"oNe"),
        lambda root: (root / "feed.xml").unlink(),
        lambda root: (root / "pages" / "a" / "more.html").write_bytes(b"x"),
        lambda root: (root / "archive").mkdir(),
        lambda root: (root / "pages" / "empty").mkdir(),
        lambda root: (root / "site.json").write_bytes(b"{}\n"),  # somebody else's
        lambda root: (root / "site.json").write_bytes(ONE.site.content() + b"\n"),  # edited
        lambda root: (root / "site.json").unlink(),
        lambda root: ((root / "index.html").unlink(), (root / "index.html").symlink_to("feed.xml")),
    ],
)
def test_every_changed_missing_or_foreign_file_is_named(tmp_path: Path, breaks) -> None:
    site_files.lay(tmp_path, ONE)
    breaks(tmp_path)
    found = site_files.problems(tmp_path)
    assert found
    assert all(isinstance(error, IntegrityError) for error in found)


def test_a_folder_without_a_site_is_fine(tmp_path: Path) -> None:
    (tmp_path / "README.md").touch()
    assert site_files.problems(tmp_path) == []
    assert site_files.read(tmp_path) is None


def test_a_page_that_was_edited_is_laid_out_again(tmp_path: Path) -> None:
    site_files.lay(tmp_path, ONE)
    (tmp_path / "index.html").write_bytes(b"edited")
    site_files.lay(tmp_path, ONE)
    assert site_files.problems(tmp_path) == []


@pytest.mark.parametrize("name", ["index.html", "pages/a/index.html"])
def test_a_file_that_no_list_names_is_in_the_way(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(OutputError, match="no earlier site wrote"):
        site_files.lay(tmp_path, ONE)
    assert there(tmp_path) == {name: b"mine"}


FOREIGN = {
    "another program's": b'{\n  "title": "ours"\n}\n',
    "one without an end of line, which isn't cut short": b'{\n "title": "ours"\n}',
    "one that is cut short": b'{\n "title": "ou',
    "an empty object": b"{}\n",
    "no JSON": b"mine",
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_somebody_elses_file_of_the_lists_name_is_in_the_way_and_so_is_all_beside_it(
    tmp_path: Path, content: bytes
) -> None:
    mine = {"site.json": content, "pages/mine.html": b"mine"}
    (tmp_path / "pages").mkdir()
    for name, held in mine.items():
        (tmp_path / name).write_bytes(held)
    with pytest.raises(OutputError, match="no earlier site wrote") as caught:
        site_files.lay(tmp_path, ONE)
    assert caught.value.where == str(tmp_path / "site.json")
    assert there(tmp_path) == mine
    (told, *_) = site_files.problems(tmp_path)
    assert told.remedy.startswith("move it away, and lay the site out again")
    (tmp_path / "site.json").rename(tmp_path / "mine.json")  # as the remedy says
    site_files.lay(tmp_path, ONE)
    assert (tmp_path / "pages" / "mine.html").read_bytes() == b"mine"


@pytest.mark.parametrize("link", [True, False])
def test_a_link_or_a_folder_of_the_lists_name_is_in_the_way(tmp_path: Path, *, link: bool) -> None:
    site_files.lay(tmp_path / "elsewhere", ONE)
    (tmp_path / "out").mkdir()
    if link:
        (tmp_path / "out" / "site.json").symlink_to(tmp_path / "elsewhere" / "site.json")
    else:
        (tmp_path / "out" / "site.json").mkdir()
    before = there(tmp_path)
    with pytest.raises(OutputError, match="no earlier site wrote"):
        site_files.lay(tmp_path / "out", OTHER)
    assert there(tmp_path) == before


EDITED = {
    "a line more": ONE.site.content() + b"\n",
    "indented by an editor": json.dumps(json.loads(ONE.site.content()), indent=4).encode(),
    "something that no list has": ONE.site.content().replace(b'"standing"', b'"standign"'),
}


@pytest.mark.parametrize("content", EDITED.values(), ids=EDITED)
def test_a_list_of_ours_that_was_edited_is_laid_out_again(tmp_path: Path, content: bytes) -> None:
    site_files.lay(tmp_path, ONE)
    (tmp_path / "site.json").write_bytes(content)
    (told,) = [e for e in site_files.problems(tmp_path) if e.where.endswith("site.json")]
    assert told.remedy == "lay the site out again with `gapwatch site`"
    site_files.lay(tmp_path, ONE)
    assert there(tmp_path) == {**ONE.files, "site.json": ONE.site.content()}


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "pages").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="no earlier site wrote"):
        site_files.lay(tmp_path / "out", ONE)
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("left", ["half", "zeros to its end", "zeros alone", "nothing"])
def test_a_list_that_a_power_cut_tore_is_made_anew(tmp_path: Path, left: str) -> None:
    site_files.lay(tmp_path, ONE)
    content = ONE.site.content()
    torn = {
        "half": content[: len(content) // 2],
        "zeros to its end": content[:512] + bytes(len(content) - 512),
        "zeros alone": bytes(len(content)),
        "nothing": b"",
    }
    (tmp_path / "site.json").write_bytes(torn[left])
    assert site_files.problems(tmp_path)
    site_files.lay(tmp_path, OTHER)
    assert there(tmp_path) == {**OTHER.files, "site.json": OTHER.site.content()}


def test_cut_short_anywhere_the_next_time_goes_on(tmp_path: Path, monkeypatch) -> None:
    real = site_files._write
    number = 0
    while True:
        number += 1
        root, count = tmp_path / str(number), 0
        site_files.lay(root, ONE)

        def write(folder: Path, name: str, content: bytes, stop: int = number) -> None:
            nonlocal count
            count += 1
            if count == stop:
                raise KeyboardInterrupt
            real(folder, name, content)

        monkeypatch.setattr(site_files, "_write", write)
        try:
            site_files.lay(root, OTHER)
        except KeyboardInterrupt:
            monkeypatch.setattr(site_files, "_write", real)
            site_files.lay(root, OTHER)
            assert there(root) == {**OTHER.files, "site.json": OTHER.site.content()}
        else:
            break
        finally:
            monkeypatch.setattr(site_files, "_write", real)
    assert number > 4
