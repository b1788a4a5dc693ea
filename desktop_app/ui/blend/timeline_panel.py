"""The timeline along the bottom of the Blend room: controls, the strip, playback, an even pace, films.

It never changes the project: it tells which walk is wished for, and shows the one it is given.
"""

from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.engine.errors import Cancelled, RequestError, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Device
from desktop_app.studio.blend import BlendState
from desktop_app.studio.pacing import Paced
from desktop_app.studio.walk import MAX_FPS, Walk, check, default_frames, ways
from desktop_app.ui.blend import timeline_steps as steps
from desktop_app.ui.blend.film_exporter import FilmExporter
from desktop_app.ui.blend.film_progress import FilmProgress
from desktop_app.ui.blend.timeline_canvas import TimelineCanvas
from desktop_app.ui.blend.timeline_controls import TimelineControls
from desktop_app.ui.blend.timeline_frames import Frames
from desktop_app.ui.blend.timeline_pace import PaceFinder
from desktop_app.ui.blend.timeline_player import Player
from desktop_app.ui.bridge import QueueBridge
from desktop_app.ui.look.theme import Look
from desktop_app.ui.picture.resample import Scaling
from desktop_app.ui.picture.tile_loader import TileLoader
from desktop_app.ui.picture.tile_store import TileStore

PACE_AFTER_MS = 250  # of rest, before an even pace is measured
AHEAD_S = 2.5  # of film that is fetched ahead of the playhead while it plays
MIN_AHEAD, MAX_AHEAD = 16, 400  # frames


class TimelinePanel(QWidget):
    walk_changed = Signal(object, str, str)  # Walk, words for the Edit menu, what to coalesce
    settled = Signal()  # the hand has let go
    scrubbed = Signal(object)  # Design to show large; None ends it
    add_wished = Signal()  # the current design as a key
    key_opened = Signal(object)  # Design
    said = Signal(str, str)  # sentence, tone

    def __init__(self, look: Look, bridge: QueueBridge, store: TileStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Timeline")
        self._look, self._store = look, store
        self._state = BlendState()
        self._package: Package | None = None
        self._paced: tuple[Walk, Paced] | None = None  # the last walk whose even pace is known
        self._notice = ""  # why no pace was found
        self._is_previewing = False  # a frame of the walk is seen large
        self.loader = TileLoader(bridge, store, self, slot="timeline")
        self.canvas = TimelineCanvas(look, store)
        self.controls = TimelineControls(look)
        self.player = Player(self._has_frame, self)
        self.pace = PaceFinder(bridge, store, "pace", self)
        self.exporter = FilmExporter(bridge, store, self)
        self.progress = FilmProgress()
        self._pace_timer = QTimer(self)
        self._pace_timer.setSingleShot(True)
        self._pace_timer.setInterval(PACE_AFTER_MS)
        self._pace_timer.timeout.connect(self._find_pace)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 1, 0, 0)
        column.setSpacing(0)
        for widget in (self.controls, self.progress, self.canvas):
            column.addWidget(widget)
        self._connect()
        self.controls.show_selected(None)
        self._show_controls()

    def _connect(self) -> None:
        canvas, controls, player = self.canvas, self.controls, self.player
        canvas.view_changed.connect(self._ask)
        canvas.selection_changed.connect(self._on_selection)
        canvas.frame_wished.connect(self._on_scrub)
        canvas.walk_wished.connect(self.walk_changed)
        canvas.settled.connect(self.settled)
        canvas.play_wished.connect(self.toggle_play)
        canvas.add_wished.connect(self.add_wished)
        canvas.key_opened.connect(self._on_key_opened)
        canvas.left.connect(self.end_preview)
        canvas.retry_wished.connect(self.retry)
        controls.fold_wished.connect(self.fold)
        controls.play_wished.connect(self.toggle_play)
        controls.add_wished.connect(self.add_wished)
        controls.duplicate_wished.connect(canvas.duplicate_key)
        controls.remove_wished.connect(canvas.remove_key)
        controls.loop_wished.connect(self._on_loop)
        controls.spline_wished.connect(self._on_spline)
        controls.even_wished.connect(self._on_even)
        controls.duration_typed.connect(self._on_duration)
        controls.rate_chosen.connect(self._on_rate)
        controls.export_wished.connect(self.export_film)
        player.frame_due.connect(self._on_frame_due)
        player.frame_missed.connect(self._ask_from)
        player.stopped.connect(self._on_stopped)
        player.rate_changed.connect(self._say_status)
        self.loader.arrived.connect(canvas.refresh)
        self.pace.progressed.connect(self._on_pace_progress)
        self.pace.found.connect(self._on_pace)
        self.pace.failed.connect(self._on_pace_failed)
        self.exporter.said.connect(self.said)
        self.exporter.progressed.connect(self.progress.show_progress)
        self.exporter.ended.connect(self.progress.hide)
        self.progress.cancel_wished.connect(self.exporter.cancel)

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def walk(self) -> Walk:
        return self._state.walk

    def show_walk(self, state: BlendState, package: Package | None) -> None:
        """package: that of the walk's designs, None where it is not here."""
        if state.walk == self.walk and package == self._package:
            self._state = state
            return
        other = package != self._package
        if other:
            self.player.pause()
            self.end_preview()
        self._state, self._package = state, package
        self._notice = ""
        self._show_frames()
        self._show_controls()
        self._plan_pace()

    def show_device(self, device: Device | None) -> None:
        """Named in the recipes of films."""
        self.exporter.device = device

    def set_scaling(self, scaling: Scaling) -> None:
        self.canvas.set_scaling(scaling)

    def _show_frames(self) -> None:
        self.canvas.show_frames(Frames(self.walk, self._package, self._moments()))
        walk, count = self.walk, len(self.canvas.frames)
        self.player.change(count, walk.fps, loop=walk.loop)
        self._ask()
        if self._is_previewing:
            self._preview(self.canvas.frame)

    def _moments(self) -> tuple[float, ...] | None:
        """Those of an even pace, where it is wished for and known."""
        if not self.walk.even or self._paced is None:
            return None
        walk, paced = self._paced
        return paced.times if walk == self.walk else None

    def _show_controls(self) -> None:
        self.controls.show_walk(self.walk, usable=self._package is not None, sentence=why_no_film(self.walk))
        self._say_status()

    @Slot()
    def _say_status(self) -> None:
        walk = self.walk
        if self.player.rate is not None:
            words = f"{self.player.rate:.0f} of {walk.fps:g} frames a second: some are left out"
            self.controls.say(words, warn=True)
        elif walk.even and ways(walk) and (self._notice or self._moments() is not None):
            paced = self._paced[1] if self._paced and not self._notice else None
            sentence = self._notice or (paced.sentence if paced else "")
            figure = f"Largest step {paced.unevenness:.2f} × mean" if paced else ""
            self.controls.say(sentence or figure, warn=bool(sentence))
        elif walk.even and self.pace.is_busy:
            return
        else:
            self.controls.say("")

    @Slot(bool)
    def fold(self, folded: bool) -> None:
        """Only the bar of controls stays."""
        self.canvas.setVisible(not folded)
        self.controls.show_folded(folded)

    @Slot()
    def toggle_fold(self) -> None:
        self.fold(not self.canvas.isHidden())

    # -- pictures --------------------------------------------------------------------------------------------------

    def _has_frame(self, number: int) -> bool:
        frames = self.canvas.frames
        if number >= len(frames):
            return False
        key = frames.tile(number).key
        return self._store.has(key)

    @Slot()
    def _ask(self) -> None:
        self._ask_from(self.player.frame)

    @Slot(int)
    def _ask_from(self, number: int) -> None:
        """What comes next while it plays, then what is in view."""
        canvas = self.canvas
        wanted = [] if canvas.isHidden() else canvas.tiles()
        if self.player.is_playing:
            frames = canvas.frames
            count = len(frames)
            ahead = min(count, max(MIN_AHEAD, min(MAX_AHEAD, round(AHEAD_S * self.walk.fps))))
            wanted = [frames.tile((number + step) % count) for step in range(ahead)] + wanted
        self.loader.want(wanted)

    @Slot()
    def retry(self) -> None:
        self.loader.retry()
        self._ask()

    # -- playing ---------------------------------------------------------------------------------------------------

    @Slot()
    def toggle_play(self) -> None:
        if self.player.is_playing:
            self.player.pause()
            return
        frames = self.canvas.frames
        if self._package is None or len(frames) < 2:
            return
        looped = self.walk.loop and not self._look.reduced_motion  # once through is enough for still eyes
        self.player.play(len(frames), self.walk.fps, self.canvas.frame, loop=looped)
        self.controls.show_playing(self.player.is_playing)
        self._ask()

    @Slot()
    def stop(self) -> None:
        self.player.pause()

    @Slot()
    def end_preview(self) -> None:
        """Nothing of the walk is to be seen large any more."""
        self.player.pause()
        self._is_previewing = False
        self.scrubbed.emit(None)

    def _preview(self, number: int) -> None:
        """Let a frame be seen large; nothing where there is none any more."""
        frames = self.canvas.frames
        self._is_previewing = number < len(frames)
        self.scrubbed.emit(frames.design(number) if self._is_previewing else None)

    @Slot(int)
    def _on_frame_due(self, number: int) -> None:
        frames = self.canvas.frames
        if number < len(frames):
            self.canvas.show_frame(number)
            self._preview(number)
            if number % 8 == 0:
                self._ask()

    @Slot()
    def _on_stopped(self) -> None:
        self.controls.show_playing(False)
        self._say_status()
        self._ask()

    @Slot(int)
    def _on_scrub(self, number: int) -> None:
        self.player.pause()
        self.canvas.show_frame(number)
        self._ask()
        self._preview(number)

    def hideEvent(self, event: QHideEvent) -> None:
        self.player.pause()
        super().hideEvent(event)

    # -- an even pace ----------------------------------------------------------------------------------------------

    def _plan_pace(self) -> None:
        """Measure once the hand rests, unless it is known."""
        self.pace.cancel()
        self._pace_timer.stop()
        if self.walk.even and ways(self.walk) and self._package is not None and self._moments() is None:
            self._pace_timer.start()

    @Slot()
    def _find_pace(self) -> None:
        if self._package is None:
            return
        try:
            self.pace.start(self._package, self.walk, default_frames(self.walk))
            self.controls.say("Measuring the pace…")
        except RequestError as error:
            self._on_pace_failed(error)

    @Slot(float)
    def _on_pace_progress(self, share: float) -> None:
        self.controls.say(f"Measuring the pace… {100 * share:.0f} %")

    @Slot(object)
    def _on_pace(self, paced: Paced) -> None:
        self._paced = self.walk, paced
        self._show_frames()
        self._say_status()

    @Slot(object)
    def _on_pace_failed(self, error: StudioError) -> None:
        stopped = isinstance(error, Cancelled)
        self._notice = "The pace was not measured: it was stopped." if stopped else error.message
        self._say_status()

    # -- wishes ----------------------------------------------------------------------------------------------------

    def _wish(self, label: str, **changes: Any) -> None:
        walk = replace(self.walk, **changes)
        if walk != self.walk:
            self.walk_changed.emit(walk, label, "")

    @Slot(bool)
    def _on_loop(self, on: bool) -> None:
        self._wish("Loop" if on else "No loop", loop=on)

    @Slot(bool)
    def _on_spline(self, on: bool) -> None:
        self._wish("Smooth path" if on else "Straight path", curve="spline" if on else "straight")

    @Slot(bool)
    def _on_even(self, on: bool) -> None:
        self._wish("Even pace" if on else "Own pace", even=on)

    @Slot(float)
    def _on_duration(self, seconds: float) -> None:
        walk = steps.with_duration(self.walk, seconds)
        if walk != self.walk:
            self.walk_changed.emit(walk, "Change the duration", "")

    @Slot(float)
    def _on_rate(self, fps: float) -> None:
        if 0.0 < fps <= MAX_FPS:
            self._wish("Change the frame rate", fps=fps)

    @Slot(int)
    def _on_key_opened(self, number: int) -> None:
        if number < len(self.walk.keys):
            self.player.pause()
            self._is_previewing = False  # the room goes to the design itself
            self.key_opened.emit(self.walk.keys[number].design)

    @Slot()
    def _on_selection(self) -> None:
        self.controls.show_selected(self.canvas.selected)

    # -- films -----------------------------------------------------------------------------------------------------

    @Slot()
    def export_film(self) -> None:
        """Ask where to and as what, and begin."""
        sentence = why_no_film(self.walk)
        if self._package is None:
            sentence = "The model of this walk is not here. Import it first."
        if sentence:
            self.said.emit(sentence, "warn")
        elif self.exporter.is_busy:
            self.said.emit("A film is being made already. Wait for it, or cancel it.", "warn")
        elif self._package is not None:
            self.player.pause()
            paced = self._paced[1] if self._moments() is not None and self._paced else None
            self.exporter.ask(self.walk, self._package, paced, self.window())

    def close_panel(self) -> None:
        """The window closes: nothing goes on, no half film stays."""
        self._pace_timer.stop()
        self.player.pause()
        self.pace.close()
        self.exporter.close()


def why_no_film(walk: Walk) -> str:
    """The sentence on a walk that makes no film; empty where it makes one."""
    try:
        check(walk, default_frames(walk) if ways(walk) else None)
    except RequestError as error:
        return error.message
    return ""
