"""A model at work on the open picture: its result as far as it is there, and what is asked for next."""

import contextlib
from dataclasses import dataclass, field

import msgspec
import numpy as np
import numpy.typing as npt

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Restore, Restored, Window
from desktop_app.studio.restoration import Box, RestoreState, Stroke, has_mask, mask_map
from desktop_app.studio.restoring import TILE, Restoring, filling_tile
from desktop_app.studio.scratch import Scratch
from desktop_app.ui.restore.open_picture import Array, OpenPicture
from desktop_app.ui.restore.restore_models import restoration, task_of
from desktop_app.ui.restore.tile_plan import TilePlan

Mask = npt.NDArray[np.uint8]
BUDGET = 2**30  # bytes; the two newest results are kept, however large they are
SHEET_TILE = 448  # pixels: the step of plans for models of pictures of one size, rounded to whole ones


class RunKey(msgspec.Struct, frozen=True):
    """All that decides a result, the picture aside."""

    package: str  # sha256
    mask: tuple[Stroke, ...] = ()
    inverted: bool = False
    grow: int = 0


def key_of(state: RestoreState, package: Package) -> RunKey | None:
    """None where there is nothing to do: a model that fills in, and nothing painted."""
    if task_of(package) != "inpaint":
        return RunKey(package.sha256)
    return RunKey(package.sha256, state.mask, state.inverted, state.grow) if has_mask(state) else None


def as_used(state: RestoreState, package: Package | None) -> RestoreState:
    """What of a state counts for a model: what is filled in has nothing to do with the noise and its texture."""
    if package is None or task_of(package) != "inpaint":
        return state
    return msgspec.structs.replace(state, detail=0.0, local=())


@dataclass(eq=False)
class RestoreRun:
    key: RunKey
    package: Package
    restoring: Restoring
    plan: TilePlan
    mask: Mask | None = field(default=None, repr=False)
    result: Array = field(init=False, repr=False)  # (H scale, W scale, C) of the picture's type

    def __post_init__(self) -> None:
        self.result = self.restoring.result

    @property
    def scale(self) -> int:
        return self.restoring.scale

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return int(self.result.nbytes) + (self.mask.nbytes if self.mask is not None else 0)

    @property
    def is_whole(self) -> bool:
        return self.plan.is_whole

    def request(self, window: Window) -> Restore:
        """For a part of the picture that the plan gave: its tiles are those of the whole."""
        return msgspec.structs.replace(self.restoring.request, window=window, tile=self.restoring.tile)

    def take(self, update: Restored) -> Box:
        return self.restoring.take(update)

    def drop(self, scratch: Scratch) -> None:
        """Its files are not needed any more."""
        with contextlib.suppress(OSError):  # a system that keeps files while they are looked at: they go at the end
            self.restoring.drop()
            if self.restoring.request.mask is not None:
                scratch.drop(self.restoring.request.mask)


def prepare(picture: OpenPicture, package: Package, state: RestoreState, before: RestoreRun | None) -> RestoreRun:
    """A run for a state that has a key. before: the last one, of which what another mask leaves alone is taken over.

    Takes its time with a large picture. Raises FileError where there is no room for the result.
    """
    key = key_of(state, package)
    assert key is not None
    if task_of(package) == "inpaint":
        return _prepare_filling(key, picture, package, state, before)
    side = restoration(package).side
    step = max(1, SHEET_TILE // side) * side if side is not None else TILE
    plan = TilePlan(picture.file.shape[:2], step)
    return RestoreRun(key, package, Restoring(picture.scratch, picture.file, package), plan)


def _prepare_filling(
    key: RunKey, picture: OpenPicture, package: Package, state: RestoreState, before: RestoreRun | None
) -> RestoreRun:
    file, mapped = picture.scratch.new((*picture.file.shape[:2], 1), np.uint8)
    mask: Mask = mapped[..., 0]
    mask[:] = _mask(picture, state)
    tile = filling_tile(mask)
    restoring = Restoring(picture.scratch, picture.file, package, mask=file, tile=tile)
    run = RestoreRun(key, package, restoring, TilePlan(picture.file.shape[:2], tile), mask)
    _spare(run, picture, before)
    return run


def _mask(picture: OpenPicture, state: RestoreState) -> Mask:
    height, width, _ = picture.file.shape
    return mask_map(state, (0, 0, width, height), (width, height))


def _spare(run: RestoreRun, picture: OpenPicture, before: RestoreRun | None) -> None:
    """Only tiles with something to fill in are asked for, and of these only what the last run does not have."""
    assert run.mask is not None
    reach = restoration(run.package).border + restoration(run.package).cell
    known = before if before is not None and before.package.sha256 == run.package.sha256 else None
    for window in run.plan.tiles():
        top, left, bottom, right = window
        part = np.s_[top:bottom, left:right]
        if not run.mask[part].any():
            run.result[part] = picture.photo.pixels[part]
        elif known is not None and _same(run.mask, known, window, reach):
            run.result[part] = known.result[part]
        else:
            continue
        run.plan.mark(window)


def _same(mask: Mask, before: RestoreRun, window: Window, reach: int) -> bool:
    """Whether a tile that is there already comes out alike: the mask is the same as far as the network sees."""
    top, left, bottom, right = window
    around = np.s_[max(0, top - reach) : bottom + reach, max(0, left - reach) : right + reach]
    is_there = before.plan.has((left, top, right, bottom))
    return is_there and before.mask is not None and np.array_equal(mask[around], before.mask[around])


class Results:
    """Results of the open picture, so that going back to a model is at once; the oldest go where they grow too many."""

    def __init__(self, scratch: Scratch, budget: int = BUDGET) -> None:
        """budget: bytes on the disk."""
        self._scratch, self._budget = scratch, budget
        self._runs: dict[RunKey, RestoreRun] = {}

    def get(self, key: RunKey) -> RestoreRun | None:
        run = self._runs.pop(key, None)
        if run is not None:
            self._runs[key] = run  # the newest
        return run

    def put(self, run: RestoreRun) -> None:
        self._runs[run.key] = run
        while len(self._runs) > 2 and sum(kept.size for kept in self._runs.values()) > self._budget:
            self._runs.pop(next(iter(self._runs))).drop(self._scratch)
