"""Every control has a name, a place in the tab order, and room for its text, in the window and in every dialog."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTextEdit,
    QWidget,
)

from desktop_app.engine.manifest import TextKind
from desktop_app.engine.requests import CheckedUp, CheckUp
from desktop_app.ui.blend.map_canvas import MapCanvas
from desktop_app.ui.blend.pad_canvas import PadCanvas
from desktop_app.ui.blend.timeline_canvas import TimelineCanvas
from desktop_app.ui.explain.evidence_canvas import EvidenceCanvas
from desktop_app.ui.models.arrival_dialog import ArrivalDialog
from desktop_app.ui.restore.restore_canvas import RestoreCanvas
from desktop_app.ui.sample.export_dialog import ExportDialog
from desktop_app.ui.sample.sheet_canvas import SheetCanvas
from desktop_app.ui.shell.settings_dialog import SettingsDialog
from desktop_app.ui.shell.shortcuts_dialog import ShortcutsDialog
from tests.fakes import FakeEngine, write_classifier, write_icons, write_writer
from tests.ui.conftest import Desktop, wait_for
from tests.ui.explaining import is_explained, open_pictures, send, write_drawing
from tests.ui.restoring import open_picture, write_models, write_picture

CONTROLS = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit)
CANVASES = (EvidenceCanvas, RestoreCanvas, SheetCanvas, PadCanvas, MapCanvas, TimelineCanvas)
CLOTHES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
INNER = ("qt_spinbox_lineedit", "qt_scrollarea_vcontainer", "qt_scrollarea_hcontainer")


def controls(root: QWidget) -> Iterator[QWidget]:
    for widget in root.findChildren(QWidget):
        if isinstance(widget, (*CONTROLS, *CANVASES)) and widget.isVisible() and not _is_inner(widget):
            yield widget


def _is_inner(widget: QWidget) -> bool:
    """Parts that Qt itself makes. What a button inside a field does, the keys of the field do too."""
    parent = widget.parentWidget()
    if isinstance(parent, QLineEdit):
        return True
    names = (widget.objectName(), parent.objectName() if parent else "")
    return isinstance(widget, QScrollBar) or any(name in INNER or name.startswith("qt_") for name in names)


STATES = ("sheet", "variations", "takes", "large", "empty", "blend-empty", "blend", "map", "no-blend")
ICONS = ("icons", "icons-words", "icons-large")
RESTORE = ("restore-empty", "restore", "restore-fill", "no-restore")
EXPLAIN = ("explain-empty", "explain", "explain-both", "no-explain")
WRITE = ("write-empty", "write-page", "write-others", "write-desk", "write-ask", "no-write")
DIALOGS = ("settings", "shortcuts", "export", "batch", "part", "card", "versions")


@pytest.fixture(params=[*STATES, *ICONS, *RESTORE, *EXPLAIN, *WRITE, *DIALOGS])
def view(request: pytest.FixtureRequest, make_desktop: Callable[..., Desktop], tmp_path: Path) -> QWidget:
    """The window or a dialog in one of its states."""
    bare = request.param in ("empty", "no-blend")
    if request.param in RESTORE[:-1] or request.param == "batch":
        write_models(tmp_path / "desktop" / "models")
    if request.param in EXPLAIN[:-1] or request.param == "part":
        write_classifier(tmp_path / "desktop" / "models", classes=CLOTHES)
    if request.param in WRITE[:-1]:
        kinds = (TextKind("poem", "Poem", 3),)
        write_writer(tmp_path / "desktop" / "models", chat=True, kinds=kinds)
    if request.param in ICONS:
        write_icons(tmp_path / "desktop" / "models", "icons")
    desktop = make_desktop(packages=0 if bare else 2)
    window = desktop.window
    if not bare:
        wait_for(desktop.has_pictures)
    dialogs: dict[str, Callable[[], QDialog]] = {
        "settings": lambda: SettingsDialog(desktop.desk.settings, window),
        "shortcuts": lambda: ShortcutsDialog(window),
        "batch": lambda: window.restore.batches.dialog,
        "export": lambda: ExportDialog(3, tmp_path, with_recipe=True, parent=window),
        "part": lambda: crop_dialog(desktop, tmp_path),
        "card": lambda: checked_card(desktop),
        "versions": lambda: two_versions(desktop),
    }
    if request.param in dialogs:
        dialog = dialogs[request.param]()
        dialog.show()
        return dialog
    if request.param in ("variations", "takes"):
        desktop.do("star")
        desktop.do("vary" if request.param == "variations" else "takes")
    if request.param in ICONS:
        show_icons(desktop, request.param)
    if request.param in ("large", "icons-large"):
        desktop.room.open_large()
    if request.param in EXPLAIN:
        show_explain(desktop, request.param)
    if request.param in RESTORE:
        show_restore(desktop, request.param, tmp_path)
    if request.param in WRITE:
        show_write(desktop, request.param)
    if "blend" in request.param or request.param == "map":
        show_blend(desktop, request.param)
    wait_for(lambda: window.isVisible())
    QCoreApplication.processEvents()  # texts that have just changed find their place
    return window


def show_icons(desktop: Desktop, name: str) -> None:
    """A sheet of icons; with words, one of them unknown."""
    desktop.desk.choose_package("icons")
    wait_for(desktop.has_pictures)
    if name == "icons-words":
        desktop.room.controls.prompt.words.write("hearts cup")


def show_restore(desktop: Desktop, name: str, folder: Path) -> None:
    """The workspace with a picture in it, or as it is found."""
    desktop.do("go-restore")
    if name in ("restore", "restore-fill"):
        open_picture(desktop, write_picture(folder / "photo.png"))
        desktop.window.restore.panel.honest.show_test(
            (("", "PSNR", "SSIM"), ("Cleaned to 90 %", "28.31 dB", "0.812")), "With noise added it is so."
        )
    if name == "restore-fill":
        desktop.do("fill")
        wait_for(lambda: desktop.window.restore.session.is_whole)


def show_explain(desktop: Desktop, name: str) -> None:
    """The workspace with a row of designs, or as it is found."""
    desktop.do("go-explain")
    if name in ("explain", "explain-both"):
        send(desktop, 4, 9)
    if name == "explain-both":
        desktop.do("map-both")
        wait_for(lambda: is_explained(desktop))


def show_write(desktop: Desktop, name: str) -> None:
    """The workspace as it is found, with a text of the model, with what else might stand there; its other desks."""
    desktop.do("go-write")
    room = desktop.window.write
    if name in ("write-page", "write-others"):
        room.page.put("A lamp", "Typing")
        desktop.do("confidence")
    if name in ("write-desk", "write-ask"):
        desktop.do(f"mode-{name.removeprefix('write-')}")
    if name == "write-desk":
        desk = msgspec.structs.replace(desktop.desk.state.write.desk, brief="A lamp")
        room.changed.emit(msgspec.structs.replace(desktop.desk.state.write, desk=desk), "Brief", "")
    if name not in ("write-empty", "no-write", "write-ask"):
        desktop.do("write-on")
        wait_for(lambda: not room.view.is_busy)
    if name == "write-others":
        desktop.do("alternatives")


def crop_dialog(desktop: Desktop, folder: Path) -> QDialog:
    desktop.do("go-explain")
    open_pictures(desktop, write_drawing(folder / "drawing.png"))
    desktop.do("other-part")
    dialog: QDialog = desktop.window.explain.crop_dialog
    return dialog


def checked_card(desktop: Desktop) -> QDialog:
    """The card of a model, with what a check-up found."""
    desktop.window.cards.show("fake-digits")
    dialog: QDialog = desktop.window.cards.dialog
    dialog._check.click()  # type: ignore[attr-defined]
    wait_for(lambda: dialog.page.known.found is not None)  # type: ignore[attr-defined]
    return dialog


def two_versions(desktop: Desktop) -> QDialog:
    """What is asked about a second version of a model."""
    there, package = desktop.desk.packages[:2]
    found = next(u for u in FakeEngine().run(CheckUp(package.ref)) if isinstance(u, CheckedUp))
    look, window = desktop.studio.look, desktop.window
    return ArrivalDialog(look, package, found, there, found, can_replace=True, parent=window)


def show_blend(desktop: Desktop, name: str) -> None:
    """The workspace with everything on it, or as it is found."""
    desktop.do("go-blend")
    if name in ("blend", "map"):
        desktop.do("fill-pad")
        desktop.do("add-key")
        desktop.window.blend.pad.pin_moved.emit(0.2, 0.3)
        desktop.do("add-key")
        for row in list(desktop.window.blend.sliders.rows)[:1]:
            desktop.window.blend.sliders.pushed.emit(row, 1.5)
        wait_for(lambda: desktop.window.blend.pictures.is_settled)
    if name == "map":
        desktop.do("canvas")


def test_everything_in_view_can_be_named_reached_and_read(view: QWidget) -> None:
    """One window for the four questions: opening it is what takes time."""
    assert nameless(view) == []
    assert unexplained(view) == []
    assert out_of_reach(view) == []
    assert still_cut(view) == []


def still_cut(view: QWidget) -> list[str]:
    """Texts that are cut once the layout has caught up with what the engine has just told."""
    for _ in range(50):
        if not cut_texts(view):
            return []
        QCoreApplication.processEvents()
        time.sleep(0.01)
    return cut_texts(view)


def nameless(view: QWidget) -> list[QWidget]:
    """Only a button is named by its text; the text of a field is its value."""
    return [w for w in controls(view) if not (w.accessibleName() or (isinstance(w, QAbstractButton) and w.text()))]


def unexplained(view: QWidget) -> list[QWidget]:
    """Icons alone, without a tooltip."""
    buttons = [w for w in controls(view) if isinstance(w, QAbstractButton) and not w.icon().isNull()]
    return [button for button in buttons if not button.text() and not button.toolTip()]


def out_of_reach(view: QWidget) -> list[QWidget]:
    """Controls that Tab never comes to. Of one switch it comes to the chosen button; arrow keys go on from there."""
    chain = {view}
    widget = view.nextInFocusChain()
    while widget is not view:
        chain.add(widget)
        widget = widget.nextInFocusChain()
    enabled = [control for control in controls(view) if control.isEnabled()]
    found = [w for w in enabled if w not in chain or not w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    return [w for w in found if not any(other not in found for other in _switch(w))]


def _switch(widget: QWidget) -> list[QAbstractButton]:
    """The buttons of which one is chosen, where the widget is one of them."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group.buttons() if group is not None and group.exclusive() else []


def cut_texts(view: QWidget) -> list[str]:
    """Texts that are wider or higher than the room they have."""
    from desktop_app.ui.controls.labels import ElidedLabel

    found = []
    for widget in view.findChildren(QWidget):
        if not widget.isVisible() or isinstance(widget, ElidedLabel):
            continue
        if isinstance(widget, QLabel) and widget.text():
            room = widget.contentsRect()
            flags = Qt.TextFlag.TextWordWrap if widget.wordWrap() else Qt.TextFlag.TextSingleLine
            needed = widget.fontMetrics().boundingRect(room, flags, widget.text())
            if needed.width() > room.width() + 1 or needed.height() > room.height() + 1:
                found.append(f"{widget.text()!r}: {needed.size()} in {room.size()}")
        elif isinstance(widget, QAbstractButton) and widget.text() and not _is_inner(widget):
            width = widget.fontMetrics().horizontalAdvance(widget.text().replace("&", ""))
            padding = 20 if widget.icon().isNull() and not isinstance(widget, QCheckBox) else 0
            if width + padding > widget.width() or widget.fontMetrics().height() > widget.height():
                found.append(f"{widget.text()!r}: {width} in {widget.size()}")
    return found


_SCALES = ("1.5", "2")


@pytest.mark.skipif("MAQUETTE_TEST_SCALE" in os.environ, reason="this is the scaled run")
@pytest.mark.parametrize("scale", _SCALES)
def test_no_text_is_cut_at_larger_scales(scale: str) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-k",
        "test_everything and (variations or settings or blend or fill or batch or both or part or card)",
        __file__,
    ]
    run = subprocess.run(
        command, env={**os.environ, "MAQUETTE_TEST_SCALE": scale}, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stdout[-3000:]
    assert "10 passed" in run.stdout


def test_the_whole_job_by_keyboard_alone(make_desktop: Callable[..., Desktop]) -> None:
    """From the first card: Tab to the sheet, choose a class, pick, star, vary, open large, export asks."""
    from PySide6.QtTest import QTest

    desktop = make_desktop(FakeEngine())
    wait_for(desktop.has_pictures)
    window = desktop.window
    window.library.import_button.setFocus()
    for _ in range(200):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        if window.focusWidget() is desktop.canvas:
            break
    assert window.focusWidget() is desktop.canvas
    for key in (Qt.Key.Key_5, Qt.Key.Key_Right, Qt.Key.Key_S, Qt.Key.Key_V):
        QTest.keyClick(desktop.canvas, key)
    assert [take.design.label for take in desktop.desk.state.takes] == [5]
    assert desktop.desk.sheet.base is not None
    QTest.keyClick(desktop.canvas, Qt.Key.Key_Return)
    assert desktop.room.large.isVisible()
    QTest.keyClick(desktop.room.large, Qt.Key.Key_Escape)
    QTest.keyClick(desktop.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desktop.desk.sheet.base is None
