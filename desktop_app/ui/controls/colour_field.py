"""A colour that is chosen: a square that shows it and opens the system's picker, and its number beside it."""

from PySide6.QtCore import QRegularExpression, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QRegularExpressionValidator
from PySide6.QtWidgets import QColorDialog, QHBoxLayout, QLineEdit, QToolButton, QWidget

from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import CONTROL_HEIGHT, SPACE_2

_HEX = QRegularExpression("#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


class ColourSquare(QToolButton):
    """A button that is a colour."""

    def __init__(self, look: Look, name: str, side: int = CONTROL_HEIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._colour = look, ""
        self.setFixedSize(side, side)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.changed.connect(self.update)

    @property
    def colour(self) -> str:
        return self._colour

    def show_colour(self, colour: str) -> None:
        """Empty: none."""
        self._colour = colour
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = self._look.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = colours.accent if self.hasFocus() or self.isChecked() else colours.line_strong
        painter.setPen(QPen(QColor(ring), 2 if self.hasFocus() or self.isChecked() else 1))
        painter.setBrush(QColor(self._colour) if self._colour else Qt.BrushStyle.NoBrush)
        painter.setOpacity(1.0 if self.isEnabled() else 0.4)
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 4, 4)
        painter.end()


class ColourField(QWidget):
    chosen = Signal(str)  # "#rrggbb"

    def __init__(self, look: Look, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._square = ColourSquare(look, f"Choose the colour: {name}")
        self._text = QLineEdit()
        self._text.setAccessibleName(f"{name}, as #rrggbb")
        self._text.setValidator(QRegularExpressionValidator(_HEX, self._text))
        self._text.setFixedWidth(self._text.fontMetrics().horizontalAdvance("#000000") + 28)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_2)
        row.addWidget(self._square)
        row.addWidget(self._text)
        row.addStretch(1)
        self.setFocusProxy(self._text)
        self._square.clicked.connect(self._on_square)
        self._text.editingFinished.connect(self._on_text)

    @property
    def colour(self) -> str:
        return self._square.colour

    def show_colour(self, colour: str) -> None:
        """Set without telling."""
        self._square.show_colour(colour)
        if not (self._text.hasFocus() and self._text.isModified()):
            self._text.setText(colour)

    @Slot()
    def _on_square(self) -> None:
        found = QColorDialog.getColor(QColor(self.colour), self, self._name)
        if found.isValid():
            self.chosen.emit(found.name())

    @Slot()
    def _on_text(self) -> None:
        if self._text.isModified() and self._text.hasAcceptableInput():
            self._text.setModified(False)
            text = self._text.text()
            self.chosen.emit(QColor(text if text.startswith("#") else f"#{text}").name())
