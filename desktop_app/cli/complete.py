"""`maquette complete`: goes on from a text on the terminal, token by token, as a page of the window does."""

import argparse
import sys
import time
from dataclasses import dataclass, field

import msgspec

from desktop_app import __version__
from desktop_app.cli import asking
from desktop_app.cli.printing import print_json, print_table, tell
from desktop_app.engine.errors import FileError, PackageError, RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Device, Progress
from desktop_app.engine.text_requests import Began, Choosing, Closed, Complete, Limits, Message, Wrote
from desktop_app.studio import writers
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.library import Library
from desktop_app.studio.writing import DEFAULT_PRESET, PRESETS, WritingOptions

MAX_PROMPT_BYTES = 16 * 2**20
CHOICES = ("temperature", "top_k", "top_p", "min_p", "repetition_penalty")
_LINE_END = "⏎"


@dataclass
class Text:
    """One branch, as far as it came."""

    tokens: list[Wrote] = field(default_factory=list)
    ended: str = ""

    @property
    def text(self) -> str:
        return "".join(token.text for token in self.tokens)


def run(options: argparse.Namespace) -> int:
    """Raises StudioError; what came until then was printed."""
    package = _writer(asking.library(), options.package)
    request = _request(options, package)
    texts = [Text() for _ in range(request.count)]
    stream = None if options.json else Stream(texts)
    with asking.engine(options.device, options.threads) as jobs:
        try:
            _write(jobs, request, texts, stream)
        finally:
            if any(text.tokens for text in texts):
                _print_rest(options, package, request, texts, jobs.state.device)
    return 0


def _write(jobs: JobQueue, request: Complete, texts: list[Text], stream: "Stream | None") -> None:
    """Fill `texts` as tokens come. Raises StudioError."""
    started = time.perf_counter()
    try:
        for update in asking.run_request(jobs, request):
            if isinstance(update, Progress) and update.phase == "Reading":  # how it writes is seen
                tell(f"{update.phase}: {update.done:,} of {update.total:,} tokens")
            elif isinstance(update, Began):
                tell("")
                _say_cut(update, request)
                started = time.perf_counter()
            elif isinstance(update, Wrote):
                texts[update.branch].tokens.append(update)
            elif isinstance(update, Closed):
                texts[update.branch].ended = update.why
            if stream is not None:
                stream.catch_up()
    finally:
        tell("")
        if stream is not None:
            stream.end()
    _say_speed(texts, time.perf_counter() - started)


def _print_rest(
    options: argparse.Namespace, package: Package, request: Complete, texts: list[Text], device: Device | None
) -> None:
    """What is told when all has come, or as much as will come."""
    if options.json:
        print_json(document(package, request, texts, device))
    elif request.alternatives:
        for text in texts:
            print()
            print_table(alternative_rows(text.tokens))


# -- what is asked ---------------------------------------------------------------------------------------------------


def _writer(library: Library, name: str) -> Package:
    """Raises PackageError and RequestError, listing the models that write."""
    try:
        package = library.find(name, "complete")
    except PackageError as error:
        more = f" It is made by: {writers.LARGER_COMMAND}" if name == writers.LARGER else ""
        raise PackageError(error.message + more, error.fault) from None
    if package.manifest.text is None:
        able = ", ".join(p.name for p in writers.writers_of(library.packages())) or "none here"
        raise RequestError(f"“{package.manifest.title}” does not write. These models do: {able}.")
    return package


def _request(options: argparse.Namespace, package: Package) -> Complete:
    """Raises RequestError for what this package cannot do, FileError for a prompt that is no text."""
    prompt = _prompt(options.prompt)
    if options.chat and not writers.answers(package):
        raise RequestError(f"“{package.manifest.title}” was not taught to answer. Leave --chat out, and it goes on.")
    _check_kind(package, options.kind)
    request = Complete(
        package.ref,
        prompt="" if options.chat else prompt,
        messages=(Message("user", prompt),) if options.chat else (),
        kind=options.kind,
        choosing=_choosing(options),
        limits=Limits(options.max_characters, tuple(options.contain), tuple(options.avoid)),
        stop=tuple(stop.replace("\\n", "\n").replace("\\t", "\t") for stop in options.stop),
        tokens=options.max_tokens or WritingOptions().tokens,
        seed=options.seed,
        count=options.count,
        alternatives=options.alternatives,
    )
    return _all_text(request)


def _prompt(words: str) -> str:
    """The words themselves, or standard input without the end of its last line. Raises FileError."""
    if words != "-":
        return words
    data = sys.stdin.buffer.read(MAX_PROMPT_BYTES + 1)
    if len(data) > MAX_PROMPT_BYTES:
        raise FileError(f"Standard input is longer than {MAX_PROMPT_BYTES // 2**20} MiB. Give a part of it.")
    try:
        return data.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise FileError(
            f"Standard input is no text in UTF-8: byte {error.start:,} is none of it. Convert it first."
        ) from None


def _check_kind(package: Package, kind: str) -> None:
    text = package.manifest.text
    names = [known.name for known in text.kinds] if text is not None else []
    if kind and kind not in names:
        there = f"There are: {', '.join(names)}." if names else "It was taught none."
        raise RequestError(f"“{package.manifest.title}” knows no kind of text “{kind}”. {there}")


def _choosing(options: argparse.Namespace) -> Choosing:
    """A preset, with what was said beside it. Raises RequestError."""
    named = {name.lower(): preset for name, preset in PRESETS.items()}
    preset = named.get((options.preset or DEFAULT_PRESET).lower())
    if preset is None:
        raise RequestError(f"There is no preset “{options.preset}”. There are: {', '.join(PRESETS)}.")
    said = {name: getattr(options, name) for name in CHOICES if getattr(options, name) is not None}
    return msgspec.structs.replace(preset, **said, banned=tuple(options.ban))


def _all_text(request: Complete) -> Complete:
    """A word on the command line may hold bytes that are no text. Raises RequestError."""
    words = (request.prompt, *(m.text for m in request.messages), *request.stop, *request.choosing.banned)
    for word in (*words, *request.limits.contain, *request.limits.avoid):
        try:
            word.encode()
        except UnicodeEncodeError as error:
            raise RequestError(
                f"Character {error.start + 1} of “{word[: error.start][-20:]}…” is no text in UTF-8."
            ) from None
    return request


# -- what is printed -------------------------------------------------------------------------------------------------


class Stream:
    """Prints one text after the other while all are written: the first token by token, the next once it is its turn."""

    def __init__(self, texts: list[Text]) -> None:
        self._texts = texts
        self._number = 0  # of the text that is being printed
        self._printed = 0  # of its tokens
        self._line_open = False

    def catch_up(self) -> None:
        """Print what has come since."""
        while self._number < len(self._texts):
            text = self._texts[self._number]
            self._print(text)
            if not text.ended:
                return
            self._next()

    def end(self) -> None:
        """No more will come: what waits for its turn is printed, too."""
        while self._number < len(self._texts):
            self._print(self._texts[self._number])
            self._next()

    def _print(self, text: Text) -> None:
        new = text.tokens[self._printed :]
        if not self._printed and new and len(self._texts) > 1:
            print(end="\n" if self._number else "")
            print(f"{self._number + 1} of {len(self._texts)}")
        for token in new:
            print(token.text, end="", flush=True)
            self._line_open = True
        self._printed += len(new)

    def _next(self) -> None:
        if self._line_open:
            print(flush=True)
        self._number, self._printed, self._line_open = self._number + 1, 0, False


def alternative_rows(tokens: list[Wrote]) -> list[tuple[str, ...]]:
    """A line a token: what was written, how probable it was, and what else might have stood there."""
    rows: list[tuple[str, ...]] = []
    for wrote in tokens:
        others = (f"{shown(a.text)} {_percent(a.probability)}" for a in wrote.alternatives if a.token != wrote.token)
        rows.append((shown(wrote.text), _percent(wrote.probability), "  ".join(others)))
    return rows


def shown(text: str) -> str:
    """A token as it can be told from others in a table: with its spaces and ends of lines."""
    return f"“{text.replace(chr(10), _LINE_END)}”"


def _percent(probability: float) -> str:
    return f"{100 * probability:5.1f} %"


def document(package: Package, request: Complete, texts: list[Text], device: Device | None) -> dict[str, object]:
    """Everything that was written, and everything that is needed to write it again."""
    asked = msgspec.to_builtins(request)
    for own in ("type", "package"):
        asked.pop(own)
    return {
        "package": package.name,
        "sha256": package.sha256,
        "version": __version__,
        "device": device,
        "request": asked,
        "texts": [
            {"text": text.text, "ended": text.ended, "tokens": [_token(wrote) for wrote in text.tokens]}
            for text in texts
        ],
    }


def _token(wrote: Wrote) -> dict[str, object]:
    return {
        "token": wrote.token,
        "text": wrote.text,
        "probability": wrote.probability,
        "alternatives": wrote.alternatives,
    }


def _say_cut(began: Began, request: Complete) -> None:
    if began.cut:
        which = "end" if request.messages else "beginning"
        print(
            f"The {which} of the text did not fit into what the model can read at once: "
            f"{began.cut:,} characters were left out.",
            file=sys.stderr,
        )


def _say_speed(texts: list[Text], seconds: float) -> None:
    """For a person at a terminal."""
    count = sum(len(text.tokens) for text in texts)
    if count and sys.stderr.isatty():
        print(f"{count:,} tokens in {seconds:.1f} s, {count / max(seconds, 1e-9):.0f} a second.", file=sys.stderr)
