"""Bits per byte, copying and the whole evaluation of a language model, through the engine, on tiny packages."""

import json
import math
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

pytest.importorskip("torch")

from desktop_app.engine import packages
from desktop_app.engine.manifest import TrainingData
from desktop_app.engine.runtime import Runtime
from export import evaluate, text_bits, text_copying, writing_engine
from export.__main__ import main
from export.package_files import write_manifest
from export.text_bits import Passage, bits_of, sliding_nats
from export.text_copying import openings_shown, wording
from export.text_documents import find_corpus
from export.writing_engine import WritingEngine
from tests import tiny_writer

STORY = "The quick brown fox called {name} jumps over the lazy dog and runs on through the night, and then it sleeps."
WORD = "fox {name} (noun): the quick brown animal called {name} that runs through the night and jumps over dogs"

NAMES = [first + second + "o" for first in "bdfghklmnprt" for second in "aeiou"]


@pytest.fixture(scope="module", autouse=True)
def little():
    """Few continuations."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_copying, "OPENINGS", 2)
        patch.setattr(text_copying, "BRANCHES", 2)
        yield


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared text with two kinds, and a package with its tokenizer that says that it learnt from it."""
    root = tmp_path_factory.mktemp("world")
    for kind, line in {"poem": STORY, "title": WORD}.items():
        (root / f"{kind}.txt").write_text("\n".join(line.format(name=name) for name in NAMES))
    sources = [f"{name}:lines={root / name}.txt" for name in ("poem", "title")]
    assert main(["data", "text", *sources, "--name", "tiny", "--vocabulary", "310", f"--data={root / 'data'}",
                 "--held-out", "0.2"]) == 0  # fmt: skip
    package = tiny_writer.tiny_writer(root / "models")
    shutil.copy(root / "data" / "tiny" / "tokenizer.json", package.folder)
    told = (TrainingData("tiny, training split", "CC0-1.0", 1, "0" * 64),)
    write_manifest(package.folder, msgspec.structs.replace(package.manifest, training_data=told))
    (root / "data" / "wikitext2_test.txt").write_text(" = A fox = \n The <unk> fox jumps .\n" * 20)
    return root


@pytest.fixture(scope="module")
def engine(world: Path):
    runtime = Runtime("cpu", threads=1)
    yield WritingEngine(packages.open_package(world / "models" / "tiny-writer"), runtime)
    runtime.close()


def command(root: Path, *more: str, name: str = "tiny-writer") -> list[str]:
    folders = (f"--{kind}={root / kind}" for kind in ("data", "runs", "models", "reports", "cache"))
    return ["evaluate", name, *folders, *more]


# -- bits per byte -------------------------------------------------------------------------------------------------


def reference_nats(tokens: np.ndarray) -> np.ndarray:
    """In numpy, all at once."""
    logits = tiny_writer.reference(tiny_writer.weights(), tokens[:-1]).astype(np.float64)
    shifted = logits - logits.max(axis=1, keepdims=True)
    return (np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(logits)), tokens[1:]]).astype(np.float64)


@pytest.mark.parametrize(("length", "fresh"), [(9, 8), (9, 3), (6, 5), (2, 1)])
def test_the_engine_foretells_as_the_reference_does(
    engine: WritingEngine, monkeypatch: pytest.MonkeyPatch, length: int, fresh: int
) -> None:
    monkeypatch.setattr(writing_engine, "READ", 4)
    tokens = np.arange(length) * 31 % 300
    assert engine.nats(tokens, fresh) == pytest.approx(reference_nats(tokens)[-fresh:], rel=1e-4)


class Counting:
    """Gives each token as many nats as there are tokens before it in its window."""

    context = 8

    def encode(self, text: str) -> np.ndarray:
        return np.frombuffer(text.encode(), np.uint8).astype(np.int64)

    def nats(self, tokens: np.ndarray, fresh: int) -> np.ndarray:
        return np.arange(1, len(tokens))[-fresh:].astype(float)


def test_each_token_counts_once_with_half_a_window_before_it() -> None:
    windows = [*range(1, 9), *[5, 6, 7, 8] * 2, 8]  # 18 tokens: the first window, two that advance by a half, the rest
    assert sliding_nats(Counting(), np.arange(18), lambda *_: None) == sum(windows)


def test_bits_are_told_over_the_bytes_of_the_text() -> None:
    passage = Passage("x", "äbc")  # 4 bytes, 3 of which are foretold
    assert bits_of(Counting(), passage, lambda *_: None) == pytest.approx((1 + 2 + 3) / math.log(2) / 4)
    coded = Passage("x", "äbc", np.zeros(6, np.uint16))
    assert bits_of(Counting(), coded, lambda *_: None) == pytest.approx((1 + 2 + 3 + 4 + 5) / math.log(2) / 4)


# -- copying -------------------------------------------------------------------------------------------------------


def test_openings_are_the_first_words_of_what_was_held_out(world: Path) -> None:
    corpus = find_corpus(world / "data", "tiny")
    assert corpus is not None
    found = corpus.openings("poem", 3)
    assert [opening.prompt.split()[:4] for opening in found] == [["The", "quick", "brown", "fox"]] * 3
    assert all(len(opening.prompt.split()) == 6 for opening in found)
    held_out = list(corpus.documents(corpus.held_out, "poem"))
    assert all(opening.prompt + opening.rest in held_out for opening in found)
    assert not set(held_out) & set(corpus.documents(corpus.train, "poem"))
    shown = openings_shown(corpus)
    assert [opening.kind for opening in shown] == ["poem", "title"] * 5
    assert find_corpus(world / "data", "another") is None


class Parrot:
    """Goes on from any prompt with a sentence of the training text, or with words of its own where it is free."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def write(self, prompt: str, *, count: int = 1, seed: int = 0, choosing, **_: object) -> list[str]:
        own = [" ".join(f"word{seed}{branch}{n}" for n in range(20)) for branch in range(count)]
        return [self.sentence] if choosing == text_copying.CERTAIN else own


def test_copying_is_told_apart_from_own_words(world: Path) -> None:
    corpus = find_corpus(world / "data", "tiny")
    assert corpus is not None
    sentence = next(corpus.documents(corpus.train, "poem"))
    found = wording(Parrot(sentence), corpus, lambda *_: None)
    assert found.certain[0] == found.certain[1] > 0
    assert found.usual[0] == 0 < found.usual[1]
    assert 0 < found.human[0] < found.human[1], "the texts differ in a name alone"
    assert found.distinct_own == 1.0 > found.distinct_human


# -- the whole -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def measured(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(world, tmp_path_factory.mktemp("measured") / "world"))
    assert main(command(root)) == 0
    return root


def test_an_evaluation_writes_scores_card_and_page(measured: Path) -> None:
    package = packages.open_package(measured / "models" / "tiny-writer")
    packages.check_files(package)
    scores = {score.name: score for score in package.manifest.scores}
    assert {"bits per byte, poem", "bits per byte, title", "bits per byte, WikiText-2 test"} < set(scores)
    assert scores["copied 8-grams, usual settings"].floor is not None
    assert scores["bits per byte, poem"].value > 2, "its weights are random"
    evaluation, _ = evaluate.read_result(measured / "reports", "tiny-writer")
    assert [c.name for c in evaluation.baselines] == ["single tokens", "xz"]
    assert [sample.seed for sample in evaluation.continuations] == list(range(10))
    assert "SmolLM2 is not installed here" in evaluation.notes[0]
    assert str(measured) not in json.dumps(msgspec.to_builtins(evaluation))
    card = (package.folder / "card.md").read_text("utf-8")
    assert "| Bits per byte | this model | single tokens | xz |" in card
    assert card.count("> **") == 10
    assert "<blockquote>" in (measured / "reports" / "tiny-writer.html").read_text("utf-8")


def test_what_was_measured_is_kept(measured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_bits, "bits_of", lambda *_: pytest.fail("measured again"))
    monkeypatch.setattr(text_copying, "wording", lambda *_: pytest.fail("written again"))
    monkeypatch.setattr(text_copying, "shown", lambda *_: pytest.fail("written again"))
    assert main(command(measured)) == 0


def test_a_neighbour_reads_the_beginning_of_the_file(world: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(world, tmp_path / "world"))
    tiny_writer.tiny_writer(root / "models", "smollm2", arrays=tiny_writer.weights(1))
    assert main(command(root, "--beside-bytes", "100")) == 0
    evaluation, _ = evaluate.read_result(root / "reports", "tiny-writer")
    column = evaluation.baselines[-1]
    name = "bits per byte, WikiText-2 test, first 0 KiB"
    assert (column.name, list(column.values)) == ("Tiny writer", [name])
    assert name in [figure.name for figure in evaluation.figures]


def test_without_its_text_and_without_wikitext_there_is_nothing_to_measure(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = Path(shutil.copytree(world / "models", tmp_path / "models")).parent
    assert main(command(root)) == 1
    assert "--wikitext FILE" in capsys.readouterr().err
    assert main(command(root, f"--wikitext={root / 'no.txt'}")) == 1
    assert "There is no file" in capsys.readouterr().err


def test_a_package_of_another_tokenizer_is_told_so(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = Path(shutil.copytree(world, tmp_path / "world"))
    folder = root / "models" / "tiny-writer"
    tiny_writer.tokenizer().save(str(folder / "tokenizer.json"))
    write_manifest(folder, packages.open_package(folder).manifest)
    assert main(command(root)) == 1
    assert "another tokenizer" in capsys.readouterr().err
