"""Icons of the designer's own as what a package of icons takes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.engine.errors import FileError
from desktop_app.engine.manifest import Picture
from desktop_app.studio import own_icon
from tests.fakes import write_icons, write_package

PICTURE = Picture(1, 128, 128, 0.0, 1.0)
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M6 6h12v12H6z" fill="{}"/></svg>'


@pytest.fixture(params=["#000", "#fff", "#e11"])
def drawing(request, tmp_path: Path) -> Path:
    path = tmp_path / "square.svg"
    path.write_text(SQUARE.format(request.param))
    return path


def test_ink_of_any_colour_is_dark_on_light(drawing):
    own = own_icon.read(drawing)
    assert (own.name, own.pixels.shape) == ("square.svg", (256, 256, 3))
    pixels = own_icon.fit(own, PICTURE).pixels
    assert pixels.shape == (128, 128, 1)
    assert pixels[64, 64, 0] == 0
    assert pixels[2, 2, 0] == 255
    assert (pixels < 128).mean() == pytest.approx(0.25, abs=0.01)


def test_it_can_be_asked_for_the_other_way_round(drawing):
    swapped = own_icon.fit(own_icon.read(drawing), PICTURE, invert=True)
    assert swapped.inverted
    assert swapped.pixels[64, 64, 0] == 255


def test_a_picture_of_light_on_dark_is_turned(tmp_path):
    pixels = np.full((64, 64), 20, np.uint8)
    pixels[16:48, 16:48] = 240
    Image.fromarray(pixels).save(tmp_path / "light.png")
    assert own_icon.fit(own_icon.read(tmp_path / "light.png"), PICTURE).pixels[64, 64, 0] < 32


def test_what_a_package_takes_depends_on_what_it_makes(tmp_path):
    pixels = np.full((64, 64), 255, np.uint8)
    pixels[16:48, 16:48] = 0
    path = tmp_path / "dark.png"
    Image.fromarray(pixels).save(path)
    icons, digits = write_icons(tmp_path / "a").manifest, write_package(tmp_path / "b", "digits").manifest
    assert own_icon.fitted(path, icons)[64, 64, 0] == 0
    middle = digits.picture.height // 2
    assert own_icon.fitted(path, digits)[middle, middle, 0] == 255


def test_a_file_without_ink_is_told(tmp_path):
    path = tmp_path / "blank.svg"
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"></svg>')
    with pytest.raises(FileError, match="holds no path"):
        own_icon.read(path)


def test_overlap_is_intersection_over_union():
    left, right = (np.full((4, 4, 1), 255, np.uint8) for _ in range(2))
    left[:, :3], right[:, 1:] = 0, 0
    assert own_icon.overlap(left, left) == 1.0
    assert own_icon.overlap(left, right) == 0.5
    assert own_icon.overlap(left, np.full_like(left, 255)) == 0.0
    assert own_icon.overlap(np.full_like(left, 255), np.full_like(left, 255)) == 1.0
