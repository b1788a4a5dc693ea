"""The card of one package: what it does, whether it may be sold with, how fast and how good it is, where it is from."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import CheckedUp
from desktop_app.studio import check_up, model_card
from desktop_app.studio.speeds import Speed
from desktop_app.ui.controls.labels import label, rule
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4, SPACE_6, SPACE_8
from desktop_app.ui.models.card_parts import CopyLine, Remark, facts_grid, heading, told
from desktop_app.ui.models.check_up_view import CheckUpView
from desktop_app.ui.models.preview import preview_sheet
from desktop_app.ui.models.score_view import ScoreView
from desktop_app.ui.models.sheet_view import SheetView

WIDE, NARROW = 448, 336  # of the preview
SHEET = 560  # width of the check-up's sheet, at most
ROOM_FOR_WIDE = 800  # width of the page
NOT_MEASURED = "not measured yet; a check-up does it"


@dataclass(frozen=True)
class Known:
    """What this machine knows of a package."""

    speed: Speed | None = None
    found: CheckedUp | None = None
    busy: bool = False  # a check-up is under way


class CardPage(QWidget):
    said = Signal(str)  # a sentence

    def __init__(self, look: Look, package: Package, known: Known) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._look, self.package, self.known = look, package, known
        manifest = package.manifest
        is_photo = manifest.restoration is not None and manifest.restoration.side is None
        name = f"Preview of {manifest.title}"
        self._preview = SheetView(look, preview_sheet(package), name, width=WIDE, is_photo=is_photo)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_8, SPACE_6, SPACE_8, SPACE_8)
        column.setSpacing(SPACE_3)
        column.addWidget(told(manifest.title, role="display"))
        column.addWidget(told(manifest.summary))
        column.addWidget(told(model_card.tasks(manifest), role="small"))
        column.addLayout(self._top())
        self._add_check_up()
        self._add_scores()
        self._add_origin()
        column.addStretch(1)

    @property
    def spoken(self) -> str:
        """The card in a few sentences."""
        manifest = self.package.manifest
        return f"{manifest.summary} {model_card.permission(manifest).title}. Speed here: {self._speed()}."

    @property
    def check_up_top(self) -> int:
        """Where the check-up begins, in pixels from the card's top."""
        self._column.activate()
        return self._check_up.y()

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, SPACE_3, 0, 0)
        row.setSpacing(SPACE_6)
        row.addWidget(self._preview, 0, Qt.AlignmentFlag.AlignTop)
        self._preview.setVisible(self.package.manifest.text is None)  # a writer has nothing to look at
        side = QVBoxLayout()
        side.setSpacing(SPACE_4)
        may = model_card.permission(self.package.manifest)
        licence = f"Licence: {self.package.manifest.licence}. {may.text}"
        side.addWidget(Remark(self._look, may.tone, may.title, licence, framed=True))
        side.addWidget(facts_grid([("Speed here", self._speed()), *model_card.facts(self.package)]))
        side.addStretch(1)
        row.addLayout(side, 1)
        return row

    def _speed(self) -> str:
        speed = self.known.speed
        if self.known.busy:
            return "being measured…"
        if speed is None:
            return NOT_MEASURED
        return f"{check_up.speed(speed.kind, speed.milliseconds)} on {speed.device}"

    def _add_check_up(self) -> None:
        self._check_up = heading("Check-up")
        self._column.addWidget(self._check_up)
        self._column.addWidget(rule())
        if self.known.found is not None:
            self._column.addWidget(CheckUpView(self._look, self.package.manifest, self.known.found, width=SHEET))
        elif self.known.busy:
            self._column.addWidget(told("Under way…", role="soft"))
        else:
            self._column.addWidget(told(check_up.promise(self.package.manifest), role="soft"))

    def _add_scores(self) -> None:
        self._column.addWidget(heading("Scores"))
        self._column.addWidget(rule())
        self._column.addWidget(ScoreView(self._look, self.package.manifest.scores))

    def _add_origin(self) -> None:
        manifest = self.package.manifest
        self._column.addWidget(heading("Training data"))
        self._column.addWidget(rule())
        for data in manifest.training_data:
            self._column.addWidget(facts_grid(model_card.data_rows(data, manifest)))
        if not manifest.training_data:
            self._column.addWidget(told("Its maker has not said what it learnt on.", role="soft"))
        self._column.addWidget(heading("How it was made"))
        self._column.addWidget(rule())
        self._column.addWidget(facts_grid(model_card.made_rows(manifest.made_by, manifest)))
        lines = [("Command", manifest.made_by.command), ("Package hash", self.package.sha256)]
        for name, text in lines if manifest.made_by.command else lines[1:]:
            line = CopyLine(self._look, name, text)
            line.copied.connect(self.said)
            words = label(name, role="soft")
            words.setContentsMargins(0, SPACE_2, 0, 0)
            self._column.addWidget(words)
            self._column.addWidget(line)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._preview.set_most(WIDE if self.width() >= ROOM_FOR_WIDE else NARROW)
