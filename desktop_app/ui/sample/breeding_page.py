"""The breeding board: parents on the left, their children in the middle, the family tree below."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design
from desktop_app.studio import breeding
from desktop_app.studio.breeding import BreedingState, Vectors
from desktop_app.studio.project import ProjectState
from desktop_app.studio.sheet import MAX_SEED
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.controls.empty_view import EmptyView
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture import incoming
from desktop_app.ui.picture.icon_drawing import IconDrawing
from desktop_app.ui.picture.place_words import design_words
from desktop_app.ui.picture.tile import Tile, take_keys
from desktop_app.ui.picture.tile_loader import TileLoader
from desktop_app.ui.picture.tile_store import Fit, TileStore
from desktop_app.ui.sample.breeding_children import ChildrenCanvas, ChildTiles
from desktop_app.ui.sample.breeding_controls import BreedingBar, BreedingPanel
from desktop_app.ui.sample.breeding_tree import FamilyTree, TreeStrip
from desktop_app.ui.sample.closer_look import CloserLook
from desktop_app.ui.sample.icon_page import IconPage
from desktop_app.ui.sample.latent_reader import LatentReader
from desktop_app.ui.sample.tiles import NoTiles

RENDER_BUDGET_S = 0.008
OWN_FILES = "Icons and pictures (*.svg *.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff *.avif);;All files (*)"
HOW = (
    "Choose designs on the sheet and press P, drop an icon of your own here, an SVG or a picture, or let your stars "
    "be the first parents."
)


class BreedingPage(IconPage):
    name = "breed"
    title = "Breed"
    help_text = "Cross icons and change them, generation after generation"

    file_dropped = Signal(str)
    sheet_wished = Signal()
    parents_wished = Signal()  # what is chosen was dragged to the parents

    def __init__(self, look: Look, bridge: QueueBridge, store: TileStore) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.look, self._store = look, store
        self._project: ProjectState | None = None
        self._package: Package | None = None
        self._looked_at: Design | None = None  # a parent or a member of the tree, in place of the chosen child
        self._family = TileLoader(bridge, store, self, slot="breeding family")
        self._loader = TileLoader(bridge, store, self, slot="breeding")
        self.latents = LatentReader(bridge, self)
        self.panel = BreedingPanel(look, self._thumbnail)
        self.bar = BreedingBar(look)
        self.canvas = ChildrenCanvas(look, store, self._loader)
        self.canvas.setAccessibleName("Children")
        drawing = store.drawing
        self.closer = (
            CloserLook(bridge, store, drawing, self.canvas, self) if isinstance(drawing, IconDrawing) else None
        )
        self.tree = FamilyTree(look, self._thumbnail)
        self.empty = EmptyView(look, "tree")
        self.empty.say("Choose two to four parents", HOW, "Go to the sheet")
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        self._middle = QStackedWidget()
        self._middle.addWidget(self.empty)
        self._middle.addWidget(self.canvas)
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._middle, 1)
        self.strip = TreeStrip(self.tree)
        right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(top)
        right.addWidget(self.strip)
        right.setStretchFactor(0, 1)
        right.setSizes([480, 172])
        right.setChildrenCollapsible(False)
        right.setHandleWidth(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.panel)
        row.addWidget(right, 1)

    def _connect(self) -> None:
        panel, bar, canvas, tree = self.panel, self.bar, self.canvas, self.tree
        panel.amount_dragged.connect(self._on_amount)
        panel.drag_settled.connect(self.settled)
        panel.reroll_wished.connect(self.reroll)
        panel.stars_wished.connect(self.take_stars)
        panel.slots.removed.connect(self._on_removed)
        panel.slots.looked_at.connect(self._on_parent)
        panel.slots.own_wished.connect(self._on_own)
        bar.back_wished.connect(self.go_back)
        bar.forward_wished.connect(self.go_forward)
        bar.breed_wished.connect(self.breed)
        bar.clear_wished.connect(self._on_clear)
        canvas.opened.connect(self._on_opened)
        canvas.selection_changed.connect(self._on_selection)
        canvas.star_wished.connect(self._on_star)
        canvas.drag_wished.connect(self.drag_wished)
        canvas.retry_wished.connect(self.retry)
        tree.looked_at.connect(self._on_member)
        tree.opened.connect(self._on_member_opened)
        if self.closer is not None:
            self._loader.arrived.connect(self.closer.look)
            self.closer.changed.connect(self.pictures_changed)
        self.empty.acted.connect(self.sheet_wished)
        self.latents.failed.connect(self._on_failed)
        for loader in (self._family, self._loader):
            loader.arrived.connect(self._on_pictures)
            loader.failed.connect(self._on_failed)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_project(self, state: ProjectState, package: Package | None, by_hash: Mapping[str, Package]) -> None:
        self._project, self._package = state, package
        board, now = self.state, breeding.generation(self.state)
        if package is None:
            return
        family = [self._tile(member.design) for member in board.members]
        words = [design_words(member.design, package) for member in board.members]
        self._family.want(family)
        self.panel.show_generation(
            now, [family[n] for n in now.parents], [words[n] for n in now.parents], len(self._stars())
        )
        self.tree.show_tree(board, family, words)
        self.strip.setVisible(bool(family))
        self._show_children(board)
        self.bar.show_way(
            way_words(board),
            back=breeding.back(board) is not None,
            forward=breeding.forward(board) is not None,
            tree=bool(family),
        )
        self.canvas.show_marks(take_keys(state.takes), take_keys(state.rejects))

    def _show_children(self, board: BreedingState) -> None:
        designs = tuple(breeding.children(board))
        before = self.canvas.tiles
        assert self._package is not None
        shown = ChildTiles(designs, self._package, tuple(breeding.parents(board))) if designs else NoTiles()
        if shown != before:
            self.canvas.start_over()
        self.canvas.show_tiles(shown)
        self.canvas.fit()
        self._middle.setCurrentWidget(self.canvas if designs else self.empty)
        self.bar.show_chosen(len(self.canvas.selection))

    @property
    def state(self) -> BreedingState:
        """The board of the package in view; another package's is not seen, and lost when something is put down."""
        if self._project is None or self._package is None:
            return BreedingState()
        return breeding.for_package(self._project.breeding, self._package.name)

    def _thumbnail(self, tile: Tile, side: int, ratio: float) -> QImage | None:
        place = Fit(round(side * ratio), "smooth", ratio)
        self._store.render([tile.key], place, RENDER_BUDGET_S)
        return self._store.image(tile.key, place)

    def _tile(self, design: Design) -> Tile:
        assert self._package is not None
        return Tile(self._package.name, self._package.sha256, design, self._package)

    def _stars(self) -> list[Design]:
        """Those of the package, the newest first."""
        if self._project is None or self._package is None:
            return []
        takes = reversed(self._project.takes)
        return list(dict.fromkeys(take.design for take in takes if take.sha256 == self._package.sha256))

    # -- what is selected ------------------------------------------------------------------------------------------

    @property
    def first_focus(self) -> QWidget:
        return self.canvas if self.canvas.tiles.count else self.empty.button

    def focus_tile(self) -> Tile | None:
        if self._looked_at is not None and self._package is not None:
            return self._tile(self._looked_at)
        return self.canvas.focus_tile()

    def selected_tiles(self) -> list[Tile]:
        if self._looked_at is not None and self._package is not None:
            return [self._tile(self._looked_at)]
        return self.canvas.selected_tiles()

    # -- wishes ----------------------------------------------------------------------------------------------------

    @Slot()
    def breed(self) -> None:
        """The next generation, from the children that are chosen."""
        self.canvas.setFocus()  # the button rests now and would hand its focus to the next
        self._breed([tile.design for tile in self.canvas.selected_tiles()])

    @Slot()
    def reroll(self) -> None:
        self._wish(breeding.rerolled(self.state, _new_seed()), "Re-roll the children")

    @Slot()
    def take_stars(self) -> None:
        found = breeding.starred_parents(self._stars(), breeding.parents(self.state))
        self._breed(found, "More like my stars")

    @Slot()
    def go_back(self) -> None:
        self._go(breeding.back(self.state))

    @Slot()
    def go_forward(self) -> None:
        self._go(breeding.forward(self.state))

    @Slot()
    def retry(self) -> None:
        for loader in (self._loader, self._family):
            loader.retry()
        if self._project is not None:
            self.show_project(self._project, self._package, {})
        self.canvas.refresh()

    def _go(self, number: int | None) -> None:
        if number is not None:
            self._wish(breeding.at(self.state, number), "Another generation")

    def _breed(self, designs: Sequence[Design], label: str = "Breed") -> None:
        def then(vectors: Vectors) -> None:
            self._wish(breeding.bred(self.state, designs, _new_seed(), vectors), label)

        if designs and self._package is not None:
            self._looked_at = None
            self.latents.read(self._package, breeding.of_many_kin(designs), then)

    def _wish(self, board: BreedingState, label: str, coalesce: str = "") -> None:
        if self._project is None:
            return
        if board == self.state and label == "Breed":
            self.said.emit(refusal(board), "warn")
        self.changed.emit(replace(self._project, breeding=board), label, coalesce)

    # -- slots -----------------------------------------------------------------------------------------------------

    @Slot(float)
    def _on_amount(self, amount: float) -> None:
        self._wish(breeding.with_amount(self.state, amount), "Amount of change", "breeding amount")

    @Slot(int)
    def _on_removed(self, slot: int) -> None:
        self._look_at(None)
        self._wish(breeding.without_parent(self.state, slot), "Take a parent out")

    @Slot()
    def _on_clear(self) -> None:
        self._look_at(None)
        self._wish(BreedingState(self.state.package), "A new family tree")

    @Slot()
    def _on_own(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "An icon of your own", str(Path.home()), OWN_FILES)
        if name:
            self.file_dropped.emit(name)

    @Slot(int)
    def _on_opened(self, index: int) -> None:
        chosen = self.canvas.selected_tiles()
        tile = self.canvas.tile(index)
        self._breed([one.design for one in chosen] if tile in chosen else [tile.design])

    @Slot(int)
    def _on_star(self, index: int) -> None:
        self.star_wished.emit([self.canvas.tile(index)])

    @Slot()
    def _on_selection(self) -> None:
        self.bar.show_chosen(len(self.canvas.selection))
        self._look_at(None)

    @Slot(object)
    def _on_parent(self, tile: Tile) -> None:
        self._look_at(tile.design)

    @Slot(int)
    def _on_member(self, number: int) -> None:
        self._look_at(self.state.members[number].design)

    @Slot(int)
    def _on_member_opened(self, number: int) -> None:
        self._breed([self.state.members[number].design])

    def _look_at(self, design: Design | None) -> None:
        self._looked_at = design
        self.selection_changed.emit()

    @Slot()
    def _on_pictures(self) -> None:
        self.panel.slots.refresh()
        self.tree.update()
        self.pictures_changed.emit()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.canvas.update()
        self.said.emit(sentence, "error")

    # -- Qt --------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if alt and event.key() == Qt.Key.Key_Left:
            self.go_back()
        elif alt and event.key() == Qt.Key.Key_Right:
            self.go_forward()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Files from elsewhere; of what was dragged in the window, children that are let go over the parents."""
        if not incoming.brings_files(event):
            if self.panel.geometry().contains(event.position().toPoint()):
                event.acceptProposedAction()
                self.parents_wished.emit()
        elif found := incoming.dropped_files(event):
            self.file_dropped.emit(str(found[0]))


def way_words(board: BreedingState) -> str:
    """Which generation is looked at, in words."""
    now = breeding.generation(board)
    if not now.parents:
        return "No parents yet"
    level = max(breeding.levels(board)[number] for number in now.parents) + 1
    of = "one parent" if len(now.parents) == 1 else f"{len(now.parents)} parents"
    return f"Generation {level} · {of}"


def refusal(board: BreedingState) -> str:
    """Why nothing was added."""
    if len(board.members) >= breeding.MAX_MEMBERS:
        return f"The family tree holds {breeding.MAX_MEMBERS} designs. Export it and begin a new one."
    if len(breeding.generation(board).parents) >= breeding.MAX_PARENTS:
        return f"There is room for {breeding.MAX_PARENTS} parents. Take one out first."
    return "This design is a parent already."


def _new_seed() -> int:
    return random.randrange(MAX_SEED + 1)
