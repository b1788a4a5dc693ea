"""The settings: one table drives the defaults, the dialog and the file, which holds only what differs from it."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from desktop_app.engine.requests import Frozen

log = logging.getLogger(__name__)

Value = bool | int | str
Kind = Literal["switch", "choice", "number"]


class Setting(Frozen, frozen=True):
    key: str
    kind: Kind
    default: Value
    title: str
    help: str
    choices: tuple[tuple[str, str], ...] = ()  # (value, what the dialog says)
    low: int = 0
    high: int = 0
    step: int = 1
    unit: str = ""
    zero: str = ""  # what a number says at 0, where 0 means something else
    at_restart: bool = False
    group: str = "General"


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "theme",
        "choice",
        "system",
        "Theme",
        "How the window looks.",
        choices=(("system", "As the system"), ("dark", "Dark"), ("light", "Light")),
        group="Appearance",
    ),
    Setting(
        "interface_scale",
        "number",
        100,
        "Interface scale",
        "Makes text and controls larger or smaller.",
        low=75,
        high=300,
        step=25,
        unit=" %",
        at_restart=True,
        group="Appearance",
    ),
    Setting(
        "reduced_motion",
        "switch",
        False,
        "Reduced motion",
        "Scrolls and changes views without animation.",
        group="Appearance",
    ),
    Setting(
        "device",
        "choice",
        "auto",
        "Device",
        "Where the models run. Automatic takes a graphics card where one works.",
        choices=(("auto", "Automatic"), ("cpu", "CPU"), ("cuda", "GPU (CUDA)")),
        at_restart=True,
        group="Engine",
    ),
    Setting(
        "threads",
        "number",
        0,
        "Threads",
        "CPU threads the engine may use.",
        low=0,
        high=64,
        zero="Automatic",
        at_restart=True,
        group="Engine",
    ),
    Setting(
        "tile_cache_mb",
        "number",
        192,
        "Tile memory",
        "How much memory finished tiles may keep.",
        low=32,
        high=4096,
        step=32,
        unit=" MB",
        group="Engine",
    ),
    Setting(
        "write_recipe",
        "switch",
        True,
        "Write the recipe into exported files",
        "A file with its recipe can be dropped here again and made again to the pixel. Off leaves the picture alone.",
        group="Export",
    ),
)

_TABLE: Mapping[str, Setting] = {setting.key: setting for setting in SETTINGS}


class Settings:
    """The values in force. Reading never fails: what the file has wrong is ignored and logged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed: dict[str, Value] = {}

    @classmethod
    def load(cls, path: Path) -> "Settings":
        settings = cls(path)
        for key, value in _read(path).items():
            settings._accept(key, value)
        return settings

    def __getitem__(self, key: str) -> Value:
        return self._changed.get(key, _TABLE[key].default)

    def switch(self, key: str) -> bool:
        return bool(self[key])

    def number(self, key: str) -> int:
        return int(self[key])

    def text(self, key: str) -> str:
        return str(self[key])

    def set(self, key: str, value: Value) -> None:
        """Change a value. Raises ValueError for one that the table does not allow."""
        problem = problem_with(_TABLE[key], value)
        if problem:
            raise ValueError(f"{_TABLE[key].title}: {problem}.")
        if value == _TABLE[key].default:
            self._changed.pop(key, None)
        else:
            self._changed[key] = value

    def overrides(self) -> dict[str, Value]:
        return dict(self._changed)

    def save(self) -> None:
        """Write the overrides, whole or not at all. Raises OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".new")
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(self._changed), indent=2))
        temporary.replace(self._path)

    def _accept(self, key: str, value: object) -> None:
        setting = _TABLE.get(key)
        if setting is None:
            log.warning("The settings file has an entry “%s” that this version does not know. It is ignored.", key)
            return
        problem = problem_with(setting, value)
        if problem:
            log.warning("The setting “%s” is ignored: %s.", key, problem)
        elif isinstance(value, bool | int | str) and value != setting.default:
            self._changed[key] = value


def problem_with(setting: Setting, value: object) -> str:
    """Why a value cannot be had for a setting, or an empty string."""
    if setting.kind == "switch":
        return "" if isinstance(value, bool) else f"{value!r} is neither true nor false"
    if setting.kind == "choice":
        names = [name for name, _ in setting.choices]
        return "" if value in names else f"{value!r} is none of {', '.join(names)}"
    if isinstance(value, bool) or not isinstance(value, int):
        return f"{value!r} is no whole number"
    return "" if setting.low <= value <= setting.high else f"{value} is not between {setting.low} and {setting.high}"


def _read(path: Path) -> dict[str, object]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, object])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        log.warning("The settings in “%s” cannot be read: %s. The defaults are used.", path.name, error)
        return {}
