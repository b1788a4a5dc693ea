"""What is asked of the engine about pictures, and what is known of them: each is asked about once."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Classified, Classify, Explain, Explained, Progress, Update
from desktop_app.studio.evidence import Answer, Float32, Mask, Trial, trial_of, trial_pictures
from desktop_app.studio.explaining import MapKind, Subject, pixels_of
from desktop_app.studio.jobs import Job
from desktop_app.ui.bridge import Listener, QueueBridge

KEPT = 256  # answers; of 28 x 28 pictures about 20 KB each
Key = tuple[str, bytes]  # hash of the classifier, pixels


class TrialKey(NamedTuple):
    key: Key
    kind: MapKind
    label: int
    speaks_for: bool


class ExplainJobs(QObject):
    changed = Signal()  # something more is known
    failed = Signal(object)  # StudioError, about the picture in view

    def __init__(self, bridge: QueueBridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._answers: OrderedDict[Key, Answer] = OrderedDict()
        self._seen: OrderedDict[Key, Float32] = OrderedDict()  # probabilities of pictures in the row
        self._trials: OrderedDict[TrialKey, Trial] = OrderedDict()
        self._asked: Key | None = None  # the picture in view, while it is being explained
        self._asked_row: tuple[Key, ...] = ()
        self._asked_trial: TrialKey | None = None
        self._share = 0.0

    # -- what is known ---------------------------------------------------------------------------------------------

    def answer(self, package: Package, subject: Subject) -> Answer | None:
        return self._answers.get((package.sha256, subject.pixels))

    def probabilities(self, package: Package, subject: Subject) -> Float32 | None:
        key = package.sha256, subject.pixels
        answer = self._answers.get(key)
        return answer.probabilities if answer is not None else self._seen.get(key)

    def trial(self, key: TrialKey) -> Trial | None:
        return self._trials.get(key)

    @property
    def share(self) -> float:
        """How much of the covering is done, 0 to 1."""
        return self._share

    # -- wishes ----------------------------------------------------------------------------------------------------

    def want(self, package: Package, subject: Subject) -> None:
        """Everything about the picture in view. What runs for another one is given up."""
        key = package.sha256, subject.pixels
        known = self._answers.get(key)
        if key == self._asked or (known is not None and known.falls is not None):
            return
        self._asked, self._share = key, 0.0
        listener = Listener(self, self._on_explained, self._on_explained_done, self._on_explain_error)
        self._bridge.submit(Explain(package.ref, pixels_of(subject)), listener, slot="explain", replace=True)

    def want_row(self, package: Package, subjects: Sequence[Subject]) -> None:
        """What each picture of a row is taken for; those that were fitted to another version are left out."""
        picture = package.manifest.picture
        assert picture is not None
        shape = picture.height, picture.width, picture.channels
        subjects = [subject for subject in subjects if subject.shape == shape]
        keys = [(package.sha256, subject.pixels) for subject in subjects]
        missing = [n for n, key in enumerate(keys) if key not in self._seen and key not in self._answers]
        wanted = tuple(keys[n] for n in missing)
        if not wanted or wanted == self._asked_row:
            return
        self._asked_row = wanted
        pictures = np.stack([pixels_of(subjects[n]) for n in missing])
        listener = Listener(self, self._on_row, partial(self._on_row_done, wanted), _nothing)
        self._bridge.submit(Classify(package.ref, pictures), listener, slot="explain row", replace=True)

    def want_trial(self, package: Package, subject: Subject, trial: TrialKey, mark: Mask) -> None:
        """What covering the part `mark` does."""
        if trial in self._trials or trial == self._asked_trial:
            return
        self._asked_trial = trial
        pictures = trial_pictures(pixels_of(subject), mark)
        listener = Listener(self, partial(self._on_trial, trial), partial(self._on_trial_done, trial), _nothing)
        self._bridge.submit(Classify(package.ref, pictures), listener, slot="explain trial", replace=True)

    def retry(self) -> None:
        """What failed may be asked for again."""
        self._asked, self._asked_row, self._asked_trial = None, (), None

    # -- the picture in view ---------------------------------------------------------------------------------------

    def _on_explained(self, job: Job, update: Update) -> None:
        key = _key_of(job)
        if isinstance(update, Explained):
            _keep(self._answers, key, Answer(update.probabilities, update.every, update.falls))
        elif isinstance(update, Progress) and key == self._asked:
            self._share = update.done / max(1, update.total)
        self.changed.emit()

    def _on_explained_done(self, job: Job) -> None:
        if _key_of(job) == self._asked:
            self._asked = None

    def _on_explain_error(self, job: Job, error: StudioError) -> None:
        if _key_of(job) == self._asked:
            self.failed.emit(error)

    # -- the row ---------------------------------------------------------------------------------------------------

    def _on_row(self, job: Job, update: Update) -> None:
        if isinstance(update, Classified) and isinstance(job.request, Classify):
            pictures = job.request.pictures[update.first : update.first + len(update.probabilities)]
            for picture, found in zip(pictures, update.probabilities, strict=True):
                _keep(self._seen, (job.request.package.sha256, picture.tobytes()), found)
            self.changed.emit()

    def _on_row_done(self, wanted: tuple[Key, ...], _job: Job) -> None:
        if wanted == self._asked_row:
            self._asked_row = ()

    # -- the trial -------------------------------------------------------------------------------------------------

    def _on_trial(self, trial: TrialKey, _job: Job, update: Update) -> None:
        answer = self._answers.get(trial.key)
        if answer is not None and isinstance(update, Classified):
            of = trial_of(
                answer.probabilities, update.probabilities, trial.label, trial.kind, speaks_for=trial.speaks_for
            )
            _keep(self._trials, trial, of)
            self.changed.emit()

    def _on_trial_done(self, trial: TrialKey, _job: Job) -> None:
        if trial == self._asked_trial:
            self._asked_trial = None


def _nothing(_job: Job, _error: StudioError) -> None:
    """It is told where the picture in view fails; without the rest there is a word less."""


def _key_of(job: Job) -> Key:
    assert isinstance(job.request, Explain)
    return job.request.package.sha256, job.request.picture.tobytes()


def _keep(known: OrderedDict, key: object, value: object) -> None:  # type: ignore[type-arg]
    known[key] = value
    known.move_to_end(key)
    while len(known) > KEPT:
        known.popitem(last=False)
