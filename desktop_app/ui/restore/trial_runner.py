"""The model put to the test on the picture that is open: noise of our own is added, taken away again, and measured."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.errors import Cancelled, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Restored, Update
from desktop_app.studio.jobs import Job
from desktop_app.studio.scratch import Scratch
from desktop_app.ui.bridge import Listener, QueueBridge
from desktop_app.ui.errands import Errands
from desktop_app.ui.restore.open_picture import Array, OpenPicture
from desktop_app.ui.restore.restore_models import restoration, task_of

if TYPE_CHECKING:  # it brings Pillow, which is slow to import
    from desktop_app.studio.noise_trial import NoiseTrial, Verdict

SLOT = "restore trial"
NOISY = 8.0  # 8-bit steps
ON_CLEAN = "It was added to the cleaned picture, as this one is noisy itself. That flatters the model."
NOT_HERE = "The test adds noise and has it taken away again: choose a model that cleans."


class TrialRunner(QObject):
    ran = Signal(bool)  # it begins or ends
    came = Signal(object)  # Verdict
    failed = Signal(str)  # a sentence

    def __init__(self, bridge: QueueBridge, errands: Errands, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._errands = bridge, errands
        self._number = 0  # of the newest trial; what older ones say is not heard
        self._trial: NoiseTrial | None = None
        self._job: Job | None = None
        self._is_running = False
        self.note = ""  # a sentence on what served as the truth

    @property
    def is_running(self) -> bool:
        return self._is_running

    def start(self, picture: OpenPicture, package: Package, clean: Array | None, sigma: float) -> None:
        """clean: what the model made of all of it, where that is there. sigma: of the noise found in the picture.

        A picture full of noise is no truth to measure against, so there the cleaned one takes its place.
        """
        self.cancel()
        if why := why_not(package):
            self.failed.emit(why)
            return
        self._is_running = True
        self.ran.emit(True)
        on_clean = clean is not None and sigma >= NOISY
        self.note = ON_CLEAN if on_clean else ""
        pixels = clean if clean is not None and on_clean else picture.photo.pixels
        work = partial(_prepare, picture.scratch, pixels, package, sigma if on_clean else None)
        number = self._number
        self._errands.do(work, partial(self._on_ready, number), partial(self._on_error, number), subject="trial")

    @Slot()
    def cancel(self) -> None:
        self._number += 1
        self._errands.forget("trial")
        if self._job is not None and self._job.state in ("waiting", "running"):
            self._bridge.cancel(self._job)
        self._end()

    def _on_ready(self, number: int, trial: "NoiseTrial") -> None:
        if number != self._number:
            trial.close()
            return
        self._trial = trial
        listener = Listener(
            self,
            partial(self._on_update, number),
            partial(self._on_done, number),
            lambda _job, error: self._on_error(number, error),
        )
        self._job = self._bridge.submit(trial.request, listener, slot=SLOT)

    def _on_update(self, number: int, _job: Job, update: Update) -> None:
        if number == self._number and self._trial is not None and isinstance(update, Restored):
            self._trial.take(update)

    def _on_done(self, number: int, _job: Job) -> None:
        if number == self._number and self._trial is not None:
            then, failed = partial(self._on_verdict, number), partial(self._on_error, number)
            self._errands.do(self._trial.verdict, then, failed, subject="trial")

    def _on_verdict(self, number: int, verdict: "Verdict") -> None:
        if number == self._number:
            self._end()
            self.came.emit(verdict)

    def _on_error(self, number: int, error: StudioError) -> None:
        if number == self._number:
            self._end()
            if not isinstance(error, Cancelled):
                self.failed.emit(error.message)

    def _end(self) -> None:
        trial, self._trial, self._job = self._trial, None, None
        if trial is not None:
            trial.close()
        if self._is_running:
            self._is_running = False
            self.ran.emit(False)


def why_not(package: Package | None) -> str:
    """A sentence where a model cannot be tested so, else an empty string."""
    is_fit = package is not None and task_of(package) == "denoise" and restoration(package).scale == 1
    return "" if is_fit else NOT_HERE


def _prepare(scratch: Scratch, pixels: Array, package: Package, sigma: float | None) -> "NoiseTrial":
    from desktop_app.studio.noise_trial import NoiseTrial

    return NoiseTrial(scratch, pixels, package, sigma=sigma)


def table(verdict: "Verdict") -> tuple[tuple[str, ...], ...]:
    """Rows of words, the heads first: the noisy picture, the best strength where it is another one, and all of it."""
    from desktop_app.studio.noise_trial import STRENGTHS

    rows: list[tuple[str, ...]] = [("", "PSNR", "SSIM")]
    best = round(verdict.best * (len(STRENGTHS) - 1))
    chosen = {0: "With the noise", best: f"Cleaned to {10 * best} %", len(STRENGTHS) - 1: "Cleaned"}
    for number in sorted(chosen):
        rows.append((chosen[number], f"{verdict.psnr[number]:.2f} dB", f"{verdict.ssim[number]:.3f}"))
    return tuple(rows)
