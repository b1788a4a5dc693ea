# ruff: noqa: E402 (without torch these tests are skipped)
"""Vector icons as a data set, from tiny archives made here: what names say, what is left out, fields, twins, splits."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("resvg_py")
pytest.importorskip("cv2")

from export import icon_data
from export.__main__ import main
from export.icon_data import is_held_out, style_of
from export.icon_drawing import REACH, STEPS, distances, draw, field_and_coverage
from export.icon_sets import parse_name, read_sets
from export.icon_twins import overlap, without_twins

DISC = '<circle cx="12" cy="12" r="8" fill="currentColor"/>'
RING = '<circle cx="12" cy="12" r="8" fill="none" stroke="currentColor" stroke-width="2"/>'
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'


def box(left: float, top: float, side: float) -> str:
    return f'<path fill="currentColor" d="M{left} {top}h{side}v{side}h-{side}z"/>'


def archive(
    root: Path, sets: dict[str, dict[str, str]], *, infos: dict[str, dict] | None = None, categories: dict | None = None
) -> Path:
    """An unpacked archive of Iconify: sets of names and bodies, of one colour and MIT where nothing else is said."""
    folder = root / "package"
    (folder / "json").mkdir(parents=True)
    collections = {}
    for prefix, icons in sets.items():
        info = {"name": prefix.title(), "license": {"spdx": "MIT"}, "palette": False, "category": "General"}
        collections[prefix] = info | (infos or {}).get(prefix, {})
        content = {"prefix": prefix, "width": 24, "height": 24, "icons": {n: {"body": b} for n, b in icons.items()}}
        content["categories"] = (categories or {}).get(prefix, {})
        (folder / "json" / f"{prefix}.json").write_text(json.dumps(content))
    (folder / "collections.json").write_text(json.dumps(collections))
    return folder


def prepare(root: Path, source: Path) -> Path:
    assert main(["data", "icons", "--from", str(source), "--data", str(root / "data")]) == 0
    return root / "data" / "icons"


def listed(folder: Path) -> dict[str, dict]:
    """All icons of a data set by name, with their split."""
    found = {}
    for split in ("train", "held_out"):
        for icon in json.loads((folder / f"{split}_icons.json").read_text("utf-8")):
            found[icon["name"]] = {**icon, "split": split}
    return found


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words", "manner"),
    [
        ("coffee-cup-outline-24", ("coffee", "cup"), ("outline",)),
        ("CoffeeCup_filled", ("coffee", "cup"), ("filled",)),
        ("layers2", ("layers",), ()),
        ("mp3", ("mp3",), ()),
        ("colour-palette", ("color", "palette"), ()),
        ("arrow-arrow-small-16px", ("arrow",), ("small",)),
        ("24-x", (), ()),
    ],
)
def test_a_name_is_words_and_manner(name: str, words: tuple[str, ...], manner: tuple[str, ...]) -> None:
    parsed = parse_name(name)
    assert parsed.words == words
    assert parsed.manner == manner


def test_a_concept_is_the_same_whatever_order_and_manner() -> None:
    assert parse_name("cup-coffee-filled").concept == parse_name("coffee-cup-thin-20").concept == "coffee cup"


def test_about_a_tenth_of_the_concepts_is_held_out_whatever_else_there_is() -> None:
    held = [is_held_out(f"thing {n}") for n in range(4000)]
    assert 0.08 < np.mean(held) < 0.12
    assert held == [is_held_out(f"thing {n}") for n in range(4000)]


# -- what is left out -------------------------------------------------------------------------------------------------


def test_logos_colours_and_licences_decide_which_sets_are_read(tmp_path: Path) -> None:
    infos = {
        "logos-a": {"category": "Logos"},
        "colours": {"palette": True},
        "strict": {"license": {"spdx": "GPL-3.0"}},
        "apache": {"license": {"spdx": "Apache-2.0"}},
    }
    sets = {name: {"disc": DISC} for name in ("plain", *infos)}
    found = {one.prefix: one.licence for one in read_sets(archive(tmp_path, sets, infos=infos))}
    assert found == {"plain": "MIT", "apache": "Apache-2.0"}


def test_brands_animations_and_colours_are_left_out_of_a_set(tmp_path: Path) -> None:
    logos = {"acme": DISC, "globex": DISC}
    icons = {
        "disc": DISC,
        "acme-outline": DISC,
        "brand-initech": DISC,
        "umbrella-logo": DISC,
        "spinner": DISC + '<animate attributeName="r" values="1;2" dur="1s"/>',
        "red": '<circle cx="12" cy="12" r="8" fill="#f00"/>',
        "of-a-brand-category": DISC,
        "black": '<circle cx="12" cy="12" r="8" fill="#000"/>',
    }
    infos = {"simple-icons": {"category": "Logos"}, "logos": {"category": "Logos", "palette": True}}
    sets = {"own": icons, "simple-icons": logos, "logos": logos}
    source = archive(tmp_path, sets, infos=infos, categories={"own": {"Brands": ["of-a-brand-category"]}})
    (one,) = read_sets(source)
    assert set(one.icons) == {"disc", "black"}


def test_a_name_that_only_one_set_of_logos_has_is_no_brand(tmp_path: Path) -> None:
    infos = {"simple-icons": {"category": "Logos"}, "logos": {"category": "Logos"}}
    sets = {"own": {"apple": DISC}, "simple-icons": {"apple": DISC}, "logos": {"acme": DISC}}
    (one,) = read_sets(archive(tmp_path, sets, infos=infos))
    assert set(one.icons) == {"apple"}


@pytest.mark.parametrize("content", [None, "no json", "[]"])
def test_what_is_no_archive_is_a_sentence(
    tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "icons.tgz"
    if content is not None:
        source.write_text(content)
    assert main(["data", "icons", "--from", str(source), "--data", str(tmp_path / "data")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert "icons.tgz" in error
    assert "Traceback" not in error


# -- fields -----------------------------------------------------------------------------------------------------------


def test_a_disc_has_the_distances_that_geometry_says() -> None:
    drawn = field_and_coverage({"body": DISC, "width": 24, "height": 24})
    assert drawn is not None
    field, coverage = drawn
    y, x = np.mgrid[0:64, 0:64] + 0.5
    exact = np.clip(8 * 64 / 24 - np.hypot(x - 32, y - 32), -REACH, REACH)
    apart = np.abs(field / STEPS - exact)
    assert apart.max() < 0.15, "pixels of the 64: about half of one of the drawing"
    assert abs((field / STEPS - exact)[np.abs(exact) < 3].mean()) < 0.02, "neither thinner nor thicker"
    assert apart.mean() < 0.02
    assert field[32, 32] == 127
    assert field[0, 0] == -127
    assert abs(coverage.mean() / 255 - np.pi * 64 / 576) < 0.005


def test_distances_go_on_beyond_the_picture_as_if_there_were_no_ink() -> None:
    full = np.zeros((256, 256), np.uint8)
    full[:, :128] = 255
    field = distances(full)
    assert np.allclose(field[32, :4], [0.5, 1.5, 2.5, 3.5], atol=0.05), "the picture's own edge is an outline"
    assert np.allclose(field[32, 30:34], [1.5, 0.5, -0.5, -1.5], atol=0.05)


def test_a_drawing_that_is_not_square_lies_in_the_middle() -> None:
    wide = {"body": '<path fill="#000" d="M0 0h48v24H0z"/>', "width": 48, "height": 24}
    drawn = draw(wide)
    assert drawn is not None
    rows = np.flatnonzero((drawn > 127).any(axis=1))
    assert (rows[0], rows[-1]) == (64, 191)


@pytest.mark.parametrize("body", ["", '<path fill="currentColor" d="M0 0h24v24H0z"/>', "<path d=", "<g/>"])
def test_what_is_blank_full_or_no_drawing_is_none(body: str) -> None:
    assert field_and_coverage({"body": body, "width": 24, "height": 24}) is None


def test_style_is_told_by_name_then_by_opacity_then_by_depth() -> None:
    deep, thin = np.full((64, 64), 127, np.int8), np.full((64, 64), 40, np.int8)
    assert style_of("cup-outline", DISC, deep) == "outline"
    assert style_of("cup-filled", RING, thin) == "filled"
    assert style_of("cup-duotone-fill", DISC, deep) == "two-tone"
    assert style_of("cup", DISC.replace("/>", ' opacity="0.4"/>'), deep) == "two-tone"
    assert style_of("cup", DISC, deep) == "filled"
    assert style_of("cup", RING, thin) == "outline"


# -- twins ------------------------------------------------------------------------------------------------------------


def squares(*sides: int) -> np.ndarray:
    """(n, 64, 64) uint8."""
    found = np.zeros((len(sides), 64, 64), np.uint8)
    for picture, side in zip(found, sides, strict=True):
        picture[8 : 8 + side, 8 : 8 + side] = 255
    return found


def test_of_twins_the_earlier_one_stays() -> None:
    assert without_twins(squares(40, 20, 40, 41, 30)).tolist() == [0, 1, 4], "41 is 40 but for 5 per cent"


def test_the_overlap_of_coverage_is_intersection_over_union() -> None:
    a, b = squares(20, 40)
    assert overlap(a, b) == pytest.approx(0.25)
    assert overlap(a, a) == 1.0
    assert overlap(np.zeros_like(a), np.zeros_like(a)) == 0.0


# -- the whole --------------------------------------------------------------------------------------------------------


def test_a_folder_of_svg_files_becomes_a_data_set(tmp_path: Path) -> None:
    source = tmp_path / "mine"
    (source / "shapes").mkdir(parents=True)
    for n in range(12):
        (source / f"box-{chr(97 + n) * 3}.svg").write_text(f"<?xml version='1.0'?>{HEAD}{box(2, 2, 4 + 1.5 * n)}</svg>")
    (source / "shapes" / "ring.svg").write_text(f"{HEAD}{RING}</svg>")
    (source / "broken.svg").write_text("<svg")
    folder = prepare(tmp_path, source)
    about = json.loads((folder / "dataset.json").read_text("utf-8"))
    icons = listed(folder)
    assert len(icons) == 13
    assert icons["ring"]["category"] == "shapes"
    assert icons["ring"]["style"] == "outline"
    assert about["sets"] == [
        {"prefix": "mine", "title": "mine", "licence": "not stated", "count": about["splits"]["train"]["count"]}
    ]
    for split in ("train", "held_out"):
        fields = np.load(folder / f"{split}_fields.npy")
        assert fields.shape == (about["splits"][split]["count"], 64, 64)
        assert fields.dtype == np.int8
        assert np.load(folder / f"{split}_coverage.npy").dtype == np.uint8


def test_relatives_of_a_held_out_concept_lie_on_its_side(tmp_path: Path) -> None:
    some = [a + b + c for a in "bcdfgh" for b in "aeiou" for c in "kpz"]
    names = [n for n in some if is_held_out(n)][:3] + [n for n in some if not is_held_out(n)][:12]
    one = {f"{name}-fill": box(2, 2, 5 + 0.7 * n) for n, name in enumerate(names)}
    other = {f"{name}-outline-24": box(22 - 5 - 0.7 * n, 2, 5 + 0.7 * n) for n, name in enumerate(names)}
    icons = listed(prepare(tmp_path, archive(tmp_path, {"one": one, "other": other})))
    held = set(names[:3])
    for name in names:
        sides = {icon["split"] for key, icon in icons.items() if key.startswith(name)}
        assert sides <= {"held_out" if name in held else "train"}


def test_licences_and_counts_of_the_sets_are_told_and_twins_are_dropped(tmp_path: Path) -> None:
    sets = {"one": {"disc": DISC, "ring": RING}, "two": {"circle": DISC, "box": box(3, 3, 12)}}
    infos = {"two": {"license": {"spdx": "ISC"}}}
    folder = prepare(tmp_path, archive(tmp_path, sets, infos=infos))
    about = json.loads((folder / "dataset.json").read_text("utf-8"))
    assert set(listed(folder)) == {"disc", "ring", "box"}, "“circle” is “disc” again"
    assert about["licence"] == "ISC; MIT"
    assert {s["prefix"]: s["licence"] for s in about["sets"]} == {"one": "MIT", "two": "ISC"}
    assert sum(s["count"] for s in about["sets"]) == about["splits"]["train"]["count"]


def test_sets_that_are_drawn_are_not_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = archive(tmp_path, {"one": {"disc": DISC}, "two": {"ring": RING}})
    folder = prepare(tmp_path, source)
    before = (folder / "train_fields.npy").read_bytes() + (folder / "held_out_fields.npy").read_bytes()
    (folder / "dataset.json").unlink()
    drawn = sorted((folder / "drawn").iterdir())
    assert len(drawn) == 2
    drawn[0].write_bytes(drawn[0].read_bytes()[:50])  # cut off
    counted: list[Path] = []
    keep = icon_data._keep
    monkeypatch.setattr(icon_data, "_keep", lambda path, parts: (counted.append(path), keep(path, parts)))
    prepare(tmp_path, source)
    assert counted == [drawn[0]]
    assert (folder / "train_fields.npy").read_bytes() + (folder / "held_out_fields.npy").read_bytes() == before
