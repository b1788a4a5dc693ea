"""Questions to a model that was taught to answer: what was asked, about which text, and what came."""

import re
import textwrap
from typing import Literal

from desktop_app.engine.requests import Design, Frozen
from desktop_app.engine.text_requests import Ending

Task = Literal["question", "summarise", "shorter", "names", "free"]
TASKS: tuple[Task, ...] = ("question", "summarise", "shorter", "names", "free")
TITLES: dict[Task, str] = {
    "question": "Question",
    "summarise": "Summarise",
    "shorter": "Shorter",
    "names": "Names for this design",
    "free": "Free",
}
FIRST_WORDS = 12  # of what was not read, as it is told
LONGEST_NAME = 60  # characters; what is longer is no name
LONGEST_TITLE = 80


class Answer(Frozen, frozen=True):
    """What came, and to what."""

    text: str
    why: Ending | Literal["stopped"]
    task: Task
    package: str  # name of the model
    sha256: str
    seed: int
    asked: str  # a digest of the question and all that goes with it but the seed
    cut: int = 0  # characters of the text that were not read
    unread: str = ""  # the first words of those


class AskState(Frozen, frozen=True):
    task: Task = "question"
    question: str = ""  # or the instruction, or a wish besides
    document: str = ""  # the text it is about
    design: Design | None = None  # the one to find names for
    sha256: str = ""  # of that design's package
    answer: Answer | None = None


def needs_document(task: Task) -> bool:
    """Whether there is nothing to do without a text."""
    return task in ("summarise", "shorter")


def missing(state: AskState) -> str:
    """What is to be done before anything can be asked, as a sentence; empty where all is there."""
    if state.task == "question" and not state.question.strip():
        return "Write a question."
    if state.task == "free" and not state.question.strip():
        return "Write what the model is to do."
    if needs_document(state.task) and not state.document.strip():
        return "There is no text yet: write one, paste it, or take the page’s."
    if state.task == "names" and state.design is None:
        return "Choose a starred design to find names for."
    return ""


def listed(text: str) -> tuple[str, ...]:
    """The names in a list that a model wrote, one a line or parted by commas, without numbers, marks and remarks."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        lines = re.split(r",|;|\s(?=\d+[.)]\s)", lines[0])
    numbered = [line for line in lines if _MARK.match(line)]
    names = (_name_in(_MARK.sub("", line)) for line in (numbered if len(numbered) > 1 else lines))
    return tuple(dict.fromkeys(name for name in names if name and len(name) <= LONGEST_NAME and name[-1] != ":"))


def _name_in(entry: str) -> str:
    """The quotation that an entry begins with, or what stands before a dash or a colon."""
    quoted = _QUOTED.match(entry)
    return bare(quoted[1] if quoted else _REMARK.split(entry, maxsplit=1)[0])


def bare(text: str) -> str:
    """A name or a line as it stands on a design: one line, without the marks that models put around one."""
    line = " ".join(text.split()).strip(_QUOTES)
    return line.removesuffix(".").strip(_QUOTES) if line.count(".") == 1 else line


def as_title(text: str) -> str:
    """A line as the title of a design: bare, and no longer than a title may be, cut between words."""
    line = bare(text)
    if len(line) <= LONGEST_TITLE:
        return line
    return textwrap.shorten(line, LONGEST_TITLE, placeholder="") or line[:LONGEST_TITLE]


def unread(document: str, cut: int) -> str:
    """The first words of what was left out at the end of a text; empty where all was read."""
    if cut <= 0:
        return ""
    return " ".join(document[max(0, len(document) - cut) :].split()[:FIRST_WORDS])


def cut_words(cut: int) -> str:
    """Empty where nothing was cut."""
    if cut <= 0:
        return ""
    if cut == 1:
        return "The last character of the text was not read."
    return f"The last {cut:,} characters of the text were not read."


_MARK = re.compile(r"^\s*(?:\d+\s*[.):]|[-*•–])\s*")
_QUOTED = re.compile(r"^\s*[*_]*[\"“]([^\"“”]+)[\"”]")
_REMARK = re.compile(r"\s[-–—]\s|:\s")
_QUOTES = " \t;,\"'“”‘’*_`"
