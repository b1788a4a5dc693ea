"""Importing a package: whole or not at all, and never a byte outside its own folder."""

import errno
import io
import os
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.engine import manifest as manifests
from desktop_app.engine import manifest_check, packages
from desktop_app.engine.errors import Cancelled, EngineDied, Fault, FileError, PackageError
from desktop_app.studio import library as library_module
from desktop_app.studio.library import Library
from tests import tiny_package

fuzz = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def fine(package):
    """A verify that finds nothing wrong."""


@pytest.fixture
def source(tmp_path) -> Path:
    return tiny_package.tiny_package(tmp_path / "downloads")


@pytest.fixture
def user(tmp_path) -> Path:
    return tmp_path / "Данные 図" / "models"


@pytest.fixture
def library(tmp_path, user) -> Library:
    return Library([tmp_path / "bundled"], user)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def zipped(source: Path, inside: str = "tiny/", **more: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(source.iterdir()):
            archive.write(path, inside + path.name)
        for name, data in more.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def refused(library, source, kind=PackageError, verify=fine):
    """The import fails with a sentence and leaves nothing behind."""
    user = library._user_folder
    before = snapshot(user) if user.exists() else {}
    with pytest.raises(kind) as caught:
        library.import_package(source, verify)
    assert (snapshot(user) if user.exists() else {}) == before
    assert not [p for p in user.glob("*") if p.name.startswith(".")]
    return caught.value


# -- the good ones -------------------------------------------------------------------------------------------------


def test_a_folder(library, user, source):
    before = snapshot(source)
    seen = []
    package = library.import_package(source, seen.append)
    assert package.folder == user / "tiny"
    assert snapshot(package.folder) == before == snapshot(source)
    assert [p.name for p in library.packages()] == ["tiny"]
    assert seen[0].sha256 == package.sha256
    assert [p.name for p in user.iterdir()] == ["tiny"]


@pytest.mark.parametrize("inside", ["tiny/", "", "a/b/tiny/", "Tiny (1)/", "../", "/"])
def test_an_archive(library, user, source, tmp_path, inside):
    path = tmp_path / "tiny-1.0.zip"
    path.write_bytes(zipped(source, inside))
    package = library.import_package(path, fine)
    assert snapshot(package.folder) == snapshot(source)
    assert [p.name for p in user.iterdir()] == ["tiny"]
    assert set(tmp_path.rglob("decoder.onnx")) == {source / "decoder.onnx", package.folder / "decoder.onnx"}


def test_what_systems_add_to_archives_is_left_out(library, source, tmp_path):
    path = tmp_path / "tiny.zip"
    extra = {"__MACOSX/tiny/._manifest.json": b"x", "tiny/.DS_Store": b"x", "tiny/Thumbs.db": b"x", "readme.txt": b"x"}
    path.write_bytes(zipped(source, **extra))
    assert snapshot(library.import_package(path, fine).folder) == snapshot(source)


@pytest.mark.parametrize("name", ["tiny copy", "tiny (1)", "図"])
def test_a_renamed_download(library, user, source, name):
    renamed = source.rename(source.with_name(name))
    assert library.import_package(renamed, fine).folder == user / "tiny"


def test_files_that_the_manifest_does_not_list_stay_behind(library, source):
    (source / "virus.py").write_text("print('hello')")
    assert not (library.import_package(source, fine).folder / "virus.py").exists()


def test_the_imported_package_works(library, source, runtime_service):
    from desktop_app.engine.requests import Verified, Verify

    package = library.import_package(source, lambda p: list(runtime_service.run(Verify(p.ref))))
    (verified,) = runtime_service.run(Verify(package.ref))
    assert isinstance(verified, Verified)


@pytest.fixture
def runtime_service():
    from desktop_app.engine.runtime import Runtime
    from desktop_app.engine.service import Service

    runtime = Runtime("cpu", threads=1)
    yield Service(runtime)
    runtime.close()


# -- archives that want more ---------------------------------------------------------------------------------------


def test_names_that_climb_out_are_never_written(library, source, tmp_path):
    path = tmp_path / "downloads" / "tiny.zip"
    path.write_bytes(zipped(source, **{"../../evil.txt": b"x", "tiny/../../evil.txt": b"x", "/tmp/evil.txt": b"x"}))
    library.import_package(path, fine)
    assert list(tmp_path.rglob("evil.txt")) == []


def test_a_manifest_that_lists_names_that_climb_out(library, source, tmp_path):
    files = packages.open_package(source).manifest.files
    for name in ("../evil.txt", "..\\evil.txt", "/tmp/evil.txt", "..", "manifest.json", "a/b", "C:evil.txt"):
        entry = manifests.FileEntry(name, 1, "0" * 64)
        tiny_package.write_manifest(source, files={**files, "card": entry})
        path = tmp_path / "tiny.zip"
        path.write_bytes(zipped(source, **({f"tiny/{name}": b"x"} if name != "manifest.json" else {})))
        for origin in (path, source):
            assert refused(library, origin).fault in (Fault.ESCAPES_FOLDER, Fault.MISSING_FILE)
    assert list(tmp_path.rglob("evil.txt")) == []


def test_one_name_twice(library, source, tmp_path):
    path = tmp_path / "tiny.zip"
    with pytest.warns(UserWarning, match="Duplicate name"):
        path.write_bytes(zipped(source, **{"tiny/decoder.onnx": b"another"}))
    assert "twice" in refused(library, path).message


def test_two_packages_in_one_archive(library, source, tmp_path):
    path = tmp_path / "tiny.zip"
    path.write_bytes(zipped(source, **{"other/manifest.json": b"{}"}))
    assert refused(library, path).fault is Fault.NOT_A_PACKAGE


def test_an_archive_without_package(library, tmp_path):
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.jpg", b"x")
    assert refused(library, path).fault is Fault.NOT_A_PACKAGE


def test_a_bomb_writes_no_more_than_the_manifest_says(library, source, tmp_path, monkeypatch):
    written = []
    original = library_module._copy_file

    def watched(source, name, into, limit):
        original(source, name, into, limit)
        written.append((into / name).stat().st_size)

    monkeypatch.setattr(library_module, "_copy_file", watched)
    (source / "decoder.onnx").write_bytes(bytes(50_000_000))
    path = tmp_path / "tiny.zip"
    path.write_bytes(zipped(source))
    assert path.stat().st_size < 500_000
    for origin in (path, source):
        assert refused(library, origin).fault is Fault.WRONG_SIZE
    assert max(written) < 10_000


def test_a_manifest_bomb(library, source, tmp_path):
    (source / "manifest.json").write_bytes(b" " * 10_000_000)
    path = tmp_path / "tiny.zip"
    path.write_bytes(zipped(source))
    for origin in (path, source):
        assert refused(library, origin).fault is Fault.BAD_MANIFEST


def test_a_manifest_that_is_none_is_told_by_the_name_it_came_under(library, source, tmp_path):
    (source / "manifest.json").write_text("{}")
    assert f"“{source.name}”" in refused(library, source).message
    archive = tmp_path / "download.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.write(source / "manifest.json", f"{source.name}/manifest.json")
    assert "“download.zip”" in refused(library, archive).message


def test_a_package_larger_than_any(library, source):
    entry = manifests.FileEntry("decoder.onnx", manifest_check.MAX_FILE_BYTES, "0" * 64)
    files = {f"part {n}": entry for n in range(3)} | packages.open_package(source).manifest.files
    tiny_package.write_manifest(source, files=files)
    assert refused(library, source).fault is Fault.TOO_MUCH_MEMORY


def test_a_locked_or_damaged_archive(library, source, tmp_path):
    whole = zipped(source)
    path = tmp_path / "tiny.zip"
    locked = bytearray(whole)
    for at in _all_of(whole, b"PK\x03\x04"):
        locked[at + 6] |= 1
    for at in _all_of(whole, b"PK\x01\x02"):
        locked[at + 8] |= 1
    unknown = bytearray(whole)
    for at in _all_of(whole, b"PK\x01\x02"):
        unknown[at + 10] = 77
    for content in (bytes(locked), bytes(unknown), whole[: len(whole) // 2], whole[:100], b"PK\x03\x04"):
        path.write_bytes(content)
        assert refused(library, path).fault is Fault.TRUNCATED


def _all_of(data: bytes, mark: bytes) -> list[int]:
    found, at = [], data.find(mark)
    while at >= 0:
        found.append(at)
        at = data.find(mark, at + 1)
    return found


@fuzz
@given(flips=st.lists(st.integers(0, 10**9), min_size=1, max_size=4))
def test_flipped_bits_in_an_archive(library, source, tmp_path, flips):
    data = bytearray(zipped(source))
    for flip in flips:
        data[flip // 8 % len(data)] ^= 1 << flip % 8
    path = tmp_path / "tiny.zip"
    path.write_bytes(data)
    try:
        package = library.import_package(path, fine)
    except (PackageError, FileError):
        assert not list(library._user_folder.glob("*"))
        return
    packages.check_files(package)
    for child in package.folder.iterdir():
        child.unlink()
    package.folder.rmdir()


# -- other things --------------------------------------------------------------------------------------------------


def test_nothing_there(library, tmp_path):
    assert "There is no file or folder" in refused(library, tmp_path / "nowhere", FileError).message


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_package(library, tmp_path, content):
    (tmp_path / "model.onnx").write_bytes(content)
    error = refused(library, tmp_path / "model.onnx")
    assert error.fault is Fault.NOT_A_PACKAGE
    assert "model.onnx" in error.message


def test_an_empty_folder(library, tmp_path):
    (tmp_path / "empty").mkdir()
    assert refused(library, tmp_path / "empty").fault is Fault.NO_MANIFEST


def test_a_folder_that_lacks_a_file(library, source):
    (source / "decoder.onnx").unlink()
    error = refused(library, source)
    assert error.fault is Fault.MISSING_FILE
    assert "decoder.onnx" in error.message


def test_a_folder_with_a_damaged_file(library, source):
    data = bytearray((source / "decoder.onnx").read_bytes())
    data[99] ^= 1
    (source / "decoder.onnx").write_bytes(data)
    before = snapshot(source)
    assert refused(library, source).fault is Fault.WRONG_HASH
    assert snapshot(source) == before


def test_links_are_not_followed(library, source, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes((source / "card.md").read_bytes())
    (source / "card.md").unlink()
    (source / "card.md").symlink_to(secret)
    assert refused(library, source).fault is Fault.MISSING_FILE


def test_a_pipe_does_not_hang(library, source):
    (source / "card.md").unlink()
    os.mkfifo(source / "card.md")
    assert refused(library, source).fault is Fault.MISSING_FILE


# -- names that are taken ------------------------------------------------------------------------------------------


def test_the_same_again(library, source):
    library.import_package(source, fine)
    error = refused(library, source)
    assert error.fault is Fault.ALREADY_THERE
    assert "It is the same one." in error.message


def test_another_version(library, source):
    library.import_package(source, fine)
    tiny_package.write_manifest(source, version="2.0")
    assert "It is another version." in refused(library, source).message


def test_a_bundled_name(library, source, tmp_path):
    tiny_package.tiny_package(tmp_path / "bundled")
    assert refused(library, source).fault is Fault.ALREADY_THERE


def test_a_broken_folder_of_that_name_is_not_overwritten(library, source, user):
    (user / "tiny").mkdir(parents=True)
    (user / "tiny" / "precious.txt").write_text("mine")
    error = refused(library, source)
    assert error.fault is Fault.ALREADY_THERE
    assert "Move it out" in error.message
    assert (user / "tiny" / "precious.txt").read_text() == "mine"


# -- whole or not at all -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "failure", [PackageError("No.", Fault.NOT_REPRODUCED), Cancelled(), EngineDied("It died."), KeyboardInterrupt()]
)
def test_a_failed_check_leaves_nothing(library, user, source, failure):
    def fail(package):
        assert [p.name for p in library.packages()] == []  # not listed before it is found good
        raise failure

    before = snapshot(source)
    refused(library, source, type(failure), fail)
    assert list(user.iterdir()) == []
    assert snapshot(source) == before


def test_a_full_disk(library, user, source, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(library_module, "_copy_file", full)
    assert "No space left on device" in refused(library, source, FileError).message
    assert list(user.iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path, source):
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError, match="cannot be written"):
        Library([], tmp_path / "file" / "models").import_package(source, fine)


def test_what_a_killed_import_left_is_not_listed_and_goes_later(library, user, source):
    old, new = user / ".importing-old", user / ".importing-new"
    for left in (old, new):
        tiny_package.tiny_package(left)
    os.utime(old, (time.time() - 2 * 24 * 3600,) * 2)
    assert library.packages() == []
    assert library.problems() == []
    library.import_package(source, fine)
    assert not old.exists()
    assert new.exists()  # another window may be writing it


def test_problems_are_told(library, user, source):
    library.import_package(source, fine)
    (user / "tiny" / "manifest.json").write_text("{}")
    (user / "stray").mkdir()
    assert library.packages() == []
    assert [e.fault for e in library.problems()] == [Fault.NO_MANIFEST, Fault.BAD_MANIFEST]
    with pytest.raises(PackageError, match="not what it should be"):
        library.find("tiny")
