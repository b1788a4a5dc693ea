"""`maquette complete`: what is streamed, what is printed afterwards, and what is said where it cannot go on."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_app import cli
from desktop_app.cli import complete
from desktop_app.cli.complete import Stream, Text
from desktop_app.engine.errors import RequestError
from desktop_app.engine.manifest import TextKind
from desktop_app.engine.requests import Request, Update
from desktop_app.engine.text_requests import Began, Choosing, Complete, Limits, Message, Wrote
from desktop_app.studio.writing import PRESETS
from tests.fakes import WORDS, FakeEngine, token_of, write_package, write_writer

Maquette = Callable[..., int]
Said = pytest.CaptureFixture[str]


@pytest.fixture
def maquette(models: Path, engine: FakeEngine) -> Maquette:
    write_writer(models, kinds=(TextKind("tagline", "Tagline", 3),))
    return lambda *words: cli.main(["complete", *map(str, words)])


def written(count: int, *, seed: int = 0, branch: int = 0) -> str:
    return "".join(" " + WORDS[token_of(seed, branch, place)] for place in range(count))


def asked(engine: FakeEngine) -> Complete:
    (request,) = [request for request in engine.served if isinstance(request, Complete)]
    return request


def test_the_text_alone_goes_to_standard_output(maquette: Maquette, engine: FakeEngine, capsys: Said) -> None:
    assert maquette("fake-writer", "--prompt", "A lamp", "--max-tokens", 5, "--seed", 7) == 0
    said = capsys.readouterr()
    assert said.out == written(5, seed=7) + "\n"
    assert said.err == ""
    request = asked(engine)
    assert (request.prompt, request.messages, request.tokens, request.seed) == ("A lamp", (), 5, 7)
    assert request.choosing == PRESETS["Balanced"]


def test_at_a_terminal_reading_is_told_and_writing_is_seen(
    maquette: Maquette, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert maquette("fake-writer", "--prompt", "A lamp", "--max-tokens", 2) == 0
    told = capsys.readouterr().err
    assert "Reading: 2 of 2 tokens" in told
    assert "Writing" not in told


def test_tokens_are_printed_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    class Out(io.StringIO):
        def flush(self) -> None:
            seen.append(self.getvalue())

    monkeypatch.setattr(sys, "stdout", Out())
    texts = [Text()]
    stream = Stream(texts)
    for word in (" a", " lamp"):
        texts[0].tokens.append(Wrote(0, 0, word, 0.5))
        stream.catch_up()
    assert seen == [" a", " a lamp"]


def test_several_texts_come_one_after_the_other(maquette: Maquette, capsys: Said) -> None:
    assert maquette("fake-writer", "--prompt", "A", "--max-tokens", 3, "--count", 3) == 0
    blocks = [f"{n + 1} of 3\n{written(3, branch=n)}\n" for n in range(3)]
    assert capsys.readouterr().out == "\n".join(blocks)


def test_every_choice_reaches_the_engine(maquette: Maquette, engine: FakeEngine) -> None:
    code = maquette("fake-writer", "--prompt", "A", "--preset", "free", "--temperature", 0.5, "--top-k", 40, "--top-p",
                    0.9, "--min-p", 0.1, "--repetition-penalty", 1.3, "--ban", "red", "--ban", "blue", "--stop", r"\n",
                    "--max-characters", 60, "--contain", "lamp", "--avoid", "cheap", "--kind", "tagline", "--count", 2,
                    "--alternatives", 4)  # fmt: skip
    assert code == 0
    request = asked(engine)
    assert request.choosing == Choosing(0.5, 40, 0.9, 0.1, 1.3, banned=("red", "blue"))
    assert request.limits == Limits(60, ("lamp",), ("cheap",))
    assert (request.stop, request.kind, request.count, request.alternatives) == (("\n",), "tagline", 2, 4)


def test_alternatives_are_a_table_after_the_text(maquette: Maquette, capsys: Said) -> None:
    assert maquette("fake-writer", "--prompt", "A", "--max-tokens", 2, "--alternatives", 3) == 0
    text, empty, *rows = capsys.readouterr().out.splitlines()
    assert (text, empty) == (written(2), "")
    first = WORDS[token_of(0, 0, 0)]
    assert rows[0].split("  ")[0] == f"“ {first}”"
    assert rows[0].count("%") == 3  # its own probability and two others: it is itself the most probable
    assert rows[0].count(f"“ {first}”") == 1
    assert len(rows) == 2


def test_one_json_document_tells_all_that_makes_it_again(maquette: Maquette, engine: FakeEngine, capsys: Said) -> None:
    assert maquette("fake-writer", "--prompt", "A", "--max-tokens", 2, "--alternatives", 3, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    (text,) = told["texts"]
    assert (text["text"], text["ended"]) == (written(2), "length")
    assert [token["token"] for token in text["tokens"]] == [token_of(0, 0, place) for place in range(2)]
    assert [len(token["alternatives"]) for token in text["tokens"]] == [3, 3]
    assert (told["package"], len(told["sha256"])) == ("fake-writer", 64)
    request = told["request"]
    assert (request["prompt"], request["seed"], request["choosing"]["temperature"]) == ("A", 0, 0.8)
    assert "package" not in request


def test_a_dash_reads_standard_input(maquette: Maquette, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, "Une lampe à 灯 🙂\n\n".encode())
    assert maquette("fake-writer", "--prompt", "-", "--max-tokens", 1) == 0
    assert asked(engine).prompt == "Une lampe à 灯 🙂\n"  # the end of the last line alone is dropped


def test_a_question_goes_through_the_chat_template(models: Path, maquette: Maquette, engine: FakeEngine) -> None:
    write_writer(models, "fake-chat", chat=True)
    assert maquette("fake-chat", "--prompt", "Why?", "--chat", "--max-tokens", 1) == 0
    assert (asked(engine).prompt, asked(engine).messages) == ("", (Message("user", "Why?"),))


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


# -- what cannot be done ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nobody", "--prompt", "A"), "There is no package “nobody”. There are: fake-writer."),
        (("fake-digits", "--prompt", "A"), "“Fake digits” does not write. These models do: fake-writer."),
        (("smollm2", "--prompt", "A"), "python -m export smollm2"),
        (("fake-writer", "--prompt", "A", "--chat"), "“Fake writer” was not taught to answer."),
        (("fake-writer", "--prompt", "A", "--kind", "ode"), "knows no kind of text “ode”. There are: tagline."),
        (("fake-writer", "--prompt", "A", "--preset", "wild"), "There is no preset “wild”. There are: Certain, Steady"),
        (("fake-writer", "--prompt", "A\udc80"), "Character 2 of “A…” is no text in UTF-8."),
        (("fake-writer", "--prompt", "A", "--ban", "\udc80"), "is no text in UTF-8."),
    ],
)
def test_what_cannot_be_asked_is_said(
    models: Path, maquette: Maquette, engine: FakeEngine, capsys: Said, words: tuple[str, ...], sentence: str
) -> None:
    write_package(models)
    assert maquette(*words) == 1
    said = capsys.readouterr()
    assert sentence in said.err
    assert (said.out, engine.served) == ("", [])


def test_standard_input_that_is_no_text_is_named(
    maquette: Maquette, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    feed(monkeypatch, b"A lamp \xff")
    assert maquette("fake-writer", "--prompt", "-") == 1
    assert "Standard input is no text in UTF-8: byte 7 is none of it." in capsys.readouterr().err


def test_endless_standard_input_is_refused(maquette: Maquette, monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    monkeypatch.setattr(complete, "MAX_PROMPT_BYTES", 10)
    feed(monkeypatch, b"a lamp " * 2)
    assert maquette("fake-writer", "--prompt", "-") == 1
    assert "Give a part of it." in capsys.readouterr().err


# -- what ends before it is done -------------------------------------------------------------------------------------


def test_what_came_stays_where_the_engine_fails(maquette: Maquette, engine: FakeEngine, capsys: Said) -> None:
    end_after(engine, 3, RequestError("No word is left."))
    assert maquette("fake-writer", "--prompt", "A") == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == (written(3) + "\n", "No word is left.\n")


@pytest.mark.parametrize("json_asked", [False, True])
def test_an_interrupt_keeps_what_came(
    maquette: Maquette, monkeypatch: pytest.MonkeyPatch, capsys: Said, json_asked: bool
) -> None:
    updates = complete.asking.run_request

    def interrupted(*arguments: object) -> Iterator[Update]:
        for number, update in enumerate(updates(*arguments)):  # type: ignore[arg-type]
            if number == 6:
                raise KeyboardInterrupt
            yield update

    monkeypatch.setattr(complete.asking, "run_request", interrupted)
    assert maquette("fake-writer", "--prompt", "A", *(["--json"] if json_asked else [])) == 130
    out = capsys.readouterr().out
    if json_asked:
        (text,) = json.loads(out)["texts"]
        assert (text["text"], text["ended"]) == (written(3), "")
    else:
        assert out == written(3) + "\n"


def test_what_was_cut_is_told(
    maquette: Maquette, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    run = engine.run

    def cut(request: Request) -> Iterator[Update]:
        for update in run(request):
            yield Began(update.tokens, 0, 1234, 10) if isinstance(update, Began) else update

    monkeypatch.setattr(engine, "run", cut)
    assert maquette("fake-writer", "--prompt", "A", "--max-tokens", 2) == 0
    said = capsys.readouterr()
    assert said.out == written(2) + "\n"
    assert "The beginning of the text did not fit" in said.err
    assert "1,234 characters were left out." in said.err


def end_after(engine: FakeEngine, tokens: int, error: RequestError) -> None:
    run = engine.run

    def failing(request: Request) -> Iterator[Update]:
        count = 0
        for update in run(request):
            if isinstance(update, Wrote):
                if count == tokens:
                    raise error
                count += 1
            yield update

    engine.run = failing  # type: ignore[method-assign]
