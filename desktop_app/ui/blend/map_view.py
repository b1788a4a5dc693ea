"""The map of a model: a plane of thumbnails to steer by, with switches for what else lies on it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.engine.packages import Package
from desktop_app.studio.blend import BlendState
from desktop_app.studio.project import Take
from desktop_app.ui.blend.map_canvas import MapCanvas
from desktop_app.ui.blend.map_legend import MapLegend
from desktop_app.ui.blend.map_points import MapPoints
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.buttons import IconButton, chip
from desktop_app.ui.controls.empty_view import EmptyView
from desktop_app.ui.controls.labels import label, rule
from desktop_app.ui.look.theme import Look
from desktop_app.ui.look.tokens import SPACE_2, SPACE_3, SPACE_4
from desktop_app.ui.picture.resample import Scaling
from desktop_app.ui.picture.tile_loader import TileLoader
from desktop_app.ui.picture.tile_store import TileStore

REAL = "Dots where the pictures lie that the model learned from, coloured by class"
NO_REAL = "This model cannot place pictures on its map: it came without an encoder"


class MapView(QWidget):
    spot_dragged = Signal(float, float)  # the pin, by hand
    settled = Signal()  # the hand has let go
    picked = Signal(object)  # Design, to be put on the pad
    pointed = Signal(object)  # Design that is there as itself (a star, a generated one), or None: the spot's
    lassoed = Signal(list)  # of Design
    said = Signal(str, str)  # sentence, tone

    def __init__(self, look: Look, bridge: QueueBridge, store: TileStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._package: Package | None = None
        self._state = BlendState()
        self.loader = TileLoader(bridge, store, self, slot="map")
        self.points = MapPoints(bridge, self)
        self.canvas = MapCanvas(look, store, self.loader, self.points)
        self.legend = MapLegend(look, self.canvas)
        self.legend.move(SPACE_3, SPACE_3)
        self.empty = EmptyView(look, "map")
        self._words = label("", role="small", wrap=True)
        self._make_tools(look)
        self._arrange()
        self._connect()
        self._show_legend()

    # -- parts -----------------------------------------------------------------------------------------------------

    def _make_tools(self, look: Look) -> None:
        self.real_switch = chip("Real pictures")
        self.samples_switch = chip("Samples")
        self.samples_switch.setToolTip("Rings where 2,000 designs lie that the model makes when nobody chooses")
        self.lasso_button = IconButton(look, "lasso", "Lasso: enclose designs to make a set", keys="L")
        self.lasso_button.setCheckable(True)
        self.lasso_button.setToolTip("Draw around designs to make a set  (L, or Shift and drag)")
        self.smaller_button = IconButton(look, "zoom-out", "Zoom out", keys="-")
        self.larger_button = IconButton(look, "zoom-in", "Zoom in", keys="+")
        self.fit_button = IconButton(look, "fit", "The whole map", keys="0")

    def _arrange(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(SPACE_2)
        tools.addWidget(self.real_switch)
        tools.addWidget(self.samples_switch)
        tools.addStretch(1)
        for widget in (
            self.lasso_button,
            rule(vertical=True),
            self.smaller_button,
            self.larger_button,
            self.fit_button,
        ):
            tools.addWidget(widget)
        below = QVBoxLayout()
        below.setContentsMargins(SPACE_4, SPACE_2, SPACE_4, SPACE_2)
        below.setSpacing(SPACE_2)
        below.addLayout(tools)
        below.addWidget(self._words)
        self._plane = QWidget()
        column = QVBoxLayout(self._plane)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addLayout(below)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._plane)
        self._stack.addWidget(self.empty)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
        self.setFocusProxy(self.canvas)

    def _connect(self) -> None:
        canvas = self.canvas
        canvas.spot_dragged.connect(self.spot_dragged)
        canvas.settled.connect(self.settled)
        canvas.picked.connect(self.picked)
        canvas.pointed.connect(self.pointed)
        canvas.lassoed.connect(self.lassoed)
        canvas.lasso_armed.connect(self.lasso_button.setChecked)
        self.lasso_button.clicked.connect(self._on_lasso)
        self.smaller_button.clicked.connect(self._on_smaller)
        self.larger_button.clicked.connect(self._on_larger)
        self.fit_button.clicked.connect(self._on_fit)
        self.real_switch.toggled.connect(self._on_switch)
        self.samples_switch.toggled.connect(self._on_switch)
        self.legend.alone_chosen.connect(self._on_switch)
        self.points.failed.connect(self._on_failed)
        self.loader.failed.connect(self._on_failed)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_map(self, state: BlendState, package: Package | None, takes: tuple[Take, ...]) -> None:
        """package: that of the canvas, None where it is not here. takes: of the project; those of it are marked."""
        self._state = state
        with_map = package if package is not None and package.manifest.space is not None else None
        if package != self._package:
            self._show_package(package)
        self.points.show_package(with_map)
        self.points.show_own(state, takes)
        self.canvas.show_state(state, with_map)
        self._want_points()

    def set_scaling(self, scaling: Scaling) -> None:
        self.canvas.set_scaling(scaling)

    def retry(self) -> None:
        self.loader.retry()
        self.canvas.ask()
        self._want_points()

    def _show_package(self, package: Package | None) -> None:
        self._package = package
        space = package.manifest.space if package else None
        self._stack.setCurrentWidget(self._plane if space else self.empty)
        if package is None:
            self.empty.say("No map yet", "Choose a model on the left, or import one, and its map is shown here.")
        elif space is None:
            self.empty.say(
                "This model has no map",
                f"“{package.manifest.title}” was packaged without one. Who made it can add it: "
                f"“python -m export directions {package.name}” reads the model and draws its map, in a minute or two. "
                "The pad and the timeline work without.",
            )
        else:
            self._words.setText(plane_words(package))
            self.legend.show_classes(package.manifest.classes)
            has_real = space.map_points > 0
            self.real_switch.setEnabled(has_real)
            self.real_switch.setToolTip(REAL if has_real else NO_REAL)
            self.real_switch.setChecked(has_real and self.real_switch.isChecked())
            self._show_legend()

    def _show_legend(self) -> None:
        real, samples = self.real_switch.isChecked(), self.samples_switch.isChecked()
        self.legend.show_kinds(real=real, samples=samples)

    def _want_points(self) -> None:
        if self.real_switch.isChecked():
            self.points.want_real()
        if self.samples_switch.isChecked():
            self.points.want_samples()

    # -- hands -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_switch(self) -> None:
        self._show_legend()
        self._want_points()
        real, samples = self.real_switch.isChecked(), self.samples_switch.isChecked()
        self.canvas.show_dots(real=real, samples=samples, alone=self.legend.alone)

    @Slot(bool)
    def _on_lasso(self, armed: bool) -> None:
        self.canvas.arm(armed)
        self.canvas.setFocus()

    @Slot()
    def _on_smaller(self) -> None:
        self.canvas.zoom(-1)

    @Slot()
    def _on_larger(self) -> None:
        self.canvas.zoom(1)

    @Slot()
    def _on_fit(self) -> None:
        self.canvas.fit()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.said.emit(sentence, "error")
        self.canvas.update()


def plane_words(package: Package) -> str:
    """What of the model the map shows."""
    latent = package.manifest.latent
    size = 0 if latent is None else latent.w_size if package.has_lines and latent.w_size else latent.size
    if size == 2:
        return "This model has two numbers only: the map is all of it."
    return (
        "The map is one plane through the model’s space, so it is a slice: most designs lie off it, "
        "and are marked at the spot nearest to them."
    )
