"""A picture of the designer's own becomes a design: what is used of it, what the model makes of it, how near that is.

`OwnPictures.start` reads a file off the window's thread and opens the dialog; the dialog ends in `accepted`.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Found, Place
from desktop_app.ui.blend.own_picture_reader import PictureReader
from desktop_app.ui.blend.own_picture_search import PictureSearch, how_in_words, in_words, overlap_in_words
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.buttons import IconButton, push_button
from desktop_app.ui.controls.labels import ElidedLabel, label
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4, SPACE_6
from desktop_app.ui.picture.crop_frame import from_box
from desktop_app.ui.picture.crop_view import CropView
from desktop_app.ui.picture.image_view import ImageView

if TYPE_CHECKING:
    from desktop_app.studio.own_picture import Fitted, OwnPicture

WIDTH, HEIGHT = 880, 620
PREVIEW_PX = 184
REFIT_MS = 40  # after the last move of the frame
SLOW_MS = 400  # from here on it is said that a file is being read


Use = tuple[str, str]  # in code, on its button
ON_THE_PAD: tuple[Use, ...] = (("key", "Add as key frame"), ("anchor", "Put on the pad"))


class OwnPictures(QObject):
    accepted = Signal(object, str)  # Design, and which of the uses
    said = Signal(str, str)  # sentence, tone

    def __init__(
        self, look: Look, bridge: QueueBridge, parent_widget: QWidget, *, uses: tuple[Use, ...] = ON_THE_PAD
    ) -> None:
        """uses: what a design can be taken for, the main one last."""
        super().__init__(parent_widget)
        self._uses = uses
        self._look, self._bridge, self._window = look, bridge, parent_widget
        self._reader: PictureReader | None = None
        self._package: Package | None = None
        self._path = Path()
        self.dialog: OwnPictureDialog | None = None
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(SLOW_MS)
        self._slow.timeout.connect(self._on_slow)

    def start(self, path: Path, package: Package) -> None:
        """Read a picture for a model; what was open before goes."""
        self.close()
        manifest = package.manifest
        if manifest.picture is None:
            self.said.emit(f"“{manifest.title}” makes no pictures, so it cannot take one in.", "warn")
            return
        self._package, self._path = package, path
        self._reader = PictureReader(path, manifest.picture, self, icons=manifest.icons is not None)
        self._reader.opened.connect(self._on_opened)
        self._reader.failed.connect(self._on_failed)
        self._slow.start()

    def close(self) -> None:
        """End the thread and the search, where there are any; the dialog goes without a word."""
        self._slow.stop()
        if self.dialog is not None:
            dialog, self.dialog = self.dialog, None
            dialog.end()
        if self._reader is not None:
            self._reader.close()
            self._reader.deleteLater()
            self._reader = None

    @Slot(object)
    def _on_opened(self, own: "OwnPicture") -> None:
        self._slow.stop()
        assert self._reader is not None
        assert self._package is not None
        search = PictureSearch(self._bridge, self._package)
        self.dialog = OwnPictureDialog(
            self._look, own, self._reader, search, self._package, self._window, uses=self._uses
        )
        self.dialog.wished.connect(self._on_wished)
        self.dialog.rejected.connect(self.close)
        self.dialog.open()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.close()
        self.said.emit(sentence, "error")

    @Slot()
    def _on_slow(self) -> None:
        self.said.emit(f"Reading “{self._path.name}”…", "plain")

    @Slot(object, str)
    def _on_wished(self, found: Found, use: str) -> None:
        place = Place(vector=tuple(found.vector), source=self._path.name)
        self.close()
        self.accepted.emit(Design(0, 0, place=place), use)


class OwnPictureDialog(QDialog):
    wished = Signal(object, str)  # Found, and which of the uses

    def __init__(
        self,
        look: Look,
        own: "OwnPicture",
        reader: PictureReader,
        search: PictureSearch,
        package: Package,
        parent: QWidget | None = None,
        *,
        uses: tuple[Use, ...] = ON_THE_PAD,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Your picture")
        self._look, self._own, self._reader, self._search, self._package = look, own, reader, search, package
        search.setParent(self)
        self._notes = own.notes
        self._asked_to_invert: bool | None = None  # as the program sees fit
        self._refit = QTimer(self)
        self._refit.setSingleShot(True)
        self._refit.setInterval(REFIT_MS)
        self._refit.timeout.connect(self._on_refit)
        self._make_views()
        self._make_controls(uses)
        self._arrange()
        self._connect()
        room = self.screen().availableGeometry()
        self.resize(min(WIDTH, room.width()), min(HEIGHT, room.height()))
        self._show_search()
        reader.fit(None, None)

    # -- parts -----------------------------------------------------------------------------------------------------

    def _make_views(self) -> None:
        self.crop = CropView(self._look)
        self.input_view = self._preview("What the model is given")
        self.made_view = self._preview("What the model makes of it")

    def _preview(self, name: str) -> ImageView:
        view = ImageView(self._look, interactive=False)
        view.setFixedSize(PREVIEW_PX, PREVIEW_PX)
        view.set_scaling("crisp")
        view.setAccessibleName(name)
        return view

    def _make_controls(self, uses: tuple[Use, ...]) -> None:
        look = self._look
        self.centre_button = IconButton(look, "target", "The middle, as large as it goes", keys="0")
        self.whole_button = IconButton(look, "fit", "The whole picture")
        self.swap = QCheckBox("Swap light and dark")
        self.swap.setAccessibleName(self.swap.text())
        self.swap.setToolTip("Models of digits and clothes draw light on dark; ink on paper is the other way round.")
        self._verdict = label("", role="title", wrap=True)
        self._detail = label("", role="soft", wrap=True)
        self._how = label("", role="soft")
        self._remark = label("", role="small", wrap=True)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Progress of the search")
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._progress.setSizePolicy(policy)
        self.further_button = push_button("Search further")
        self.further_button.setToolTip("Look for a place nearer to your picture, through the model alone.")
        if self._makes_icons:  # the encoder's answer is the best there is
            self.further_button.hide()
            self.swap.setToolTip("Take the paper as the icon and the ink as its holes.")
        self.cancel_button = push_button("Cancel")
        self.use_buttons = {use: push_button(words, role="main" if use == uses[-1][0] else "") for use, words in uses}
        self.use_buttons[uses[-1][0]].setDefault(True)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_4)
        column.addLayout(self._heading())
        row = QHBoxLayout()
        row.setSpacing(SPACE_6)
        row.addLayout(self._left(), 1)
        row.addLayout(self._right())
        column.addLayout(row, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_2)
        buttons.addStretch(1)
        for button in (self.cancel_button, *self.use_buttons.values()):
            buttons.addWidget(button)
        column.addLayout(buttons)

    def _heading(self) -> QVBoxLayout:
        width, height = self._own.size
        lines = QVBoxLayout()
        lines.setSpacing(2)
        lines.addWidget(label("Your picture", role="display"))
        name = ElidedLabel(f"{self._own.name} · {width} × {height} pixels", middle=True)
        name.setProperty("role", "soft")
        lines.addWidget(name)
        return lines

    def _left(self) -> QVBoxLayout:
        tools = QHBoxLayout()
        tools.setSpacing(SPACE_2)
        tools.addWidget(self.centre_button)
        tools.addWidget(self.whole_button)
        tools.addStretch(1)
        tools.addWidget(self.swap)
        left = QVBoxLayout()
        left.setSpacing(SPACE_2)
        left.addWidget(label("The part that is used", role="section"))
        left.addWidget(self.crop, 1)
        left.addLayout(tools)
        return left

    def _right(self) -> QVBoxLayout:
        pictures = QHBoxLayout()
        pictures.setSpacing(SPACE_4)
        for view in (self.input_view, self.made_view):
            side = QVBoxLayout()
            side.setSpacing(SPACE_2)
            side.addWidget(label(view.accessibleName(), role="section"))
            side.addWidget(view)
            pictures.addLayout(side)
        further = QHBoxLayout()
        further.addWidget(self.further_button)
        further.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(SPACE_3)
        right.addLayout(pictures)
        right.addWidget(self._progress)
        words = QVBoxLayout()
        words.setSpacing(2)
        for text in (self._verdict, self._detail, self._how):
            text.setFixedWidth(2 * PREVIEW_PX + SPACE_4)
            words.addWidget(text)
        right.addLayout(words)
        right.addLayout(further)
        right.addStretch(1)
        self._remark.setFixedWidth(2 * PREVIEW_PX + SPACE_4)
        right.addWidget(self._remark)
        return right

    def _connect(self) -> None:
        self._reader.fitted.connect(self._on_fitted)
        self._search.changed.connect(self._show_search)
        self.crop.changed.connect(self._refit.start)
        self.centre_button.clicked.connect(self.crop.centre)
        self.whole_button.clicked.connect(self.crop.take_whole)
        self.swap.clicked.connect(self._on_swap)
        self.further_button.clicked.connect(self._on_further)
        self.cancel_button.clicked.connect(self.reject)
        for use, button in self.use_buttons.items():
            button.clicked.connect(partial(self._wish, use))

    # -- what is shown ---------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_fitted(self, fitted: "Fitted") -> None:
        if self.crop.frame_now is None:
            self.crop.show_picture(self._own.pixels, from_box(fitted.crop, self._own.size))
            self.crop.setFocus()
        self.swap.setChecked(fitted.inverted)
        self.input_view.set_pixels(fitted.pixels)
        self._say(self._remark, " ".join((*self._notes, *fitted.notes)))
        self._search.find(fitted.pixels)

    @Slot()
    def _show_search(self) -> None:
        search = self._search
        best, searching = search.best, search.state == "searching"
        if best is None and searching and self._package.can_encode and self._verdict.text():
            return  # an encoder answers in a moment: what is there stays until then
        self.made_view.set_pixels(None if best is None else best.pixels)
        self._verdict.setText(self._verdict_now())
        self._say(self._detail, self._detail_now())
        self._how.setText("" if best is None else how_in_words(best.how))
        self._progress.setVisible(searching)
        self._progress.setRange(0, search.total)
        self._progress.setValue(search.done)
        self._name_further()
        for button in self.use_buttons.values():
            button.setEnabled(best is not None)

    def _verdict_now(self) -> str:
        search = self._search
        if search.best is not None:
            return in_words(search.best.error) if self._overlap is None else overlap_in_words(self._overlap)
        if search.state == "failed":
            return "This picture was not found"
        return "Nothing was found yet" if search.state == "stopped" else "Looking for it…"

    def _detail_now(self) -> str:
        search = self._search
        if search.state == "failed":
            return search.failure
        if search.best is None:
            return search.phase
        if self._overlap is not None:
            return f"{100 * self._overlap:.0f} % of the ink of both lies together (intersection over union)"
        return f"{search.best.error:.1f} of 255 steps of brightness apart (RMS)"

    @property
    def _overlap(self) -> float | None:
        """Of an icon and what the model makes of it; None for pictures, and while there is nothing to compare."""
        best, given = self._search.best, self._search.picture
        if best is None or given is None or not self._makes_icons:
            return None
        from desktop_app.studio.own_icon import overlap  # Pillow is slow to import

        return overlap(given, best.pixels)

    @property
    def _makes_icons(self) -> bool:
        return self._package.manifest.icons is not None

    def _say(self, text: QLabel, words: str) -> None:
        """With the room that the words need."""
        text.setText(words)
        text.ensurePolished()
        text.setMinimumHeight(max(0, text.heightForWidth(text.width())))

    def _name_further(self) -> None:
        search = self._search
        name = "Search further" if search.best is not None else "Search"
        if search.state == "searching":
            name = "Stop"
        elif search.state == "failed":
            name = "Try again"
        self.further_button.setText(name)
        self.further_button.setAccessibleName(name)
        self.further_button.setEnabled(search.picture is not None)

    # -- hands -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_refit(self) -> None:
        frame = self.crop.frame_now
        self._reader.fit(None if frame is None else frame.box, self._asked_to_invert)

    @Slot(bool)
    def _on_swap(self, swapped: bool) -> None:
        self._asked_to_invert = swapped
        self._on_refit()

    @Slot()
    def _on_further(self) -> None:
        if self._search.state == "searching":
            self._search.stop()
        else:
            self._search.go_on()

    def _wish(self, use: str, _checked: bool = False) -> None:
        if self._search.best is not None:
            self.wished.emit(self._search.best, use)

    def end(self) -> None:
        """Close without a word; the search ends."""
        self._refit.stop()
        self._search.close()
        self.blockSignals(True)
        self.close()
        self.deleteLater()
