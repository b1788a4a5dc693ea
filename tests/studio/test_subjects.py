"""How a picture becomes what a classifier judges, and what is told of that."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from desktop_app.engine.errors import FileError, RecipeError
from desktop_app.engine.manifest import Picture
from desktop_app.engine.requests import Design, Place
from desktop_app.studio import recipe, subjects
from desktop_app.studio.explain_recipe import encode_png, file_name, make_explain_recipe
from desktop_app.studio.explaining import make_subject, pixels_of
from desktop_app.studio.recipe import EXPLANATION_CHUNK
from tests.fakes import write_classifier, write_package

DIGITS = Picture(1, 28, 28, -1.0, 1.0)
SMALL_COLOUR = Picture(3, 16, 16, 0.0, 1.0)


def paper(path: Path, *, size: tuple[int, int] = (80, 60), ink: tuple[int, int, int] = (20, 40, 150)) -> Path:
    """A blue stroke in the middle of light paper."""
    pixels = np.full((size[1], size[0], 3), (240, 235, 220), np.uint8)
    pixels[size[1] // 4 : -size[1] // 4, size[0] // 2 - 4 : size[0] // 2 + 4] = ink
    Image.fromarray(pixels).save(path)
    return path


def test_all_that_was_done_to_a_picture_is_told(tmp_path):
    subject, own = subjects.of_file(paper(tmp_path / "stroke.png"), DIGITS)
    assert (subject.name, subject.shape, subject.sha256) == ("stroke.png", (28, 28, 1), own.sha256)
    assert subject.notes == (
        "Of its 80 × 60 pixels, 60 × 60 are used.",
        "It was brought to 28 × 28 pixels.",
        "It was made grey.",
        "Its border is light, so light and dark were swapped and the paper was made black.",
    )
    pixels = pixels_of(subject)
    assert pixels[14, 14] > 200
    assert pixels[0, 0] < 30


def test_a_picture_that_fits_already_is_left_alone(tmp_path):
    pixels = np.random.default_rng(1).integers(0, 90, (28, 28), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "digit.png")
    subject, _ = subjects.of_file(tmp_path / "digit.png", DIGITS)
    assert subject.notes == ()
    assert np.array_equal(pixels_of(subject)[..., 0], pixels)


def test_another_part_is_chosen_by_hand(tmp_path):
    _, own = subjects.of_file(paper(tmp_path / "stroke.png"), DIGITS)
    subject = subjects.of_picture(own, DIGITS, crop=(0.0, 0.0, 0.3, 0.4), invert=True)
    assert pixels_of(subject).max() < 60  # paper alone, made dark
    assert "Light and dark were swapped." in subject.notes
    wider = subjects.of_picture(own, DIGITS, crop=(-0.2, -0.4, 1.2, 1.4))
    assert any("more around it" in note for note in wider.notes)


def test_a_file_that_cannot_be_read_gets_its_sentence(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture at all")
    with pytest.raises(FileError, match=r"“a\.png” is not a picture"):
        subjects.of_file(tmp_path / "a.png", DIGITS)


def test_folders_give_their_pictures_in_order(tmp_path):
    for name in ("b.png", "a.JPG", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    found = subjects.pictures_in([tmp_path, Path("one.png")])
    assert [path.name for path in found] == ["a.JPG", "b.png", "one.png"]


# -- designs -----------------------------------------------------------------------------------------------------------


def test_a_design_is_judged_as_it_is_and_knows_what_it_was_asked_for(tmp_path):
    maker = write_package(tmp_path, classes=("Boot", "Bag"))
    pixels = np.random.default_rng(1).integers(0, 255, (28, 28, 1), np.uint8)
    subject = subjects.of_design("Tile 3", maker, Design(1, 3, label=1), pixels, DIGITS)
    assert np.array_equal(pixels_of(subject), pixels)
    assert (subject.asked, subject.notes, subject.package) == ("Bag", (), maker.name)
    blended = subjects.of_design("Blend", maker, Design(0, 0, place=Place(vector=(0.0,))), pixels, DIGITS)
    assert blended.asked == ""


def test_a_design_of_another_size_is_fitted_but_never_inverted(tmp_path):
    maker = write_package(tmp_path)
    light = np.full((28, 28, 1), 230, np.uint8)
    subject = subjects.of_design("Tile 3", maker, Design(1, 3, label=1), light, SMALL_COLOUR)
    assert subject.shape == (16, 16, 3)
    assert (pixels_of(subject) == 230).all()
    assert subject.notes == ("It was brought to 16 × 16 pixels.",)


def test_a_picture_made_here_says_what_it_was_asked_for(tmp_path):
    maker = write_package(tmp_path / "models", classes=("Boot", "Bag"))
    pixels = np.full((28, 28, 1), 200, np.uint8)  # a light border, which is no paper here
    design = Design(4, 9, label=0)
    recipe.save_png(tmp_path / "made.png", pixels, recipe.make_recipe(maker, design, None))
    subject, _ = subjects.of_file(tmp_path / "made.png", DIGITS, [maker])
    assert (subject.asked, subject.design, subject.package) == ("Boot", design, maker.name)
    assert (pixels_of(subject) == 200).all()
    unknown, _ = subjects.of_file(tmp_path / "made.png", DIGITS, [])
    assert (unknown.asked, unknown.design) == ("", None)


def test_for_another_classifier_pictures_are_fitted_anew():
    subject = make_subject("a", np.full((28, 28, 1), 90, np.uint8), notes=("It was made grey.",), asked="4")
    again = subjects.refitted(subject, SMALL_COLOUR)
    assert (again.shape, again.asked) == ((16, 16, 3), "4")
    assert (pixels_of(again) == 90).all()
    assert again.notes == ("It was made grey.", "It was brought to 16 × 16 pixels.")
    assert subjects.refitted(subject, DIGITS) is subject


# -- the recipe --------------------------------------------------------------------------------------------------------


def test_a_saved_explanation_says_how_it_was_made(tmp_path):
    judge = write_classifier(tmp_path)
    subject = make_subject("Tile 3", np.zeros((28, 28, 1), np.uint8), package="digits", design=Design(1, 3, label=4))
    probabilities = np.full(10, 0.1, np.float32)
    made = make_explain_recipe(judge, subject, probabilities, 4, "both")
    (tmp_path / "a.png").write_bytes(encode_png(np.zeros((4, 4, 3), np.uint8), made))
    with Image.open(tmp_path / "a.png") as image:
        again = msgspec.json.decode(str(image.text[EXPLANATION_CHUNK]), type=type(made))
        assert "trainedAlgorithmicMedia" in image.text["Digital Source Type"]
    assert again == made
    with pytest.raises(RecipeError, match="shows why a classifier said"):
        recipe.read_recipe(tmp_path / "a.png")
    assert (again.label, again.design, again.classifier_sha256) == ("4", Design(1, 3, label=4), judge.sha256)


def test_file_names_are_legal_everywhere():
    subject = make_subject("C:\\Bad/na:me?.png", np.zeros((2, 2, 1), np.uint8))
    assert file_name(subject, "T-shirt/top", "occlusion") == "na-me-_why-T-shirt-top_occlusion.png"
