import dataclasses
import gzip
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from PIL import Image

from export import data
from export.__main__ import main
from export.data import load_dataset
from export.errors import ExportError
from tests.export.synthetic import pictures


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture
def idx_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four small idx files, one of them unpacked, that MNIST's table now expects."""
    folder = tmp_path / "idx"
    folder.mkdir()
    md5 = {}
    for prefix, count in (("train", 30), ("t10k", 12)):
        images, labels = pictures(count)
        for stem, array in ((f"{prefix}-images-idx3-ubyte", images[..., 0]), (f"{prefix}-labels-idx1-ubyte", labels)):
            md5[stem] = hashlib.md5(idx(array), usedforsecurity=False).hexdigest()
            (folder / f"{stem}.gz").write_bytes(gzip.compress(idx(array)))
    (folder / "t10k-labels-idx1-ubyte").write_bytes(
        gzip.decompress((folder / "t10k-labels-idx1-ubyte.gz").read_bytes())
    )
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    monkeypatch.setitem(data.IDX_SOURCES, "mnist", dataclasses.replace(data.IDX_SOURCES["mnist"], md5=md5))
    return folder


def prepare(tmp_path: Path, *more: str) -> int:
    return main(["data", *more, "--data", str(tmp_path / "data")])


def test_idx_files_packed_or_not_become_a_data_set(tmp_path: Path, idx_folder: Path) -> None:
    assert prepare(tmp_path, "mnist", "--from", str(idx_folder)) == 0
    loaded = load_dataset(tmp_path / "data", "mnist")
    images, labels = pictures(30)
    assert np.array_equal(loaded.images, images)
    assert np.array_equal(loaded.labels, labels)
    assert loaded.about["splits"]["test"]["count"] == 12


def test_another_file_under_the_right_name_is_refused(tmp_path: Path, idx_folder: Path, capsys) -> None:
    path = idx_folder / "train-images-idx3-ubyte.gz"
    changed = bytearray(gzip.decompress(path.read_bytes()))
    changed[100] ^= 1
    path.write_bytes(gzip.compress(bytes(changed)))
    assert prepare(tmp_path, "mnist", "--from", str(idx_folder)) == 1
    assert "md5" in capsys.readouterr().err
    assert not (tmp_path / "data" / "mnist" / "dataset.json").exists()


def test_a_damaged_gzip_and_a_missing_file_are_named(tmp_path: Path, idx_folder: Path, capsys) -> None:
    path = idx_folder / "train-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-9])
    assert prepare(tmp_path, "mnist", "--from", str(idx_folder)) == 1
    assert path.name in capsys.readouterr().err
    assert prepare(tmp_path, "mnist") == 1
    assert "--from" in capsys.readouterr().err


def test_a_prepared_data_set_that_was_changed_is_refused(root: Path) -> None:
    path = root / "data" / "shapes" / "train_images.npy"
    images = np.load(path)
    images[0, 0, 0] ^= 1
    np.save(path, images)
    with pytest.raises(ExportError, match="prepare the data set again"):
        load_dataset(root / "data", "shapes")


def test_a_folder_of_pictures_with_bad_files(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    source = tmp_path / "Häuser und Boote"
    for name in ("boats", "houses"):
        (source / name).mkdir(parents=True)
        for i in range(10):
            Image.new("RGB", (40, 30), (20 * i, 0, 90)).save(source / name / f"{i:02}.png")
    (source / "boats" / "empty.png").write_bytes(b"")
    (source / "boats" / "page.jpg").write_bytes(b"<html>404</html>")
    whole = (source / "houses" / "00.png").read_bytes()
    (source / "houses" / "cut.png").write_bytes(whole[: len(whole) // 2])
    assert prepare(tmp_path, "folder", str(source), "--size", "16", "--name", "views") == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ("empty.png", "page.jpg", "cut.png"))
    train, test = (load_dataset(tmp_path / "data", "views", split=split) for split in ("train", "test"))
    assert train.images.shape == (18, 16, 16, 3)
    assert test.labels.tolist() == [0, 1]
    assert train.about["classes"] == ["boats", "houses"]
    assert len(train.about["skipped"]) == 3


def test_pictures_are_turned_upright_and_cut_to_the_middle(tmp_path: Path) -> None:
    source = tmp_path / "one"
    source.mkdir()
    picture = Image.new("L", (60, 20), 0)
    picture.paste(255, (20, 0, 60, 20))  # black third at the left
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise: the black third goes to the top
    picture.save(source / "turned.png", exif=exif)
    picture.save(source / "plain.png")
    assert prepare(tmp_path, "folder", str(source), "--size", "20", "--grey") == 0
    plain, turned = load_dataset(tmp_path / "data", "one").images[..., 0]
    assert plain.min() == 255  # the square in the middle begins where the white does
    assert turned.min() == 255
    picture.paste(0, (20, 0, 30, 20))
    picture.save(source / "turned.png", exif=exif)
    assert prepare(tmp_path, "folder", str(source), "--size", "20", "--grey") == 0
    turned = load_dataset(tmp_path / "data", "one").images[1, ..., 0]
    assert turned[:8].max() < 60
    assert turned[12:].min() > 200


def test_a_folder_without_pictures_is_named(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / "none").mkdir()
    assert prepare(tmp_path, "folder", str(tmp_path / "none")) == 1
    assert prepare(tmp_path, "folder", str(tmp_path / "nowhere")) == 1
    assert "nowhere" in capsys.readouterr().err


def test_the_published_hashes_are_there() -> None:
    for source in data.IDX_SOURCES.values():
        assert len(source.md5) == 4
        assert all(len(value) == 32 for value in source.md5.values())
    assert json.dumps(list(data.IDX_SOURCES["mnist"].classes)) == json.dumps(list("0123456789"))


def write_pictures(folder: Path, colours: list[int]) -> None:
    folder.mkdir(parents=True)
    for number, colour in enumerate(colours):
        Image.new("L", (16, 16), colour).save(folder / f"{number}.png")


def test_a_class_without_pictures_is_left_out_and_named(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    source = tmp_path / "set"
    write_pictures(source / "cats", [10, 20])
    write_pictures(source / "dogs", [])
    write_pictures(source / "eels", [30, 30, 30])
    (source / "dogs" / "broken.png").write_bytes(b"GIF89a")
    assert prepare(tmp_path, "folder", str(source), "--size", "16", "--grey") == 0
    out = capsys.readouterr().out
    assert "left out class dogs: it holds no picture that can be read\n" in out
    assert "all 3 pictures of class eels are the same one: nothing can be learnt from them\n" in out
    assert "class cats" not in out
    loaded = load_dataset(tmp_path / "data", "set")
    assert loaded.about["classes"] == ["cats", "eels"]
    assert loaded.labels.tolist() == [0, 0, 1, 1, 1]


def test_an_idx_file_of_another_length_than_it_says_is_refused() -> None:
    content = idx(np.zeros((3, 4, 4), np.uint8))
    assert data.parse_idx(content, dimensions=3).shape == (3, 4, 4)
    with pytest.raises(ExportError, match="holds 47 bytes, where 3 x 4 x 4 are announced"):
        data.parse_idx(content[:-1], dimensions=3)
    with pytest.raises(ExportError, match="starts with 00000803"):
        data.parse_idx(content, dimensions=1)
