"""Which colour is which class, in a corner of the map. A click on a class shows it alone, another all of them again."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from desktop_app.ui.blend.map_painter import CLASS_COLOURS, SPRITE, class_colour, dot_sprite
from desktop_app.ui.controls.labels import label
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import RADIUS, SPACE_1, SPACE_2, SPACE_3

DOT_PX = 14
ONE_COLUMN = 6  # classes


class MapLegend(QWidget):
    alone_chosen = Signal(object)  # int, or None for all classes

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._classes: tuple[str, ...] = ()
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self._group.idClicked.connect(self._on_clicked)
        self._real = self._kind("Real pictures", rings=False)
        self._samples = self._kind("Generated designs", rings=True)
        self._grid = QGridLayout()
        self._grid.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_2, SPACE_2, SPACE_2, SPACE_2)
        column.setSpacing(SPACE_1)
        column.addWidget(self._real)
        column.addWidget(self._samples)
        column.addLayout(self._grid)
        self._grid.setColumnStretch(1, 1)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        look.changed.connect(self.update)
        self.hide()

    def _kind(self, words: str, *, rings: bool) -> QWidget:
        row = QWidget()
        mark = QLabel()
        mark.setPixmap(self._dot(CLASS_COLOURS[3], rings=rings))
        line = QHBoxLayout(row)
        line.setContentsMargins(6, 0, SPACE_3, 0)
        line.setSpacing(SPACE_2)
        line.addWidget(mark)
        line.addWidget(label(words, role="small"), 1)
        return row

    def show_kinds(self, *, real: bool, samples: bool) -> None:
        for kind in (self._real, self._samples):
            kind.setVisible(real and samples)  # of one kind alone the switch says what it is
        self.setVisible(real or samples)
        self.adjustSize()

    def show_classes(self, classes: tuple[str, ...]) -> None:
        if classes == self._classes:
            return
        self._classes = classes
        for button in self._group.buttons():
            self._group.removeButton(button)
            button.hide()
            button.deleteLater()
        rows = len(classes) if len(classes) <= ONE_COLUMN else -(-len(classes) // 2)
        for number, name in enumerate(classes):
            button = self._button(name, class_colour(number, len(classes)))
            self._group.addButton(button, number)
            self._grid.addWidget(button, number % rows, number // rows, Qt.AlignmentFlag.AlignLeft)
        self.adjustSize()

    def _button(self, name: str, colour: str) -> QToolButton:
        button = QToolButton()
        button.setText(name)
        button.setCheckable(True)
        button.setAccessibleName(f"Class {name} alone")
        button.setToolTip(f"Show “{name}” alone, or all again")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(DOT_PX, DOT_PX))
        button.setIcon(QIcon(self._dot(colour, rings=False)))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setProperty("role", "legend")
        return button

    @property
    def alone(self) -> int | None:
        return next((self._group.id(b) for b in self._group.buttons() if b.isChecked()), None)

    @Slot(int)
    def _on_clicked(self, number: int) -> None:
        for button in self._group.buttons():
            if self._group.id(button) != number:
                button.setChecked(False)
        self.alone_chosen.emit(self.alone)

    def _dot(self, colour: str, *, rings: bool) -> QPixmap:
        """As on the map, a little larger."""
        ratio = self.devicePixelRatioF()
        large = ratio * DOT_PX / SPRITE
        sprite: QImage = dot_sprite(colour, rings=rings, ratio=large)
        pixmap = QPixmap(round(DOT_PX * ratio), round(DOT_PX * ratio))
        pixmap.fill(Qt.GlobalColor.transparent)
        sprite.setDevicePixelRatio(1.0)
        painter = QPainter(pixmap)
        painter.drawImage(QPointF(0, 0), sprite)
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(self._look.colours.panel)
        ground.setAlpha(238)
        painter.setPen(QPen(QColor(self._look.colours.line), 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.end()
