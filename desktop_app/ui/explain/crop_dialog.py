"""Which part of a picture the classifier is given, and whether light and dark are swapped first."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.engine.errors import StudioError
from desktop_app.engine.manifest import Picture
from desktop_app.studio.explaining import Subject, pixels_of
from desktop_app.ui.controls.buttons import IconButton, push_button
from desktop_app.ui.controls.labels import ElidedLabel, label
from desktop_app.ui.errands import Errands
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4, SPACE_6
from desktop_app.ui.picture.crop_frame import from_box
from desktop_app.ui.picture.crop_view import CropView
from desktop_app.ui.picture.image_view import ImageView

if TYPE_CHECKING:
    from desktop_app.studio.own_picture import OwnPicture

WIDTH, HEIGHT = 760, 560
PREVIEW_PX = 224
SUBJECT = "another part"  # of the errands
REFIT_MS = 40  # after the last move of the frame


class CropDialog(QDialog):
    """`accepted_part` tells the part that was chosen."""

    accepted_part = Signal(object)  # Subject

    def __init__(
        self, look: Look, own: "OwnPicture", picture: Picture, errands: Errands, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        from desktop_app.studio.own_picture import centre_crop

        self.setWindowTitle("The part that is judged")
        self._own, self._picture, self._errands = own, picture, errands
        self._subject: Subject | None = None
        self._invert: bool | None = None  # as the program sees fit
        self._refit = QTimer(self)
        self._refit.setSingleShot(True)
        self._refit.setInterval(REFIT_MS)
        self._refit.timeout.connect(self._fit)
        self.crop = CropView(look)
        self.preview = ImageView(look, interactive=False)
        self.preview.setFixedSize(PREVIEW_PX, PREVIEW_PX)
        self.preview.set_scaling("crisp")
        self.preview.setAccessibleName("What the classifier is given")
        self.swap = QCheckBox("Swap light and dark")
        self.swap.setAccessibleName(self.swap.text())
        self.swap.setToolTip("Digits and clothes are light on dark; ink on paper is the other way round.")
        self._notes = label("", role="small", wrap=True)
        self._notes.setFixedWidth(PREVIEW_PX)
        self._use = push_button("Judge this part", role="main")
        self._use.setDefault(True)
        self._cancel = push_button("Cancel")
        self._centre = IconButton(look, "target", "The middle, as large as it goes", keys="0")
        self._whole = IconButton(look, "fit", "The whole picture")
        self._arrange()
        self._connect()
        room = self.screen().availableGeometry()
        self.resize(min(WIDTH, room.width()), min(HEIGHT, room.height()))
        self.crop.show_picture(own.pixels, from_box(centre_crop(own, picture), own.size))
        self._fit()

    def _arrange(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(SPACE_2)
        for button in (self._centre, self._whole):
            tools.addWidget(button)
        tools.addStretch(1)
        tools.addWidget(self.swap)
        left = QVBoxLayout()
        left.setSpacing(SPACE_2)
        left.addWidget(label("Your picture", role="section"))
        left.addWidget(self.crop, 1)
        left.addLayout(tools)
        right = QVBoxLayout()
        right.setSpacing(SPACE_2)
        right.addWidget(label(self.preview.accessibleName(), role="section"))
        right.addWidget(self.preview)
        right.addSpacing(SPACE_2)
        right.addWidget(self._notes)
        right.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(SPACE_6)
        row.addLayout(left, 1)
        row.addLayout(right)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_3)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._use)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_4)
        column.addLayout(self._heading())
        column.addLayout(row, 1)
        column.addLayout(buttons)

    def _heading(self) -> QVBoxLayout:
        width, height = self._own.size
        name = ElidedLabel(f"{self._own.name} · {width} × {height} pixels", middle=True)
        name.setProperty("role", "soft")
        lines = QVBoxLayout()
        lines.setSpacing(2)
        lines.addWidget(label("The part that is judged", role="display"))
        lines.addWidget(name)
        return lines

    def _connect(self) -> None:
        self.crop.changed.connect(self._refit.start)
        self._centre.clicked.connect(self.crop.centre)
        self._whole.clicked.connect(self.crop.take_whole)
        self.swap.clicked.connect(self._on_swap)
        self._use.clicked.connect(self._on_use)
        self._cancel.clicked.connect(self.reject)
        self.finished.connect(self._end)

    @Slot()
    def _end(self) -> None:
        self._refit.stop()
        self._errands.forget(SUBJECT)

    @Slot()
    def _fit(self) -> None:
        from desktop_app.studio import subjects

        frame = self.crop.frame_now
        crop = None if frame is None else frame.box
        work = partial(subjects.of_picture, self._own, self._picture, crop=crop, invert=self._invert)
        self._errands.do(work, self._on_fitted, self._on_error, subject=SUBJECT)

    def _on_fitted(self, subject: Subject) -> None:
        self._subject = subject
        self.preview.set_pixels(pixels_of(subject))
        self._notes.setText(" ".join(subject.notes))
        if self._invert is None:
            self.swap.setChecked(any("swapped" in note for note in subject.notes))

    def _on_error(self, error: StudioError) -> None:
        self._notes.setText(error.message)

    @Slot(bool)
    def _on_swap(self, swapped: bool) -> None:
        self._invert = swapped
        self._fit()

    @Slot()
    def _on_use(self) -> None:
        if self._subject is not None:
            self.accepted_part.emit(self._subject)
            self.accept()
