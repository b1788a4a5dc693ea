"""How an explanation was made, inside the PNG that shows it: the classifier, the picture and the class it is about.

It lies in an iTXt chunk of its own: the picture around it is drawn, so there is nothing that `maquette recheck` could
compare it with.
"""

import io
import re
from datetime import UTC, datetime
from pathlib import PurePath

import msgspec
import numpy as np
import numpy.typing as npt
from PIL import Image, PngImagePlugin

from desktop_app import __version__
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Frozen, Pixels
from desktop_app.studio.explaining import Shown, Subject
from desktop_app.studio.recipe import EXPLANATION_CHUNK, SYNTHETIC

FORMAT = 1


class ExplainRecipe(Frozen, frozen=True, kw_only=True):
    """All that decides what the classifier says, and what it said."""

    format: int = FORMAT
    program: str = "maquette"
    version: str
    classifier: str
    classifier_sha256: str  # of the manifest, which holds the hash of the weights
    name: str  # of the picture
    sha256: str  # of its file, or of the generator's manifest
    package: str = ""  # the generator's name, where it is a design
    design: Design | None = None
    label: str  # the class that is explained
    map: Shown
    probabilities: dict[str, float]  # of all classes
    created: str  # ISO 8601, UTC


def make_explain_recipe(
    classifier: Package, subject: Subject, probabilities: npt.NDArray[np.float32], label: int, shown: Shown
) -> ExplainRecipe:
    classes = classifier.manifest.classes
    return ExplainRecipe(
        version=__version__,
        classifier=classifier.name,
        classifier_sha256=classifier.sha256,
        name=subject.name,
        sha256=subject.sha256,
        package=subject.package,
        design=subject.design,
        label=classes[label],
        map=shown,
        probabilities={name: round(float(p), 6) for name, p in zip(classes, probabilities, strict=True)},
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def file_name(subject: Subject, class_name: str, shown: Shown) -> str:
    """A name that says what it is, legal on every system: photo_why-Sneaker_activation.png."""
    stem = PurePath(subject.name).stem if subject.design is None else f"{subject.package}-{subject.name}"
    name = re.sub(r"[^A-Za-z0-9._+-]+", "-", f"{stem}_why-{class_name}_{shown}").strip("._-")
    return f"{name[:160]}.png"


def encode_png(pixels: Pixels, recipe: ExplainRecipe | None) -> bytes:
    """One picture (H, W, 3) uint8 as PNG; recipe None writes no word about how it was made."""
    info = PngImagePlugin.PngInfo()
    if recipe is not None:
        info.add_itxt(EXPLANATION_CHUNK, msgspec.json.encode(recipe).decode())
        info.add_itxt("Software", f"Maquette {recipe.version}")
        if recipe.design is not None:
            info.add_itxt("Digital Source Type", SYNTHETIC)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()
