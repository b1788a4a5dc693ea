"""Tracing: fields with known shapes come back as those shapes, in few bytes, and every time in the same ones."""

import contextlib
import itertools
import math
import re
import xml.etree.ElementTree as ET
from io import BytesIO

import numpy as np
import pytest
import resvg_py
from PIL import Image

from desktop_app.engine.errors import StudioError
from desktop_app.studio.vector import (
    BLANK,
    FULL,
    Arc,
    Cubic,
    Line,
    VectorOptions,
    blurred,
    coverage_of,
    field_of,
    icon_field_of,
    svg,
    svg_path,
    trace,
)
from desktop_app.studio.vector_cubics import cubics

SIDE = 64
UNIT = 24 / SIDE
Y, X = np.mgrid[:SIDE, :SIDE] + 0.5


def clipped(distances):
    return np.clip(distances, -4, 4).astype(np.float32)


def box(left, top, right, bottom, radius=0.0):
    """An exact field of a rectangle, corners rounded; pixels."""
    across = np.abs(X - (left + right) / 2) - (right - left) / 2 + radius
    down = np.abs(Y - (top + bottom) / 2) - (bottom - top) / 2 + radius
    return clipped(
        radius - np.hypot(np.maximum(across, 0), np.maximum(down, 0)) - np.minimum(np.maximum(across, down), 0)
    )


def disc(x, y, radius):
    return clipped(radius - np.hypot(X - x, Y - y))


def polygon(*corners):
    """A field of a convex polygon, corners clockwise on the screen; pixels."""
    sides = zip(corners, corners[1:] + corners[:1], strict=True)
    return clipped(
        np.min([((Y - y) * (b - x) - (X - x) * (d - y)) / math.hypot(b - x, d - y) for (x, y), (b, d) in sides], 0)
    )


def drawn(text, side=512):
    png = resvg_py.svg_to_bytes(svg_string=text, width=side, height=side, skip_system_fonts=True)
    return np.asarray(Image.open(BytesIO(png)).convert("RGBA"))[..., 3]


def iou(one, two):
    return (one & two).sum() / (one | two).sum()


def kinds(path):
    return [type(segment) for segment in path.segments]


def corners(path):
    return sorted((round(x, 6), round(y, 6)) for x, y in (segment.end for segment in path.segments))


def test_a_square_is_four_lines_with_its_corners_where_they_were():
    (path,) = trace(box(10.3, 12, 50, 40.7)).paths
    assert kinds(path) == [Line] * 4
    meant = sorted((x * UNIT, y * UNIT) for x, y in itertools.product((10.3, 50), (12, 40.7)))
    np.testing.assert_allclose(corners(path), meant, atol=0.01)
    assert re.fullmatch(r"M[\d.]+ [\d.]+([hv]-?[\d.]+){3}z", svg_path(trace(box(10.3, 12, 50, 40.7))))


def test_the_corners_of_a_slanted_triangle_come_back_sharp():
    meant = [(32, 6), (55, 50), (12, 41)]
    (path,) = trace(polygon(*meant)).paths
    assert kinds(path) == [Line] * 3
    np.testing.assert_allclose(corners(path), sorted((x * UNIT, y * UNIT) for x, y in meant), atol=0.03)


def test_a_disc_is_two_arcs_of_its_radius():
    (path,) = trace(disc(30.2, 33, 17.3)).paths
    assert kinds(path) == [Arc] * 2
    assert path.segments[0].radius == pytest.approx(17.3 * UNIT, abs=0.005)
    assert path.start == pytest.approx(((30.2 - 17.3) * UNIT, 33 * UNIT), abs=0.005)


@pytest.mark.parametrize("radius", [1.5, 2, 4, 9])
def test_a_rounded_box_is_lines_that_arcs_touch(radius):
    (path,) = trace(box(8, 14, 56, 50, radius)).paths
    assert sorted(kind.__name__ for kind in kinds(path)) == ["Arc"] * 4 + ["Line"] * 4
    for segment in path.segments:
        if isinstance(segment, Arc):
            assert segment.radius == pytest.approx(radius * UNIT, abs=0.06)
    assert set("hva") == set(re.findall("[a-y]", svg_path(trace(box(8, 14, 56, 50, radius)))))


def test_a_stroke_with_round_ends_has_two_half_circles():
    (path,) = trace(box(10, 29, 54, 35, 3)).paths
    assert sorted(kind.__name__ for kind in kinds(path)) == ["Arc", "Arc", "Line", "Line"]


def test_a_ring_has_a_hole_that_runs_the_other_way():
    outer, inner = trace(np.minimum(disc(32, 32, 20), -disc(32, 32, 12))).paths
    assert (outer.segments[0].clockwise, inner.segments[0].clockwise) == (True, False)
    text = svg(trace(np.minimum(disc(32, 32, 20), -disc(32, 32, 12))))
    assert drawn(text, 64)[32, 32] == 0
    assert drawn(text, 64)[32, 16] == 255


def test_ink_that_reaches_the_border_ends_there():
    (path,) = trace(clipped(40 - X)).paths
    np.testing.assert_allclose(corners(path), [(0, 0), (0, 24), (15, 0), (15, 24)], atol=0.01)


def wavy(seed):
    """A blob as a network might make it: an outline with a few waves and noise on the field."""
    rng = np.random.default_rng(seed)
    angle = np.arctan2(Y - 32, X - 32)
    radius = 18 + sum(rng.uniform(0, 2.5) * np.cos(k * angle + rng.uniform(0, 6)) for k in (2, 3, 5))
    return clipped(radius - np.hypot(X - 32, Y - 32) + rng.normal(0, 0.03, (SIDE, SIDE)))


def many():
    yield from (box(8, 14, 56, 50, radius) for radius in (0, 3))
    yield from (disc(30.2, 33, 17.3), np.minimum(disc(32, 32, 20), -box(28, 20, 36, 60)))
    yield from (np.maximum(polygon((32, 6), (55, 50), (12, 41)), disc(50, 14, 7)), *map(wavy, range(4)))


@pytest.mark.parametrize("field", list(many()))
def test_the_drawing_looks_like_the_field(field):
    text = svg(trace(field))
    assert iou(drawn(text) > 127, coverage_of(field, 512) > 127) > 0.985
    assert len(text) < 900


@pytest.mark.parametrize("seed", range(4))
def test_a_ragged_outline_never_goes_astray(seed):
    noise = np.random.default_rng(seed).normal(0, 1, (SIDE, SIDE))
    noise = blurred(noise, 1.2)
    shape = np.maximum(
        np.minimum(box(8, 8, 56, 56, 8), -polygon((20, 14), (50, 20), (44, 50), (14, 44))), disc(32, 32, 8)
    )
    for detail in (0, 0.5):
        field = (shape + 0.25 * noise / noise.std()).astype(np.float32)
        text = svg(trace(field, VectorOptions(detail=detail)))
        assert iou(drawn(text, 256) > 127, coverage_of(field, 256) > 127) > 0.95


def test_a_smooth_outline_is_a_few_curves():
    (path,) = trace(wavy(1)).paths
    assert Cubic in kinds(path)
    assert len(path.segments) < 30


def test_the_same_field_gives_the_same_bytes():
    field = np.maximum(wavy(2), box(3, 3, 20, 20))
    assert svg(trace(field.copy())) == svg(trace(field))


@pytest.mark.parametrize(
    ("seed", "symmetry"), [(1, "none"), (2, "left-right"), (3, "top-bottom"), (4, "both"), (65, "none")]
)
def test_whatever_the_field_a_valid_document_comes(seed, symmetry):
    rng = np.random.default_rng(seed)
    rough = rng.normal(0, 1, (SIDE, SIDE))
    for axis in (0, 1, 0, 1):
        rough = (np.roll(rough, 1, axis) + rough + np.roll(rough, -1, axis)) / 3
    options = VectorOptions(
        symmetry=symmetry,
        grid=float(rng.integers(0, 3)),
        padding=1.0,
        detail=rng.uniform(),
        simplification=rng.uniform(),
    )
    with contextlib.suppress(StudioError):  # nothing but dust
        check_document(trace(clipped(8 * rough), options), options)


def check_document(outline, options):
    root = ET.fromstring(svg(outline, options))
    assert root.attrib["viewBox"] == "0 0 24 24"
    assert drawn(svg(outline, options), 64).any()
    for path in outline.paths:
        assert path.segments[-1].end == pytest.approx(path.start, abs=1e-6)


def test_a_blank_a_full_and_a_broken_field_are_refused_in_a_sentence():
    for field, sentence in ((-4, BLANK), (0, BLANK), (4, FULL), (math.nan, BLANK)):
        with pytest.raises(StudioError, match=re.escape(sentence)):
            trace(np.full((SIDE, SIDE), field, np.float32))
    dust = np.full((SIDE, SIDE), -4, np.float32)
    dust[20, 20] = 0.1
    with pytest.raises(StudioError, match=re.escape(BLANK)):
        trace(dust)


def test_the_detail_is_paid_for_in_nodes():
    counts = [sum(len(path.segments) for path in trace(wavy(3), VectorOptions(detail=d)).paths) for d in (0, 0.5, 1)]
    assert counts == sorted(counts)
    assert counts[0] < counts[2]


def test_simplification_takes_dust_away():
    field = np.maximum(box(20, 20, 60, 60), disc(8, 8, 2))
    assert len(trace(field).paths) == 2
    assert len(trace(field, VectorOptions(simplification=1.0)).paths) == 1


def test_smoothing_takes_a_ragged_edge_away():
    rng = np.random.default_rng(5)
    ragged = box(10, 10, 54, 54) + rng.normal(0, 0.4, (SIDE, SIDE))
    rough, smooth = (svg_path(trace(ragged, VectorOptions(smoothing=sigma))) for sigma in (0, 2))
    assert len(smooth) < 0.6 * len(rough)


def test_straight_edges_snap_to_the_grid_and_strokes_keep_their_width():
    field = np.maximum(box(9.3, 9.3, 12.5, 54), box(30.6, 9.3, 33.8, 54))
    places = sorted({x for path in trace(field, VectorOptions(grid=1.0)).paths for x, _ in corners(path)})
    assert places == [round(x) for x in places]
    assert places[1] - places[0] == places[3] - places[2] == 1
    half = {x for path in trace(field, VectorOptions(grid=0.5)).paths for point in corners(path) for x in point}
    assert all(2 * x == round(2 * x) for x in half)


def test_a_snapped_fillet_still_touches_its_lines():
    (path,) = trace(box(8.7, 14.2, 56.1, 50.9, 4), VectorOptions(grid=1.0)).paths
    starts = [path.start, *(segment.end for segment in path.segments[:-1])]
    for start, segment in zip(starts, path.segments, strict=True):
        if isinstance(segment, Arc):
            wide, high = abs(segment.end[0] - start[0]), abs(segment.end[1] - start[1])
            assert wide == pytest.approx(high)
            assert wide == pytest.approx(segment.radius, rel=1e-3)


def test_a_snapped_ring_stays_round():
    (path,) = trace(disc(30.2, 33, 17.3), VectorOptions(grid=1.0)).paths
    assert kinds(path) == [Arc] * 2
    assert path.start[0] == 5
    assert path.segments[0].end[0] - path.start[0] == pytest.approx(2 * path.segments[0].radius)


def test_icons_of_any_shape_are_made_to_look_equally_big():
    options = VectorOptions(padding=2.0)
    square, circle, oblong = (
        drawn(svg(trace(field, options), options), 240) > 127
        for field in (box(25, 25, 40, 40), disc(20, 20, 9), box(4, 28, 40, 36))
    )
    for ink in (square, circle, oblong):
        rows, columns = np.nonzero(ink)
        assert min(rows.min(), columns.min(), 239 - rows.max(), 239 - columns.max()) >= 19
        assert abs(rows.min() + rows.max() - 239) <= 2
        assert abs(columns.min() + columns.max() - 239) <= 2
    assert square.sum() == pytest.approx(circle.sum(), rel=0.02)
    assert np.ptp(np.nonzero(oblong)[1]) == pytest.approx(199, abs=1)


def nodes(outline):
    return {(round(x, 6), round(y, 6)) for path in outline.paths for x, y in [segment.end for segment in path.segments]}


@pytest.mark.parametrize(("symmetry", "axes"), [("left-right", [1]), ("top-bottom", [0]), ("both", [0, 1])])
@pytest.mark.parametrize("field", [wavy(1), np.maximum(disc(33, 31.5, 20), box(10, 50, 40, 60)), box(9, 14, 54, 51, 6)])
def test_both_halves_are_equal(symmetry, axes, field):
    outline = trace(field, VectorOptions(symmetry=symmetry))
    picture = drawn(svg(outline), 128) > 127
    for axis in axes:
        turned = {(x, round(24 - y, 6)) if axis == 0 else (round(24 - x, 6), y) for x, y in nodes(outline)}
        assert turned == nodes(outline)
        assert iou(picture, np.flip(picture, axis)) > 0.99


def test_a_half_of_its_own_is_mirrored_and_halves_that_are_alike_are_averaged():
    lopsided = np.maximum(disc(32, 32, 10), box(34, 4, 60, 12))
    assert len(trace(lopsided, VectorOptions(symmetry="left-right")).paths) == 1
    moved = trace(box(9, 14, 57, 51), VectorOptions(symmetry="left-right"))
    assert min(x for x, _ in nodes(moved)) == pytest.approx(8 * UNIT, abs=0.02)


def test_a_curve_crosses_the_axis_without_a_kink():
    field = (wavy(2) + wavy(2)[:, ::-1]) / 2
    (path,) = trace(field, VectorOptions(symmetry="left-right")).paths
    ends = [segment for segment in path.segments if abs(segment.end[0] - 12) < 1e-9]
    assert len(ends) == 2
    assert all(not isinstance(segment, Cubic) or segment.second[1] == segment.end[1] for segment in ends)


def test_numbers_are_as_short_as_they_can_be():
    text = svg_path(trace(np.maximum(wavy(2), box(3, 3, 20, 20))))
    assert not re.search(r"(?<!\d)0\.|\.\d*0(?!\d)|\s[-.]?\s|\s-|,|\d{2}\.\d{3}", text.split("a")[0])


def test_the_colour_and_the_size_are_as_wished():
    options = VectorOptions(view_box=512.0, colour='red"')
    root = ET.fromstring(svg(trace(disc(32, 32, 16), options), options))
    assert root.attrib["width"] == "512"
    (path,) = root
    assert path.attrib["fill"] == 'red"'
    assert path.attrib["d"].startswith("M128 256a128 128 0 0 1 256 0")


def test_pictures_that_are_not_square_keep_their_shape():
    field = field_of(np.pad(np.full((40, 120), 255, np.uint8), 20))
    outline = trace(field, VectorOptions(view_box=160.0))
    assert (outline.width, outline.height) == (160, 80)
    np.testing.assert_allclose(corners(outline.paths[0]), [(20, 20), (20, 60), (140, 20), (140, 60)], atol=0.06)


def smooth_disc(side, x, y, radius):
    """A disc's coverage, each pixel from 8 x 8 looks."""
    at = (np.arange(side * 8) + 0.5) / 8
    ink = (at[None] - x) ** 2 + (at[:, None] - y) ** 2 < radius**2
    return np.rint(255 * ink.reshape(side, 8, side, 8).mean((1, 3))).astype(np.uint8)


def test_a_field_of_a_picture_has_its_outline_between_the_pixels():
    field = field_of(smooth_disc(64, 30.2, 33.4, 17.3))
    exact = 17.3 - np.hypot(X - 30.2, Y - 33.4)
    near = np.abs(exact) < 3.5
    assert np.abs(field - exact)[near].max() < 0.12
    assert np.abs(field).max() == 4


def test_a_picture_of_any_size_is_traced():
    (path,) = trace(field_of(smooth_disc(300, 140, 150, 100))).paths
    assert kinds(path) == [Arc] * 2
    assert path.segments[0].radius == pytest.approx(8, abs=0.01)


def test_an_icon_from_a_larger_picture_is_the_field_it_was_drawn_from():
    field = np.maximum(disc(32, 32, 16), box(6, 6, 20, 20))
    again = icon_field_of(coverage_of(field, 256))
    near = np.abs(field) < 2
    assert np.abs(again - field)[near].mean() < 0.05


def test_a_tone_is_ink_from_one_half_on():
    tones = np.zeros((64, 64), np.uint8)
    tones[10:30, 10:50], tones[34:54, 10:50] = 90, 160
    outline = trace(field_of(tones))
    assert len(outline.paths) == 1
    assert min(y for _, y in corners(outline.paths[0])) == pytest.approx(34 * UNIT, abs=0.2)


def test_points_so_ragged_that_no_handles_are_nearest_still_get_a_curve():
    """Newton's steps drive every parameter to the ends but one, and two handles cannot be told from one point."""
    points = np.array([0.19 + 0.51j, 0.73 + 0.36j, 0.77 + 0.4j, 0.91 + 0.82j, 0.65 + 0.73j])
    (curve,) = cubics(points, 1 + 0j, 1 + 0j, 0.1)
    assert (curve[0], curve[-1]) == (points[0], points[-1])
    assert np.abs(np.array(curve) - points.mean()).max() < 1
