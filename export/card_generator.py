"""What the card of a generator says: what it draws, its scores beside real pictures and others, its space, its limits.

The scores come from the manifest. Where the package keeps its evaluation the card also has what the manifest has no
room for: the spread of a figure, the same figures of simpler generators, and where the model stands on the ladder.
"""

from desktop_app.engine.manifest import Manifest, Score
from export.axes import MIN_CHANGE, MIN_FIT, MIN_REACHED
from export.card_usefulness import is_use
from export.evaluation import Column, Evaluation, Figure
from export.figure_words import grouped, number, own_name, summary_lines

BOUNDS = ("ELBO", "IW-")  # what the names of bounds on the likelihood begin with
REAL = "real pictures"
PREVIEW = "The preview shows seeds 0 to 63, index 0, through the program's engine; nothing was picked."


def what(manifest: Manifest) -> str:
    latent, picture = manifest.latent, manifest.picture
    assert latent is not None
    assert picture is not None
    kind = "grey" if picture.channels == 1 else "colour"
    lines = [f"Turns {latent.size} normal numbers into a {kind} picture of {picture.width} x {picture.height} pixels."]
    if manifest.classes:
        lines.append(f"Classes: {', '.join(manifest.classes)}.")
    if "encode" in manifest.abilities:
        lines.append(
            f"An encoder turns a picture into {latent.w_size} numbers w and a decoder turns them back; blends go along "
            "straight lines there. A fitted prior (a normalizing flow) makes w of normal numbers and a class, so that "
            "it samples too. Truncation pulls w towards the mean of its class; its default is "
            f"{manifest.defaults.truncation:g}."
        )
    elif latent.w_size:
        lines.append(
            f"A mapping network first makes w ({latent.w_size} numbers) of them, where blends are smooth. Truncation "
            f"pulls w towards the mean of its class; its default is {manifest.defaults.truncation:g}."
        )
    return "\n".join(lines)


# -----------------------------------------------------------------------------
# scores


def scores(manifest: Manifest, evaluation: Evaluation | None, *, how: str = "", real: str = REAL) -> str:
    """Tables by group, with the floor beside each figure, and one line on what each figure is.

    how: what is to be known of all of them, HOW where nothing is said; real: what the floor is of.
    """
    figures = evaluation.figures if evaluation else tuple(_figure(s) for s in manifest.scores if not is_use(s))
    figures = tuple(figure for figure in figures if not figure.name.startswith(BOUNDS))
    if not figures:
        return "Not measured yet: `python -m export evaluate`."
    columns = evaluation.baselines if evaluation else ()
    parts = [_table(group, members, columns, real) for group, members in grouped(figures).items()]
    if evaluation:
        parts = [*_said(evaluation), *parts, *(f"{c.name}: {c.note.rstrip('.')}." for c in columns if c.note)]
    notes = "\n".join(f"- {note}" for note in evaluation.notes) if evaluation else ""
    return "\n\n".join(part for part in (*parts, meanings(figures), how or HOW, notes) if part)


def _figure(score: Score) -> Figure:
    """A score as a figure; its group is what stands behind the last comma of its name."""
    group = score.name.rpartition(", ")[2] if ", " in score.name else ""
    return Figure(score.name, score.value, score.floor, None, score.higher_is_better, group, score.note)


def _said(evaluation: Evaluation) -> list[str]:
    lines = summary_lines(evaluation)
    return ["\n".join(f"- {line}" for line in lines)] if lines else []


def _table(group: str, members: list[Figure], columns: tuple[Column, ...], real: str) -> str:
    beside = [column for column in columns if any(figure.name in column.values for figure in members)]
    head = [group or "score", "this model", real, *(column.name for column in beside)]
    lines = [head, ["---"] * len(head)]
    for figure in members:
        others = [column.values.get(figure.name) for column in beside]
        known = ["" if value is None else number(value) for value in (figure.floor, *others)]
        lines.append([f"{own_name(figure)} {'↑' if figure.higher_is_better else '↓'}", _value(figure), *known])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _value(figure: Figure) -> str:
    if not figure.spread:
        return number(figure.value)
    return f"{number(figure.value, figure.spread)} ± {number(figure.spread, figure.spread)}"


def meanings(figures: tuple[Figure, ...]) -> str:
    """A line for each note, with the figures that share it."""
    notes: dict[str, list[str]] = {}
    for figure in figures:
        if figure.note and own_name(figure) not in notes.setdefault(figure.note, []):
            notes[figure.note].append(own_name(figure))
    return "\n".join(f"- {', '.join(names)}: {note.rstrip('.')}." for note, names in notes.items())


HOW = (
    "↑ is better when higher, ↓ when lower. Real pictures: the same figure of as many real ones, which no generator "
    "can be expected to beat; a small difference from them means little. Two frozen nets look at the pictures: a "
    "classifier of this program, and a net that never saw a label. Neither saw a generated picture; the classifier "
    "learnt on the real training pictures. Distances in their features are not to be compared with those in others."
)


# -----------------------------------------------------------------------------
# likelihood


def bounds(manifest: Manifest) -> str:
    """An autoencoder's bounds, with published ones beside them where the data are the same; empty without any."""
    found = [score for score in manifest.scores if score.name.startswith(BOUNDS)]
    if not found:
        return ""
    rows = ["| bound | nats a picture | of |", "|---|---|---|"]
    rows += [f"| {s.name} | {s.value:.2f} | {s.note.rpartition('; ')[2]} |" for s in found]
    draws = max((s.name.partition(",")[0] for s in found if s.name.startswith("IW-")), default="IW")
    text = (
        f"{found[0].note.rpartition('; ')[0].capitalize()}. {draws} is the importance-weighted bound with that many "
        "draws. The fitted prior is marginalised over its classes, which come as often as in the training split."
    )
    if manifest.training_data and manifest.training_data[0].name.startswith("MNIST"):
        rows += [f"| published: {name} | {value} | {of} |" for name, value, of in PUBLISHED]
        text += " Static and dynamic binarisation differ by a few nats; compare like with like."
    return "\n".join([*rows, "", text])


PUBLISHED = (
    ("fully connected VAE, ELBO", "90.9", "binarised MNIST"),
    ("the same, importance-weighted, k = 5000", "86.9", "binarised MNIST"),
    ("VAE of Burda et al. 2016, k = 1", "86.76", "static; importance-weighted estimate"),
    ("IWAE of Burda et al. 2016, k = 50", "84.78", "static; importance-weighted estimate"),
    ("IWAE with two layers, k = 50", "82.90", "static; importance-weighted estimate"),
    ("hierarchical VAE with VampPrior", "81.24", "dynamic"),
    ("BIVA", "78.41", "dynamic"),
    ("NVAE", "78.01", "dynamic"),
)


# -----------------------------------------------------------------------------
# space and limits


def space(manifest: Manifest) -> str:
    """The directions with their measures, the strips, and what the map is."""
    space = manifest.space
    assert space is not None
    encodes = "encode" in manifest.abilities
    rows = ["| direction | from | to | change | share | fit |", "|---|---|---|---|---|---|"]
    for d in space.directions:
        share = "" if d.share is None else f"{d.share:.0%}"
        fit = "" if d.fit is None else f"{d.fit:.2f}"
        rows.append(f"| {d.name} | {d.low} | {d.high} | {d.change:.1f} | {share} | {fit} |")
    plane = (
        "the plane in which the means of the classes lie furthest apart" if manifest.classes else "the first two axes"
    )
    if encodes and manifest.latent is not None and manifest.latent.w_size == 2:
        plane = "the latent plane itself"
    dots = f" Its dots are {space.map_points:,} encoded training pictures." if space.map_points else ""
    return "\n".join(
        [
            "![two designs along each direction](directions.png)",
            "",
            "Each direction with two designs, from -3 to +3 standard deviations, in the order of the table.",
            "",
            *rows,
            "",
            f"{SPACE_HOW} The map is {plane}.{dots}",
        ]
    )


SPACE_HOW = (
    "Change: mean difference of a pixel between -2 and +2 standard deviations, in 8-bit steps, over 64 fixed designs. "
    "Share: of the variance. Fit: R² of the regression that found the direction, on designs that it was not fitted to. "
    f"Not shipped: what changes less than {MIN_CHANGE:g} steps or fits below {MIN_FIT:g}, and a class that fewer than "
    f"{MIN_REACHED:.0%} of the designs of other classes have reached at +3."
)


def limits(manifest: Manifest) -> str:
    lines = ["- It knows nothing but the pictures of its training data, at their size."]
    if "encode" in manifest.abilities:
        lines.append("- It smooths: edges come softer than in real pictures, fine pattern is lost.")
        lines.append("- A picture unlike its training data comes back as the nearest thing that it knows.")
    if manifest.classes:
        lines.append(
            "- Rare shapes of a class come rarely or not at all; a few samples are broken or carry another class."
        )
    else:
        lines.append("- No classes can be asked for, and some samples are no recognisable picture. It is a baseline.")
    lines.append("- Scores come from one training run; small differences between models mean little.")
    return "\n".join(lines)
