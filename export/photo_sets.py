"""The sets of pictures on which papers measure, the noise that is added to them, and what the papers report.

Nothing of these sets may be trained on. A set is a folder of pictures, taken in the order of their names.
"""

import pathlib

import numpy as np
from PIL import Image

from export.errors import ExportError

SIGMAS = (15, 25, 50)
PICTURES = {".png", ".tif", ".tiff", ".bmp", ".jpg"}

# PSNR in dB at sigma 15, 25, 50, as the tables of DPIR (arXiv 2008.13751) and SCUNet (arXiv 2203.13278) quote them.
# DnCNN has a net for each sigma.
NOISE_PAPERS = {
    "BSD68": {"BM3D (paper)": (31.08, 28.57, 25.60), "DnCNN (paper)": (31.73, 29.23, 26.23)},
    "Set12": {"BM3D (paper)": (32.37, 29.97, 26.72), "DnCNN (paper)": (32.86, 30.44, 27.18)},
    "CBSD68": {"CBM3D (paper)": (33.52, 30.71, 27.38), "DnCNN (paper)": (33.90, 31.24, 27.95)},
}
# luma, enlarged twice; FSRCNN: Dong et al. 2016, arXiv 1608.00367
LARGE_PAPERS = {
    "Set5": {"bicubic (paper)": 33.66, "FSRCNN (paper)": 37.00},
    "Set14": {"bicubic (paper)": 30.24, "FSRCNN (paper)": 32.63},
}


def read_set(folder: pathlib.Path, *, channels: int = 0, count: int = 0) -> list[np.ndarray]:
    """Pictures as uint8 (H, W, C) in the order of their names; channels 0: as each is; count 0: all of them."""
    if not folder.is_dir():
        raise ExportError(f"There is no folder {folder}; name with --tests where the test sets lie.")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)[: count or None]
    if not paths:
        raise ExportError(f"{folder} holds no picture.")
    return [_read(path, channels) for path in paths]


def _read(path: pathlib.Path, channels: int) -> np.ndarray:
    try:
        with Image.open(path) as image:
            grey = channels == 1 or (channels == 0 and image.mode == "L")
            pixels = np.asarray(image.convert("L" if grey else "RGB"), np.uint8)
    except OSError as error:
        raise ExportError(f"{path} cannot be read ({error}).") from None
    return pixels.reshape(*pixels.shape[:2], -1)


def noisy_copy(clean: np.ndarray, *, sigma: float, seed: int, index: int) -> np.ndarray:
    """uint8 (H, W, C) -> float32 in 0..1 with noise of its own for each (seed, sigma, index), not clipped."""
    rng = np.random.default_rng([seed, round(1000 * sigma), index])
    return (clean / 255 + rng.normal(0, sigma / 255, clean.shape)).astype(np.float32)


def to_bytes(values: np.ndarray) -> np.ndarray:
    """Floats in 0..1 -> uint8, clipped and rounded."""
    return np.clip(np.rint(255 * values), 0, 255).astype(np.uint8)


def luma(picture: np.ndarray) -> np.ndarray:
    """float (H, W, C) in 0..1 -> uint8 (H, W), 16..235 as MATLAB's rgb2ycbcr makes it; grey is taken as it is."""
    if picture.shape[2] == 1:
        return to_bytes(picture[..., 0])
    return np.clip(np.rint(16 + picture @ np.array([65.481, 128.553, 24.966])), 0, 255).astype(np.uint8)
