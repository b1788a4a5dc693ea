"""The bar above the timeline: play, keys, loop, curve, even pace, length, rate, and the way out as a film."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from desktop_app.studio.walk import Walk, duration, ways
from desktop_app.ui.blend.timeline_steps import read_seconds
from desktop_app.ui.controls.buttons import IconButton
from desktop_app.ui.controls.labels import ElidedLabel, rule
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_1, SPACE_2, SPACE_4

RATES = (10.0, 12.0, 15.0, 20.0, 24.0, 25.0, 30.0, 50.0, 60.0)
WIDE, MIDDLE = 960, 720  # px from which the way out says its name, and the even pace its own
EVEN_TIP = (
    "Even pace: the walk is timed anew, so that what is seen changes equally much from frame to frame. "
    "The pictures themselves are measured; key frames are passed sooner or later than their durations say."
)


class TimelineControls(QWidget):
    fold_wished = Signal(bool)
    play_wished = Signal()
    add_wished = Signal()
    duplicate_wished = Signal()
    remove_wished = Signal()
    loop_wished = Signal(bool)
    spline_wished = Signal(bool)
    even_wished = Signal(bool)
    duration_typed = Signal(float)
    rate_chosen = Signal(float)
    export_wished = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._walk = Walk()
        self._folded = False
        self._make_buttons(look)
        self._wordy = (self._even, self._export)
        self._make_fields()
        self.status = ElidedLabel()
        self.status.setProperty("role", "small")
        self.status.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        self._arrange()
        self._connect()

    def _make_buttons(self, look: Look) -> None:
        self._fold = IconButton(look, "down", "Fold the timeline", keys="F8")
        self.play = IconButton(look, "play", "Play", keys="Space")
        self._add = IconButton(look, "key", "Add a key frame", keys="K")
        self._add.setToolTip("Add the design that is shown large as a key frame, or drag it here  (K)")
        self._twice = IconButton(look, "duplicate-key", "Duplicate the key frame", keys="Ctrl+D")
        self._remove = IconButton(look, "trash", "Remove the key frame", keys="Del")
        self._loop = IconButton(look, "loop", "Loop")
        self._loop.setToolTip("Loop: the last key frame leads back to the first")
        self._spline = IconButton(look, "spline", "Smooth path through the key frames")
        self._spline.setToolTip(
            "A smooth path through the key frames, instead of straight lines that turn at each of them. "
            "It is smoothest with linear easing."
        )
        self._even = IconButton(look, "even-pace", "Even pace", show_text=True)
        self._even.setToolTip(EVEN_TIP)
        for button in (self._loop, self._spline, self._even):
            button.setCheckable(True)
        self._export = IconButton(look, "film", "Export film…", keys="Ctrl+Shift+E", show_text=True)

    def _make_fields(self) -> None:
        self._length = QLineEdit()
        self._length.setAccessibleName("Duration of the walk")
        self._length.setToolTip("How long the walk lasts. Type seconds, or frames such as “120 f”: all ways follow.")
        self._length.setFixedWidth(self._length.fontMetrics().horizontalAdvance("0000.00 s") + 20)
        self._length.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._rate = QComboBox()
        self._rate.setAccessibleName("Frames a second")
        self._rate.setToolTip("Frames a second")
        for fps in RATES:
            self._rate.addItem(f"{fps:g} fps", fps)
        self._rate.setFixedWidth(self._rate.fontMetrics().horizontalAdvance("00.00 fps") + 40)

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_2, SPACE_1, SPACE_4, SPACE_1)
        row.setSpacing(SPACE_1)
        row.addWidget(self._fold)
        row.addWidget(self.play)
        row.addWidget(rule(vertical=True))
        for button in (self._add, self._twice, self._remove):
            row.addWidget(button)
        row.addWidget(rule(vertical=True))
        for button in (self._loop, self._spline, self._even):
            row.addWidget(button)
        row.addSpacing(SPACE_1)
        row.addWidget(self.status, 1)
        row.addSpacing(SPACE_1)
        row.addWidget(self._length)
        row.addWidget(self._rate)
        row.addSpacing(SPACE_1)
        row.addWidget(self._export)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _connect(self) -> None:
        self._fold.clicked.connect(self._on_fold)
        self.play.clicked.connect(self.play_wished)
        self._add.clicked.connect(self.add_wished)
        self._twice.clicked.connect(self.duplicate_wished)
        self._remove.clicked.connect(self.remove_wished)
        self._loop.clicked.connect(self.loop_wished)
        self._spline.clicked.connect(self.spline_wished)
        self._even.clicked.connect(self.even_wished)
        self._export.clicked.connect(self.export_wished)
        self._length.editingFinished.connect(self._on_length)
        self._rate.activated.connect(self._on_rate)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_walk(self, walk: Walk, *, usable: bool, sentence: str) -> None:
        """usable: there is a model here. sentence: why this is no film, empty where it is one."""
        self._walk = walk
        moving = usable and ways(walk) > 0
        self.play.setEnabled(moving)
        self._export.setEnabled(moving and not sentence)
        self._export.setToolTip(sentence or "Export film…  (Ctrl+Shift+E)")
        self._add.setEnabled(usable)
        self._even.setEnabled(moving)
        for button, on in ((self._loop, walk.loop), (self._spline, walk.curve == "spline"), (self._even, walk.even)):
            button.setChecked(on)
        self._length.setEnabled(moving)
        if not self._length.hasFocus() or not self._length.isModified():
            self._write_length()
        self._show_rate(walk.fps)

    def show_selected(self, number: int | None) -> None:
        self._twice.setEnabled(number is not None)
        self._remove.setEnabled(number is not None)

    def show_playing(self, playing: bool) -> None:
        self.play.set_icon("pause" if playing else "play")
        self.play.rename("Pause" if playing else "Play", "Space")

    def show_folded(self, folded: bool) -> None:
        self._folded = folded
        self._fold.set_icon("up" if folded else "down")
        self._fold.rename("Unfold the timeline" if folded else "Fold the timeline", "F8")

    def say(self, words: str, *, warn: bool = False) -> None:
        """A few words on the pace or the rate, between the switches and the fields."""
        self.status.setText(words)
        role = "warn" if warn else "small"
        if self.status.property("role") != role:
            self.status.setProperty("role", role)
            self.status.style().polish(self.status)

    def _show_rate(self, fps: float) -> None:
        index = self._rate.findData(fps)
        if index < 0:
            index = sum(1 for number in range(self._rate.count()) if self._rate.itemData(number) < fps)
            self._rate.insertItem(index, f"{fps:g} fps", fps)
        self._rate.setCurrentIndex(index)

    def _write_length(self) -> None:
        self._length.setText(f"{duration(self._walk):.2f} s")
        self._length.setModified(False)

    # -- hands -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_fold(self) -> None:
        self.fold_wished.emit(not self._folded)

    @Slot()
    def _on_length(self) -> None:
        if not self._length.isModified():
            return
        seconds = read_seconds(self._length.text(), self._walk.fps)
        self._length.setModified(False)
        if seconds is not None and ways(self._walk):
            self.duration_typed.emit(seconds)
        self._write_length()

    @Slot(int)
    def _on_rate(self, index: int) -> None:
        self.rate_chosen.emit(float(self._rate.itemData(index)))

    def minimumSizeHint(self) -> QSize:
        """That of the bar at its narrowest, whatever it shows now: it gives its words up as it is made narrower."""
        spare = sum(max(0, button.sizeHint().width() - self.play.sizeHint().width()) for button in self._wordy)
        hint = super().minimumSizeHint()
        return QSize(hint.width() - spare, hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        style = Qt.ToolButtonStyle
        for button, wide in ((self._export, WIDE), (self._even, MIDDLE)):
            fits = event.size().width() >= wide
            button.setText(button.accessibleName() if fits else "")
            button.setToolButtonStyle(style.ToolButtonTextBesideIcon if fits else style.ToolButtonIconOnly)
