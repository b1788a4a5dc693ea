"""What a check-up found: remarks, figures, and the pictures as a sheet. The licence has a place of its own."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop_app.engine.manifest import Manifest
from desktop_app.engine.requests import CheckedUp
from desktop_app.studio import check_up
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_3, SPACE_4
from desktop_app.ui.models.card_parts import Remark, facts_grid, flag_remark, told
from desktop_app.ui.models.sheet_view import SheetView, places, sheet_of

COLUMNS = 8


class CheckUpView(QWidget):
    def __init__(self, look: Look, manifest: Manifest, found: CheckedUp, *, width: int) -> None:
        """width: of the sheet, at most."""
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_3)
        flags = [flag for flag in check_up.flags(manifest, found) if flag.what != check_up.NOT_FOR_SALE]
        for flag in flags:
            column.addWidget(flag_remark(look, flag))
        if not any(flag.is_fault for flag in flags):
            column.addWidget(Remark(look, "good", "Nothing wrong was found", check_up.praise(found)))
        column.addSpacing(SPACE_3)
        if found.kind == "writer":
            column.addWidget(told(f"{len(found.texts)} texts of fixed seeds, nothing picked", role="small"))
            column.addWidget(texts_view(found, width))
        self.sheets = sheets_of(look, manifest, found, width)
        for words, sheet in self.sheets:
            column.addWidget(told(words, role="small"))
            column.addWidget(sheet)
        column.addSpacing(SPACE_4)
        column.addWidget(facts_grid(check_up.figures(manifest, found)))


def sheets_of(look: Look, manifest: Manifest, found: CheckedUp, width: int) -> list[tuple[str, SheetView]]:
    """What there is to see, with a line above it; nothing of a writer."""
    if not len(found.pictures):
        return []
    count, title = len(found.pictures), manifest.title
    ground = 0x80
    sheet, marked = sheet_of(found.pictures, COLUMNS, ground), places(found.pictures, COLUMNS, odd_ones(found))
    made = SheetView(look, sheet, f"Check-up of {title}", width=width, marked=marked)
    if found.kind == "generator":
        framed = "; framed: broken, empty or repeated" if marked else ""
        return [(f"{count} samples of fixed seeds{_in_turn(manifest)}, nothing picked{framed}", made)]
    if found.kind == "classifier":
        return [(f"{count} drawn pictures that it was shown", made)]
    scale = found.pictures.shape[1] // found.given.shape[1]
    given = sheet_of(found.given.repeat(scale, axis=1).repeat(scale, axis=2), COLUMNS, ground)
    before = SheetView(look, given, f"What {title} was given", width=width)
    return [(f"{count} drawn pictures that it was given", before), ("and what it made of them", made)]


def texts_view(found: CheckedUp, width: int) -> QWidget:
    """What a writer wrote, each with its seed; of one with something wrong that is said."""
    home = QWidget()
    home.setMaximumWidth(width)
    grid = QGridLayout(home)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE_4)
    grid.setVerticalSpacing(SPACE_3)
    grid.setColumnStretch(1, 1)
    odd = odd_ones(found)
    for number, text in enumerate(found.texts):
        words = told(f"… {text.strip()}" if text.strip() else "nothing")
        words.setAccessibleName(f"Text {number + 1}: {text.strip()}")
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        mark = f"{number + 1} · broken or repeated" if number in odd else f"{number + 1}"
        grid.addWidget(told(mark, role="small"), number, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(words, number, 1)
    return home


def odd_ones(found: CheckedUp) -> set[int]:
    """Pictures with something wrong: broken, of one colour, or one of a pair that cannot be told apart."""
    return {*found.broken, *found.constant, *(n for pair in found.near_copies for n in pair)}


def _in_turn(manifest: Manifest) -> str:
    return ", the classes in turn" if manifest.classes else ""
