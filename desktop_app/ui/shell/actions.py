"""Every command of the window in one table: menu, keys, icon. The list of shortcuts is the same table."""

from collections.abc import Callable, Mapping
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
    where: str = ""  # the workspaces that have it; empty: every one


@dataclass(frozen=True)
class Hint:
    """Keys and gestures of the sheet itself, for the list of shortcuts."""

    group: str
    text: str
    keys: str


COMMANDS: tuple[Command, ...] = (
    Command("import", "File", "Import a model…", ("Ctrl+I",)),
    Command("models", "File", "About the models…", ("Ctrl+M", "Alt+Return")),
    Command("open-recipe", "File", "Open a picture…", ("Ctrl+O",), where="sample blend restore explain"),
    Command("open-text", "File", "Open a text…", ("Ctrl+O",), where="write"),
    Command("save", "File", "Save the picture…", ("Ctrl+S",), rule_before=True, where="restore explain"),
    Command("save-text", "File", "Save the text…", ("Ctrl+S",), where="write"),
    Command("export", "File", "Export…", ("Ctrl+E", "E"), where="sample blend restore explain"),
    Command("batch", "File", "Restore many pictures…", ("Ctrl+Shift+B",), where="restore"),
    Command("settings", "File", "Settings…", ("Ctrl+,",), rule_before=True),
    Command("quit", "File", "Quit", ("Ctrl+Q",), rule_before=True),
    Command("undo", "Edit", "Undo", ("Ctrl+Z",)),
    Command("redo", "Edit", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y")),
    Command("copy", "Edit", "Copy the picture", ("Ctrl+C",), rule_before=True, where="sample blend restore explain"),
    Command("copy-recipe", "Edit", "Copy the recipe", ("Ctrl+Shift+C",), where="sample blend"),
    Command("paste", "Edit", "Paste a picture", ("Ctrl+V",), where="restore explain"),
    Command("select-all", "Edit", "Select all in view", ("Ctrl+A",), rule_before=True, where="sample"),
    Command("star", "Design", "Star", ("S",), where="sample blend"),
    Command("reject", "Design", "Not this", ("N",), where="sample blend"),
    Command("to-blend", "Design", "Put on the Blend pad", ("B",), where="sample"),
    Command("to-breed", "Design", "Add as a parent", ("P",), where="sample"),
    Command("to-explain", "Design", "Explain", ("Y",), where="sample blend"),
    Command("vary", "Design", "Variations", ("V",), rule_before=True, where="sample"),
    Command("back", "Design", "Back from variations", ("Backspace",), where="sample"),
    Command("reroll", "Design", "Re-roll", ("R",), where="sample"),
    Command("words", "Design", "Words for icons", ("Ctrl+F", "/"), rule_before=True, where="sample"),
    Command("different", "Design", "Twelve different ones", ("D",), where="sample"),
    Command("icon-look", "Design", "Look of icons…", ("C",), where="sample"),
    Command("add-key", "Blend", "Add as a key frame", ("K",), where="blend"),
    Command("fill-pad", "Blend", "Four designs on the pad", ("D",), rule_before=True, where="blend"),
    Command("clear-pad", "Blend", "Empty the pad", where="blend"),
    Command("reset-sliders", "Blend", "Reset all sliders", ("Ctrl+0",), where="blend"),
    Command("canvas", "Blend", "Switch between pad and map", ("P",), rule_before=True, where="blend"),
    Command("play", "Blend", "Play the walk", ("Ctrl+Space",), rule_before=True, where="blend"),
    Command("film", "Blend", "Export a film…", ("Ctrl+Shift+E",), where="blend"),
    Command("timeline", "Blend", "Fold the timeline", ("F8",), where="blend"),
    Command("clean", "Restore", "Clean", ("C",), where="restore"),
    Command("enlarge", "Restore", "Enlarge", ("Shift+E",), where="restore"),
    Command("fill", "Restore", "Fill in", ("I",), where="restore"),
    Command("hand", "Restore", "Hand", ("H",), rule_before=True, where="restore"),
    Command("brush", "Restore", "Brush", ("B",), where="restore"),
    Command("eraser", "Restore", "Eraser", ("X",), where="restore"),
    Command("brush-smaller", "Restore", "Smaller brush", ("[",), where="restore"),
    Command("brush-larger", "Restore", "Larger brush", ("]",), where="restore"),
    Command("invert-mask", "Restore", "Invert what is painted", ("Ctrl+Shift+I",), where="restore"),
    Command("clear-painted", "Restore", "Clear what is painted", ("Ctrl+Backspace",), where="restore"),
    Command("self-test", "Restore", "Test the model on this picture", ("T",), rule_before=True, where="restore"),
    Command("write-on", "Write", "Write on", ("Ctrl+Return", "Ctrl+Enter"), where="write"),
    Command("write-again", "Write", "Re-roll what was written last", ("Ctrl+R",), where="write"),
    Command("write-stop", "Write", "Stop, and keep what came", where="write"),
    Command("alternatives", "Write", "What else might stand here", ("Alt+Down",), rule_before=True, where="write"),
    Command("confidence", "Write", "Colour by confidence", ("Ctrl+Shift+K",), where="write"),
    Command("new-seed", "Write", "Another seed", ("Ctrl+Shift+R",), where="write"),
    Command("mode-page", "Write", "Page", ("Alt+1",), rule_before=True, where="write"),
    Command("mode-desk", "Write", "Copy desk", ("Alt+2",), where="write"),
    Command("mode-ask", "Write", "Ask", ("Alt+3",), where="write"),
    Command("map-activation", "Explain", "Class activation", ("A",), where="explain"),
    Command("map-occlusion", "Explain", "Occlusion", ("O",), where="explain"),
    Command("map-both", "Explain", "Both maps side by side", ("B",), where="explain"),
    Command("map-none", "Explain", "No map", ("N",), where="explain"),
    Command("map-fainter", "Explain", "Fainter map", ("[",), rule_before=True, where="explain"),
    Command("map-stronger", "Explain", "Stronger map", ("]",), where="explain"),
    Command("why-top", "Explain", "Why the most probable class", ("T",), rule_before=True, where="explain"),
    Command("class-order", "Explain", "Classes by probability or in their order", ("S",), where="explain"),
    Command("next-picture", "Explain", "Next picture", (".",), rule_before=True, where="explain"),
    Command("previous-picture", "Explain", "Previous picture", (",",), where="explain"),
    Command("other-part", "Explain", "Another part of the picture…", ("C",), where="explain"),
    Command("remove-picture", "Explain", "Take the picture out of the row", ("Delete",), where="explain"),
    Command("clear-row", "Explain", "Empty the row", where="explain"),
    Command("go-sample", "View", "Go to Sample", ("Ctrl+1",)),
    Command("go-blend", "View", "Go to Blend", ("Ctrl+2",)),
    Command("go-restore", "View", "Go to Restore", ("Ctrl+3",)),
    Command("go-write", "View", "Go to Write", ("Ctrl+4",)),
    Command("go-explain", "View", "Go to Explain", ("Ctrl+5",)),
    Command("wipe", "View", "Wipe", ("W",), rule_before=True, where="restore"),
    Command("next-view", "View", "Next way to compare", ("M",), where="restore"),
    Command("previous-view", "View", "Previous way to compare", ("Shift+M",), where="restore"),
    Command("lens", "View", "Lens", ("L",), where="restore"),
    Command("one-to-one", "View", "One to one", ("1",), where="restore"),
    Command("fit", "View", "Fit the window", ("F",), where="restore"),
    Command("zoom-in", "View", "Zoom in", ("Ctrl++", "Ctrl+=", "+", "="), where="restore"),
    Command("zoom-out", "View", "Zoom out", ("Ctrl+-", "-"), where="restore"),
    Command("open-large", "View", "Open large", ("L",), rule_before=True, where="sample"),
    Command("takes", "View", "Show takes", ("T",), where="sample"),
    Command("crisp", "View", "Crisp pixels", ("X",), where="sample blend"),
    Command("larger", "View", "Larger tiles", ("Ctrl++", "Ctrl+=", "+"), where="sample"),
    Command("smaller", "View", "Smaller tiles", ("Ctrl+-", "-"), where="sample"),
    Command("library", "View", "Show or hide the models", ("F9",), rule_before=True),
    Command("inspector", "View", "Show or hide the inspector", ("F10",)),
    Command("theme", "View", "Switch between dark and light", ("Ctrl+Shift+L",), rule_before=True),
    Command("shortcuts", "Help", "Shortcuts…", ("?", "F1")),
)

ICON_COMMANDS = ("words", "different", "to-breed")
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
    Hint("Words", "Complete the word", "Tab, Enter or Space"),
    Hint("Words", "Other known words", "Up, Down"),
    Hint("Words", "Go to the sheet", "Down or Esc"),
    Hint("Breed", "Breed from the chosen children", "Enter or double click"),
    Hint("Breed", "The generation before, the next one", "Alt + Left, Alt + Right"),
    Hint("Breed", "Go to a relative in the family tree", "Arrow keys"),
    Hint("Breed", "Take a parent out", "Delete"),
    Hint("Breed", "Find an icon of your own", "Drop an SVG or a picture"),
    Hint("Large view", "Next or previous tile", "Arrow keys"),
    Hint("Large view", "Fit the window", "F"),
    Hint("Large view", "One to one", "1"),
    Hint("Large view", "Zoom", "Wheel, + and -"),
    Hint("Large view", "Back to the sheet", "Esc"),
    Hint("Pad", "Move the pin, or the design that has the focus", "Arrow keys"),
    Hint("Pad", "Move it further", "Shift + arrow keys"),
    Hint("Pad", "From the pin to each design", "Tab"),
    Hint("Pad", "Pin on the design", "Enter or double click"),
    Hint("Pad", "Take the design off the pad", "Delete"),
    Hint("Pad", "More for a design", "Menu key or right click"),
    Hint("Pad", "Put a picture’s design on the pad, or on a design", "Drop a picture made here"),
    Hint("Pad", "Use a picture of your own", "Drop any picture"),
    Hint("Map", "Move the pin; finer with Shift", "Arrow keys"),
    Hint("Map", "Put what is under the pin on the pad", "Enter or double click"),
    Hint("Map", "Draw around designs to make a set", "L, or Shift and drag"),
    Hint("Map", "All designs in view as a set", "Ctrl + A"),
    Hint("Map", "From design to design", "M, Shift + M"),
    Hint("Map", "Zoom", "Wheel, + and -"),
    Hint("Map", "The whole map", "0"),
    Hint("Timeline", "Play or pause", "Space"),
    Hint("Timeline", "A frame on or back, ten with Shift", "Left, Right"),
    Hint("Timeline", "Key to key", "Page Up, Page Down"),
    Hint("Timeline", "First or last frame", "Home, End"),
    Hint("Timeline", "Longer or shorter way to the next key", "Up, Down, or F2 to type it"),
    Hint("Timeline", "Easing of the way", "E"),
    Hint("Timeline", "Earlier or later key", "Alt + Left, Alt + Right"),
    Hint("Timeline", "Add, duplicate, remove a key", "Insert, Ctrl + D, Delete"),
    Hint("Timeline", "Pin on the key’s design", "Enter or double click"),
    Hint("Sliders", "Back to zero", "0 or double click"),
    Hint("Picture", "See the original while held", "\\"),
    Hint("Picture", "Pan", "Middle drag, or Space and drag"),
    Hint("Picture", "Zoom", "Wheel, + and -"),
    Hint("Picture", "Move the wipe; further with Shift", "Arrow keys"),
    Hint("Picture", "Turn the wipe", "Alt + arrow keys"),
    Hint("Picture", "A straight stroke from the last one", "Shift and click"),
    Hint("Picture", "Throw a stroke away while it is drawn", "Esc"),
    Hint("Picture", "Restore many", "Drop several files, or a folder"),
    Hint("Page", "Stop what is being written; what came stays", "Esc"),
    Hint("Page", "Take the shadow of what might follow", "Tab"),
    Hint("Page", "Take its next word", "Ctrl + Right"),
    Hint("Page", "See what else might have been said", "Point at a word"),
    Hint("Page", "From word to word, in the list of what else there is", "Left, Right"),
    Hint("Page", "Open a text", "Drop a .txt or .md file"),
    Hint("Explain", "Why, or why not, this class", "0 to 9, or press its bar"),
    Hint("Explain", "Read the map at a place; further with Shift", "Arrow keys"),
    Hint("Explain", "See the original while held", "\\, or the mouse button"),
    Hint("Explain", "Judge pictures of your own", "Drop files or a folder"),
)


def make_actions(window: QWidget, slots: Mapping[str, Callable[[], object]]) -> dict[str, QAction]:
    """An action for each command; every command must have a slot."""
    actions = {}
    for command in COMMANDS:
        action = QAction(command.text, window)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        action.triggered.connect(slots[command.id])
        window.addAction(action)
        actions[command.id] = action
    return actions


def enable_for(actions: dict[str, QAction], workspace: str) -> None:
    """Commands that another workspace has are not to be had here."""
    for command in COMMANDS:
        if command.where:
            actions[command.id].setEnabled(workspace in command.where.split())


def enable_icons(actions: dict[str, QAction], shown: bool) -> None:
    """Commands that only a sheet of icons has."""
    for name in ICON_COMMANDS:
        actions[name].setEnabled(shown)


def show_steps(actions: dict[str, QAction], undo: str, redo: str) -> None:
    """What a step back and one forth would be; empty where there is none."""
    for name, words, step in (("undo", "Undo", undo), ("redo", "Redo", redo)):
        actions[name].setText(f"{words} {step[:1].lower()}{step[1:]}" if step else words)
        actions[name].setEnabled(bool(step))


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
