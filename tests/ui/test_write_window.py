"""Write in the window: its place, its keys and models, steps across the workspaces, titles, files."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel

from desktop_app.engine.manifest import TextKind
from desktop_app.engine.packages import open_package
from desktop_app.engine.requests import Complete
from desktop_app.ui.shell.workspaces import ORDER
from desktop_app.ui.shell.write_commands import file_name
from tests.fakes import WORDS, token_of, write_writer
from tests.ui.conftest import Desktop, wait_for

POEM = (TextKind("poem", "Poem", 3),)


@pytest.fixture
def desktop(make_desktop: Callable[..., Desktop], tmp_path: Path) -> Desktop:
    """A window in Write, with a writer that knows poems and one that answers."""
    models = tmp_path / "desktop" / "models"
    write_writer(models, "fake-poet", title="Fake poet", kinds=POEM)
    write_writer(models, "fake-chat", title="Fake chat", chat=True)
    made = make_desktop()
    made.window.rooms.go_to("write")
    settle()
    return made


def settle() -> None:
    for _ in range(3):
        QCoreApplication.processEvents()


def write_on(desktop: Desktop, text: str = "A lamp") -> None:
    """As far as the options let it, the text before it typed first."""
    desktop.window.write.page.put(text, "Typing")
    desktop.do("write-on")
    wait_for(lambda: desktop.desk.state.write.page.last is not None and not desktop.window.write.page.is_busy)


def asked(desktop: Desktop) -> list[Complete]:
    return [request for request in desktop.engine.served if isinstance(request, Complete)]


def labels(desktop: Desktop) -> list[str]:
    return [one.text() for one in desktop.window.library.findChildren(QLabel) if one.isVisible()]


def test_write_stands_between_restore_and_explain(desktop: Desktop) -> None:
    assert ORDER == ("sample", "blend", "restore", "write", "explain")
    window = desktop.window
    assert [a.text() for a in window.menuBar().actions()].index("Write") == 5
    for key, name in ((Qt.Key.Key_5, "explain"), (Qt.Key.Key_4, "write"), (Qt.Key.Key_3, "restore")):
        QTest.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
        assert window.rooms.name == name


def test_a_writer_that_changed_on_disk_is_chosen_again(desktop: Desktop) -> None:
    before = desktop.window.models.package
    assert before is not None
    manifest = before.folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"1.0.0", b"1.0.1"))
    desktop.window.library.chosen.emit(before.name)
    write_on(desktop)
    assert asked(desktop)[-1].package.sha256 == open_package(before.folder).sha256 != before.sha256


def test_the_library_lists_those_that_write(desktop: Desktop) -> None:
    cards = desktop.window.library._cards.buttons()
    assert [card.text() for card in cards] == ["Fake chat", "Fake poet"]  # what can be asked stands first
    assert desktop.window.models.name == "fake-chat"
    assert desktop.window.write.panel.isVisibleTo(desktop.window)
    assert not desktop.window.inspector.isVisible()


def test_another_model_is_a_step_and_keeps_the_text(desktop: Desktop) -> None:
    write_on(desktop)
    before = desktop.desk.state.write.page.text
    desktop.window.library.chosen.emit("fake-poet")
    assert desktop.window.models.package.name == "fake-poet"
    assert desktop.desk.state.write.page.text == before
    desktop.window.write.panel.kind_wished.emit("poem")
    assert desktop.desk.state.write.kind == "poem"
    desktop.window.library.chosen.emit("fake-chat")
    assert desktop.desk.state.write.kind == ""  # which this one does not know
    for _ in range(3):
        desktop.do("undo")
    assert desktop.window.models.name == "fake-chat"
    assert desktop.desk.state.write.page.text == before


def test_a_model_that_writes_is_gone_to_from_anywhere(desktop: Desktop) -> None:
    desktop.window.rooms.go_to("sample")
    desktop.window.models.choose("fake-poet")
    assert (desktop.window.rooms.name, desktop.window.models.name) == ("write", "fake-poet")


def test_ctrl_return_writes_on_and_the_step_is_undone_from_another_room(desktop: Desktop) -> None:
    window = desktop.window
    window.write.page.put("A lamp", "Typing")
    QTest.keyClick(window.write.page.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    wait_for(lambda: desktop.desk.state.write.page.last is not None and not window.write.page.is_busy)
    assert desktop.desk.state.write.page.text.startswith("A lamp " + WORDS[token_of(0, 0, 0)])
    window.rooms.go_to("sample")
    desktop.do("undo")
    assert desktop.desk.state.write.page.text == "A lamp"
    assert "in Write" in window.room.banner.sentence
    window.room.banner._on_act()
    settle()
    assert window.rooms.name == "write"
    assert window.write.page.editor.text == "A lamp"


def test_letters_typed_on_the_page_are_no_commands(desktop: Desktop) -> None:
    editor = desktop.window.write.page.editor
    editor.setFocus()
    QTest.keyClicks(editor, "serbn? 19")
    assert editor.text == "serbn? 19"
    assert desktop.window.rooms.name == "write"
    assert desktop.desk.state.takes == ()


def test_the_three_desks_have_keys_and_open_with_the_focus_in_them(desktop: Desktop) -> None:
    room = desktop.window.write
    for key, mode in ((Qt.Key.Key_2, "desk"), (Qt.Key.Key_3, "ask"), (Qt.Key.Key_1, "page")):
        QTest.keyClick(desktop.window, key, Qt.KeyboardModifier.AltModifier)
        assert desktop.desk.state.write.mode == mode
        assert room.view.first_focus.hasFocus()
    desktop.do("undo")
    assert desktop.desk.project.undo_label == ""  # one step, however often one goes about
    desktop.do("mode-desk")
    desktop.do("alternatives")  # which the page alone has
    assert not room.page.marks.popup.isVisible()


@pytest.mark.parametrize(
    "name", ["star", "vary", "export", "copy", "save", "open-recipe", "reroll", "clean", "map-both", "paste"]
)
def test_commands_of_pictures_are_not_to_be_had(desktop: Desktop, name: str) -> None:
    assert not desktop.window.actions_by_id[name].isEnabled()
    desktop.window.rooms.go_to("sample")
    assert not desktop.window.actions_by_id["write-on"].isEnabled()


def test_a_line_becomes_the_title_of_a_design(desktop: Desktop) -> None:
    window = desktop.window
    window.rooms.go_to("sample")
    desktop.do("star")
    (take,) = desktop.desk.state.takes
    window.rooms.go_to("write")
    window.write.title_wished.emit("Quiet light", take)
    assert desktop.desk.state.takes[0].title == "Quiet light"
    assert "“Quiet light” is now the title" in window.write.banner.sentence
    window.rooms.go_to("sample")
    assert window.inspector._title.text() == "Quiet light"
    desktop.do("undo")
    assert desktop.desk.state.takes == (take,)
    assert window.inspector._title.text() == "Tile 0"


def test_a_design_that_is_no_longer_starred_gets_no_title(desktop: Desktop) -> None:
    desktop.window.rooms.go_to("sample")
    desktop.do("star")
    (take,) = desktop.desk.state.takes
    desktop.do("undo")
    desktop.window.rooms.go_to("write")
    desktop.window.write.title_wished.emit("Quiet light", take)
    assert desktop.desk.state.takes == ()
    assert "no longer starred" in desktop.window.write.banner.sentence


# -- files, models to be had -------------------------------------------------------------------------------------------


def test_a_text_is_saved_and_opened(desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "text.txt"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    desktop.window.write.page.put("Une lampe 灯 🙂", "Typing")
    desktop.do("save-text")
    assert path.read_bytes() == "Une lampe 灯 🙂".encode()
    desktop.window.write.page.put("", "Typing")
    desktop.do("open-text")
    assert desktop.desk.state.write.page.text == "Une lampe 灯 🙂"


def test_an_empty_page_is_not_saved(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: pytest.fail("it asked for a name"))
    desktop.do("save-text")
    assert desktop.window.write.banner.sentence == "There is no text on the page to save."


def test_a_text_that_cannot_be_saved_is_said(desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "file" / "a.txt"), ""))
    desktop.window.write.page.put("A lamp", "Typing")
    desktop.do("save-text")
    assert "cannot be written" in desktop.window.write.banner.sentence


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A quiet lamp, of oak and glass and more.", "A quiet lamp of oak and"),
        ("../..\n", "Text"),
        ("灯 a/b", "灯 a b"),
    ],
)
def test_a_text_is_called_after_its_first_words(text: str, name: str) -> None:
    assert file_name(text) == name


def test_where_nothing_answers_a_larger_model_is_offered_quietly(
    make_desktop: Callable[..., Desktop], tmp_path: Path
) -> None:
    write_writer(tmp_path / "desktop" / "models", "writer-small", title="Writer")
    desktop = make_desktop()
    assert "python -m export smollm2" not in labels(desktop)
    desktop.window.rooms.go_to("write")
    settle()
    assert "python -m export smollm2" in labels(desktop)
    assert any("SmolLM2 is larger and answers questions" in text for text in labels(desktop))
    write_writer(tmp_path / "desktop" / "models", "smollm2", title="SmolLM2", chat=True)
    desktop.desk.read_library()
    settle()
    assert "python -m export smollm2" not in labels(desktop)


def test_the_command_that_brings_it_is_copied(make_desktop: Callable[..., Desktop], tmp_path: Path) -> None:
    write_writer(tmp_path / "desktop" / "models", "writer-small", title="Writer")
    desktop = make_desktop()
    desktop.window.rooms.go_to("write")

    buttons = desktop.window.library.findChildren(QAbstractButton)
    (button,) = [one for one in buttons if one.accessibleName() == "Copy the command"]
    button.click()
    assert QGuiApplication.clipboard().text() == "python -m export smollm2"
    assert desktop.window.write.banner.sentence == "The command is on the clipboard."


def test_a_narrow_window_has_room_for_the_page(desktop: Desktop) -> None:
    window = desktop.window
    window.resize(800, 700)
    settle()
    assert not window.write.panel.isVisible()
    desktop.do("inspector")
    assert window.write.panel.isVisible()
