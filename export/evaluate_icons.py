"""Scores of a package of icons, with the same scores of real icons beside them.

Everything runs through the package in the program's engine; nothing is picked. Overlap is the intersection over union
of the ink at 64 x 64. Reconstruction is measured on icons of held-out concepts; words by a classifier (icon_judge.py)
on the first WORD_SAMPLES samples of seed 1 of each of its 200 words, style “filled”, beside filled icons that it never
saw; coverage on as many samples as there are held-out icons, with their words and styles; copies against every training
icon. sheet.png in the package shows SHEET_WORDS, the first SHEET_SAMPLES samples of the same seed.
"""

import argparse
import pathlib
import time

import numpy as np

from desktop_app.engine.errors import StudioError
from desktop_app.engine.file_content import sha256_of
from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime
from export.errors import ExportError
from export.evaluation import Arrays, Data, Evaluation, Figure, Net
from export.icon_bench import WORD_SAMPLES, Bench
from export.icon_dataset import ONE_TONE
from export.icon_judge import RUN, shared_out
from export.icon_nearest import NEAR, Nearest, mean_difference, nearest
from export.icon_sheet import AT_ONCE, SHEET, SHEET_SAMPLES, STYLE, draw, in_few_greys, pictures_of, sheet_designs
from export.measured import arrays_with, told
from export.scores import density_coverage, neighbour_distances
from export.sheet import write_sheet

K = 5  # neighbours
PAIRS = 12
COLUMNS = 10  # of the samples in the report
RECONSTRUCTION, WORDS, VARIETY, COPIES = "reconstruction", "words", "variety", "copies"


def evaluate(args: argparse.Namespace, package: Package) -> tuple[Evaluation, Arrays]:
    """All figures, and sheet.png in the package's folder. Raises ExportError with a sentence on what is wrong."""
    started = time.monotonic()
    runtime = Runtime("cpu")
    try:
        bench = Bench(args, package, runtime)
        backs = reconstruction(bench)
        spoken, word_notes = words(bench)
        samples = bench.word_samples()
        copied, found = copies(bench, samples)
        figures = (*backs, *spoken, *variety(bench, samples), *copied)
        arrays = arrays_of(bench, samples, found, write_the_sheet(bench, package.folder))
    except StudioError as error:
        raise ExportError(f"{package.name} cannot be measured. {error}") from None
    finally:
        runtime.close()
    evaluation = Evaluation(
        figures=figures,
        nets=(Net(RUN, f"a classifier of {len(bench.judge.words)} words", sha256_of(bench.judge.path)),),
        data=data_of(bench),
        notes=(*word_notes, *NOTES),
        **told(args, package, kind="icons", started=started),
    )
    return evaluation, arrays


# -- reconstruction ---------------------------------------------------------------------------------------------------


def reconstruction(bench: Bench) -> tuple[Figure, ...]:
    """Overlap of held-out icons with what encoder and decoder make of them."""
    bench.progress.begin("reconstruction")
    found = bench.kept.arrays(bench.key("reconstruction"), lambda: {"overlap": overlaps(bench)})["overlap"]
    styles = np.array([icon["style"] for icon in bench.held.icons])
    figures = []
    for style in ("", *ONE_TONE):
        part = found[styles == style] if style else found
        if not len(part):
            continue
        note = f"Intersection over union of the ink, {len(part):,} {style} icons".replace("  ", " ")
        note += " of held-out concepts, encoded and decoded."
        name = f"overlap{f' of {style} icons' if style else ''}"
        figures += [
            Figure(f"mean {name}", float(part.mean()), group=RECONSTRUCTION, note=note),
            Figure(f"median {name}", float(np.median(part)), group=RECONSTRUCTION, note=note),
        ]
    return tuple(figures)


def overlaps(bench: Bench) -> np.ndarray:
    """(n,) float32."""
    held, found = bench.held.fields, []
    for start in range(0, len(held), AT_ONCE):
        field = held[start : start + AT_ONCE, None].astype(np.float32) / np.float32(127)
        back = bench.model.decode(bench.model.encode(field))
        both, either = ((field > 0) & (back > 0)).sum((1, 2, 3)), ((field > 0) | (back > 0)).sum((1, 2, 3))
        found.append(both / np.maximum(either, 1))
        bench.progress.tell(start, len(held))
    return np.concatenate(found).astype(np.float32)


# -- words ------------------------------------------------------------------------------------------------------------


def words(bench: Bench) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """How often the classifier sees the word that was asked for, and the words that came best and worst."""
    seen = bench.judge.look(bench.word_samples())[1].reshape(-1, WORD_SAMPLES)
    right = (seen == np.arange(len(seen))[:, None]).mean(axis=1)  # of each word
    icons = shared_out(bench.train.icons, bench.held.icons, bench.judge.words)
    real = bench.fields_at(icons.kept)
    real_right = bench.judge.look(real)[1] == icons.kept_labels
    of_each = np.array([real_right[icons.kept_labels == n].mean() for n in range(len(seen))])
    note = (
        f"Share of the first {WORD_SAMPLES} samples of each of {len(seen)} words, style {STYLE}, guidance "
        f"{bench.icons.guidance:g}, in which the classifier sees that word, out of all of them. Real icons: "
        f"{len(real):,} {STYLE} icons called like that, which the classifier never saw."
    )
    spread = float(right.std(ddof=1) / np.sqrt(len(right)))
    beside = "The same as a share of what real icons get."
    figures = (
        Figure("word seen", float(right.mean()), float(of_each.mean()), spread, True, WORDS, note),
        Figure("word seen, beside real icons", float(right.mean() / of_each.mean()), group=WORDS, note=beside),
    )
    order = np.argsort(-right, kind="stable")
    best, worst = ([f"“{bench.judge.words[n]}”" for n in part] for part in (order[:10], order[::-1][:10]))
    never = int((right == 0).sum())
    lines = [f"Seen most often: {', '.join(best)}. Least often: {', '.join(worst)}."]
    lines += [f"In no sample of {never} of the {len(seen)} words does the classifier see the word."] if never else []
    return figures, tuple(lines)


# -- variety ----------------------------------------------------------------------------------------------------------


def variety(bench: Bench, samples: np.ndarray) -> tuple[Figure, ...]:
    """Coverage and density beside held-out icons, and how much the samples of one word differ."""
    rng = np.random.Generator(np.random.Philox(key=bench.seed))
    chosen = np.sort(rng.permutation(len(bench.held.icons))[: bench.most])
    train = np.sort(rng.permutation(len(bench.train.icons))[: len(chosen)])
    key = bench.key("held-out samples")
    made = bench.kept.arrays(key, lambda: {"fields": bench.fields(bench.like(chosen), "coverage")})["fields"]
    real, others, fake = (
        bench.judge.look(part)[0] for part in (bench.held.fields[chosen], bench.train.fields[train], made)
    )
    radii = neighbour_distances(real, k=K)
    (density, coverage), (real_density, real_coverage) = (
        density_coverage(real, part, k=K, radii=radii) for part in (fake, others)
    )
    of = f"In the classifier's features, {len(chosen):,} samples with the words and styles of as many held-out icons"
    density_note = f"{of}; in how many of {K} neighbourhoods of real icons a sample lies (Naeem et al. 2020)."
    coverage_note = f"{of}; share of the real icons with a sample in their neighbourhood (Naeem et al. 2020)."
    apart, real_apart = differences(bench, samples)
    apart_note = f"1 less the mean overlap of two of the {WORD_SAMPLES} samples of a word, mean over the words."
    return (
        Figure("coverage", coverage, real_coverage, None, True, VARIETY, coverage_note),
        Figure("density", density, real_density, None, True, VARIETY, density_note),
        Figure("difference within a word", apart, real_apart, None, True, VARIETY, apart_note),
    )


def differences(bench: Bench, samples: np.ndarray) -> tuple[float, float]:
    """Of the samples of a word, and of the real icons that were kept back of it."""
    made = samples.reshape(len(bench.judge.words), WORD_SAMPLES, *samples.shape[1:])
    icons = shared_out(bench.train.icons, bench.held.icons, bench.judge.words)
    real, labels = bench.fields_at(icons.kept), icons.kept_labels
    groups = [real[labels == n] for n in range(len(made)) if (labels == n).sum() > 1]
    return tuple(float(np.mean([mean_difference(part) for part in parts])) for parts in (made, groups))  # type: ignore[return-value]


# -- copies -----------------------------------------------------------------------------------------------------------


def copies(bench: Bench, samples: np.ndarray) -> tuple[tuple[Figure, ...], Nearest]:
    """Share of samples that overlap a training icon by NEAR, beside held-out icons; what the index tells of them."""
    bench.progress.begin("copies")
    found = _nearest(bench, "samples", samples)
    rng = np.random.Generator(np.random.Philox(key=bench.seed))
    real = _nearest(bench, "held out", bench.held.fields[rng.permutation(len(bench.held.icons))[: len(samples)]])
    note = f"Share of {len(samples):,} samples, style {STYLE}, that overlap a training icon by {NEAR:g} or more."
    note += " Real icons: of held-out concepts, of both styles."
    middle = "The median over the same samples of the overlap with the training icon that is nearest."
    half, real_half = float(np.median(found.overlap)), float(np.median(real.overlap))
    figures = (
        Figure("share of near copies", found.share(), real.share(), None, False, COPIES, note),
        Figure("median overlap with the nearest", half, real_half, None, False, COPIES, middle),
    )
    return (*figures, *marks(bench, samples, found)), found


def _nearest(bench: Bench, what: str, fields: np.ndarray) -> Nearest:
    def make() -> dict[str, np.ndarray]:
        found = nearest(fields, bench.train.fields, tell=bench.progress.tell)
        return {"overlap": found.overlap, "index": found.index}

    return Nearest(**bench.kept.arrays(bench.key(f"nearest, {what}"), make))


def marks(bench: Bench, samples: np.ndarray, found: Nearest) -> tuple[Figure, ...]:
    """How many near copies the package's own index tells, and how near are those that it tells."""
    index = bench.model.similar
    if index is None:
        return ()
    scale = np.float32(bench.icons.reach / 127)
    told_of = np.array([one is not None for one in index.find(samples.astype(np.float32) * scale)])
    near, figures = found.overlap >= NEAR, []
    if near.any():
        note = f"Share of the {int(near.sum())} near copies that the program marks, by an index of a few bytes an icon."
        figures.append(Figure("near copies marked", float(told_of[near].mean()), group=COPIES, note=note))
    if told_of.any():
        note = f"Share of the {int(told_of.sum())} marked samples that overlap a training icon by less than 0.8."
        wrong = float((found.overlap[told_of] < 0.8).mean())
        figures.append(Figure("false marks", wrong, None, None, False, COPIES, note))
    return tuple(figures)


# -- pictures ---------------------------------------------------------------------------------------------------------


def write_the_sheet(bench: Bench, folder: pathlib.Path) -> np.ndarray:
    """sheet.png: a word a row, SHEET_SAMPLES each. Returns its pictures, (words, samples, side, side, 1)."""
    pictures = draw(bench.model, sheet_designs(bench.seed, bench.icons.guidance))
    write_sheet(folder / SHEET, in_few_greys(pictures), columns=SHEET_SAMPLES)
    return pictures.reshape(-1, SHEET_SAMPLES, *pictures.shape[1:])


def arrays_of(bench: Bench, samples: np.ndarray, found: Nearest, sheet: np.ndarray) -> Arrays:
    """Ten samples of each word of the sheet, and the samples nearest to a training icon beside it."""
    order = np.argsort(-found.overlap, kind="stable")[:PAIRS]
    pairs = np.stack([samples[order], bench.train.fields[found.index[order]]], axis=1)
    pictures = pictures_of(pairs.astype(np.float32) * np.float32(bench.icons.reach / 127))
    shown = sheet[:, :COLUMNS].reshape(-1, *sheet.shape[2:])
    return arrays_with(samples=shown, pairs=pictures, ratios=found.overlap[order].astype(np.float32))


def data_of(bench: Bench) -> tuple[Data, ...]:
    about = bench.train.about
    return tuple(
        Data(about["title"], title, len(part.icons), about["splits"][split]["fields_sha256"])
        for title, split, part in (("train", "train", bench.train), ("held out", "held_out", bench.held))
    )


NOTES = (
    "The classifier learnt on training icons, as the generator did; it takes some words for others that mean the same "
    "(“home” and “house”, “mail” and “envelope”), of real icons as of generated ones.",
    "Scores come from one training run; small differences mean little.",
)
