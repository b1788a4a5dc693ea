"""Sections of the report that show pictures: samples, closest training pictures, evidence, and the points of features.

Pictures lie in the page as PNG, at their own size; the page enlarges them without smoothing.
"""

import base64
import io

import numpy as np
from PIL import Image

from desktop_app.engine.images import contact_sheet
from export import plots
from export.evaluation import Arrays, Evaluation, Pixels
from export.icon_sheet import SHEET_WORDS
from export.markup import Markup, tag

COLUMNS = 10
MAX_SAMPLES = 100
MAX_SHEET = 400_000  # pixels
MAX_PAIRS = 12
MAX_MAPS = 12
MAX_POINTS = 1500  # of each kind
EXTENT = (0.5, 99.5)  # percentiles of the points that are in view


def embedded(picture: np.ndarray, *, alt: str, zoom: int = 2, kind: str = "pixels") -> Markup:
    """(H, W, C) uint8 as a PNG inside the page; `zoom` is how large it is shown where there is room."""
    height, width, channels = picture.shape
    content = io.BytesIO()
    Image.fromarray(picture[..., 0] if channels == 1 else picture).save(content, format="PNG", optimize=True)
    source = "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()
    return tag("img", src=source, alt=alt, width=width * zoom, height=height * zoom, class_=kind)


def sample_sheet(evaluation: Evaluation, samples: Pixels) -> Markup | None:
    if not len(samples):
        return None
    side = max(samples.shape[1:3])
    count = min(len(samples), MAX_SAMPLES, max(COLUMNS, MAX_SHEET // side**2))
    count -= count % COLUMNS if count > COLUMNS else 0
    sheet = contact_sheet(samples[:count], columns=min(COLUMNS, count), gap=0, background=0)
    words = f"The first {count} samples of seed {evaluation.seed}; nothing was picked."
    if evaluation.kind == "icons":
        rows = ", ".join(SHEET_WORDS[: count // COLUMNS])
        words = f"A word a row, the first {COLUMNS} samples of seed {evaluation.seed}; nothing was picked: {rows}."
    zoom = max(1, round(480 / sheet.shape[1]))
    alt = f"Sheet of {count} samples made by {evaluation.title}"
    return tag("figure", embedded(sheet, alt=alt, zoom=zoom), tag("figcaption", words), class_="sheet")


def closest(arrays: Arrays, said: str = "") -> list[Markup]:
    """The samples nearest to a training picture, that picture beside each. said: what stands above and explains."""
    if not len(arrays.pairs):
        return []
    pairs = [
        tag(
            "figure",
            _pair(pair, alt=f"Sample {n + 1} and its nearest training picture"),
            tag("figcaption", f"{ratio:.2f}"),
        )
        for n, (pair, ratio) in enumerate(zip(arrays.pairs[:MAX_PAIRS], arrays.ratios, strict=False))
    ]
    return [tag("p", said or CLOSEST), tag("div", pairs, class_="pairs")]


CLOSEST = (
    "Of the samples looked at those nearest to a training picture: the sample on the left, that picture on the right. "
    "Below stands their distance over the distance of the training picture to its own nearest neighbour in the "
    "training data. At 1 a sample is as near as training pictures are to one another; near 0 it is a copy."
)
CLOSEST_ICONS = (
    "Of the samples of the judged words those nearest to a training icon: the sample on the left, that icon on the "
    "right. Below stands their overlap, the intersection over union of the ink: at 1 the two are the same."
)


def _pair(pair: Pixels, *, alt: str) -> Markup:
    zoom = max(1, round(84 / pair.shape[2]))
    return embedded(np.concatenate(list(pair), axis=1), alt=alt, zoom=zoom)


def evidence(arrays: Arrays) -> list[Markup]:
    """Pictures beside what a classifier looked at."""
    if not len(arrays.maps):
        return []
    rows = arrays.maps[:MAX_MAPS]
    figures = [
        tag("figure", embedded(np.concatenate(list(row), axis=1), alt=f"Picture {n + 1}: {MAPS_ALT}", zoom=_zoom(row)))
        for n, row in enumerate(rows)
    ]
    return [tag("p", MAPS), tag("div", figures, class_="maps")]


MAPS_ALT = "as it is, with its class activation, with its occlusion map"
MAPS = (
    "Each picture as it is, with the class activation over it (the part of the answer that each place adds), and with "
    "the occlusion map (how much the answer falls when that place is covered)."
)


def _zoom(row: Pixels) -> int:
    return max(1, round(84 / row.shape[2]))


# -----------------------------------------------------------------------------
# points


def latent_scatter(evaluation: Evaluation, arrays: Arrays) -> list[Markup]:
    """Real points with the names of their classes, and generated ones over them, in the same axes."""
    real, fake = arrays.real_points, arrays.fake_points
    if not (len(real) and len(fake)):
        return []
    both = np.concatenate([real, fake])
    extent = np.percentile(both[np.isfinite(both).all(axis=1)], EXTENT, axis=0)
    extent += np.array([[-0.05], [0.05]]) * np.maximum(extent[1] - extent[0], 1e-6)
    names, few_real, few_fake = _centres(evaluation, arrays), some(real), some(fake)
    alone = plots.scatter(
        [(few_real, "cloud")], names=names, extent=extent, alt=f"{len(few_real)} real pictures as points"
    )
    over = plots.scatter(
        [(few_real, "cloud faint"), (few_fake, "cloud made")],
        names=names,
        extent=extent,
        alt=f"{len(few_fake)} generated pictures as points, over the real ones",
    )
    panels = [
        tag("figure", alone, tag("figcaption", "Real pictures")),
        tag("figure", over, tag("figcaption", "Generated pictures, over the real ones")),
    ]
    return [tag("p", SCATTER), tag("div", panels, class_="panels")]


SCATTER = (
    "Each dot is a picture, placed along the two directions in which the features of real pictures vary most. Where "
    "dots of real pictures have no generated ones over them, the model leaves something out; where generated ones are "
    "alone, it makes what does not exist."
)


def some(points: np.ndarray) -> np.ndarray:
    """At most MAX_POINTS of the finite points, drawn by lot: classes may take turns, so no fixed step will do."""
    known = points[np.isfinite(points).all(axis=1)]
    return np.random.Generator(np.random.Philox(key=0)).permutation(known)[:MAX_POINTS]


def _centres(evaluation: Evaluation, arrays: Arrays) -> list[tuple[float, float, str]]:
    """Where the points of each class lie on average, with the class's name."""
    labels, points = arrays.real_labels, arrays.real_points
    if len(labels) != len(points) or len(evaluation.classes) > 2 * COLUMNS:
        return []
    found = []
    for label, name in enumerate(evaluation.classes):
        own = points[(labels == label) & np.isfinite(points).all(axis=1)]
        if len(own):
            found.append((float(np.median(own[:, 0])), float(np.median(own[:, 1])), name))
    return found
