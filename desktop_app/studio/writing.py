"""What the designer writes with: a model, how it chooses its words, and which of three desks is in view.

The page is one text that grows at the cursor; the copy desk holds many short texts side by side, as a tree; a question
is put to a model that was taught to answer. All three ask the engine through `request`.
"""

from typing import Literal

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Frozen
from desktop_app.engine.text_requests import Choosing, Complete
from desktop_app.studio.ask import AskState
from desktop_app.studio.copy_desk import CopyDesk
from desktop_app.studio.page import Page

Mode = Literal["page", "desk", "ask"]

# steady to free: the first keeps to what is probable, the last lets the model say what it likes
PRESETS: dict[str, Choosing] = {
    "Certain": Choosing(temperature=0.0),
    "Steady": Choosing(temperature=0.6, top_p=0.9, repetition_penalty=1.1),
    "Balanced": Choosing(temperature=0.8, top_p=0.95, min_p=0.05, repetition_penalty=1.1),
    "Free": Choosing(temperature=1.1, min_p=0.02, repetition_penalty=1.05),
}
DEFAULT_PRESET = "Balanced"


class WritingOptions(Frozen, frozen=True):
    choosing: Choosing = PRESETS[DEFAULT_PRESET]
    seed: int = 0
    tokens: int = 96
    stop: tuple[str, ...] = ()
    alternatives: int = 10
    ghost: bool = True  # whether a continuation is shown after the cursor while the hands rest
    colour: bool = False  # whether the page is coloured by how sure the model was


class WriteState(Frozen, frozen=True):
    package: str = ""  # name of the model
    kind: str = ""  # of text, where the model knows kinds
    mode: Mode = "page"
    options: WritingOptions = WritingOptions()
    page: Page = Page()
    desk: CopyDesk = CopyDesk()
    ask: AskState = AskState()


def request(package: Package, options: WritingOptions, **about: object) -> Complete:
    """What the engine is asked with these options; `about` gives the other fields of Complete."""
    fields = {
        "choosing": options.choosing,
        "seed": options.seed,
        "tokens": options.tokens,
        "stop": options.stop,
        "alternatives": options.alternatives,
    }
    return Complete(package.ref, **(fields | about))  # type: ignore[arg-type]


def preset_of(choosing: Choosing) -> str:
    """The name of the preset that these options are, but for banned words; empty where they are none."""
    plain = Choosing(*(getattr(choosing, name) for name in Choosing.__struct_fields__ if name != "banned"))
    return next((name for name, preset in PRESETS.items() if preset == plain), "")
