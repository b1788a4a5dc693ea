"""One tile, large, over the sheet. Arrow keys go on to its neighbours; Escape comes back."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.engine.requests import Pixels
from desktop_app.ui.controls.buttons import IconButton
from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4, SPACE_8
from desktop_app.ui.picture.resample import Scaling
from desktop_app.ui.sample.icon_view import IconView, SizesRow
from desktop_app.ui.sample.sheet_input import STEPS
from desktop_app.ui.sample.sheet_layout import Step


class LargeView(QWidget):
    closed = Signal()
    stepped = Signal(str)  # a Step of the sheet
    star_wished = Signal()
    crisp_wished = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paper")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Large view")
        self.view = IconView(look, margin=SPACE_8)
        self.sizes = SizesRow(look)
        self._name = label("", role="title")
        self._detail = label("", role="soft")
        self._back = IconButton(look, "back", "Back to the sheet", keys="Esc")
        self._previous = IconButton(look, "previous", "Previous tile", keys="Left")
        self._next = IconButton(look, "next", "Next tile", keys="Right")
        self._star = IconButton(look, "star", "Star", keys="S", checked_icon="star-filled")
        self._star.setCheckable(True)
        self._crisp = IconButton(look, "crisp", "Crisp pixels", keys="X")
        self._crisp.setCheckable(True)
        self._fit = IconButton(look, "fit", "Fit the picture to the window", keys="F")
        self._one = IconButton(look, "one-to-one", "One picture element to a pixel of the screen", keys="1")
        self._back.clicked.connect(self.closed)
        self._previous.clicked.connect(self._on_previous)
        self._next.clicked.connect(self._on_next)
        self._star.clicked.connect(self.star_wished)
        self._crisp.clicked.connect(self.crisp_wished)
        self._fit.clicked.connect(self.fit)
        self._one.clicked.connect(self.one_to_one)
        self._arrange()

    def _arrange(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        bar.setSpacing(SPACE_2)
        bar.addWidget(self._back)
        bar.addWidget(self._name)
        bar.addSpacing(SPACE_2)
        bar.addWidget(self._detail)
        bar.addStretch(1)
        for button in (self._star, self._crisp, self._fit, self._one, self._previous, self._next):
            bar.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.view, 1)
        column.addWidget(self.sizes, 0, Qt.AlignmentFlag.AlignHCenter)

    def show_tile(
        self, name: str, detail: str, pixels: Pixels | None, *, starred: bool, document: str = "", is_icon: bool = False
    ) -> None:
        """document: the SVG of an icon, once it is known."""
        self._name.setText(name)
        self._detail.setText(detail)
        self._star.setChecked(starred)
        self.sizes.setVisible(is_icon)
        self.sizes.set_document(document)
        self.view.set_document(document)
        self.view.set_pixels(pixels)
        self.view.setAccessibleName(name)

    def set_scaling(self, scaling: Scaling) -> None:
        self._crisp.setChecked(scaling == "crisp")
        self.view.set_scaling(scaling)

    def open(self) -> None:
        self.view.set_mode("fit")
        self.setFocus()

    @Slot()
    def fit(self) -> None:
        self.view.set_mode("fit")

    @Slot()
    def one_to_one(self) -> None:
        self.view.set_mode("one-to-one")

    @Slot()
    def _on_previous(self) -> None:
        self._step("left")

    @Slot()
    def _on_next(self) -> None:
        self._step("right")

    def _step(self, step: Step) -> None:
        self.stepped.emit(step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.closed.emit()
        elif key in STEPS:
            self._step(STEPS[key])
        elif key == Qt.Key.Key_F:
            self.fit()
        elif key == Qt.Key.Key_1:
            self.one_to_one()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.view.zoom(1 / 1.25 if key == Qt.Key.Key_Minus else 1.25)
        else:
            super().keyPressEvent(event)
