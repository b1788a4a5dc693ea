"""The design under the pin, large, with what it is made of and what can be done with it."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.engine.requests import Pixels
from desktop_app.ui.controls.buttons import IconButton
from desktop_app.ui.controls.labels import ElidedLabel, label
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.picture.image_view import ImageView
from desktop_app.ui.picture.resample import Scaling

ROOMY = 320  # from this height on the explanation may take two lines


class LiveView(QWidget):
    star_wished = Signal()
    reject_wished = Signal()
    key_wished = Signal()
    crisp_toggled = Signal(bool)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("room")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = label("Under the pin", role="title")
        self._star = IconButton(look, "star", "Star", keys="S", checked_icon="star-filled")
        self._star.setCheckable(True)
        self._reject = IconButton(look, "reject", "Not this", keys="N")
        self._reject.setCheckable(True)
        self._key = IconButton(look, "key", "Add as a key frame", keys="K")
        self._crisp = IconButton(look, "crisp", "Crisp pixels", keys="X")
        self._crisp.setCheckable(True)
        self._crisp.setToolTip("Show the model’s own pixels instead of smoothing them  (X)")
        self.view = _SquareView(look)
        self.view.setAccessibleName("The design under the pin")
        self._words = ElidedLabel()
        self._pushes = ElidedLabel()
        self._pushes.setProperty("role", "soft")
        self._way = label("", role="small", wrap=True)
        self._way_line = ElidedLabel()  # the same where there is little room
        self._way_line.setProperty("role", "small")
        self._star.clicked.connect(self.star_wished)
        self._reject.clicked.connect(self.reject_wished)
        self._key.clicked.connect(self.key_wished)
        self._crisp.toggled.connect(self.crisp_toggled)
        self._arrange()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_1)
        head.addWidget(self._title, 1)
        for button in (self._star, self._reject, self._key, self._crisp):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_4, SPACE_2, SPACE_4, SPACE_3)
        column.setSpacing(SPACE_2)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        told = QVBoxLayout()
        told.setSpacing(2)
        told.addWidget(self._words)
        told.addWidget(self._pushes)
        column.addLayout(told)
        column.addWidget(self._way)
        column.addWidget(self._way_line)
        self._way_line.hide()

    def show_words(self, title: str, words: str, pushes: str, way: str) -> None:
        """words: what is seen. pushes: how far it is pushed. way: how one goes from design to design here."""
        self._title.setText(title)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._pushes.setText(pushes)
        self._pushes.setVisible(bool(pushes))
        self._way.setText(way)
        self._way_line.setText(way)
        self.view.setAccessibleDescription(", ".join(part for part in (words, pushes) if part))

    def show_marks(self, *, has_design: bool, starred: bool, rejected: bool) -> None:
        for button in (self._star, self._reject, self._key):
            button.setEnabled(has_design)
        self._star.setChecked(starred)
        self._reject.setChecked(rejected)

    def show_pixels(self, pixels: Pixels | None) -> None:
        self.view.set_pixels(pixels)

    def set_scaling(self, scaling: Scaling) -> None:
        self._crisp.blockSignals(True)
        self._crisp.setChecked(scaling == "crisp")
        self._crisp.blockSignals(False)
        self.view.set_scaling(scaling)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = self.height() < ROOMY
        self._way.setVisible(not low)
        self._way_line.setVisible(low)

    @Slot()
    def toggle_crisp(self) -> None:
        self._crisp.toggle()


class _SquareView(ImageView):
    """As large as its place; it never asks for more than a thumbnail."""

    def __init__(self, look: Look) -> None:
        super().__init__(look, interactive=False)
        self.setMinimumSize(96, 96)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        return QSize(280, 280)
