"""What the card of a restorer says in place of a generator's: what it takes and gives, its figures, where it ends.

A score's note holds what others reach on the same pictures, "BM3D 28.57; DnCNN (paper) 29.23"; the card makes columns
of them. Scores of one name before the comma make one table.
"""

import re

from desktop_app.engine.manifest import Manifest, Score

NUMBER = re.compile(r"(.+) (-?\d+(?:\.\d+)?)")


def what(manifest: Manifest) -> str:
    r = manifest.restoration
    assert r is not None
    kind = "Grey pictures; of a colour picture each channel alone" if r.channels == 1 else "Colour and grey pictures"
    size = f"of {r.side} x {r.side} pixels, or sheets of them" if r.side else "of any size, tile by tile"
    lines = [f"{kind}, {size}."]
    if r.border:
        lines.append(f"Each tile is computed with {r.border} pixels around it that are thrown away.")
    if "upscale" in manifest.abilities:
        lines.append(f"The result is {r.scale} times as wide and as high.")
    if "inpaint" in manifest.abilities:
        lines.append("What lies under the mask is not looked at; outside it the picture stays as it is, bit for bit.")
    return " ".join(lines)


def preview_words(manifest: Manifest) -> str:
    if manifest.restoration is not None and manifest.restoration.side:
        return "Drawn digits, before and after in turn, through the program's engine; nothing was picked."
    return "Drawn pictures, before on the left, after on the right, through the program's engine; nothing was picked."


def scores(manifest: Manifest) -> str:
    if not manifest.scores:
        return "Not measured yet: `python -m export evaluate denoiser`."
    groups: dict[str, list[Score]] = {}
    for score in manifest.scores:
        groups.setdefault(score.name.partition(",")[0], []).append(score)
    return "\n\n".join([*(_table(name, group) for name, group in groups.items()), f"{EVERY} {HOW[_kind(manifest)]}"])


def _table(name: str, group: list[Score]) -> str:
    beside = [_beside(score.note) for score in group]
    others = list(dict.fromkeys(key for row in beside for key in row))
    head = [name, "this model", *others]
    rows = [head, ["---"] * len(head)]
    for score, row in zip(group, beside, strict=True):
        cells = (f"{row[other]:.2f}" if other in row else "" for other in others)
        rows.append([score.name.partition(", ")[2], f"{score.value:.2f}", *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _beside(note: str) -> dict[str, float]:
    found = (NUMBER.fullmatch(part) for part in note.split("; "))
    return {match[1]: float(match[2]) for match in found if match}


EVERY = (
    "PSNR in dB, higher is better, the mean over the pictures of a set, measured on the package through the program's "
    "engine and rounded to 8 bit. “(paper)”: as its authors or later papers report it; what does not say so was "
    "measured here on the same pictures with the same damage. None of these pictures was trained on."
)
HOW = {
    "denoise": "Noise is white and Gaussian with a fixed seed, added in float and not clipped; “clean” is a picture "
    "without noise, and how little it is changed. BM3D is told how strong it is, DnCNN has a net for each strength.",
    "upscale": "Made small by the antialiased bicubic filter in 8 bit; compared by luma without a border of 2 pixels.",
    "inpaint": "A tenth of each picture is brushed over with strokes, scratches, dust and lettering of a fixed seed. "
    "Telea and Navier-Stokes: OpenCV's, with a radius of 3 pixels.",
    "digits": "A hundred pictures spread over the split, damage of a fixed seed. BM3D is told how far it strays, "
    "also where it is no noise, which it was not made for.",
}


def limits(manifest: Manifest) -> str:
    return "\n".join(f"- {line}" for line in LIMITS[_kind(manifest)])


def _kind(manifest: Manifest) -> str:
    digits = manifest.restoration is not None and manifest.restoration.side is not None
    return "digits" if digits else manifest.abilities[0]


SMALL = "It is a small network, made to be quick on a processor; large ones restore more."
LIMITS = {
    "denoise": (
        "It learnt white noise up to 55 steps of 8 bit, and some noise of cameras and JPEG; other patterns may stay.",
        "Under strong noise fine texture is lost, or a plausible one stands in its place: compare with the original.",
        SMALL,
    ),
    "upscale": (
        "It sharpens what is there and invents no detail; blur, noise and the blocks of JPEG are enlarged with it.",
        "It learnt pictures that were made small with an antialiased bicubic filter; others come softer or harsher.",
        "Colour is enlarged by the bicubic filter; the network sees lightness alone.",
        SMALL,
    ),
    "inpaint": (
        "It learnt marks of 1 to 15 pixels in width; in wider holes it makes a soft filling without detail.",
        "What it fills in is a guess from what is around it.",
        SMALL,
    ),
    "digits": (
        "It knows handwritten digits, white on black, and makes one of whatever it is given.",
        "A digit that cannot be read may come back as another one.",
        "All goes through 32 numbers, so that even a clean digit comes back a little changed.",
    ),
}
