"""What decides the files of a data set: names, turns of the classes, shards, and bytes that others can read."""

import io
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from desktop_app.engine.errors import FileError, RequestError
from desktop_app.engine.requests import Device
from desktop_app.studio import dataset
from desktop_app.studio.dataset import Dataset, DatasetClass
from desktop_app.studio.dataset_folder import PictureFolder, packed_png
from desktop_app.studio.dataset_idx import IdxFiles, header
from tests.fakes import DEVICE, write_package, write_restorer


def plan(parent: Path, *, labels: tuple[int, ...] = (), layout: str = "folder", count: int = 25, **package) -> Dataset:
    made = write_package(parent, **package)
    return dataset.plan(made, DEVICE, layout=layout, count=count, seed=3, truncation=0.7, labels=labels)  # type: ignore[arg-type]


def test_names_of_folders_are_taken_by_every_system() -> None:
    names = ["T-shirt", "a/b", "..", " Öl. ", "CON", "lpt1.x", "t-SHIRT", "", "a\\b\n", "x" * 300, "T-shirt 2"]
    made = dataset.folder_names(names)
    assert made[:7] == ["T-shirt", "a-b", "class", "Öl", "CON-", "lpt1.x-", "t-SHIRT 2"]
    assert made[7:9] == ["class 2", "a-b-"]
    assert len(made[9]) == dataset.MAX_NAME
    assert len({name.casefold() for name in made}) == len(names)


@pytest.mark.parametrize(("count", "shards"), [(10, 3), (3, 8), (1024, 7), (1, 1)])
def test_shards_are_the_whole_once_and_alike(count: int, shards: int) -> None:
    parts = [dataset.shard_of(count, number, shards) for number in range(1, shards + 1)]
    assert [index for part in parts for index in part] == list(range(count))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_chosen_classes_take_turns_and_keep_their_numbers(tmp_path: Path) -> None:
    made = plan(tmp_path, labels=(7, 2), count=5)
    assert [made.label(i) for i in range(5)] == [7, 2, 7, 2, 7]
    assert made.classes == (DatasetClass("7", 7, 3, "7"), DatasetClass("2", 2, 2, "2"))
    assert (made.design(3).seed, made.design(3).index, made.design(3).truncation) == (3, 3, 0.7)
    assert (
        made.command == "maquette dataset fake-digits --count 5 --seed 3 --truncation 0.7 --format folder --classes 7,2"
    )


def test_without_classes_there_are_no_labels(tmp_path: Path) -> None:
    made = plan(tmp_path, classes=(), count=4, layout="idx")
    assert (made.classes, made.label(2), made.design(2).label) == ((), None, None)
    store = IdxFiles(tmp_path / "out", made)
    for step in [*store.writes(range(4), np.zeros((4, 28, 28, 1), np.uint8)), *store.rest()]:
        step()
    assert list(store.finish()) == ["images-idx3-ubyte"]


def test_what_draws_no_pictures_and_what_idx_cannot_tell_apart_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="is not a generator"):
        dataset.plan(write_restorer(tmp_path), DEVICE, layout="folder", count=1, seed=0, truncation=1.0, labels=())
    with pytest.raises(RequestError, match="has 300 classes, and a label in an idx file is one of 256"):
        plan(tmp_path, classes=tuple(map(str, range(300))), layout="idx")


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_packed_pictures_are_what_pillow_reads(channels: int) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, channels), np.uint8)
    with Image.open(io.BytesIO(packed_png(picture))) as image:
        assert (image.format, image.info) == ("PNG", {})
        assert np.array_equal(np.asarray(image).reshape(picture.shape), picture)


def test_idx_files_of_colour_have_four_sides(tmp_path: Path) -> None:
    made = plan(tmp_path, channels=3, layout="idx", count=6)
    store = IdxFiles(tmp_path / "out", made)
    pixels = np.random.default_rng(0).integers(0, 256, (6, 28, 28, 3), np.uint8)
    for step in [*store.writes(range(6), pixels), *store.rest()]:
        step()
    store.finish()
    written = (tmp_path / "out" / "images-idx4-ubyte").read_bytes()
    assert written == bytes.fromhex("00000804 00000006 0000001c 0000001c 00000003") + pixels.tobytes()
    assert header((5,)) == bytes.fromhex("00000801 00000005")


def test_a_part_that_was_cut_is_drawn_again(tmp_path: Path) -> None:
    store = IdxFiles(tmp_path, plan(tmp_path / "models", layout="idx"))
    pixels = np.zeros((10, 28, 28, 1), np.uint8)
    for step in [*store.writes(range(10), pixels), *store.rest(), *store.writes(range(15, 20), pixels[:5])]:
        step()
    for step in store.rest():
        step()
    assert list(store.missing(range(25))) == [*range(10, 15), *range(20, 25)]
    assert store.count(range(25)) == 15
    part = tmp_path / "parts" / "0-10"
    part.write_bytes(part.read_bytes()[:-1])
    assert list(store.missing(range(25))) == [*range(15), *range(20, 25)]


def test_a_picture_that_was_cut_or_changed_is_drawn_again(tmp_path: Path) -> None:
    made = plan(tmp_path / "models", count=6)
    store, pixels = PictureFolder(tmp_path, made), np.zeros((6, 28, 28, 1), np.uint8)
    for step in store.writes(range(6), pixels):
        step()
    cut, empty = tmp_path / store.path(1), tmp_path / store.path(2)
    cut.write_bytes(cut.read_bytes()[:-3])
    empty.write_bytes(b"")
    assert PictureFolder(tmp_path, made).missing(range(6)) == [1, 2]
    for step in store.writes([1, 2], pixels[:2]):
        step()
    dataset.finish(tmp_path, made, store.finish())
    assert PictureFolder(tmp_path, made).missing(range(6)) == []
    (tmp_path / store.path(4)).write_bytes(packed_png(pixels[4] + 1))
    assert PictureFolder(tmp_path, made).missing(range(6)) == [4]


def test_a_folder_takes_one_data_set(tmp_path: Path) -> None:
    made, out = plan(tmp_path), tmp_path / "out"
    dataset.begin(out, made)
    dataset.begin(out, made)
    for field, value, said in (
        ("seed", 4, "its seed is 3, not 4"),
        ("layout", "idx", "its layout is folder, not idx"),
        ("package_sha256", "0" * 64, f"its version of the package is {made.package_sha256[:12]}, not 000000000000"),
        ("classes", made.classes[:1], "its classes are 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, not 0"),
    ):
        with pytest.raises(FileError, match=f"holds another data set: {said}"):
            dataset.begin(out, msgspec.structs.replace(made, **{field: value}))
    assert [path.name for path in out.iterdir()] == [dataset.UNFINISHED]
    dataset.finish(out, made, {"SHA256SUMS": "0" * 64})
    assert [path.name for path in out.iterdir()] == [dataset.MANIFEST]
    found = dataset.found(out)
    assert found is not None
    assert msgspec.structs.replace(found, files={}) == made


def test_a_folder_of_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").write_bytes(b"")
    assert dataset.found(tmp_path) is None
    assert dataset.found(tmp_path / "nowhere") is None
    (tmp_path / "letter.txt").write_text("Dear")
    with pytest.raises(FileError, match="holds other files"):
        dataset.found(tmp_path)
    with pytest.raises(FileError, match="is no folder"):
        dataset.found(tmp_path / "letter.txt")
    (tmp_path / dataset.MANIFEST).write_text('{"name": "something else"}')
    with pytest.raises(FileError, match="is not the manifest of a data set"):
        dataset.found(tmp_path)


def test_the_manifest_tells_what_may_be_done_with_the_pictures(tmp_path: Path) -> None:
    made = plan(tmp_path)
    assert (made.licence, made.commercial_use) == ("CC0-1.0", "yes")
    assert made.digital_source_type.endswith("trainedAlgorithmicMedia")
    gpu = msgspec.structs.replace(DEVICE, obtained="cuda")
    assert isinstance(gpu, Device)
    other = dataset.plan(
        write_package(tmp_path / "b"), gpu, layout="folder", count=25, seed=3, truncation=0.7, labels=()
    )
    dataset.begin(tmp_path / "out", made)
    with pytest.raises(FileError, match="its device is cpu, not cuda"):
        dataset.begin(tmp_path / "out", msgspec.structs.replace(other, package_sha256=made.package_sha256))
