"""What shall become of a model that is not in the library yet: shown before anything is decided, closed means no."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import CheckedUp
from desktop_app.studio import model_card
from desktop_app.ui.controls.buttons import push_button
from desktop_app.ui.controls.labels import rule, shortened
from desktop_app.ui.controls.opening_size import open_at
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4, SPACE_6, SPACE_8
from desktop_app.ui.models.card_parts import Remark, told
from desktop_app.ui.models.check_up_view import CheckUpView
from desktop_app.ui.models.compare_dialog import scrolling
from desktop_app.ui.models.compare_view import CompareView

SIZE_OF_ONE, SIZE_OF_TWO, LEAST = (720, 720), (1160, 780), (640, 440)
SHEET = 560
KEEP, REPLACE, BOTH, DISCARD = "keep", "replace", "both", "discard"


class ArrivalDialog(QDialog):
    """Not modal. Says its answer once."""

    answered = Signal(str)  # KEEP, REPLACE, BOTH or DISCARD

    def __init__(
        self,
        look: Look,
        package: Package,
        found: CheckedUp,
        there: Package | None = None,
        there_found: CheckedUp | None = None,
        *,
        can_replace: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import a model")
        self._look, self._is_open = look, True
        self.buttons: dict[str, QPushButton] = {}
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        if there is None:
            self._ask_about_one(package, found)
        else:
            self._ask_about_two(package, found, there, there_found, can_replace)
        self.setMinimumSize(*LEAST)
        open_at(self, *(SIZE_OF_ONE if there is None else SIZE_OF_TWO))

    def _ask_about_one(self, package: Package, found: CheckedUp) -> None:
        self._say(
            f"Bring “{shortened(package.manifest.title)}” in?", "Its check-up found something. Nothing is kept yet."
        )
        page = QWidget()
        page.setObjectName("panel")
        column = QVBoxLayout(page)
        column.setContentsMargins(SPACE_8, SPACE_4, SPACE_8, SPACE_6)
        column.setSpacing(SPACE_4)
        may = model_card.permission(package.manifest)
        licence = f"Licence: {package.manifest.licence}. {may.text}"
        column.addWidget(Remark(self._look, may.tone, may.title, licence, framed=True))
        column.addWidget(CheckUpView(self._look, package.manifest, found, width=SHEET))
        column.addStretch(1)
        self._scroll(page)
        self._add_buttons((DISCARD, "Do not bring it in", "main"), (KEEP, "Keep it all the same", ""))

    def _ask_about_two(
        self, package: Package, found: CheckedUp, there: Package, there_found: CheckedUp | None, can_replace: bool
    ) -> None:
        how = "Replacing puts the new version in the place of the one that is here."
        if not can_replace:
            how = "That one came with the program and stays; the new one can stand beside it, under a name of its own."
        self._say(f"There is a model “{package.name}” already", f"This is another version of it. {how}")
        names = ("Here already", "New")
        pair, both = (there, package), (there_found, found)
        self._scroll(CompareView(self._look, pair, both, names, "It could not be checked up."))
        wishes = [(DISCARD, "Cancel", ""), (BOTH, "Keep both", "" if can_replace else "main")]
        self._add_buttons(*wishes, *([(REPLACE, "Replace", "main")] if can_replace else []))

    # -- parts -----------------------------------------------------------------------------------------------------

    def _say(self, title: str, text: str) -> None:
        for words, role, above in ((title, "display", SPACE_6), (text, "soft", SPACE_2)):
            made = told(words, role=role)
            made.setContentsMargins(SPACE_8, above, SPACE_8, SPACE_2)
            self._column.addWidget(made)

    def _scroll(self, page: QWidget) -> None:
        area = scrolling()
        area.setAccessibleName("What the check-up found")
        area.setWidget(page)
        self._column.addWidget(area, 1)

    def _add_buttons(self, *wishes: tuple[str, str, str]) -> None:
        self._column.addWidget(rule())
        row = QHBoxLayout()
        row.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        row.setSpacing(SPACE_2)
        row.addStretch(1)
        for answer, text, role in wishes:
            button = self.buttons[answer] = push_button(text, role=role)
            button.setProperty("answer", answer)
            button.clicked.connect(self._on_button)
            row.addWidget(button)
        self._column.addLayout(row)

    @Slot()
    def _on_button(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton):
            self._answer(str(button.property("answer")))
            self.close()

    def _answer(self, answer: str) -> None:
        if self._is_open:
            self._is_open = False
            self.answered.emit(answer)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self._answer(DISCARD)
