"""“More like my stars”: learnt by the engine from stars and rejects, moved like any other slider."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Learn, Taste, Update
from desktop_app.studio.blend import BlendState
from desktop_app.studio.jobs import Job
from desktop_app.studio.project import Take
from desktop_app.ui.blend.direction_slider import DirectionSlider
from desktop_app.ui.bridge import Listener, QueueBridge
from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.theme import Look

MIN_STARS = 2
MAX_MARKS = 500  # the newest ones


class TasteSlider(QWidget):
    pushed = Signal(object, float)  # parts of a Taste, amount
    settled = Signal()

    def __init__(self, look: Look, bridge: QueueBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._marks: object = None
        self._wish: Learn | None = None  # what was learnt last, or is being learnt
        self._taste: Taste | None = None
        self._state = BlendState()
        self._slider = DirectionSlider(
            look,
            "taste",
            title="More like my stars",
            low="",
            high="",
            help_text="Towards what your stars have in common, away from what you marked with “Not this”.",
        )
        self._words = label("", role="small", wrap=True)
        self._slider.dragged.connect(self._on_dragged)
        self._slider.settled.connect(self.settled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._slider)
        column.addWidget(self._words)

    def show_taste(
        self, state: BlendState, package: Package | None, takes: Sequence[Take], rejects: Sequence[Take]
    ) -> None:
        self._state = state
        marks = package, takes, rejects
        wish = learning(*marks) if marks != self._marks else self._wish
        self._marks = marks
        if wish != self._wish:
            self._wish, self._taste = wish, None
            if wish is None:
                self._words.setText(_too_few(package, takes))
            else:
                self._words.setText("Learning what your stars have in common…")
                listener = Listener(self, self._on_update, self._on_done, self._on_error)
                self._bridge.submit(wish, listener, slot="blend taste")
        elif wish is None:
            self._words.setText(_too_few(package, takes))
        self._slider.show_amount(state.taste_amount)
        self._slider.setEnabled(self._taste is not None or state.taste_amount != 0.0)

    def _on_update(self, job: Job, update: Update) -> None:
        if isinstance(update, Taste) and job.request == self._wish:
            self._taste = update
            self._words.setText(certainty_words(update.certainty))
            self._slider.setEnabled(True)

    def _on_done(self, _job: Job) -> None:
        pass

    def _on_error(self, job: Job, error: StudioError) -> None:
        if job.request == self._wish:
            self._words.setText(error.message)

    @Slot(str, float)
    def _on_dragged(self, _name: str, amount: float) -> None:
        parts = self._taste.parts if self._taste is not None else self._state.taste
        self.pushed.emit(parts, amount)


def learning(package: Package | None, takes: Sequence[Take], rejects: Sequence[Take]) -> Learn | None:
    """What to ask of the engine; None where there are too few stars of this model."""
    if package is None:
        return None
    liked, disliked = (
        tuple(take.design for take in marks if take.sha256 == package.sha256)[-MAX_MARKS:] for marks in (takes, rejects)
    )
    return Learn(package.ref, liked, disliked) if len(liked) >= MIN_STARS else None


def certainty_words(certainty: float) -> str:
    """How sure the engine is, in words and per cent."""
    share = round(100 * certainty)
    told = f"it tells your stars from the rest {share}\u00a0% of the time."
    if share < 60:
        return f"Guessing: {told} Star or reject more."
    sure = "Quite sure" if share >= 90 else "Fairly sure" if share >= 75 else "Not very sure"
    return f"{sure}: {told}"


def _too_few(package: Package | None, takes: Sequence[Take]) -> str:
    count = sum(package is not None and take.sha256 == package.sha256 for take in takes)
    missing = "one design more" if count else f"{MIN_STARS} designs"
    return f"Star {missing} of this model (S), and it learns what you like. N marks what you do not."
