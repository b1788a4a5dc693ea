"""What is said to a model that was taught to answer, for each of the tasks of Ask."""

import hashlib

import msgspec
from msgspec.structs import replace

from desktop_app.engine.packages import Package
from desktop_app.engine.text_requests import Complete, Message
from desktop_app.studio.ask import AskState, Task
from desktop_app.studio.writing import WritingOptions, request

SYSTEM: dict[Task, str] = {
    "question": "Answer the question briefly and plainly. Where a text is given, answer from that text.",
    "summarise": "You summarise texts in one or two plain sentences. Answer with the summary and nothing else.",
    "shorter": "You say the same in fewer words. Answer with the shorter text and nothing else.",
    "names": "You find brand names for designs: one or two words each, evocative and easy to say. Answer with a "
    "numbered list of names and nothing else.",
    "free": "Do what is asked, briefly and plainly.",
}
NAMES = 8
# small models keep to a list that has begun
BEGUN: dict[Task, str] = {"names": f'Here are {NAMES} brand names:\n\n1. "'}


def ask_request(package: Package, state: AskState, options: WritingOptions, *, thing: str = "") -> Complete:
    """thing: what the design is, in words, where names for it are asked for.

    The seed is the designer's, or the one after that of the last answer where the same was asked before. Where a text
    goes along, repetition is not penalised: what stands in it is what the answer is made of.
    """
    has_text = bool(state.document.strip()) and state.task != "names"
    plain = replace(options, choosing=replace(options.choosing, repetition_penalty=1.0)) if has_text else options
    asked = request(package, plain, messages=_messages(state, thing, has_text=has_text), alternatives=0)
    last = state.answer
    return replace(asked, seed=last.seed + 1) if last is not None and last.asked == digest(asked) else asked


def _messages(state: AskState, thing: str, *, has_text: bool) -> tuple[Message, ...]:
    """A question stands behind its text: small models answer what they read last."""
    asked = _asked(state, thing)
    if has_text and state.task in ("question", "free"):
        turns: tuple[Message, ...] = (Message("user", "Text:", state.document), Message("user", asked))
    else:
        turns = (Message("user", asked, state.document if has_text else ""),)
    begun = (Message("assistant", BEGUN[state.task]),) if state.task in BEGUN else ()
    return (Message("system", SYSTEM[state.task]), *turns, *begun)


def answer_of(task: Task, written: str) -> str:
    """What the model wrote, with the beginning that was put there for it."""
    begun = BEGUN.get(task, "").rsplit("\n", 1)[-1]
    return (begun + written).strip() if written.strip() else ""


def digest(asked: Complete) -> str:
    """Of all that was asked but for the seed: two questions of one digest are the same."""
    return hashlib.sha256(msgspec.json.encode(replace(asked, seed=0))).hexdigest()


def _asked(state: AskState, thing: str) -> str:
    wish = state.question.strip()
    return {
        "question": wish,
        "summarise": f"Summarise the following text. {wish}",
        "shorter": f"Rewrite the following text so that it is shorter. {wish}",
        "names": f"Write {NAMES} brand names for this design: {thing}. {wish}",
        "free": wish,
    }[state.task].strip()


def thing_words(class_words: str, title: str) -> str:
    """What can be said of a design: its class, where it has one with a name, and the model that drew it.

    class_words: empty, a number or a word, as the package calls the class.
    """
    if not class_words or class_words == "—" or (class_words.isdecimal() and len(class_words) > 1):
        return f"one of “{title}”"
    shown = f"the digit {class_words}" if class_words.isdecimal() else class_words.lower()
    return f"{shown} ({title})"
