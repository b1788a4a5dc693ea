"""How well a language model foretells text, and whether what it writes is its own.

    python -m export evaluate writer-small --wikitext wikitext2_test.txt

All through the program's engine. Bits per byte: windows of the context that advance by half of it, so that every token
has half a context before it (export/text_bits.py); beside it what the same text costs without a model and, where its
package is installed, SmolLM2 on the beginning of the same file. Copying: phrases of eight words of continuations that
stand in the training text, beside those of what people wrote after the same first words (export/text_copying.py). The
continuations of seeds 0 to 9 go into the card as they are.
"""

import argparse
import functools
import os
import pathlib
import time
from collections.abc import Mapping

import msgspec

from desktop_app import paths
from desktop_app.engine import packages
from desktop_app.engine.errors import StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime, default_threads
from desktop_app.studio.writing import DEFAULT_PRESET
from export import text_copying
from export.card_writer import BITS, COPIED, SPEED, VARIETY
from export.errors import ExportError
from export.evaluation import Arrays, Column, Continuation, Data, Evaluation, Figure
from export.kept import Kept, sha256_of_graphs
from export.measured import arrays_with, data_title, told
from export.progress import Progress
from export.text_bits import WINDOW, Passage, compressed_column, held_out_passages, kept_bits, unigram_column
from export.text_copying import BRANCHES, OPENINGS, TOKENS, Wording
from export.text_documents import Corpus, find_corpus
from export.tokens import load_tokenizer
from export.wording import PHRASE
from export.writing_engine import WritingEngine

WIKITEXT, WIKITEXT_FILE = "WikiText-2 test", "wikitext2_test.txt"
NEIGHBOUR = "smollm2"  # the package that stands beside
WEIGHTS = {"bits per byte": 120.0, "writing": 90.0, "beside": 300.0}  # rough seconds


def evaluate(args: argparse.Namespace, package: Package) -> tuple[Evaluation, Arrays]:
    """What was measured before is kept, but for the speed. Raises ExportError where nothing can be measured."""
    started, threads = time.monotonic(), max(1, int(os.environ.get("OMP_NUM_THREADS", default_threads())))
    runtime = Runtime("cpu", threads=threads)
    try:
        bench = Bench(args, package, runtime, corpus_of(package, pathlib.Path(args.data)))
        passages = passages_of(bench)
        figures = bits_figures(bench, passages)
        continuations = shown(bench)
        figures += wording_figures(bench)
        figures += speed_figures(bench.engine, threads)
        neighbour, more = beside(bench, passages)
        columns = (*floors(bench, passages), *neighbour)
    finally:
        runtime.close()
    evaluation = Evaluation(
        **told(args, package, kind="writer", started=started),
        figures=(*figures[: len(passages)], *more, *figures[len(passages) :]),
        baselines=columns,
        data=data_of(bench.corpus),
        continuations=continuations,
        notes=notes(bench, passages),
    )
    return evaluation, arrays_with()


class Bench:
    """A package, the text that it learnt from where that is prepared, and what was measured before."""

    def __init__(self, args: argparse.Namespace, package: Package, runtime: Runtime, corpus: Corpus | None) -> None:
        self.args, self.package, self.runtime, self.corpus = args, package, runtime, corpus
        self.kept = Kept(pathlib.Path(args.cache), fresh=args.fresh)
        self.progress = Progress(package.name, WEIGHTS)
        self.key = sha256_of_graphs(package.manifest)

    @functools.cached_property
    def engine(self) -> WritingEngine:
        return WritingEngine(self.package, self.runtime)


def corpus_of(package: Package, data: pathlib.Path) -> Corpus | None:
    """The prepared text that a package learnt from; None where it does not say, or the text is not there."""
    if not package.manifest.training_data:
        return None
    corpus = find_corpus(data, data_title(package))
    if corpus and corpus.tokenizer.get_vocab() != load_tokenizer(package.file("tokenizer")).get_vocab():
        raise ExportError(f"{package.name} has another tokenizer than the text prepared in {data}; prepare it again.")
    return corpus


# -----------------------------------------------------------------------------
# bits per byte


def passages_of(bench: Bench) -> list[Passage]:
    """What was held out, kind by kind, and WikiText-2's test file where it is there."""
    wikitext = find_wikitext(bench.args)
    passages = held_out_passages(bench.corpus) if bench.corpus else []
    passages += [Passage(WIKITEXT, wikitext.read_text("utf-8"))] if wikitext else []
    if not passages:
        raise ExportError(
            f"There is no text to measure {bench.package.name} on: give WikiText-2's test file by --wikitext FILE, or "
            "prepare the text that it learnt from."
        )
    return passages


def find_wikitext(args: argparse.Namespace) -> pathlib.Path | None:
    """The file that is named, else one in the folder of data. Raises ExportError where the named one is not there."""
    if args.wikitext:
        if not pathlib.Path(args.wikitext).is_file():
            raise ExportError(f"There is no file {args.wikitext}; name WikiText-2's test file with --wikitext.")
        return pathlib.Path(args.wikitext)
    return next(iter(sorted(pathlib.Path(args.data).rglob(WIKITEXT_FILE))), None)


def bits_figures(bench: Bench, passages: list[Passage]) -> tuple[Figure, ...]:
    bench.progress.begin("bits per byte")
    sizes = [passage.size for passage in passages]
    found = []
    for number, passage in enumerate(passages):
        before, total = sum(sizes[:number]), sum(sizes)

        def tell(done: int, tokens: int, size: int = sizes[number], before: int = before, total: int = total) -> None:
            bench.progress.tell(before + size * done // max(1, tokens), total)

        found.append(bits_figure(passage, kept_bits(bench.kept, bench.package, lambda: bench.engine, passage, tell)))
    return tuple(found)


def bits_figure(passage: Passage, value: float) -> Figure:
    note = (
        "Bits for all tokens but the first over the bytes of the text, so that models of any vocabulary can be "
        f"compared; windows of the context (at most {WINDOW:,} tokens) that advance by half of it. The kinds are what "
        f"was held out of the data, whole documents; {WIKITEXT} is that file as it is, with its “<unk>” and “@-@”."
    )
    return Figure(f"{BITS}, {passage.name}", value, higher_is_better=False, group=BITS, note=note)


def floors(bench: Bench, passages: list[Passage]) -> tuple[Column, ...]:
    """What the same texts cost without a language model."""
    packed = compressed_column(bench.kept, passages)
    columns = [Column("xz", named(packed), note="Each text packed by itself, at its best (-9e).")]
    if bench.corpus:
        alone = unigram_column(bench.corpus, passages, bench.engine.encode)
        note = "The order-0 model: how often each token comes in the training text, and nothing of those before it."
        columns.insert(0, Column("single tokens", named(alone), note=note))
    return tuple(columns)


def named(values: Mapping[str, float]) -> dict[str, float]:
    """By the names of figures."""
    return {f"{BITS}, {name}": value for name, value in values.items()}


def beside(bench: Bench, passages: list[Passage]) -> tuple[tuple[Column, ...], tuple[Figure, ...]]:
    """SmolLM2 on the beginning of WikiText-2's test file, and this package on the same beginning."""
    other = find_neighbour(bench)
    whole = next((passage for passage in passages if passage.name == WIKITEXT), None)
    if other is None or whole is None:
        return (), ()
    bench.progress.begin("beside")
    part = beginning(whole, bench.args.beside_bytes)
    tell = bench.progress.tell
    value = kept_bits(bench.kept, other, lambda: WritingEngine(other, bench.runtime), part, tell)
    name = other.manifest.title
    note = f"{other.manifest.summary.rstrip('.')}; {size_words(other)} of weights beside {size_words(bench.package)}."
    column = Column(name, named({part.name: value}), note=note)
    if part.name == whole.name:
        return (column,), ()
    own = kept_bits(bench.kept, bench.package, lambda: bench.engine, part, tell)
    return (column,), (bits_figure(part, own),)


def find_neighbour(bench: Bench) -> Package | None:
    """The package of SmolLM2 where it is installed and not the one that is measured."""
    for folder in (pathlib.Path(bench.args.models), paths.user_models()):
        if (folder / NEIGHBOUR).is_dir() and bench.package.name != NEIGHBOUR:
            try:
                return packages.open_package(folder / NEIGHBOUR)
            except StudioError as error:
                raise ExportError(str(error)) from None
    return None


def beginning(passage: Passage, most: int) -> Passage:
    """Its first bytes up to the end of a line; all of it with 0, or where it is shorter."""
    content = passage.text.encode()
    if not most or len(content) <= most:
        return passage
    text = content[: content.rfind(b"\n", 0, most) + 1].decode()
    return Passage(f"{passage.name}, first {round(most / 1024)} KiB", text)


def size_words(package: Package) -> str:
    return f"{sum(entry.size for entry in package.manifest.files.values()) / 1e6:,.0f} MB"


# -----------------------------------------------------------------------------
# what it writes


def shown(bench: Bench) -> tuple[Continuation, ...]:
    """The continuations of the card; none where the text that prompts come from is not there."""
    if bench.corpus is None:
        return ()
    openings = text_copying.openings_shown(bench.corpus)
    depends = {"continuations": bench.key, "openings": [(o.kind, o.prompt) for o in openings], "tokens": TOKENS}
    depends |= {"choosing": msgspec.to_builtins(text_copying.USUAL)}
    plain = bench.kept.plain(depends, lambda: msgspec.to_builtins(text_copying.shown(bench.engine, openings)))
    return tuple(msgspec.convert(plain, list[Continuation]))


def wording_figures(bench: Bench) -> tuple[Figure, ...]:
    if bench.corpus is None:
        return ()
    corpus = bench.corpus
    depends = {"wording": bench.key, "openings": OPENINGS, "branches": BRANCHES, "tokens": TOKENS}
    depends |= {split: corpus.sha256(split) for split in ("train", "held_out")}
    depends |= {"choosing": msgspec.to_builtins(text_copying.USUAL)}
    bench.progress.begin("writing")
    plain = bench.kept.plain(
        depends, lambda: msgspec.to_builtins(text_copying.wording(bench.engine, corpus, bench.progress.tell))
    )
    return figures_of_wording(msgspec.convert(plain, Wording))


def figures_of_wording(found: Wording) -> tuple[Figure, ...]:
    human, held_out = share(found.human), share(found.held_out)
    note = (
        f"Share of the phrases of {PHRASE} words that stand in the training text as well, case and punctuation aside: "
        f"of {found.usual[1]:,} in continuations of {TOKENS} tokens at the panel's usual settings "
        f"({DEFAULT_PRESET}), and of {found.certain[1]:,} where the most probable token is always taken. Human text: "
        f"what people wrote after the same first words, {found.human[1]:,} phrases; of all that was held out it is "
        f"{held_out:.2%}.".replace("%", " %")
    )
    variety = (
        f"Distinct-2 (Li et al. 2016): different pairs of words over all, in {found.length:,} words of continuations "
        "and as many of what people wrote after the same first words."
    )
    return (
        Figure(f"{COPIED}, usual settings", share(found.usual), human, higher_is_better=False, group=COPIED, note=note),
        Figure(
            f"{COPIED}, most probable", share(found.certain), human, higher_is_better=False, group=COPIED, note=note
        ),
        Figure(f"{VARIETY}, distinct-2", found.distinct_own, found.distinct_human, group=VARIETY, note=variety),
    )


def share(pair: tuple[int, int]) -> float:
    return pair[0] / max(1, pair[1])


def speed_figures(engine: WritingEngine, threads: int) -> tuple[Figure, ...]:
    read, written = engine.speed()
    note = (
        f"On {threads} thread{'s' if threads > 1 else ''} of this machine, which did other work too: a "
        "prompt of up to 500 tokens read, then up to 64 written. `maquette bench --only write` has others beside it."
    )
    return tuple(Figure(f"{SPEED}, {n}", v, group=SPEED, note=note) for n, v in (("read", read), ("written", written)))


# -----------------------------------------------------------------------------
# what was measured on


def data_of(corpus: Corpus | None) -> tuple[Data, ...]:
    if corpus is None:
        return ()
    about = corpus.train.about
    return tuple(
        Data(about["title"], split, about["splits"][name]["tokens"], about["splits"][name]["tokens_sha256"])
        for name, split in (("train", "training split"), ("held_out", "held out"))
    )


def notes(bench: Bench, passages: list[Passage]) -> tuple[str, ...]:
    """What is missing, and what has to be known."""
    found = []
    if not any(passage.name == WIKITEXT for passage in passages):
        found.append(f"{WIKITEXT} was not at hand (--wikitext FILE), so there is no row of it.")
    elif find_neighbour(bench) is None and bench.package.name != NEIGHBOUR:
        found.append("SmolLM2 is not installed here (python -m export smollm2), so it does not stand beside.")
    if bench.corpus is None:
        found.append("What it learnt from is not at hand, so nothing is said of copying.")
    return tuple(found)
