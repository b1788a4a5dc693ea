"""Two models on the same seeds: both are checked up where they were not yet, and shown as soon as it is known."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop_app.engine.packages import Package
from desktop_app.ui.controls.banner import Banner
from desktop_app.ui.controls.buttons import push_button
from desktop_app.ui.controls.labels import label, rule
from desktop_app.ui.controls.opening_size import open_at
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4, SPACE_6, SPACE_8
from desktop_app.ui.models.check_up_runner import CheckUpRunner
from desktop_app.ui.models.compare_view import CompareView

SIZE, LEAST = (1160, 780), (760, 440)


def scrolling() -> QScrollArea:
    """A place for what is higher than the window; reached by Tab, scrolled by the arrow keys."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return area


class CompareDialog(QDialog):
    closed = Signal()

    def __init__(
        self,
        look: Look,
        runner: CheckUpRunner,
        packages: tuple[Package, Package],
        names: tuple[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Two models side by side")
        self._look, self._runner, self._packages, self._names = look, runner, packages, names
        self.banner = Banner(look)
        self._area = scrolling()
        self._area.setAccessibleName("Two models side by side")
        self._close = push_button("Close", role="main")
        self._close.clicked.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        title = label("Side by side, on the same seeds", role="display")
        title.setContentsMargins(SPACE_8, SPACE_6, SPACE_8, SPACE_2)
        column.addWidget(self.banner)
        column.addWidget(title)
        column.addWidget(self._area, 1)
        column.addWidget(rule())
        buttons = QHBoxLayout()
        buttons.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        column.addLayout(buttons)
        self.setMinimumSize(*LEAST)
        open_at(self, *SIZE)
        runner.changed.connect(self._show)
        runner.failed.connect(self._on_failed)
        self._show()
        for package in packages:
            if runner.found(package.sha256) is None:
                runner.start(package)

    @Slot()
    def _show(self) -> None:
        found = (self._runner.found(self._packages[0].sha256), self._runner.found(self._packages[1].sha256))
        waiting = "Being checked up…" if self._runner.is_busy else "Its check-up did not come to an end."
        place = self._area.verticalScrollBar().value()
        view = CompareView(self._look, self._packages, found, self._names, waiting)
        self._area.setWidget(view)
        view.adjustSize()
        self._area.verticalScrollBar().setValue(place)

    @Slot(str, str)
    def _on_failed(self, sha256: str, sentence: str) -> None:
        if sha256 in {package.sha256 for package in self._packages}:
            self.banner.say(sentence, tone="error")

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()
