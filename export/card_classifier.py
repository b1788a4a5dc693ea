"""What the card of a classifier says in place of a generator's: its classes, how often it is right, where it ends.

A score's name is its table, its row and its column with commas between, as export/evaluate_classifier.py writes them.
"""

from desktop_app.engine.manifest import Manifest, Score

WHOLE, DELETION = "of the test split", "probability left"
PREVIEW = (
    "The first test picture of each class, and under it, in colour, what speaks for the class that the model sees in "
    "it: its class activation map, through the program's engine; nothing was picked."
)


def what(manifest: Manifest) -> str:
    picture, classifier = manifest.picture, manifest.classifier
    assert picture is not None
    assert classifier is not None
    kind = "grey" if picture.channels == 1 else "colour"
    rows, columns = classifier.grid
    return (
        f"Says which class a {kind} picture of {picture.width} x {picture.height} pixels shows, and how sure it is. "
        f"Classes: {', '.join(manifest.classes)}.\n"
        f"It ends with the average of {rows} x {columns} places and one linear layer, so that each place's part in the "
        "answer is known exactly: the evidence map, whose mean is the logit. Its "
        f"{classifier.features} averages are the features in which generators are measured.\n"
        f"Its logits are divided by a temperature of {classifier.temperature:g}, fitted on pictures of the training "
        "split that were kept back, so that of all answers given with 80 % about 80 % are right."
    )


def scores(manifest: Manifest) -> str:
    if not manifest.scores:
        return f"Not measured yet: `python -m export evaluate {manifest.name}`."
    tables: dict[str, list[Score]] = {}
    for score in manifest.scores:
        name, comma, _ = score.name.partition(", ")
        tables.setdefault(name if comma else WHOLE, []).append(score)
    parts = [_table(name, group) for name, group in tables.items()]
    return "\n\n".join([*parts, *verdict(tables.get(DELETION, [])), HOW])


def verdict(group: list[Score]) -> list[str]:
    """In how many rows of the deletion test each map beats each kind of random part; nothing without the test."""
    left: dict[str, dict[str, float]] = {}
    for score in group:
        _, row, way = score.name.split(", ")
        left.setdefault(way, {})[row] = score.value
    maps, random = ([way for way in left if way.startswith("random") == is_random] for is_random in (False, True))
    told = []
    for way in maps:
        beaten = (
            f"{other} in {sum(left[way][row] < value for row, value in left[other].items())} of {len(left[other])} rows"
            for other in random
        )
        told.append(f"Covering what {way} marks lowers the probability more than {', than '.join(beaten)}.")
    return [" ".join(told)] if told else []


def _table(title: str, group: list[Score]) -> str:
    """Rows, and in the deletion test columns, out of the names."""
    cells: dict[str, dict[str, str]] = {}
    for score in group:
        name = score.name.removeprefix(f"{title}, ")
        row, _, column = name.partition(", ") if title == DELETION else (name, "", "")
        cells.setdefault(row, {})[column] = _number(score)
    columns = list(dict.fromkeys(column for row in cells.values() for column in row))
    lines = [[title, *columns], ["---"] * (1 + len(columns))]
    lines += [[name, *(row.get(column, "") for column in columns)] for name, row in cells.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(score: Score) -> str:
    if score.name.startswith(("accuracy", "calibration error")):
        return f"{score.value:.2%}".replace("%", " %")
    return f"{score.value:.0%}".replace("%", " %") if score.name.startswith(DELETION) else f"{score.value:.4f}"


HOW = (
    "Accuracy: share of the test pictures whose most probable class is theirs. Calibration error: of 15 bins of "
    "confidence, the mean distance of confidence and share that is right (Guo et al. 2017). Probability left: that of"
    " the class of pictures judged rightly, after the part of their pixels that a map marks most is painted over in "
    "the picture's ground; the lower, the more the map knows. “Random blobs” are marked by random maps as coarse as "
    "the activation's, “random pixels” one by one among what is drawn. Likeness of maps: rank correlation of the "
    "activation maps before and after the last layers are shuffled; a map that does not change then shows no more "
    "than the edges of the picture (Adebayo et al. 2018)."
)


def limits(manifest: Manifest) -> str:
    lines = (
        "It must choose one of its classes, also for a picture of something else; a low probability is a hint, a high "
        "one is no proof.",
        "It was calibrated on pictures like those that it learnt from; on others it is surer than it should be.",
        "A map shows where the evidence lies that this network uses, not what a person would look at.",
        "The map of activation is as coarse as its places; that of occlusion depends on what covers the picture.",
    )
    return "\n".join(f"- {line}" for line in lines)
