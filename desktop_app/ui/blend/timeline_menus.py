"""What opens over the timeline: the curves of a way, what can be done with a key frame, and a field for a duration."""

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from desktop_app.studio.walk import Easing, Walk, ways
from desktop_app.ui.blend import timeline_steps as steps
from desktop_app.ui.blend.timeline_curves import curve_icon
from desktop_app.ui.look.tokens import Colours


def easing_menu(parent: QWidget, walk: Walk, way: int, colours: Colours, on_walk: Callable[[Walk], None]) -> QMenu:
    """The five curves, drawn. `on_walk` gets the walk with the chosen one."""
    menu = _menu(parent, f"Easing after key frame {way + 1}")
    group = QActionGroup(menu)
    chosen = walk.keys[way].easing
    for easing, words in steps.EASINGS:
        ink = colours.accent if chosen == easing else colours.ink
        action = menu.addAction(curve_icon(easing, ink, parent.devicePixelRatioF()), words)
        action.setCheckable(True)
        action.setChecked(chosen == easing)
        font = action.font()
        font.setBold(chosen == easing)  # the curve stands where a check mark would
        action.setFont(font)
        action.setData(easing)
        group.addAction(action)
    menu.addSeparator()
    everywhere = menu.addAction("The same on all ways")
    everywhere.setEnabled(len({key.easing for key in walk.keys[: ways(walk)]}) > 1)

    def on_chosen(action: QAction) -> None:
        if action is everywhere:
            on_walk(steps.with_easing_everywhere(walk, chosen))
        else:
            easing: Easing = action.data()
            on_walk(steps.with_easing(walk, way, easing))

    menu.triggered.connect(on_chosen)
    return menu


def key_menu(
    parent: QWidget,
    number: int,
    count: int,
    *,
    open_: Callable[[], None],
    duplicate: Callable[[], None],
    move: Callable[[int], None],
    remove: Callable[[], None],
) -> QMenu:
    """move: before the key of that number."""
    menu = _menu(parent, f"Key frame {number + 1}")
    menu.addAction("Put the pin on it\tEnter", open_)
    menu.addAction("Duplicate\tCtrl+D", duplicate)
    menu.addAction("Move earlier\tAlt+Left", lambda: move(number - 1)).setEnabled(number > 0)
    menu.addAction("Move later\tAlt+Right", lambda: move(number + 2)).setEnabled(number + 1 < count)
    menu.addSeparator()
    menu.addAction("Remove\tDel", remove)
    return menu


def _menu(parent: QWidget, name: str) -> QMenu:
    menu = QMenu(name, parent)
    menu.setAccessibleName(name)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


class LengthEditor(QLineEdit):
    """Stands over a duration while it is typed. Escape leaves it as it was."""

    typed = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("length")
        self.hide()
        self.returnPressed.connect(self._on_done)

    def open(self, place: QRect, text: str, name: str) -> None:
        self.setAccessibleName(name)
        self.setText(text)
        self.setGeometry(place)
        self.show()
        self.selectAll()
        self.setFocus()

    @Slot()
    def _on_done(self) -> None:
        self.hide()
        self.typed.emit(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.isVisible():
            self._on_done()
