"""What a generator's pictures are worth as training data: the names of the figures, and their part of the card."""

from desktop_app.engine.manifest import Manifest, Score

GROUP = "as training data"


def is_use(score: Score) -> bool:
    """Whether it is a figure of `python -m export usefulness`, which an evaluation leaves as it is."""
    return score.name.endswith(GROUP)


def name_of(learnt_from: str) -> str:
    """Of a figure; learnt_from: “1,000 real”."""
    return f"accuracy after {learnt_from}, {GROUP}"


def table(manifest: Manifest) -> str:
    """All figures, and what to keep in mind; empty where nothing was measured."""
    scores = [score for score in manifest.scores if is_use(score)]
    if not scores:
        return ""
    rows = ["| pictures learnt from | accuracy on the real test split | |", "|---|---|---|"]
    for score in scores:
        learnt_from = score.name.removeprefix("accuracy after ").removesuffix(f", {GROUP}")
        rows.append(f"| {learnt_from} | {score.value:.2%} | {score.note.partition('; ')[0]} |")
    steps = scores[0].note.split("; ")[1]
    return "\n".join([*rows, "", HOW.format(steps=steps, count=manifest.training_data[0].count)])


HOW = (
    "A small classifier learnt for {steps}, distorted at random; of two sets each gives half of a batch. The generator "
    "itself learnt from all {count:,} real training pictures, so what its pictures add to a few real ones comes from "
    "those, not from nowhere: who has the {count:,} learns from them."
)
