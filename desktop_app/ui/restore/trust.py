"""How far a result can be trusted: figures of it as soon as it is there, and a test of the model when wished for."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.engine.packages import Package
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.errands import Errands
from desktop_app.ui.restore.honest_figures import HonestFigures
from desktop_app.ui.restore.honest_panel import HonestPanel
from desktop_app.ui.restore.restore_session import RestoreSession
from desktop_app.ui.restore.trial_runner import TrialRunner, table, why_not

if TYPE_CHECKING:  # it brings Pillow, which is slow to import
    from desktop_app.studio.noise_trial import Verdict


class Trust(QObject):
    noise_came = Signal(str)  # a sentence on the noise of the picture
    said = Signal(str, str)  # sentence, tone

    def __init__(self, bridge: QueueBridge, session: RestoreSession, errands: Errands, panel: HonestPanel) -> None:
        super().__init__(panel)
        self._session, self._panel = session, panel
        self._package: Package | None = None
        self.figures = HonestFigures(session, errands, self)
        self.trial = TrialRunner(bridge, errands, self)
        session.picture_changed.connect(self._drop_test)
        self.figures.came.connect(panel.show_figures)
        self.figures.noise_came.connect(self.noise_came)
        panel.test_wished.connect(self.test)
        panel.cancel_wished.connect(self.trial.cancel)
        self.trial.ran.connect(panel.show_testing)
        self.trial.came.connect(self._on_verdict)
        self.trial.failed.connect(self._on_failed)

    def show_package(self, package: Package | None) -> None:
        if package != self._package:
            self._package = package
            self._drop_test()
        self._panel.allow_test(not why_not(package))

    @Slot()
    def test(self) -> None:
        """Try the model on noise that is known."""
        picture, run = self._session.picture, self._session.run
        if picture is not None and self._package is not None:
            self._panel.show_test((), "")
            clean = run.result if run is not None and self._session.is_whole else None
            self.trial.start(picture, self._package, clean, self.figures.sigma)

    def close(self) -> None:
        self.trial.cancel()

    @Slot()
    def _drop_test(self) -> None:
        """It was about another picture, or another model."""
        self.trial.cancel()
        self._panel.show_test((), "")

    @Slot(object)
    def _on_verdict(self, verdict: "Verdict") -> None:
        words = " ".join(filter(None, (verdict.in_words(), self.trial.note)))
        self._panel.show_test(table(verdict), words)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.said.emit(sentence, "warn")
