"""One picture on its whole way, through the real engine with tiny networks that can be checked by hand."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from desktop_app.engine.errors import FileError, PackageError, RequestError, StudioError
from desktop_app.engine.requests import Restored
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.service import Service
from desktop_app.studio import composing, photo, restored
from desktop_app.studio.batch import BatchSettings, MaskFile, Noise
from desktop_app.studio.composing import composed, enlarged
from desktop_app.studio.library import Library
from desktop_app.studio.mask_file import read_mask
from desktop_app.studio.restoration import Stroke, grown
from desktop_app.studio.restore_job import Figures, RestoreJob, noisy, package_for
from desktop_app.studio.scratch import Scratch
from tests.tiny_restorer import LEVEL, tiny_restorer

SAME = BatchSettings(package="same")
BLUR = BatchSettings(package="blur")


@pytest.fixture(scope="module")
def runtime() -> Iterator[Runtime]:
    runtime = Runtime("cpu", threads=1)
    runtime.each(1, lambda _n, _options: None)  # its thread starts here, not in one of the tests
    yield runtime
    runtime.close()


@pytest.fixture
def service(runtime: Runtime) -> Service:
    runtime.begin()
    return Service(runtime)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    models = tmp_path / "models"
    for kind in ("same", "blur", "twice", "fill", "cells"):
        tiny_restorer(models, kind)  # type: ignore[arg-type]
    return Library([models], tmp_path / "own")


@pytest.fixture
def working(tmp_path: Path) -> Path:
    """The folder for working copies."""
    (tmp_path / "working").mkdir()
    return tmp_path / "working"


def noise(*shape: int, dtype: type = np.uint8, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def save(path: Path, pixels: np.ndarray, **options: object) -> Path:
    if pixels.dtype == np.uint16:
        path.write_bytes(imagecodecs.png_encode(pixels))
    else:
        Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(path, **options)
    return path


def go(service: Service, job: RestoreJob) -> tuple[str, ...]:
    with contextlib.closing(job):
        for update in service.run(job.open()):
            if isinstance(update, Restored):
                job.take(update)
        return job.finish()


# -- from file to file ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (17, 513), (40, 31)])
@pytest.mark.parametrize("bands", [1, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_network_that_does_nothing_changes_nothing(
    service: Service, library: Library, tmp_path: Path, working: Path, size: tuple[int, int], bands: int, dtype: type
) -> None:
    source = save(tmp_path / "a.png", noise(*size, bands, dtype=dtype))
    target = tmp_path / "out" / "a.png"
    assert go(service, RestoreJob(source, target, library, SAME, scratch=working)) == ()
    assert np.array_equal(imagecodecs.png_decode(target.read_bytes()), imagecodecs.png_decode(source.read_bytes()))
    assert list(working.iterdir()) == []


def test_a_strength_of_nought_is_the_original_to_the_bit(service: Service, library: Library, tmp_path: Path) -> None:
    source = save(tmp_path / "a.tif", noise(40, 31, 3))
    go(service, RestoreJob(source, tmp_path / "b.tif", library, replace(BLUR, strength=0.0)))
    assert np.array_equal(photo.read(tmp_path / "b.tif").pixels, photo.read(source).pixels)
    go(service, RestoreJob(source, tmp_path / "c.tif", library, BLUR))
    assert not np.array_equal(photo.read(tmp_path / "c.tif").pixels, photo.read(source).pixels)


def test_half_the_strength_lies_in_the_middle(service: Service, library: Library, tmp_path: Path) -> None:
    source = save(tmp_path / "a.png", noise(40, 31, 3))
    pictures = []
    for strength in (0.0, 0.5, 1.0):
        target = tmp_path / f"{strength}.png"
        go(service, RestoreJob(source, target, library, replace(BLUR, strength=strength)))
        pictures.append(photo.read(target).pixels.astype(int))
    assert np.abs(pictures[0] + pictures[2] - 2 * pictures[1]).max() <= 1


def test_alpha_and_profile_and_the_way_it_lies(service: Service, library: Library, tmp_path: Path) -> None:
    made = Image.Exif()
    made[274], made[271] = 6, "Maker"
    source = save(tmp_path / "a.png", noise(20, 30, 4), exif=made.tobytes(), icc_profile=b"any profile at all")
    go(service, RestoreJob(source, tmp_path / "b.png", library, BLUR))
    before, after = photo.read(source), photo.read(tmp_path / "b.png")
    assert np.array_equal(after.alpha, before.alpha)
    assert after.pixels.shape == (30, 20, 3)
    assert after.tags == before.tags


def test_twice_the_size(service: Service, library: Library, tmp_path: Path) -> None:
    pixels = noise(9, 7, 3, dtype=np.uint16)
    source = save(tmp_path / "a.png", pixels)
    settings = BatchSettings(package="twice", task="upscale")
    go(service, RestoreJob(source, tmp_path / "b.png", library, settings))
    expected = pixels.repeat(2, axis=0).repeat(2, axis=1)
    assert np.array_equal(photo.read(tmp_path / "b.png").pixels, expected)
    go(service, RestoreJob(source, tmp_path / "c.png", library, replace(settings, strength=0.0)))
    smooth = photo.read(tmp_path / "c.png").pixels
    assert smooth.shape == expected.shape
    assert not np.array_equal(smooth, expected), "at no strength it is enlarged without the network"


def test_a_mask_is_filled_and_the_rest_left(service: Service, library: Library, tmp_path: Path) -> None:
    pixels = noise(30, 20, 3)
    source, mask = save(tmp_path / "a.png", pixels), np.zeros((30, 20, 1), np.uint8)
    mask[4:9, 5:8] = 255
    settings = BatchSettings(package="fill", task="inpaint", mask=MaskFile(save(tmp_path / "mask.png", mask)))
    go(service, RestoreJob(source, tmp_path / "b.png", library, settings))
    filled = photo.read(tmp_path / "b.png").pixels
    assert (filled[4:9, 5:8] == round(LEVEL * 255)).all()
    outside = mask[..., 0] == 0
    assert np.array_equal(filled[outside], pixels[outside])


def test_parts_give_the_same_bytes(service: Service, library: Library, tmp_path: Path) -> None:
    source = save(tmp_path / "a.png", noise(300, 200, 3))
    go(service, RestoreJob(source, tmp_path / "b.png", library, BLUR))
    with contextlib.closing(RestoreJob(source, tmp_path / "c.png", library, BLUR)) as job:
        job.open()
        for request in job.parts():
            for update in service.run(request):
                if isinstance(update, Restored):
                    job.take(update)
        job.finish()
    assert (tmp_path / "b.png").read_bytes() == (tmp_path / "c.png").read_bytes()


def test_what_is_not_done_to_its_end_is_not_saved(library: Library, tmp_path: Path, working: Path) -> None:
    source = save(tmp_path / "a.png", noise(8, 8, 3))
    with contextlib.closing(RestoreJob(source, tmp_path / "b.png", library, SAME, scratch=working)) as job:
        job.open()
        assert list(working.iterdir())
        with pytest.raises(FileError, match=r"“a\.png” was not restored to its end"):
            job.finish()
    job.close()
    assert list(working.iterdir()) == []
    assert not (tmp_path / "b.png").exists()


# -- what is not overwritten ---------------------------------------------------------------------------------------


def test_an_original_is_never_overwritten(service: Service, library: Library, tmp_path: Path) -> None:
    source = save(tmp_path / "a.png", noise(8, 8, 3))
    before = source.read_bytes()
    (tmp_path / "link.png").symlink_to(source)
    for target in (source, tmp_path / "link.png"):
        with pytest.raises(FileError, match=r"“a\.png” would be overwritten by its own result"):
            go(service, RestoreJob(source, target, library, replace(SAME, overwrite=True)))
    assert source.read_bytes() == before


def test_what_is_there_is_replaced_only_when_asked(service: Service, library: Library, tmp_path: Path) -> None:
    source, target = save(tmp_path / "a.png", noise(8, 8, 3)), tmp_path / "b.png"
    target.write_bytes(b"mine")
    with pytest.raises(FileError, match="is there already"):
        go(service, RestoreJob(source, target, library, SAME))
    assert target.read_bytes() == b"mine"
    go(service, RestoreJob(source, target, library, replace(SAME, overwrite=True)))
    assert photo.read(target).pixels.shape == (8, 8, 3)


def test_a_file_that_appears_in_the_meantime_stays(service: Service, library: Library, tmp_path: Path) -> None:
    source, target = save(tmp_path / "a.png", noise(8, 8, 3)), tmp_path / "b.png"
    with contextlib.closing(RestoreJob(source, target, library, SAME)) as job:
        for update in service.run(job.open()):
            if isinstance(update, Restored):
                job.take(update)
        target.write_bytes(b"mine")
        with pytest.raises(FileError, match="is there already"):
            job.finish()
    assert target.read_bytes() == b"mine"


def test_a_source_that_goes_in_the_middle_was_read_already(service: Service, library: Library, tmp_path: Path) -> None:
    source, target = save(tmp_path / "a.png", noise(8, 8, 3)), tmp_path / "b.png"
    with contextlib.closing(RestoreJob(source, target, library, SAME)) as job:
        request = job.open()
        source.unlink()
        for update in service.run(request):
            if isinstance(update, Restored):
                job.take(update)
        job.finish()
    assert photo.read(target).pixels.shape == (8, 8, 3)


def test_no_room_for_working_copies(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = save(tmp_path / "a.png", noise(8, 8, 3))

    def full(*_args: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with (
        contextlib.closing(RestoreJob(source, tmp_path / "b.png", library, SAME)) as job,
        pytest.raises(FileError, match="There is no room for a working copy of the picture"),
    ):
        job.open()
    with pytest.raises(FileError, match="There is no room for a working copy"):
        RestoreJob(source, tmp_path / "b.png", library, SAME, scratch=tmp_path / "gone").open()


# -- which package -------------------------------------------------------------------------------------------------


def test_the_package_goes_by_the_picture(tmp_path: Path) -> None:
    models = tmp_path / "models"
    library = Library([models], tmp_path / "own")
    with pytest.raises(PackageError, match="photo-denoise"):
        package_for(library, BatchSettings(), channels=3)
    tiny_restorer(models, "same", "photo-denoise")
    assert package_for(library, BatchSettings(), channels=1).name == "photo-denoise", "the one there is takes grey too"
    tiny_restorer(models, "same", "photo-denoise-grey", channels=1)
    assert package_for(library, BatchSettings(), channels=1).name == "photo-denoise-grey"
    assert package_for(library, BatchSettings(), channels=3).name == "photo-denoise"
    assert package_for(library, BatchSettings(package="photo-denoise"), channels=1).name == "photo-denoise"
    tiny_restorer(models, "twice")
    with pytest.raises(RequestError, match=r"“twice” is no package that cleans pictures\. There are: photo-denoise, "):
        package_for(library, BatchSettings(package="twice"), channels=3)


def test_a_sheet_of_cells_of_another_size_is_a_sentence(service: Service, library: Library, tmp_path: Path) -> None:
    source = save(tmp_path / "a.png", noise(10, 8, 1))
    with pytest.raises(StudioError, match="8 × 10"):
        go(service, RestoreJob(source, tmp_path / "b.png", library, BatchSettings(package="cells")))


# -- noise, and how near it comes ----------------------------------------------------------------------------------


def test_noise_of_a_seed_is_always_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grey = np.full((100, 120, 3), 128, np.uint8)
    with Scratch(tmp_path) as scratch:
        one, other = (np.fromfile(noisy(scratch, grey, Noise(25.0, seed)).path, np.uint8) for seed in (1, 2))
        monkeypatch.setattr(composing, "BAND_PIXELS", 500)
        again = np.fromfile(noisy(scratch, grey, Noise(25.0, 1)).path, np.uint8)
        deep = np.fromfile(noisy(scratch, grey.astype(np.uint16) * 257, Noise(25.0, 1)).path, np.uint16)
    assert np.array_equal(one, again), "whatever the bands"
    assert not np.array_equal(one, other)
    assert one.std() == pytest.approx(25, rel=0.03)
    assert one.mean() == pytest.approx(128, abs=0.5)
    assert np.abs(deep / 257 - one).max() <= 0.51, "the same noise, rounded finer"
    expected = 128 + 25 * np.random.Generator(np.random.Philox(1)).standard_normal(grey.shape)
    assert np.array_equal(one.reshape(grey.shape), np.rint(np.clip(expected, 0, 255)))


def test_figures_against_the_picture_itself(service: Service, library: Library, tmp_path: Path) -> None:
    source = save(tmp_path / "a.png", np.full((64, 64, 3), 128, np.uint8))
    job = RestoreJob(source, tmp_path / "b.png", library, replace(BLUR, noise=Noise(20.0, 3)))
    go(service, job)
    assert isinstance(job.figures, Figures)
    assert job.figures.psnr_before == pytest.approx(22.1, abs=0.3)
    assert job.figures.psnr == pytest.approx(22.1 + 9.5, abs=0.5), "the mean of nine has a third of the noise"
    assert job.figures.ssim > job.figures.ssim_before


def test_figures_against_a_clean_picture(service: Service, library: Library, tmp_path: Path) -> None:
    clean = np.full((32, 32, 3), 100, np.uint8)
    source, reference = save(tmp_path / "a.png", clean + 10), save(tmp_path / "clean.png", clean)
    job = RestoreJob(source, tmp_path / "b.png", library, SAME, reference=reference)
    go(service, job)
    assert job.figures is not None
    assert job.figures.psnr == job.figures.psnr_before == pytest.approx(28.13, abs=0.01)
    deep = save(tmp_path / "deep.png", clean.astype(np.uint16) * 257)
    job = RestoreJob(source, tmp_path / "c.png", library, SAME, reference=deep)
    go(service, job)
    assert job.figures is not None
    assert job.figures.psnr == pytest.approx(28.13, abs=0.01)
    other = save(tmp_path / "other.png", clean[:31])
    with pytest.raises(
        FileError, match=r"“other\.png” and “a\.png” cannot be compared: they have 32 × 31 pixels with 3"
    ):
        go(service, RestoreJob(source, tmp_path / "d.png", library, SAME, reference=other))


# -- masks ---------------------------------------------------------------------------------------------------------


def test_masks_from_files(tmp_path: Path) -> None:
    values = np.zeros((6, 5, 1), np.uint8)
    values[2, 2], values[0, 0] = 255, 100
    path = save(tmp_path / "mask.png", values)
    expected = np.zeros((6, 5), bool)
    expected[2, 2] = True
    assert np.array_equal(read_mask(MaskFile(path), (6, 5))[..., 0], 255 * expected)
    assert np.array_equal(read_mask(MaskFile(path, inverted=True), (6, 5))[..., 0], 255 * ~expected)
    expected[1:4, 2] = expected[2, 1:4] = True
    assert np.array_equal(read_mask(MaskFile(path, grow=1), (6, 5))[..., 0], 255 * expected)
    with pytest.raises(FileError, match=r"The mask “mask\.png” has 5 × 6 pixels and the picture 6 × 5"):
        read_mask(MaskFile(path), (5, 6))
    black = save(tmp_path / "black.png", np.zeros((6, 5, 1), np.uint8))
    with pytest.raises(FileError, match=r"The mask “black\.png” says nothing is to be filled in. Paint it white"):
        read_mask(MaskFile(black), (6, 5))


def test_what_is_transparent_in_a_mask_is_not_painted(tmp_path: Path) -> None:
    values = np.full((4, 4, 4), 255, np.uint8)
    values[:2, :, 3] = 0
    mask = read_mask(MaskFile(save(tmp_path / "mask.png", values)), (4, 4))
    assert mask[:, 0, 0].tolist() == [0, 0, 255, 255]


@pytest.mark.parametrize("pixels", [1, 2, 3, 8])
def test_a_mask_grows_nearly_round(pixels: int) -> None:
    dot = np.zeros((31, 31), bool)
    dot[15, 15] = True
    y, x = np.nonzero(grown(dot, pixels))
    assert (y.min(), y.max(), x.min(), x.max()) == (15 - pixels, 15 + pixels, 15 - pixels, 15 + pixels)
    reach = np.hypot(y - 15, x - 15).max()
    assert reach <= 1.2 * pixels + 0.5, "not as far in the corners"


# -- blends through files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_blends_in_bands_are_those_of_the_whole(tmp_path: Path, dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    original, clean = noise(60, 40, 3, dtype=dtype), noise(60, 40, 3, dtype=dtype, seed=1)
    local = (Stroke(((10.0, 10.0), (30.0, 50.0)), 8.0, 0.2),)
    with Scratch(tmp_path) as scratch:
        whole = composed(scratch, original, clean, strength=0.7, detail=0.4)
        layer = restored.detail_layer(original, clean)
        assert np.array_equal(whole, restored.blend(original, clean, strength=0.7, detail=0.4, layer=layer))
        whole_local = composed(scratch, original, clean, strength=0.7, local=local)
        monkeypatch.setattr(composing, "BAND_PIXELS", 400)
        assert np.array_equal(composed(scratch, original, clean, strength=0.7, detail=0.4), whole)
        assert np.array_equal(composed(scratch, original, clean, strength=0.7, local=local), whole_local)
        assert composed(scratch, original, clean) is clean, "nothing is copied where nothing is blended"


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_bicubic_in_bands_is_that_of_the_whole(tmp_path: Path, dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    original = noise(50, 20, 3, dtype=dtype)
    with Scratch(tmp_path) as scratch:
        whole = enlarged(scratch, original, 2)
        monkeypatch.setattr(composing, "BAND_PIXELS", 100)
        assert np.array_equal(enlarged(scratch, original, 2), whole)
    if dtype == np.uint8:
        image = Image.fromarray(original).resize((40, 100), Image.Resampling.BICUBIC)
        assert np.array_equal(np.asarray(image), whole)
