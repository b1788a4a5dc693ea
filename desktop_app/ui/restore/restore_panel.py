"""Beside the picture: how much of it, where, and what to think of it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.ui.controls.labels import rule
from desktop_app.ui.controls.scrolling import scrolled
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_3, SPACE_4
from desktop_app.ui.restore.brush_panel import BrushPanel
from desktop_app.ui.restore.honest_panel import HonestPanel
from desktop_app.ui.restore.strength_panel import StrengthPanel

WIDTH = 288


class RestorePanel(QWidget):
    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self.strength, self.brush, self.honest = StrengthPanel(), BrushPanel(look), HonestPanel(look)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        column.setSpacing(SPACE_4)
        for number, part in enumerate((self.strength, self.brush, self.honest)):
            if number:
                column.addWidget(rule())
            column.addWidget(part)
        column.addStretch(1)
        column.setSpacing(SPACE_3)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(body))
