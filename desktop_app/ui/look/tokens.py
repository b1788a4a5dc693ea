"""The one table of colours, sizes and type. No Qt here: contrast is checked from these values alone."""

from dataclasses import dataclass, fields
from typing import Literal

ThemeName = Literal["dark", "light"]

GRID = 4  # px; every distance is a multiple
SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_6, SPACE_8 = 4, 8, 12, 16, 24, 32
CONTROL_HEIGHT = 32
RADIUS = 6

# the type scale, px
TEXT_SMALL, TEXT_BODY, TEXT_TITLE, TEXT_PAGE, TEXT_DISPLAY = 12, 13, 15, 17, 20


@dataclass(frozen=True)
class Colours:
    """`paper` lies behind pictures, `panel` behind controls, `raised` is a control, `ink` is text."""

    paper: str
    panel: str
    raised: str
    raised_hover: str
    pressed: str
    line: str
    line_strong: str
    ink: str
    ink_soft: str
    ink_disabled: str
    accent: str  # text and icons in the accent, rings, the filled part of sliders
    accent_fill: str  # behind text in `on_accent`
    accent_fill_hover: str
    accent_soft: str  # behind chosen rows
    on_accent: str
    star: str
    warn: str
    warn_soft: str
    error: str
    error_soft: str
    good: str
    tile: str  # a tile that has no picture yet
    scrim: str  # #aarrggbb, over pictures
    on_scrim: str
    unsure: str  # behind text of which the model was less and less sure
    doubtful: str
    surprising: str


DARK = Colours(
    paper="#141416",
    panel="#1c1c1f",
    raised="#29292d",
    raised_hover="#333338",
    pressed="#3d3d43",
    line="#2d2d32",
    line_strong="#47474e",
    ink="#edecea",
    ink_soft="#a9a7a3",
    ink_disabled="#6b6a6d",
    accent="#f0976c",
    accent_fill="#ea8a5c",
    accent_fill_hover="#f29a70",
    accent_soft="#3a2a22",
    on_accent="#1f100a",
    star="#f2bd5b",
    warn="#edbb62",
    warn_soft="#332a18",
    error="#f28b82",
    error_soft="#3a2020",
    good="#86c998",
    tile="#1e1e21",
    scrim="#c8101012",
    on_scrim="#f4f3f1",
    unsure="#34301f",
    doubtful="#523a1c",
    surprising="#742f28",
)

LIGHT = Colours(
    paper="#e9e7e3",
    panel="#f7f6f3",
    raised="#ffffff",
    raised_hover="#efede9",
    pressed="#e2dfd9",
    line="#dedbd5",
    line_strong="#b3afa7",
    ink="#1f1d1b",
    ink_soft="#5f5b55",
    ink_disabled="#a19d96",
    accent="#a8421a",
    accent_fill="#b34a20",
    accent_fill_hover="#9c3d16",
    accent_soft="#f6e2d7",
    on_accent="#ffffff",
    star="#8f5f00",
    warn="#7a5200",
    warn_soft="#fbeecb",
    error="#a5281e",
    error_soft="#fbe3df",
    good="#22693a",
    tile="#dfdcd7",
    scrim="#c8141416",
    on_scrim="#f7f6f4",
    unsure="#faf0cc",
    doubtful="#fad9a6",
    surprising="#f6b8a8",
)

THEMES: dict[ThemeName, Colours] = {"dark": DARK, "light": LIGHT}

# every pair in which text or a meaningful line is drawn, with the contrast it must have (WCAG 2.2, 1.4.3 and 1.4.11)
PAIRS: tuple[tuple[str, str, float], ...] = (
    *((ink, ground, 4.5) for ink in ("ink", "ink_soft") for ground in ("paper", "panel", "raised")),
    *(("ink", ground, 4.5) for ground in ("raised_hover", "pressed", "accent_soft", "warn_soft", "error_soft")),
    ("ink_soft", "raised_hover", 4.5),
    ("ink_soft", "accent_soft", 4.5),
    ("on_accent", "accent_fill", 4.5),
    ("on_accent", "accent_fill_hover", 4.5),
    ("accent", "panel", 4.5),
    ("accent", "raised", 4.5),
    ("accent", "accent_soft", 4.5),
    ("accent", "paper", 3.0),
    ("star", "panel", 4.5),
    ("warn", "panel", 4.5),
    ("warn", "raised", 4.5),
    ("warn", "paper", 4.5),
    ("warn", "warn_soft", 4.5),
    ("error", "panel", 4.5),
    ("error", "error_soft", 4.5),
    ("ink_soft", "tile", 3.0),
    ("good", "panel", 4.5),
    ("on_scrim", "scrim", 4.5),
    *(("ink", ground, 7.0) for ground in ("unsure", "doubtful", "surprising")),
)


def as_dict(colours: Colours) -> dict[str, str]:
    return {field.name: getattr(colours, field.name) for field in fields(colours)}
