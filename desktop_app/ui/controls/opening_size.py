"""How large a window opens: as large as it would like to be, and never larger than its screen."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

FRAME = QSize(16, 44)  # px that the frame of a window and its title take, at most, on the systems it runs on


def open_at(window: QWidget, width: int, height: int) -> None:
    """On the screen of its parent; a window's own least size goes before."""
    home = window.parentWidget() or window
    screen = home.screen() or QGuiApplication.primaryScreen()
    room = screen.availableSize() - FRAME
    window.resize(QSize(width, height).boundedTo(room).expandedTo(window.minimumSize()))
