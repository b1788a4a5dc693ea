"""Two packages side by side: their pictures of the same seeds, their figures and their scores."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import CheckedUp
from desktop_app.studio import check_up, comparison
from desktop_app.studio.comparison import Row
from desktop_app.ui.controls.labels import label, rule
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4, SPACE_6, SPACE_8
from desktop_app.ui.models.card_parts import flag_remark, heading, told
from desktop_app.ui.models.check_up_view import odd_ones, texts_view
from desktop_app.ui.models.sheet_view import SheetView, places, sheet_of

WIDTH = 524  # of a sheet, at most
COLUMNS = {"generator": 8, "restorer": 4, "classifier": 8}
GROUND = 0x80


class CompareView(QWidget):
    def __init__(
        self,
        look: Look,
        packages: tuple[Package, Package],
        found: tuple[CheckedUp | None, CheckedUp | None],
        names: tuple[str, str],
        waiting: str,
    ) -> None:
        """names: of the columns, “Here already”. waiting: said in place of pictures that are not known."""
        super().__init__()
        self.setObjectName("panel")
        self._look, self._packages, self._found, self._waiting = look, packages, found, waiting
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_8, SPACE_4, SPACE_8, SPACE_6)
        column.setSpacing(SPACE_3)
        self.sheets: list[SheetView] = []
        heads = QGridLayout()
        heads.setContentsMargins(0, 0, 0, 0)
        heads.setHorizontalSpacing(SPACE_6)
        heads.setVerticalSpacing(SPACE_2)
        for side in (0, 1):
            heads.setColumnStretch(side, 1)
            self._add_side(heads, side, names[side])
        column.addLayout(heads)
        left, right = packages
        both = (found[0], found[1]) if found[0] is not None and found[1] is not None else None
        if both is not None:
            sentence = comparison.apart_sentence(both)
            if sentence:
                column.addWidget(told(sentence))
        self._add_rows("Where they come from", comparison.origin_rows(left, right))
        if both is not None:
            self._add_rows("Check-up", comparison.figure_rows(left, right, both))
        self._add_rows("Scores", comparison.score_rows(left.manifest.scores, right.manifest.scores))
        column.addStretch(1)

    def _add_side(self, grid: QGridLayout, side: int, name: str) -> None:
        package, found = self._packages[side], self._found[side]
        top = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        grid.addWidget(label(name, role="section"), 0, side, top)
        title = told(package.manifest.title, role="title")
        grid.addWidget(title, 1, side, top)
        grid.addWidget(told(package.name, role="small"), 2, side, top)
        if found is None:
            grid.addWidget(told(self._waiting, role="soft"), 3, side, top)
            return
        if found.kind == "writer":
            grid.addWidget(texts_view(found, WIDTH), 3, side, top)
        else:
            grid.addWidget(self._sheet(found, package, name), 3, side, top)
        remarks = QVBoxLayout()
        for flag in check_up.flags(package.manifest, found):
            remarks.addWidget(flag_remark(self._look, flag))
        grid.addLayout(remarks, 4, side)

    def _sheet(self, found: CheckedUp, package: Package, name: str) -> SheetView:
        columns, words = COLUMNS[found.kind], f"Check-up of {package.manifest.title}, {name.lower()}"
        sheet, marked = sheet_of(found.pictures, columns, GROUND), places(found.pictures, columns, odd_ones(found))
        view = SheetView(self._look, sheet, words, width=WIDTH, marked=marked)
        self.sheets.append(view)
        return view

    def _add_rows(self, title: str, rows: Sequence[Row]) -> None:
        if not rows:
            return
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        column.addWidget(heading(title))
        column.addWidget(rule())
        home = QWidget()
        grid = QGridLayout(home)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_6)
        grid.setVerticalSpacing(SPACE_2)
        for column_number in (0, 1, 2):
            grid.setColumnStretch(column_number, 1)
        for number, row in enumerate(rows):
            name = told(row.name, role="soft")
            name.setAccessibleName(row.spoken)
            grid.addWidget(name, number, 0)
            grid.addWidget(_value(row.left, row.better == "left"), number, 1)
            grid.addWidget(_value(row.right, row.better == "right"), number, 2)
        column.addWidget(home)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = (self.width() - 2 * SPACE_8 - SPACE_6) // 2
        for sheet in self.sheets:
            sheet.set_most(min(WIDTH, room))


def _value(text: str, better: bool) -> QLabel:
    made = told(f"{text}  ✓" if better else text)
    if better:
        made.setProperty("weight", "strong")
        made.setAccessibleName(f"{text}, better")
    return made
