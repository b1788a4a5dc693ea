"""The status bar: model, device and why, what the engine does and for how long, Cancel, and memory."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from desktop_app.engine.memory import resident_bytes
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Classify, Device, Differ, Explain, Resemble, Sample, Trace, Verify
from desktop_app.studio.jobs import Job, QueueState
from desktop_app.ui.controls.buttons import push_button
from desktop_app.ui.controls.labels import label, rule, shortened
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4

SHOW_AFTER_S = 0.5  # shorter jobs pass without a word
FORCE_AFTER_S = 5.0
MEMORY_MS = 2000
WORDS: dict[type, str] = {
    Verify: "Checking a model",
    Explain: "Explaining a picture",
    Classify: "Looking at pictures",
    Trace: "Drawing outlines",
    Resemble: "Comparing with the training",
    Differ: "Drafting icons",
}


class JobBar(QWidget):
    cancel_wished = Signal(object)  # Job
    force_stop_wished = Signal()
    work_cancel_wished = Signal()
    noticed = Signal(str)  # a sentence on the engine's mishap

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(32)
        self._look = look
        self._job: Job | None = None
        self._state = QueueState()
        self._work = ""  # of many jobs that are one thing to whoever waits for it
        self._share = 0.0
        self._engine_rss = 0
        self._notice = ""
        self._package, self._device, self._engine = label("No model"), label(""), label("The engine is at rest")
        self._memory = label("")
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(120)
        self._progress.setAccessibleName("Progress of the job")
        self._cancel = push_button("Cancel", role="quiet")
        self._force = push_button("Force stop", role="quiet")
        self._force.setToolTip("Ends the engine’s process and starts it again. Nothing you kept is lost.")
        self._cancel.clicked.connect(self._on_cancel)
        self._force.clicked.connect(self.force_stop_wished)
        self._show_device(None)
        self._arrange()
        self._timer = QTimer(self)
        self._timer.setInterval(MEMORY_MS)
        self._timer.timeout.connect(self.show_memory)
        self._timer.start()
        self.show_memory()

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, 0, SPACE_4, 0)
        row.setSpacing(SPACE_3)
        for widget in (self._package, rule(vertical=True), self._device, rule(vertical=True), self._engine):
            row.addWidget(widget)
        row.addWidget(self._progress, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(SPACE_2)
        row.addWidget(self._cancel)
        row.addWidget(self._force)
        row.addStretch(1)
        row.addWidget(self._memory)
        for part in (self._progress, self._cancel, self._force):
            part.hide()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_package(self, package: Package | None) -> None:
        self._package.setText(shortened(package.manifest.title, 40) if package else "No model")
        self._package.setToolTip(f"{package.name} {package.manifest.version}, {package.sha256[:12]}" if package else "")

    def show_queue(self, state: QueueState) -> None:
        self._job = state.running
        if state.notice and state.notice != self._notice:
            self.noticed.emit(state.notice)
        self._notice = state.notice
        self._show_device(state.device)
        self._state = state
        self._engine.setToolTip(state.notice)
        self._show_progress()
        stuck = state.running is not None and state.elapsed_s >= FORCE_AFTER_S
        self._force.setVisible(stuck)
        if state.engine_rss != self._engine_rss:
            self._engine_rss = state.engine_rss
            self.show_memory()

    @Slot(str, float)
    def show_work(self, words: str, share: float) -> None:
        """Work of many jobs, as one: its words stand for those of the jobs until they are empty."""
        self._work, self._share = words, share
        self._show_progress()

    def _show_progress(self) -> None:
        state = self._state
        if self._work:
            self._engine.setText(self._work)
            self._progress.setRange(0, 1000)
            self._progress.setValue(round(1000 * self._share))
        else:
            self._engine.setText(words_for(state))
            self._progress.setRange(0, max(1, state.total))
            self._progress.setValue(state.done)
        running = state.running is not None and state.elapsed_s >= SHOW_AFTER_S
        self._progress.setVisible(bool(self._work) or (running and state.total > 0))
        self._cancel.setVisible(bool(self._work) or running)

    def _show_device(self, device: Device | None) -> None:
        if device is None:
            self._device.setText("Device not known yet")
            self._device.setToolTip("The engine says what it runs on when it has started.")
            return
        kind = device.obtained.upper()
        fell_back = device.asked not in ("auto", device.obtained)
        self._device.setText(f"{kind} (not {device.asked.upper()})" if fell_back else kind)
        why = f"\n{device.reason}" if device.reason else ""
        self._device.setToolTip(f"{device.name}, {device.threads} threads, ONNX Runtime {device.runtime}{why}")

    @Slot()
    def show_memory(self) -> None:
        window = resident_bytes()
        parts = [f"Window {window / 2**20:.0f} MB"] if window else []
        if self._engine_rss:
            parts.append(f"Engine {self._engine_rss / 2**20:.0f} MB")
        self._memory.setText("   ".join(parts))
        self._memory.setToolTip("Memory of the window’s process and of the engine’s")

    @Slot()
    def _on_cancel(self) -> None:
        if self._work:
            self.work_cancel_wished.emit()
        elif self._job is not None:
            self.cancel_wished.emit(self._job)


def words_for(state: QueueState) -> str:
    """What the engine does, in a few words."""
    if state.engine == "starting":
        return "The engine is starting…"
    if state.engine == "restarting":
        return "The engine ended and is starting again…"
    if state.running is None:
        return "The engine is idle" if state.engine == "ready" else "The engine is at rest"
    if state.elapsed_s < SHOW_AFTER_S:
        return "Working…"
    return _job_words(state, state.running)


def _job_words(state: QueueState, job: Job) -> str:
    doing = "Stopping" if job.state == "cancelling" else state.phase or _what(job)
    words = f"{doing} · {_seconds(state.elapsed_s)}"
    if state.left_s is not None and state.done >= 3:
        words += f", about {_seconds(state.left_s)} left"
    if state.waiting:
        words += f" · {state.waiting} waiting"
    return words


def _what(job: Job) -> str:
    if isinstance(job.request, Sample):
        return f"Sampling {len(job.request.designs)} designs"
    return WORDS.get(type(job.request), "Working")


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
