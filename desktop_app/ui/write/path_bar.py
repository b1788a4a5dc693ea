"""The way through the tree of lines: the brief, then each line that was gone on from. Press one to stand there."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from desktop_app.ui.controls.buttons import chip
from desktop_app.ui.controls.flow_layout import FlowLayout
from desktop_app.ui.controls.labels import label, plain_tip
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_4
from desktop_app.ui.write.desk_scene import Crumb


class PathBar(QWidget):
    chosen = Signal(int)  # the number of a line, or that of the brief
    kept_toggled = Signal(bool)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._crumbs: tuple[Crumb, ...] = ()
        home = QWidget()
        self._flow = FlowLayout(home, spacing=SPACE_2)
        self.kept = chip("Kept")
        self.kept.setToolTip("All lines of the tree that you kept")
        self.kept.toggled.connect(self.kept_toggled)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, SPACE_2, SPACE_4, SPACE_2)
        row.addWidget(home, 1)
        row.addWidget(self.kept)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def buttons(self):  # type: ignore[no-untyped-def]
        """A chip a crumb, from the brief on."""
        return [self._flow.itemAt(2 * n).widget() for n in range(len(self._crumbs))]  # type: ignore[union-attr]

    def show_path(self, crumbs: Sequence[Crumb], kept: int) -> None:
        """kept: how many lines of the whole tree are kept."""
        self.kept.setText(f"Kept  {kept}")
        self.kept.setAccessibleName(f"Kept lines, {kept}")
        self.kept.setEnabled(bool(kept) or self.kept.isChecked())
        if tuple(crumbs) == self._crumbs:
            return
        had_focus = self.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self._crumbs = tuple(crumbs)
        self._flow.clear()
        for place, crumb in enumerate(crumbs):
            if place:
                self._flow.addWidget(self._arrow())
            self._flow.addWidget(self._button(crumb, is_last=place == len(crumbs) - 1))
        if had_focus and self.buttons:
            self.buttons[-1].setFocus()
        self.updateGeometry()

    def _arrow(self) -> QWidget:
        made = label("›", role="soft")
        made.setFixedHeight(self.kept.sizeHint().height())
        return made

    def _button(self, crumb: Crumb, *, is_last: bool) -> QWidget:
        button = chip(crumb.text.replace("&", "&&"))
        button.setAccessibleName(crumb.tip)
        button.setToolTip(plain_tip(crumb.tip))
        button.setChecked(is_last)
        button.clicked.connect(lambda: button.setChecked(is_last))
        button.clicked.connect(lambda: self.chosen.emit(crumb.number))
        return button
