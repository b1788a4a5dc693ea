"""Every command of the window in one table: menu, keys, icon. The list of shortcuts is the same table."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar, QWidget


@dataclass(frozen=True)
class Command:
    id: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    rule_before: bool = False


@dataclass(frozen=True)
class Hint:
    """Keys and gestures of the sheet itself, for the list of shortcuts."""

    group: str
    text: str
    keys: str


COMMANDS: tuple[Command, ...] = (
    Command("import", "File", "Import a model…", ("Ctrl+I",)),
    Command("open-recipe", "File", "Open a picture’s recipe…", ("Ctrl+O",)),
    Command("export", "File", "Export…", ("Ctrl+E",), rule_before=True),
    Command("settings", "File", "Settings…", ("Ctrl+,",), rule_before=True),
    Command("quit", "File", "Quit", ("Ctrl+Q",), rule_before=True),
    Command("undo", "Edit", "Undo", ("Ctrl+Z",)),
    Command("redo", "Edit", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y")),
    Command("copy", "Edit", "Copy the picture", ("Ctrl+C",), rule_before=True),
    Command("copy-recipe", "Edit", "Copy the recipe", ("Ctrl+Shift+C",)),
    Command("select-all", "Edit", "Select all in view", ("Ctrl+A",), rule_before=True),
    Command("star", "Design", "Star", ("S",)),
    Command("vary", "Design", "Variations", ("V",)),
    Command("back", "Design", "Back from variations", ("Backspace",)),
    Command("reroll", "Design", "Re-roll", ("R",), rule_before=True),
    Command("open-large", "View", "Open large", ("L",)),
    Command("takes", "View", "Show takes", ("T",)),
    Command("crisp", "View", "Crisp pixels", ("X",)),
    Command("larger", "View", "Larger tiles", ("Ctrl++", "Ctrl+=", "+")),
    Command("smaller", "View", "Smaller tiles", ("Ctrl+-", "-")),
    Command("library", "View", "Show or hide the models", ("F9",), rule_before=True),
    Command("inspector", "View", "Show or hide the inspector", ("F10",)),
    Command("theme", "View", "Switch between dark and light", ("Ctrl+Shift+L",), rule_before=True),
    Command("shortcuts", "Help", "Shortcuts…", ("?", "F1")),
)

HINTS: tuple[Hint, ...] = (
    Hint("Sheet", "Move from tile to tile", "Arrow keys"),
    Hint("Sheet", "Move and extend the selection", "Shift + arrow keys"),
    Hint("Sheet", "Move without selecting", "Ctrl + arrow keys"),
    Hint("Sheet", "Select the tile or let it go", "Ctrl + Space"),
    Hint("Sheet", "A page up or down", "Page Up, Page Down"),
    Hint("Sheet", "First or last tile", "Home, End"),
    Hint("Sheet", "Open the tile large", "Enter or double click"),
    Hint("Sheet", "Change the tile size around the cursor", "Ctrl + wheel"),
    Hint("Sheet", "Pan", "Middle drag, or Space and drag"),
    Hint("Sheet", "Take designs away as files", "Drag a tile out of the window"),
    Hint("Sheet", "Bring settings back", "Drop a picture made here"),
    Hint("Sheet", "Show one class", "0 to 9"),
    Hint("Sheet", "Show all classes in turn", "A"),
    Hint("Large view", "Next or previous tile", "Arrow keys"),
    Hint("Large view", "Fit the window", "F"),
    Hint("Large view", "One to one", "1"),
    Hint("Large view", "Zoom", "Wheel, + and -"),
    Hint("Large view", "Back to the sheet", "Esc"),
)


def make_actions(window: QWidget, slots: dict[str, Callable[[], None]]) -> dict[str, QAction]:
    """An action for each command; every command must have a slot."""
    actions = {}
    for command in COMMANDS:
        action = QAction(command.text, window)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        action.triggered.connect(slots[command.id])
        window.addAction(action)
        actions[command.id] = action
    return actions


def fill_menus(bar: QMenuBar, actions: dict[str, QAction]) -> None:
    menus = {}
    for command in COMMANDS:
        if command.menu not in menus:
            menus[command.menu] = bar.addMenu(command.menu)
        if command.rule_before:
            menus[command.menu].addSeparator()
        menus[command.menu].addAction(actions[command.id])


def shortcut_rows() -> list[Hint]:
    """All shortcuts, as the list shows them."""
    commands = [Hint(c.menu, c.text.rstrip("…"), shown_keys(c.keys)) for c in COMMANDS if c.keys]
    return commands + list(HINTS)


def matching(rows: list[Hint], words: str) -> list[Hint]:
    """Those in which every word occurs, in the name, the group or the keys."""
    wanted = words.lower().split()
    return [row for row in rows if all(word in f"{row.text} {row.group} {row.keys}".lower() for word in wanted)]


def shown_keys(keys: tuple[str, ...]) -> str:
    return QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
