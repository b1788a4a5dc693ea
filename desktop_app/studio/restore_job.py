"""The whole way of one picture: read, restored by a network, blended with what it was, and written.

The caller runs the requests, so that the window's queue and the command line can do it each in its own way:

    job = RestoreJob(source, target, library, settings)
    try:
        for update in run(job.open()):
            job.take(update)
        notes = job.finish()
    finally:
        job.close()
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from desktop_app.engine.array_file import open_array
from desktop_app.engine.errors import FileError, PackageError, RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import ArrayFile, Restore, Restored
from desktop_app.studio import mask_file, metrics, photo
from desktop_app.studio.batch import PACKAGES, BatchSettings, Noise
from desktop_app.studio.composing import bands, composed
from desktop_app.studio.library import Library
from desktop_app.studio.photo import Photo
from desktop_app.studio.photo_screen import rounded
from desktop_app.studio.photo_tags import Array
from desktop_app.studio.restoring import TILE, Restoring, filling_tile
from desktop_app.studio.scratch import Scratch

GREY = "-grey"  # ends the name of the package that is made for grey pictures
VERBS = {"denoise": "cleans", "upscale": "enlarges", "inpaint": "fills in"}


@dataclass(frozen=True)
class Figures:
    """How near a picture is to another one that is taken as true, before and after."""

    psnr_before: float  # dB
    psnr: float
    ssim_before: float
    ssim: float


@dataclass(frozen=True, eq=False)
class _Opened:
    photo: Photo  # its pixels those of `before`
    before: Array  # (H, W, C), in a file
    restoring: Restoring
    reference: Array | None


class RestoreJob:
    """`open` and `finish` take time and belong on a thread; `take` is quick. Not for two threads at once."""

    def __init__(
        self,
        source: Path,
        target: Path,
        library: Library,
        settings: BatchSettings,
        *,
        reference: Path | None = None,
        scratch: Path | None = None,
    ) -> None:
        """reference: a clean picture of the same, for `figures`; where noise is added, the source itself is one.

        scratch: the folder for working copies; None is the system's folder for temporary files.
        """
        self.source, self.target = source, target
        self.package: Package | None = None  # once it is open
        self.figures: Figures | None = None  # once it is finished
        self._library, self._settings, self._reference_path = library, settings, reference
        self._parent = scratch
        self._scratch: Scratch | None = None
        self._opened: _Opened | None = None

    def open(self) -> Restore:
        """Read the file and prepare; answers what is to be asked of the engine. Raises StudioError."""
        self._refuse_target()
        found = photo.read(self.source)
        self.package = package_for(self._library, self._settings, channels=found.pixels.shape[2])
        self._scratch = scratch = Scratch(self._parent)
        file = scratch.save(found.pixels)
        clean = open_array(file)
        if self._settings.noise is not None:
            file = noisy(scratch, clean, self._settings.noise)
        before, reference = open_array(file), self._reference(clean)
        alpha = None if found.alpha is None else np.ascontiguousarray(found.alpha)
        found = dataclasses.replace(found, pixels=before, alpha=alpha)  # the copy in memory goes
        mask = self._mask(scratch, before.shape[:2])
        tile = TILE if mask is None else filling_tile(open_array(mask))
        restoring = Restoring(scratch, file, self.package, mask=mask, tile=tile)
        self._opened = _Opened(found, before, restoring, reference)
        return restoring.request

    def parts(self) -> Iterator[Restore]:
        """The request in small parts, where something more urgent may come in between; after `open`."""
        assert self._opened is not None
        return self._opened.restoring.parts()

    def take(self, update: Restored) -> None:
        assert self._opened is not None
        self._opened.restoring.take(update)

    def finish(self) -> tuple[str, ...]:
        """Blend and write; answers sentences on what was done besides. Raises FileError."""
        opened, scratch, s = self._opened, self._scratch, self._settings
        assert opened is not None
        assert scratch is not None
        restoring = opened.restoring
        if not restoring.is_whole:
            raise FileError(f"“{self.source.name}” was not restored to its end, so it is not saved.")
        pixels = composed(scratch, opened.before, restoring.result, strength=s.strength, detail=s.detail)
        if opened.reference is not None:
            self.figures = _figures(opened.before, pixels, opened.reference)
        self._refuse_target()
        lost = photo.write(self.target, opened.photo, pixels, scale=restoring.scale)
        return tuple(note for note in (*opened.photo.notes, restoring.note(), *lost) if note)

    def close(self) -> None:
        """Remove the working copies; may be called at any time and twice."""
        self._opened = None
        if self._scratch is not None:
            self._scratch.close()
            self._scratch = None

    def _refuse_target(self) -> None:
        if not self.target.exists():
            return
        if self.source.exists() and self.target.samefile(self.source):
            raise FileError(f"“{self.source.name}” would be overwritten by its own result. Choose another folder.")
        if not self._settings.overwrite:
            raise FileError(f"“{self.target}” is there already. Choose another folder or name, or allow to replace it.")

    def _mask(self, scratch: Scratch, size: tuple[int, int]) -> ArrayFile | None:
        wanted = self._settings.mask
        return None if wanted is None else scratch.save(mask_file.read_mask(wanted, size))

    def _reference(self, clean: Array) -> Array | None:
        """What the result is compared with, of the picture's type."""
        path = self._reference_path
        if path is None:
            return clean if self._settings.noise is not None else None
        found = photo.read(path).pixels
        if found.shape != clean.shape:
            words = " and ".join(f"{w} × {h} pixels with {c} channels" for h, w, c in (found.shape, clean.shape))
            raise FileError(f"“{path.name}” and “{self.source.name}” cannot be compared: they have {words}.")
        if found.dtype == clean.dtype:
            return found
        return rounded(found) if clean.dtype == np.uint8 else found.astype(np.uint16) * np.uint16(257)


def package_for(library: Library, settings: BatchSettings, *, channels: int) -> Package:
    """The package that is asked for, or the task's own. Raises PackageError, RequestError."""
    name = settings.package or PACKAGES[settings.task]
    package = library.find(name)
    if settings.task not in package.manifest.abilities:
        fit = sorted(p.name for p in library.packages() if settings.task in p.manifest.abilities)
        raise RequestError(
            f"“{name}” is no package that {VERBS[settings.task]} pictures. There are: {', '.join(fit) or 'none'}."
        )
    if not settings.package and channels == 1:
        try:
            return library.find(name + GREY)
        except PackageError:  # that of colours takes grey pictures too
            return package
    return package


def noisy(scratch: Scratch, pixels: Array, noise: Noise) -> ArrayFile:
    """A copy with Gaussian noise of a fixed seed, added in floating point and then rounded and clipped."""
    file, out = scratch.new((pixels.shape[0], pixels.shape[1], pixels.shape[2]), pixels.dtype)
    most = int(np.iinfo(pixels.dtype).max)
    random = np.random.Generator(np.random.Philox(noise.seed))
    for rows in bands(pixels.shape[:2]):
        part = pixels[rows]
        changed = part + random.standard_normal(part.shape) * (noise.sigma * most / 255)
        out[rows] = np.rint(np.clip(changed, 0, most)).astype(pixels.dtype)
    out.flush()
    return file


def _figures(before: Array, after: Array, reference: Array) -> Figures:
    return Figures(
        psnr_before=metrics.psnr(before, reference),
        psnr=metrics.psnr(after, reference),
        ssim_before=metrics.ssim(before, reference),
        ssim=metrics.ssim(after, reference),
    )
