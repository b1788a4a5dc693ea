"""A package that is not in the library yet: kept, kept beside, put in the place of another, let be. Nothing is lost."""

import json
import shutil
from pathlib import Path

import pytest

from desktop_app.engine.errors import Fault, FileError, PackageError
from desktop_app.engine.packages import MANIFEST
from desktop_app.studio.library import Library
from tests import tiny_package


@pytest.fixture
def user(tmp_path: Path) -> Path:
    return tmp_path / "own"


@pytest.fixture
def library(tmp_path: Path, user: Path) -> Library:
    return Library([tmp_path / "bundled"], user)


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """Another version of “tiny”."""
    folder = tiny_package.tiny_package(tmp_path / "downloads")
    tiny_package.write_manifest(folder, version="2.0")
    return folder


@pytest.fixture
def owned(library: Library, tmp_path: Path) -> Path:
    """“tiny” in the user's own folder."""
    return library.import_package(tiny_package.tiny_package(tmp_path / "first"), lambda _package: None).folder


def versions(library: Library) -> dict[str, str]:
    return {package.name: package.manifest.version for package in library.packages()}


def left_over(user: Path) -> list[str]:
    return [path.name for path in user.iterdir() if path.name.startswith(".")]


def test_what_is_not_kept_is_gone(library, user, newer):
    with library.receive(newer) as arrival:
        assert arrival.package.name == "tiny"
        assert library.packages() == []
    assert list(user.iterdir()) == []


def test_a_new_one_is_kept_under_its_name(library, user, newer):
    with library.receive(newer) as arrival:
        assert (arrival.there, arrival.is_same, arrival.can_replace) == (None, False, False)
        kept = arrival.keep()
    assert kept.folder == user / "tiny"
    assert left_over(user) == []


def test_another_version_takes_the_place_of_the_old(library, user, owned, newer):
    with library.receive(newer) as arrival:
        assert arrival.can_replace
        with pytest.raises(PackageError, match="another version") as refused:
            arrival.keep()
        assert refused.value.fault == Fault.ALREADY_THERE
        arrival.replace()
    assert versions(library) == {"tiny": "2.0"}
    assert left_over(user) == []


def test_both_are_kept_under_names_and_hashes_of_their_own(library, user, owned, newer):
    with library.receive(newer) as arrival:
        second = arrival.keep_both()
    with library.receive(newer) as arrival:
        third = arrival.keep_both()
    assert versions(library) == {"tiny": "1.0", "tiny-2": "2.0", "tiny-3": "2.0"}
    assert (second.manifest.title, third.manifest.title) == ("Tiny (2)", "Tiny (3)")
    assert len({package.sha256 for package in library.packages()}) == 3
    assert left_over(user) == []


def test_a_name_that_leaves_no_room_for_a_number_is_cut(tmp_path, library, user):
    name = "t" * 64
    source = tiny_package.tiny_package(tmp_path / "downloads", name)
    library.import_package(source, lambda _package: None)
    tiny_package.write_manifest(source, version="2.0")
    with library.receive(source) as arrival:
        assert arrival.keep_both().name == "t" * 58 + "-2"


def test_what_the_manifest_holds_beyond_this_version_is_kept(library, owned, newer):
    data = json.loads((newer / MANIFEST).read_bytes())
    (newer / MANIFEST).write_text(json.dumps(data | {"later": {"a": 1}}))
    with library.receive(newer) as arrival:
        kept = arrival.keep_both()
    assert json.loads((kept.folder / MANIFEST).read_bytes())["later"] == {"a": 1}


def test_what_came_with_the_program_is_never_replaced(tmp_path, library, user, newer):
    tiny_package.tiny_package(tmp_path / "bundled")
    with library.receive(newer) as arrival:
        assert not arrival.can_replace
        with pytest.raises(PackageError, match="came with the program"):
            arrival.replace()
    assert versions(library) == {"tiny": "1.0"}


def test_the_same_package_is_known_as_the_same(library, owned, tmp_path):
    with library.receive(tmp_path / "first" / "tiny") as arrival:
        assert arrival.is_same
        with pytest.raises(PackageError, match="It is the same one"):
            arrival.refuse_taken()


def test_a_crash_between_the_two_renames_leaves_the_old_one(tmp_path, library, user, owned, newer, monkeypatch):
    """Everything up to the second rename has happened, and nobody tidies up."""
    rename = Path.rename

    def crash(path: Path, target: Path) -> Path:
        if target == owned:
            raise KeyboardInterrupt
        return rename(path, target)

    arrival = library.receive(newer)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", crash)
        with pytest.raises(KeyboardInterrupt):
            arrival.replace()
    assert not owned.exists()
    assert versions(Library([tmp_path / "bundled"], user)) == {"tiny": "1.0"}
    assert [name for name in left_over(user) if "replaced" in name] == []


def test_a_crash_before_the_old_one_is_removed_leaves_the_new_one(tmp_path, library, user, owned, newer, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", lambda *_args, **_more: None)
        library.receive(newer).replace()
    assert len(left_over(user)) == 2
    assert versions(Library([], user)) == {"tiny": "2.0"}
    assert [name for name in left_over(user) if "replaced" in name] == []


def test_a_disk_that_refuses_puts_the_old_one_back(library, user, owned, newer, monkeypatch):
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if target == owned and path.parent != user:
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with library.receive(newer) as arrival, pytest.raises(FileError, match="No space left"):
        arrival.replace()
    assert versions(library) == {"tiny": "1.0"}
    assert left_over(user) == []


def test_a_folder_that_is_no_package_is_never_overwritten(library, user, newer):
    (user / "tiny").mkdir(parents=True)
    (user / "tiny" / "notes.txt").write_text("mine")
    with library.receive(newer) as arrival:
        with pytest.raises(PackageError, match="Move it out"):
            arrival.keep()
        assert arrival.keep_both().name == "tiny-2"
    assert (user / "tiny" / "notes.txt").read_text() == "mine"
