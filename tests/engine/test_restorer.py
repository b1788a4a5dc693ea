"""Pictures of any size through small nets: what comes out is what the net gives to the whole, whatever the tiles."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from desktop_app.engine import packages
from desktop_app.engine import restorer as restorers
from desktop_app.engine.errors import DeviceError, Fault, OutOfMemory, PackageError, RequestError, StudioError
from desktop_app.engine.requests import Progress, Restore, Restored, Sample, Verified, Verify
from desktop_app.studio.restoring import Restoring
from desktop_app.studio.scratch import Scratch
from tests import tiny_restorer
from tests.tiny_restorer import reference
from tests.tiny_restorer import tiny_restorer as tiny


@pytest.fixture
def scratch(tmp_path):
    with Scratch(tmp_path) as scratch:
        yield scratch


def noise(height: int, width: int, channels: int = 3, *, dtype=np.uint8, seed: int = 0) -> np.ndarray:
    high = np.iinfo(dtype).max
    return np.random.default_rng(seed).integers(0, high, (height, width, channels), dtype, endpoint=True)


def run(service, scratch, folder, picture, *, mask=None, tile=128, window=None) -> Restoring:
    """The picture through the package, all of it or a window."""
    files = [scratch.save(array) if array is not None else None for array in (picture, mask)]
    package = packages.open_package(folder)
    restoring = Restoring(scratch, files[0], package, mask=files[1], window=window, tile=tile)
    for update in service.run(restoring.request):
        if isinstance(update, Restored):
            restoring.take(update)
    assert restoring.is_whole
    return restoring


def as_net(picture: np.ndarray) -> np.ndarray:
    return (picture.astype(np.float32) / np.iinfo(picture.dtype).max).transpose(2, 0, 1)[None]


def as_picture(values: np.ndarray, dtype=np.uint8) -> np.ndarray:
    high = np.iinfo(dtype).max
    return np.rint(np.clip(values[0], 0, 1) * np.float32(high)).astype(dtype).transpose(1, 2, 0)


def blurred(picture: np.ndarray) -> np.ndarray:
    """The 3 x 3 mean with the picture's mirror image around it."""
    deep = np.pad(picture, ((1, 1), (1, 1), (0, 0)), mode="reflect")
    return as_picture(reference("blur", as_net(deep))[:, :, 1:-1, 1:-1], picture.dtype)


def steps_apart(a: np.ndarray, b: np.ndarray) -> int:
    return int(np.abs(a.astype(np.int64) - b.astype(np.int64)).max())


# -- any size ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(2, 2), (17, 513), (128, 128), (129, 127), (300, 260), (3, 700)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tiles_join_without_a_seam(service, scratch, tmp_path, size, dtype):
    picture = noise(*size, dtype=dtype)
    made = run(service, scratch, tiny(tmp_path, "blur"), picture).result
    assert made.dtype == dtype
    assert steps_apart(made, blurred(picture)) <= 1  # sums of nine in another order


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1)])
def test_a_line_of_pixels_repeats_itself_around(service, scratch, tmp_path, size):
    picture = noise(*size)
    made = run(service, scratch, tiny(tmp_path, "blur", cell=8, border=8), picture).result
    assert steps_apart(made, blurred(picture)) <= 1


@pytest.mark.parametrize(("cell", "border"), [(1, 1), (8, 8), (8, 64), (16, 48)])
def test_what_the_net_gets_is_whole_cells_on_one_grid(service, scratch, tmp_path, cell, border):
    picture = noise(150, 203)
    made = run(service, scratch, tiny(tmp_path, "blur", cell=cell, border=border), picture).result
    assert steps_apart(made, blurred(picture)) <= 1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_value_survives_a_net_that_changes_nothing(service, scratch, tmp_path, dtype):
    every = np.arange(np.iinfo(dtype).max + 1, dtype=dtype).reshape(-1, 256, 1)
    made = run(service, scratch, tiny(tmp_path, "same", channels=1), every).result
    assert np.array_equal(made, every)


def test_an_upscaler_gives_two_pixels_a_side(service, scratch, tmp_path):
    picture = noise(130, 131)
    made = run(service, scratch, tiny(tmp_path, "twice", cell=2, border=4), picture)
    assert np.array_equal(made.result, picture.repeat(2, axis=0).repeat(2, axis=1))


@pytest.mark.parametrize("window", [(0, 0, 10, 10), (5, 131, 200, 260), (299, 259, 300, 260)])
@pytest.mark.parametrize("kind", ["blur", "twice"])
def test_a_window_is_a_part_of_the_whole(service, scratch, tmp_path, kind, window):
    picture, folder = noise(300, 260), tiny(tmp_path, kind)
    whole = run(service, scratch, folder, picture).result
    part = run(service, scratch, folder, picture, window=window)
    top, left, bottom, right = (edge * part.scale for edge in window)
    assert steps_apart(part.result, whole[top:bottom, left:right]) <= 1


@pytest.mark.parametrize("kind", ["blur", "twice", "cells"])
def test_parts_give_the_bytes_of_the_whole(service, scratch, tmp_path, kind):
    picture, folder = noise(300, 1300), tiny(tmp_path, kind)
    whole = run(service, scratch, folder, picture).result
    file = scratch.save(picture)
    pieces = Restoring(scratch, file, packages.open_package(folder), tile=128)
    parts = list(pieces.parts())
    assert len(parts) > 4
    for part in parts:
        for update in service.run(part):
            if isinstance(update, Restored):
                pieces.take(update)
    assert pieces.is_whole
    assert np.array_equal(pieces.result, whole)


def test_the_number_of_threads_never_shows(scratch, tmp_path):
    from desktop_app.engine.runtime import Runtime
    from desktop_app.engine.service import Service

    picture, folder = noise(300, 300), tiny(tmp_path, "blur")
    made = []
    for threads in (1, 3):
        runtime = Runtime("cpu", threads=threads)
        try:
            made.append(np.array(run(Service(runtime), scratch, folder, picture).result))
        finally:
            runtime.close()
    assert np.array_equal(*made)


@pytest.mark.parametrize(("asked", "given"), [(None, 24), (0, 0), (1, 8), (8, 8), (9, 16), (99, 24), (-5, 0)])
def test_a_preview_may_do_with_less_around_its_tiles(service, scratch, tmp_path, monkeypatch, asked, given):
    package = packages.open_package(tiny(tmp_path, "blur", cell=8, border=24))
    seen, cut = set(), restorers._cut
    monkeypatch.setattr(restorers, "_cut", lambda array, window: seen.add(window) or cut(array, window))
    request = Restore(package.ref, scratch.save(noise(64, 64)), tile=128, border=asked)
    list(service.run(request))
    assert seen == {(-given, -given, 64 + given, 64 + given)}


# -- channels ------------------------------------------------------------------------------------------------------


def test_a_grey_picture_through_a_net_of_colours(service, scratch, tmp_path):
    picture = noise(60, 70, 1)
    made = run(service, scratch, tiny(tmp_path, "blur", channels=3), picture).result
    assert made.shape == picture.shape
    assert steps_apart(made, blurred(picture)) <= 1


def test_colours_through_a_grey_net_channel_by_channel(service, scratch, tmp_path):
    picture = noise(60, 70, 3)
    made = run(service, scratch, tiny(tmp_path, "blur", channels=1), picture).result
    assert steps_apart(made, blurred(picture)) <= 1


# -- masks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3])
def test_only_what_is_masked_is_filled_in(service, scratch, tmp_path, channels):
    picture, mask = noise(300, 280, 3), np.zeros((300, 280, 1), np.uint8)
    mask[100:140, 120:150] = 255
    made = run(service, scratch, tiny(tmp_path, "fill", channels=channels, cell=4, border=8), picture, mask=mask).result
    filled = as_picture(np.full((1, 3, 1, 1), tiny_restorer.LEVEL, np.float32))
    assert np.array_equal(made, np.where(mask > 0, filled, picture))


def test_a_tile_without_a_hole_is_not_computed(service, scratch, tmp_path):
    """Shown with a net that changes all it is given: where it was not asked, the picture is as it was."""
    picture, mask = noise(128, 384), np.zeros((128, 384, 1), np.uint8)
    mask[5, 5] = 1
    folder = tiny(tmp_path, "fill")
    nodes = [
        tiny_restorer.helper.make_node("Mul", ["image", "nought"], ["dark"]),
        tiny_restorer.helper.make_node("Mul", ["mask", "nought"], ["none"]),
        tiny_restorer.helper.make_node("Add", ["dark", "none"], [tiny_restorer.GIVEN]),
    ]
    tiny_restorer.onnx.save(tiny_restorer.restorer_graph(nodes, takes_mask=True), folder / "restorer.onnx")
    tiny_restorer.write_manifest(folder, "fill")
    made = run(service, scratch, folder, picture, mask=mask).result
    assert not made[:, :128].any()
    assert np.array_equal(made[:, 128:], picture[:, 128:])


@pytest.mark.parametrize(
    ("kind", "mask", "words"),
    [("fill", None, "paint over it"), ("blur", np.zeros((9, 9, 1), np.uint8), "takes no mask")],
)
def test_a_mask_for_those_that_fill_in_and_only_for_them(service, scratch, tmp_path, kind, mask, words):
    with pytest.raises(RequestError, match=words):
        run(service, scratch, tiny(tmp_path, kind), noise(9, 9), mask=mask)


def test_a_mask_of_another_size(service, scratch, tmp_path):
    with pytest.raises(RequestError, match="not as large"):
        run(service, scratch, tiny(tmp_path, "fill"), noise(9, 9), mask=np.ones((9, 8, 1), np.uint8))


# -- sheets of small pictures --------------------------------------------------------------------------------------


def test_a_sheet_of_small_pictures_is_done_picture_by_picture(service, scratch, tmp_path):
    side = tiny_restorer.SIDE
    picture = noise(6 * side, 40 * side, 1)
    restoring = run(service, scratch, tiny(tmp_path, "cells", channels=1), picture)
    made = restoring.result
    assert restoring.note() == "", "its tiles are small by nature, not for lack of memory"
    cells = picture.reshape(6, side, 40, side).astype(np.float64).mean(axis=(1, 3))
    assert np.abs(made[::side, ::side, 0] - cells).max() <= 0.51
    assert np.array_equal(made, made[::side, ::side].repeat(side, axis=0).repeat(side, axis=1))


def test_colours_of_a_sheet_each_alone(service, scratch, tmp_path):
    picture, folder = noise(8, 12, 3), tiny(tmp_path, "cells", channels=1)
    made = run(service, scratch, folder, picture).result
    for channel in range(3):
        alone = np.ascontiguousarray(picture[..., channel : channel + 1])
        assert np.array_equal(run(service, scratch, folder, alone).result[..., 0], made[..., channel])


def test_a_window_across_the_small_pictures(service, scratch, tmp_path):
    picture, folder = noise(12, 24, 1), tiny(tmp_path, "cells", channels=1)
    whole = run(service, scratch, folder, picture).result
    assert np.array_equal(run(service, scratch, folder, picture, window=(2, 3, 11, 18)).result, whole[2:11, 3:18])


def test_a_picture_that_is_no_sheet(service, scratch, tmp_path):
    with pytest.raises(RequestError, match="multiples of 4; this one is 10 × 8"):
        run(service, scratch, tiny(tmp_path, "cells"), noise(8, 10))


# -- memory and mishaps --------------------------------------------------------------------------------------------


class Forgetful:
    """A session that has no memory for more than `limit` pixels across."""

    def __init__(self, inner, limit: int) -> None:
        self.inner, self.limit, self.widest = inner, limit, 0

    def once(self, inputs, options):
        across = inputs["image"].shape[3]
        if across > self.limit:
            raise OutOfMemory("“net” asked for more memory than the engine may take.")
        self.widest = max(self.widest, across)
        return self.inner.once(inputs, options)


@pytest.fixture
def forgetful(service, monkeypatch):
    """All graphs that are opened from here on have memory for so many pixels across."""
    opened = []

    def limit(pixels: int) -> list[Forgetful]:
        inner = type(service._runtime).open

        def open_forgetful(runtime, path):
            session = inner(runtime, path)
            check, session.check_shapes = session.check_shapes, lambda graph: None
            made = Forgetful(session, pixels)
            made.check_shapes = check
            opened.append(made)
            return made

        monkeypatch.setattr(type(service._runtime), "open", open_forgetful)
        return opened

    return limit


@pytest.mark.parametrize(("memory", "side"), [(300, 256), (200, 128)])
def test_where_memory_is_short_the_tile_is_halved(service, scratch, tmp_path, forgetful, memory, side):
    opened = forgetful(memory)
    picture = noise(600, 700)
    restoring = run(service, scratch, tiny(tmp_path, "blur"), picture, tile=512)
    assert steps_apart(restoring.result, blurred(picture)) <= 1
    assert restoring.tile == side
    assert str(side) in restoring.note()
    assert opened[-1].widest == side + 2
    assert len(opened) == 1 + {256: 1, 128: 2}[side]  # opened anew, so that the arena lets go of what it had got


def test_below_128_pixels_there_is_nothing_to_halve(service, scratch, tmp_path, forgetful):
    forgetful(100)
    with pytest.raises(OutOfMemory):
        run(service, scratch, tiny(tmp_path, "blur"), noise(600, 700), tile=512)


def test_the_next_picture_is_done_after_one_that_did_not_fit(service, scratch, tmp_path, monkeypatch):
    folder = tiny(tmp_path, "blur")
    with monkeypatch.context() as patched:
        patched.setattr("desktop_app.engine.restorer.Restorer._tile", raise_memory_error)
        with pytest.raises(OutOfMemory):
            run(service, scratch, folder, noise(40, 40))
    assert run(service, scratch, folder, noise(40, 40)).is_whole


def raise_memory_error(*arguments):
    raise MemoryError


def test_where_nothing_was_short_nothing_is_said(service, scratch, tmp_path):
    assert run(service, scratch, tiny(tmp_path, "blur"), noise(40, 40), tile=512).note() == ""


def test_answers_that_are_no_numbers(service, scratch, tmp_path):
    folder = tiny_restorer.package_with(tmp_path, tiny_restorer.broken_graph())
    with pytest.raises(DeviceError, match="NaN"):
        run(service, scratch, folder, noise(20, 20))


def test_a_scale_that_is_not_the_manifests(service, scratch, tmp_path):
    folder = tiny_restorer.package_with(tmp_path, tiny_restorer.graph("same"), kind="twice")
    with pytest.raises(PackageError, match="not declared"):
        run(service, scratch, folder, noise(20, 20))


@pytest.mark.parametrize("window", [(0, 0, 0, 5), (0, 0, 21, 5), (-1, 0, 5, 5), (3, 9, 5, 8)])
def test_a_window_outside_the_picture(service, scratch, tmp_path, window):
    file = scratch.save(noise(20, 20))
    package = packages.open_package(tiny(tmp_path, "blur"))
    with pytest.raises(RequestError, match="outside"):
        list(service.run(Restore(package.ref, file, None, window)))


def test_channels_that_no_net_takes(service, scratch, tmp_path):
    with pytest.raises(RequestError, match="2 channels"):
        run(service, scratch, tiny(tmp_path, "blur"), noise(20, 20, 2))


def test_a_working_copy_that_is_gone_or_cut_short(service, scratch, tmp_path):
    file = scratch.save(noise(20, 20))
    package = packages.open_package(tiny(tmp_path, "blur"))
    with Path(file.path).open("r+b") as short:
        short.truncate(100)
    with pytest.raises(StudioError, match="100 bytes"):
        list(service.run(Restore(package.ref, file)))
    scratch.drop(file)
    with pytest.raises(StudioError, match="Open the picture again"):
        list(service.run(Restore(package.ref, file)))


def test_progress_is_told_in_pixels(service, scratch, tmp_path):
    file = scratch.save(noise(200, 300))
    package = packages.open_package(tiny(tmp_path, "blur"))
    told = [u for u in service.run(Restore(package.ref, file, tile=128)) if isinstance(u, Progress)]
    assert [u.phase for u in told] == ["Cleaning"] * 3
    assert [u.total for u in told] == [200 * 300] * 3
    assert sorted(u.done for u in told) == [u.done for u in told]
    assert told[-1].done == 200 * 300


# -- packages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["same", "blur", "twice", "fill", "cells"])
def test_a_restorer_gives_its_golden_example_again(service, tmp_path, kind):
    ref = packages.open_package(tiny(tmp_path, kind)).ref
    (verified,) = service.run(Verify(ref))
    assert isinstance(verified, Verified)
    assert verified.max_error <= 1e-6


def test_a_restorer_that_does_not(service, tmp_path):
    folder = tiny_restorer.package_with(tmp_path, tiny_restorer.graph("same"))
    with pytest.raises(PackageError) as caught:
        list(service.run(Verify(packages.open_package(folder).ref)))
    assert caught.value.fault is Fault.NOT_REPRODUCED


def test_a_restorer_draws_nothing_and_a_generator_restores_nothing(service, scratch, tmp_path, tiny):
    from tests.tiny_restorer import tiny_restorer as restorer

    other = packages.open_package(restorer(tmp_path, "blur"))
    with pytest.raises(RequestError, match="not a generator"):
        list(service.run(Sample(other.ref, ())))
    with pytest.raises(RequestError, match="does not restore"):
        list(service.run(Restore(tiny.ref, scratch.save(noise(20, 20)))))


@pytest.mark.parametrize(
    "changes",
    [
        {"scale": 2},
        {"scale": 5},
        {"cell": 0},
        {"cell": 8, "border": 4},
        {"border": -8},
        {"border": 4096},
        {"side": 28},  # with free sides in the graph
        {"channels": 1},
    ],
)
def test_a_restoration_that_contradicts_the_rest(tmp_path, changes):
    folder = tiny(tmp_path, "blur")
    path = folder / packages.MANIFEST
    manifest = msgspec.json.decode(path.read_bytes())
    manifest["restoration"] |= changes
    path.write_bytes(msgspec.json.encode(manifest))
    with pytest.raises(PackageError, match="contradicts itself"):
        packages.open_package(folder)


@pytest.mark.parametrize("field", ["restoration", "graphs", "abilities"])
def test_a_restorer_that_lacks_a_part(tmp_path, field):
    folder = tiny(tmp_path, "blur")
    path = folder / packages.MANIFEST
    manifest = msgspec.json.decode(path.read_bytes())
    manifest[field] = {"restoration": None, "graphs": {}, "abilities": []}[field]
    path.write_bytes(msgspec.json.encode(manifest))
    with pytest.raises(PackageError, match="contradicts itself"):
        packages.open_package(folder)
