"""A package on disk: what is read, what is refused, and with which sentence."""

import contextlib
import io
import json
import os
import pickle

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.engine import file_content, packages
from desktop_app.engine import manifest as manifests
from desktop_app.engine.arrays import read_arrays
from desktop_app.engine.errors import Fault, PackageError
from desktop_app.engine.manifest import Defaults, FileEntry, Latent, Picture
from desktop_app.engine.manifest_check import MAX_FILE_BYTES
from desktop_app.engine.packages import Package
from tests import tiny_package
from tests.tiny_package import write_manifest

fuzz = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)


def refusal(folder, *, named: str = "") -> PackageError:
    """Opening the package or checking its files fails with a sentence that names the file or the package."""
    with pytest.raises(PackageError) as caught:
        packages.check_files(packages.open_package(folder))
    assert (named or folder.name) in caught.value.message
    assert caught.value.message.endswith(".")
    return caught.value


def edit_manifest(folder, **changes):
    data = json.loads((folder / "manifest.json").read_bytes())
    for key, value in changes.items():
        if value is None:
            data.pop(key, None)
        else:
            data[key] = value
    (folder / "manifest.json").write_text(json.dumps(data))


def test_a_whole_package(tiny):
    packages.check_files(tiny)
    assert tiny.name == "tiny"
    assert tiny.ref.folder == str(tiny.folder)
    assert len(tiny.ref.sha256) == 64
    assert tiny.file("decoder") == tiny.folder / "decoder.onnx"


def test_a_manifest_survives_its_own_encoding(tiny):
    assert msgspec.json.decode(msgspec.json.encode(tiny.manifest), type=manifests.Manifest) == tiny.manifest


# -- files that are not what they should be ------------------------------------------------------------------------

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb\nsize 12345\n"


class Canary:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize(
    ("content", "fault", "words"),
    [
        (b"", Fault.EMPTY_FILE, "is empty"),
        (b"<!DOCTYPE html><html><title>404</title></html>", Fault.HTML_PAGE, "web page"),
        (b"\xef\xbb\xbf\n  <html>", Fault.HTML_PAGE, "web page"),
        (LFS, Fault.LFS_POINTER, "Git LFS pointer"),
        (pickle.dumps({"weights": [1, 2]}), Fault.PICKLE, "Python pickle"),
        (b"PK\x03\x04" + bytes(26) + b"archive/data.pkl" + bytes(50), Fault.PICKLE, "Python pickle"),
        (b"\x08", Fault.TRUNCATED, "cut short"),
        (bytes(2**20), Fault.WRONG_SIZE, "1,048,576 bytes"),
    ],
)
@pytest.mark.parametrize("name", ["decoder.onnx", "golden.npz", "card.md"])
def test_another_file_under_this_name(folder, name, content, fault, words):
    (folder / name).write_bytes(content)
    error = refusal(folder, named=name)
    assert error.fault is fault
    assert words in error.message


@pytest.mark.parametrize("name", ["decoder.onnx", "golden.npz"])
@pytest.mark.parametrize("content", [b"<html>", LFS, pickle.dumps([1])])
def test_a_manifest_that_lists_the_wrong_file_with_its_true_hash(folder, name, content):
    (folder / name).write_bytes(content)
    write_manifest(folder)
    assert refusal(folder, named=name).fault in (Fault.HTML_PAGE, Fault.LFS_POINTER, Fault.PICKLE)


@pytest.mark.parametrize("name", ["decoder.onnx", "golden.npz", "manifest.json"])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_no_pickle_is_ever_loaded(tmp_path, folder, service, name, protocol):
    from desktop_app.engine.requests import Verify

    (folder / name).write_bytes(pickle.dumps(Canary(tmp_path / "canary"), protocol))
    if name != "manifest.json":
        write_manifest(folder)
    with pytest.raises(PackageError) as caught:
        list(service.run(Verify(packages.open_package(folder).ref)))
    assert folder.name in caught.value.message or name in caught.value.message
    assert not (tmp_path / "canary").exists()
    if protocol >= 2:
        assert caught.value.fault is Fault.PICKLE


def test_one_flipped_bit(folder):
    path = folder / "decoder.onnx"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    error = refusal(folder, named="decoder.onnx")
    assert error.fault is Fault.WRONG_HASH
    assert tiny_package.sha256(path)[:12] in error.message


def test_a_missing_file(folder):
    (folder / "golden.npz").unlink()
    assert refusal(folder, named="golden.npz").fault is Fault.MISSING_FILE


def test_a_folder_in_place_of_a_file(folder):
    (folder / "golden.npz").unlink()
    (folder / "golden.npz").mkdir()
    assert refusal(folder, named="golden.npz").fault is Fault.MISSING_FILE


def test_a_pipe_in_place_of_a_file_does_not_hang(folder):
    for name in ("golden.npz", "manifest.json"):
        (folder / name).unlink()
        os.mkfifo(folder / name)
        assert refusal(folder).fault in (Fault.MISSING_FILE, Fault.BAD_MANIFEST)
        break_free = folder / name
        break_free.unlink()
        if name == "golden.npz":
            break_free.write_bytes(b"x")


@pytest.mark.parametrize(
    "name",
    ["../secret", "/etc/hostname", "sub/decoder.onnx", "..", ".", "", "..\\secret", "C:secret", "a\0b", "a\nb",
     "x" * 300, "./decoder.onnx"],
)  # fmt: skip
def test_a_manifest_that_points_out_of_its_folder(tmp_path, folder, name):
    (tmp_path / "secret").write_text("secret")
    (folder / "sub").mkdir()
    (folder / "sub" / "decoder.onnx").write_text("x")
    files = json.loads((folder / "manifest.json").read_bytes())["files"]
    edit_manifest(folder, files={**files, "card": {"path": name, "size": 6, "sha256": "0" * 64}})
    assert refusal(folder).fault is Fault.ESCAPES_FOLDER


@pytest.mark.parametrize(
    ("name", "fault"), [("decoder.onnx", Fault.ESCAPES_FOLDER), ("manifest.json", Fault.BAD_MANIFEST)]
)
def test_a_symbolic_link_out_of_the_folder(tmp_path, folder, name, fault):
    (folder / name).rename(tmp_path / "secret")
    (folder / name).symlink_to(tmp_path / "secret")
    assert refusal(folder).fault is fault


def test_a_file_that_cannot_be_read(folder, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(file_content, "sha256_of", refuse)
    error = refusal(folder, named="cannot be read")
    assert "Permission denied" in error.message


# -- manifests -----------------------------------------------------------------------------------------------------


def test_a_folder_without_manifest(tmp_path):
    (tmp_path / "stray").mkdir()
    assert refusal(tmp_path / "stray").fault is Fault.NO_MANIFEST


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", Fault.EMPTY_FILE),
        (b"<html>", Fault.HTML_PAGE),
        (LFS, Fault.LFS_POINTER),
        (b"{", Fault.BAD_MANIFEST),
        (b"[]", Fault.BAD_MANIFEST),
        (b"null", Fault.BAD_MANIFEST),
        (b'"\xff\xfe"', Fault.BAD_MANIFEST),
        (b'{"format": 1e999}', Fault.BAD_MANIFEST),
        (b'{"format":' + b"9" * 5000 + b"}", Fault.BAD_MANIFEST),
        (b'{"format":' + b"[" * 200_000, Fault.BAD_MANIFEST),
        (b'{"more":' + b"[" * 200_000, Fault.BAD_MANIFEST),
        (b'{"format": "2"}', Fault.BAD_MANIFEST),
        (b'{"format": 2}', Fault.NEWER_FORMAT),
        (b'{"format": 2, "name": 7, "surprise": [[[]]]}', Fault.NEWER_FORMAT),
        (b" " * (packages.MAX_MANIFEST_BYTES + 1), Fault.BAD_MANIFEST),
    ],
)
def test_a_manifest_that_is_none(folder, content, fault):
    (folder / "manifest.json").write_bytes(content)
    assert refusal(folder).fault is fault


REQUIRED = [f.name for f in msgspec.structs.fields(manifests.Manifest) if f.required]


@pytest.mark.parametrize("field", REQUIRED)
def test_a_manifest_lacks_a_field(folder, field):
    edit_manifest(folder, **{field: None})
    error = refusal(folder)
    assert error.fault is Fault.BAD_MANIFEST
    assert field in error.message


@pytest.mark.parametrize("field", [f.name for f in msgspec.structs.fields(manifests.Manifest)])
def test_a_manifest_field_of_a_wrong_type(folder, field):
    edit_manifest(folder, **{field: [[{}]]})
    assert refusal(folder).fault is Fault.BAD_MANIFEST


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 0},
        {"format": -1},
        {"abilities": ["sample", "mine-bitcoin"]},
        {"commercial_use": "perhaps"},
        {"name": "other"},
        {"name": ""},
        {"latent": {"size": 0}},
        {"latent": {"size": 10**9, "w_size": 6}},
        {"latent": {"size": 8, "w_size": None}},
        {"latent": {"size": 8, "w_size": 7}},
        {"latent": {"size": 8, "w_size": 6, "prior": "cauchy"}},
        {"picture": {"channels": 2, "height": 7, "width": 7, "low": -1, "high": 1}},
        {"picture": {"channels": 1, "height": 0, "width": 7, "low": -1, "high": 1}},
        {"picture": {"channels": 1, "height": 10**6, "width": 10**6, "low": -1, "high": 1}},
        {"picture": {"channels": 1, "height": 7, "width": 8, "low": -1, "high": 1}},
        {"picture": {"channels": 3, "height": 7, "width": 7, "low": -1, "high": 1}},
        {"picture": {"channels": 1, "height": 7, "width": 7, "low": 1, "high": 1}},
        {"picture": {"channels": 1, "height": 7, "width": 7, "low": -1e308, "high": 1e308}},
        {"tolerance": 0},
        {"tolerance": -1},
        {"tolerance": 1e9},
        {"defaults": {"truncation": 7}},
        {"graphs": {}},
        {"files": {}},
    ],
)
def test_a_manifest_that_contradicts_itself(folder, changes):
    edit_manifest(folder, **changes)
    assert refusal(folder).fault is Fault.BAD_MANIFEST


def test_graphs_the_engine_could_not_feed(folder):
    manifest = packages.open_package(folder).manifest
    decoder, mapping = manifest.graphs["decoder"], manifest.graphs["mapping"]
    w, image = decoder.inputs[0], decoder.outputs[0]
    change = msgspec.structs.replace
    for graphs in (
        {"mapping": mapping},
        {"decoder": decoder},  # without a mapping the decoder should take z
        {"mapping": mapping, "decoder": change(decoder, inputs=())},
        {"mapping": mapping, "decoder": change(decoder, inputs=(w, w))},
        {"mapping": mapping, "decoder": change(decoder, inputs=(change(w, dtype="int64"),))},
        {"mapping": mapping, "decoder": change(decoder, inputs=(change(w, shape=()),))},
        {"mapping": mapping, "decoder": change(decoder, inputs=(change(w, shape=(1, 6)),))},
        {"mapping": mapping, "decoder": change(decoder, outputs=(change(image, name="picture"),))},
        {"mapping": mapping, "decoder": change(decoder, outputs=(change(image, shape=("N", 1, 8, 7)),))},
        {"mapping": mapping, "decoder": change(decoder, file="nowhere")},
        {"mapping": change(mapping, inputs=mapping.inputs[:2]), "decoder": decoder},
        {"mapping": change(mapping, outputs=()), "decoder": decoder},
    ):
        write_manifest(folder, graphs=graphs)
        assert refusal(folder).fault is Fault.BAD_MANIFEST


def test_names_that_could_be_paths(tmp_path):
    for name in ("Upper", "with space", "a_b", "-x", "é", "x" * 65, "a.b", "con."):
        folder = tiny_package.tiny_package(tmp_path / name)
        folder = folder.rename(folder.parent / name)
        write_manifest(folder)
        assert refusal(folder).fault is Fault.BAD_MANIFEST


def test_sizes_no_file_may_have(folder):
    files = packages.open_package(folder).manifest.files
    for size in (-1, MAX_FILE_BYTES + 1):
        write_manifest(folder, files={**files, "decoder": FileEntry("decoder.onnx", size, "0" * 64)})
        assert refusal(folder).fault is Fault.BAD_MANIFEST


def test_a_renamed_folder_is_told_apart_from_a_wrong_manifest(folder):
    moved = folder.rename(folder.with_name("tiny copy"))
    assert "give it that name, or import it" in refusal(moved).message
    assert packages.open_package(moved, any_folder_name=True).name == "tiny"


def test_unknown_fields_of_a_later_minor_version_are_ignored(folder):
    edit_manifest(folder, poem="roses are red")
    packages.check_files(packages.open_package(folder))


@fuzz
@given(data=st.binary(max_size=300))
def test_random_bytes_as_manifest(folder, data):
    (folder / "manifest.json").write_bytes(data)
    with pytest.raises(PackageError):
        packages.open_package(folder)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def original(folder):
    return json.loads((folder / "manifest.json").read_bytes())


@fuzz
@given(data=st.data())
def test_any_value_anywhere_in_a_manifest(folder, original, data):
    """Never anything but a package or a PackageError, whatever stands where."""
    changed = json.loads(json.dumps(original))
    place = changed
    key = data.draw(st.sampled_from(sorted(place)))
    while isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
        place = place[key]
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
    place[key] = data.draw(JSON)
    (folder / "manifest.json").write_text(json.dumps(changed))
    with contextlib.suppress(PackageError):
        packages.check_files(packages.open_package(folder))
    (folder / "manifest.json").write_text(json.dumps(original))


@fuzz
@given(flip=st.integers(0, 10**9))
def test_one_flipped_bit_in_a_manifest(folder, original, flip):
    data = bytearray(json.dumps(original).encode())
    data[flip // 8 % len(data)] ^= 1 << flip % 8
    (folder / "manifest.json").write_bytes(data)
    with contextlib.suppress(PackageError):
        packages.check_files(packages.open_package(folder))


# -- finding -------------------------------------------------------------------------------------------------------


def test_discover_tells_good_and_bad(tmp_path):
    for name in ("b-good", "a-good"):
        tiny_package.tiny_package(tmp_path, name)
    (tmp_path / "stray").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "file.txt").write_text("x")
    found = list(packages.discover([tmp_path, tmp_path / "nowhere"]))
    assert [f.name for f in found if isinstance(f, Package)] == ["a-good", "b-good"]
    assert [f.fault for f in found if isinstance(f, PackageError)] == [Fault.NO_MANIFEST]


def test_the_first_folder_wins(tmp_path):
    first, second = tmp_path / "one", tmp_path / "two"
    tiny_package.tiny_package(first)
    write_manifest(tiny_package.tiny_package(second), title="Other")
    (found,) = packages.discover([first, second])
    assert found.manifest.title == "Tiny"


def test_find_lists_what_there_is(tmp_path):
    tiny_package.tiny_package(tmp_path)
    assert packages.find("tiny", [tmp_path]).name == "tiny"
    with pytest.raises(PackageError, match="There are: tiny"):
        packages.find("tyni", [tmp_path])
    with pytest.raises(PackageError, match="There are: none"):
        packages.find("tiny", [])


def test_find_says_why_the_one_asked_for_is_unusable(folder):
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(PackageError, match="not what it should be"):
        packages.find("tiny", [folder.parent])


def test_a_folder_that_cannot_be_listed_is_passed_over(tmp_path):
    (tmp_path / "file").write_text("x")
    assert list(packages.discover([tmp_path / "file"])) == []


def test_a_package_needs_no_golden_unless_it_samples(folder):
    files = packages.open_package(folder).manifest.files
    write_manifest(folder, abilities=(), latent=None, picture=None, graphs={}, files=files)
    packages.check_files(packages.open_package(folder))


def test_values_of_a_package_are_frozen(tiny):
    assert isinstance(tiny.manifest.defaults, Defaults)
    assert isinstance(tiny.manifest.latent, Latent)
    assert isinstance(tiny.manifest.picture, Picture)
    with pytest.raises(AttributeError):
        tiny.manifest.name = "other"


def test_a_golden_file_is_read_without_pickles(tmp_path):
    buffer = io.BytesIO()
    np.savez(buffer, z=np.array([Canary(tmp_path / "canary")], object))
    (tmp_path / "golden.npz").write_bytes(buffer.getvalue())
    with pytest.raises(PackageError) as caught:
        read_arrays(tmp_path / "golden.npz", ("z",))
    assert caught.value.fault is Fault.PICKLE
    assert not (tmp_path / "canary").exists()
