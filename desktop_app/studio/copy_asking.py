"""What the copy desk asks of the engine: the whole request is a function of what the designer decided."""

from msgspec.structs import replace

from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Frozen
from desktop_app.engine.text_requests import Complete, Limits, Message
from desktop_app.studio.copy_desk import BRIEF, Batch, CopyDesk, branch_of, impossible, rest_of
from desktop_app.studio.writers import answers
from desktop_app.studio.writing import WriteState

COPYWRITER = (
    "You write short copy for designers: names, taglines, captions. Answer with one line of copy in quotation marks, "
    "and nothing else: no list, no explanation."
)
QUOTE = '"'
NO_BRIEF = "Write a brief first: what the lines are to go on from."
ALIKE = "At temperature 0 all lines would be the same. Choose a higher one, or another preset."
FULL = "This line has all the characters it may have. Allow more, or shorten it by hand first."


class Refusal(Frozen, frozen=True):
    """Why nothing can be asked for now, as a sentence."""

    sentence: str


def next_batch(write: WriteState, package: Package) -> Batch | Refusal:
    """What a click asks for now.

    The seed is the first from the designer's on that has not been asked with yet: the same click on the same state
    gives the same lines, and one more click others.
    """
    desk, options = write.desk, write.options
    sentence = _refused(desk) or (ALIKE if options.choosing.temperature <= 0 else "")
    if sentence:
        return Refusal(sentence)
    asked = desk.asks and answers(package)
    batch = Batch(
        number=desk.numbered + 1,
        parent=desk.at,
        package=package.name,
        sha256=package.sha256,
        brief=desk.brief,
        count=desk.count,
        limits=desk.limits,
        one_line=desk.one_line,
        asked=asked,
        choosing=options.choosing,
        seed=options.seed,
        tokens=options.tokens,
        stop=options.stop,
        kind=write.kind if write.kind in _kinds(package) else "",
    )
    used = {_nameless(known).seed for known in desk.batches if _nameless(known, seed=0) == _nameless(batch, seed=0)}
    while batch.seed in used:
        batch = replace(batch, seed=batch.seed + 1)
    return batch


def request_of(package: Package, batch: Batch, desk: CopyDesk) -> Complete:
    """The batch, from the line of its parent as it stands in the desk."""
    parent = branch_of(desk, batch.parent)
    before = parent.text if parent is not None else ""
    quote = _quote(batch)
    about = {"messages": _messages(batch, before)} if batch.asked else {"prompt": _prompt(batch, before)}
    return Complete(
        package.ref,
        **about,
        kind="" if batch.asked else batch.kind,
        choosing=batch.choosing,
        limits=rest_of(batch.limits, before),
        stop=(*batch.stop, *(["\n"] if batch.one_line else []), *([quote] if quote else [])),
        tokens=batch.tokens,
        seed=batch.seed,
        count=batch.count,
    )


def limit_words(limits: Limits) -> tuple[str, ...]:
    """The limits in a few words each, as a head over the lines that keep to them."""
    words = [f"up to {limits.characters} characters"] if limits.characters is not None else []
    words += [f"with “{phrase}”" for phrase in limits.contain]
    return (*words, *(f"without “{phrase}”" for phrase in limits.avoid))


def _refused(desk: CopyDesk) -> str:
    if not desk.brief.strip():
        return NO_BRIEF
    if sentence := impossible(desk.limits):
        return sentence
    parent = branch_of(desk, desk.at)
    if desk.at == BRIEF or parent is None:
        return ""
    rest = rest_of(desk.limits, parent.text)
    if rest.characters is not None and rest.characters < max((len(word) for word in rest.contain), default=1):
        return FULL
    return ""


def _quote(batch: Batch) -> str:
    """The mark between two of which a line of copy is written; empty where the line is to go on from the brief itself.

    After “Tagline:” models open a quotation and close it where the line is whole. So the mark is put there for them,
    and the line ends before the closing one.
    """
    wants_copy = batch.one_line and (batch.asked or batch.brief.rstrip().endswith(":"))
    return QUOTE if wants_copy and not any(QUOTE in phrase for phrase in batch.limits.contain) else ""


def _prompt(batch: Batch, before: str) -> str:
    quote = _quote(batch)
    if not quote:
        return batch.brief.rstrip(" ") + before
    return f"{batch.brief.rstrip(' ')}{'' if batch.brief.endswith(chr(10)) else ' '}{quote}{before.lstrip()}"


def _messages(batch: Batch, before: str) -> tuple[Message, ...]:
    """A question with its rules, and how far its answer has come."""
    rules = [f"At most {batch.limits.characters} characters."] if batch.limits.characters is not None else []
    rules += [f"Use these words: {', '.join(batch.limits.contain)}."] if batch.limits.contain else []
    asked = "\n".join([batch.brief.strip(), *rules])
    begun = _quote(batch) + before.strip()
    answer = (Message("assistant", begun),) if begun else ()
    return (Message("system", COPYWRITER), Message("user", asked), *answer)


def _kinds(package: Package) -> frozenset[str]:
    text = package.manifest.text
    return frozenset(kind.name for kind in text.kinds) if text is not None else frozenset()


def _nameless(batch: Batch, **other: int) -> Batch:
    return replace(batch, number=0, **other)
