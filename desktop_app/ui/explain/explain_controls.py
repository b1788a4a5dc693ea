"""The bar above the picture: which map lies over it and how strongly, and where the explanation goes."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from desktop_app.studio.explaining import SHOWN, Shown
from desktop_app.ui.controls.buttons import IconButton, chip
from desktop_app.ui.controls.labels import ElidedLabel
from desktop_app.ui.controls.sliders import ValueSlider
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4

WORDS: dict[Shown, tuple[str, str]] = {
    "activation": ("Activation", "What each place adds to the class, read off the network itself  (A)"),
    "occlusion": ("Occlusion", "How much the class loses when a place is covered  (O)"),
    "both": ("Both", "Both maps side by side  (B)"),
    "none": ("None", "The picture alone  (N); hold \\ to see it for a moment"),
}
NARROW, NARROWEST = 800, 560  # px


class ExplainControls(QWidget):
    shown_chosen = Signal(str)
    opacity_dragged = Signal(float)
    settled = Signal()
    open_wished = Signal()
    copy_wished = Signal()
    save_wished = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._maps = QButtonGroup(self)
        for number, shown in enumerate(SHOWN):
            button = chip(WORDS[shown][0], role="segment")
            button.setToolTip(WORDS[shown][1])
            button.setProperty("place", "first" if number == 0 else "last" if number == len(SHOWN) - 1 else "middle")
            self._maps.addButton(button, number)
        self._maps.idClicked.connect(self._on_map)
        self.opacity = ValueSlider(
            "Opacity",
            low=0.0,
            high=1.0,
            step=0.05,
            width=96,
            help_text="How strongly the map lies over the picture",
            words=lambda value: f"{100 * value:.0f} %",
        )
        self.opacity.dragged.connect(self.opacity_dragged)
        self.opacity.settled.connect(self.settled)
        self._name = ElidedLabel(middle=True)
        self._name.setProperty("role", "soft")
        self.open = IconButton(look, "open", "Open pictures…", keys="Ctrl+O")
        self.copy = IconButton(look, "copy", "Copy the explanation", keys="Ctrl+C")
        self.save = IconButton(look, "save", "Save", show_text=True)
        self.save.setToolTip("Save picture, map and bars as a PNG  (Ctrl+S)")
        self.open.clicked.connect(self.open_wished)
        self.copy.clicked.connect(self.copy_wished)
        self.save.clicked.connect(self.save_wished)
        self._arrange()

    def _arrange(self) -> None:
        segments = QHBoxLayout()
        segments.setSpacing(0)
        for button in self._maps.buttons():
            segments.addWidget(button)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_3)
        row.setSpacing(SPACE_3)
        row.addLayout(segments)
        row.addWidget(self.opacity)
        row.addWidget(self._name, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_2)
        for widget in (self.open, self.copy, self.save):
            buttons.addWidget(widget)
        row.addLayout(buttons)

    def show_state(self, shown: Shown, opacity: float, name: str, *, can_save: bool) -> None:
        """name: of the picture in view; empty where there is none."""
        self._maps.button(SHOWN.index(shown)).setChecked(True)
        self.opacity.show_value(opacity)
        self._name.setText(name)
        for button in self._maps.buttons():
            button.setEnabled(bool(name))
        self.opacity.setEnabled(bool(name) and shown != "none")
        self.copy.setEnabled(can_save)
        self.save.setEnabled(can_save)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = event.size().width() < NARROW
        self._name.setHidden(is_narrow)
        self.opacity.name_label.setHidden(is_narrow)
        style = Qt.ToolButtonStyle
        self.save.setToolButtonStyle(style.ToolButtonIconOnly if is_narrow else style.ToolButtonTextBesideIcon)

    def minimumSizeHint(self) -> QSize:
        """What the narrow bar needs: a wide one must not keep the window from becoming small."""
        return QSize(NARROWEST, super().minimumSizeHint().height())

    @Slot(int)
    def _on_map(self, number: int) -> None:
        self.shown_chosen.emit(SHOWN[number])
