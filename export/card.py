"""card.md: what a package does, how it was made, what it may be used for, how good it is and where it ends."""

import pathlib

from desktop_app.engine.manifest import Manifest, Score
from export import card_classifier, card_restorer
from export.axes import MIN_CHANGE, MIN_FIT, MIN_REACHED
from export.data import IDX_SOURCES

COMMERCIAL = {
    "yes": "Commercial use of the weights and of pictures made with them is allowed.",
    "no": "Commercial use is not allowed.",
    "unknown": "Whether commercial use is allowed follows from the licence; this program does not know it.",
}


def write_card(folder: pathlib.Path, manifest: Manifest) -> None:
    (folder / "card.md").write_text(card_text(manifest), "utf-8")


def card_text(manifest: Manifest) -> str:
    if manifest.classifier is not None:
        return _classifier_text(manifest)
    return _restorer_text(manifest) if manifest.restoration is not None else _generator_text(manifest)


def _classifier_text(manifest: Manifest) -> str:
    parts = [f"# {manifest.title}", manifest.summary, "![pictures and what speaks for their class](preview.png)"]
    parts += [card_classifier.PREVIEW]
    parts += ["## What it does", card_classifier.what(manifest)]
    parts += ["## How it was made", _made(manifest)]
    parts += ["## Data and licence", _data(manifest)]
    parts += ["## Figures", card_classifier.scores(manifest)]
    parts += ["## Limits", card_classifier.limits(manifest)]
    return "\n\n".join(parts) + "\n"


def _restorer_text(manifest: Manifest) -> str:
    parts = [f"# {manifest.title}", manifest.summary, "![before and after](preview.png)"]
    parts += [card_restorer.preview_words(manifest)]
    parts += ["## What it does", card_restorer.what(manifest)]
    parts += ["## How it was made", _made(manifest)]
    parts += ["## Data and licence", _data(manifest)]
    parts += ["## Figures", card_restorer.scores(manifest)]
    parts += ["## Limits", card_restorer.limits(manifest)]
    return "\n\n".join(parts) + "\n"


def _generator_text(manifest: Manifest) -> str:
    parts = [f"# {manifest.title}", manifest.summary, "![seeds 0 to 63](preview.png)"]
    parts += ["The preview shows seeds 0 to 63, index 0, through the program's engine; nothing was picked."]
    parts += ["## What it does", _what(manifest)]
    parts += ["## How it was made", _made(manifest)]
    parts += ["## Data and licence", _data(manifest)]
    judged = tuple(score for score in manifest.scores if score.floor is not None)
    bounds = tuple(score for score in manifest.scores if score.floor is None)
    parts += ["## Scores", _scores(judged)]
    if bounds:
        parts += ["## Likelihood", _bounds(bounds, manifest)]
    if manifest.space is not None:
        parts += ["## Directions and map", _space(manifest)]
    parts += ["## Limits", _limits(manifest)]
    return "\n\n".join(parts) + "\n"


def _what(manifest: Manifest) -> str:
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


def _made(manifest: Manifest) -> str:
    made = manifest.made_by
    return (
        f"Preset {made.preset}, {made.minutes:g} minutes on {made.hardware}, {made.images:,} training pictures seen "
        f"(repeats counted), {made.date}, commit {made.commit}.\n\n```\n{_data_command(manifest)}{made.command}\n"
        f"{_prior_command(manifest)}python -m export package {manifest.name}\npython -m export verify {manifest.name}\n"
        f"{_measure_commands(manifest)}```\n\n"
        "A budget in minutes depends on the machine: another run gives other weights of the same kind."
    )


def _prior_command(manifest: Manifest) -> str:
    return f"python -m export prior {manifest.name}\n" if "encode" in manifest.abilities else ""


def _measure_commands(manifest: Manifest) -> str:
    if manifest.restoration is not None:
        return "python -m export evaluate denoiser --tests DIR\n"
    if manifest.classifier is not None:
        return f"python -m export evaluate {manifest.name}\n"
    return f"python -m export evaluate {manifest.name}\npython -m export directions {manifest.name}\n"


def _data_command(manifest: Manifest) -> str:
    """How the data set is prepared, where it is one of the named ones."""
    title = manifest.training_data[0].name.split(",")[0] if manifest.training_data else ""
    if title == "Photographs":
        return "python -m export data photos DIR DIR\n"
    names = [name for name, source in IDX_SOURCES.items() if source.title == title]
    return f"python -m export data {names[0]} --from DIR\n" if names else ""


def _data(manifest: Manifest) -> str:
    lines = [
        f"- {data.name}: {data.count:,} pictures; {data.licence}; sha256 of the prepared arrays `{data.sha256}`."
        for data in manifest.training_data
    ]
    lines.append(f"- Weights: {manifest.licence}. {COMMERCIAL[manifest.commercial_use]}")
    return "\n".join(lines)


def _scores(scores: tuple[Score, ...]) -> str:
    if not scores:
        return "Not measured yet: `python -m export evaluate`."
    rows = ["| score | this model | real training pictures |", "|---|---|---|"]
    for score in scores:
        floor = "" if score.floor is None else f"{score.floor:.4f}"
        rows.append(f"| {score.name} | {score.value:.4f} | {floor} |")
    plain = any(score.name.endswith("N(0, I)") for score in scores)
    return "\n".join([*rows, "", f"{scores[0].note}. {PLAIN_HOW if plain else ''}{HOW}"])


def _bounds(scores: tuple[Score, ...], manifest: Manifest) -> str:
    """An autoencoder's bounds, with published ones beside them where the data are the same."""
    rows = ["| bound | nats a picture | of |", "|---|---|---|"]
    rows += [f"| {s.name} | {s.value:.2f} | {s.note.rpartition('; ')[2]} |" for s in scores]
    draws = max((s.name.partition(",")[0] for s in scores if s.name.startswith("IW-")), default="IW")
    text = (
        f"{scores[0].note.rpartition('; ')[0].capitalize()}. {draws} is the importance-weighted bound with that many "
        "draws. The fitted prior is marginalised over its classes, which come as often as in the training split."
    )
    if manifest.training_data and manifest.training_data[0].name.startswith("MNIST"):
        rows += [f"| published: {name} | {value} | {what} |" for name, value, what in PUBLISHED]
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


def _space(manifest: Manifest) -> str:
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

PLAIN_HOW = "With “N(0, I)” behind the name: samples from there past the fitted prior, with no class asked for. "
HOW = (
    "Density and coverage: k = 5, penultimate features of the judge, against the real test split; the last column is "
    "the same for as many real training pictures (a density above the real one means samples crowd typical places). "
    "Confident: the judge gives some class more than 0.9. Class balance: 1 minus the total variation distance to the "
    "classes of the test split. Fréchet distance: between the same features, lower is better, not comparable with FIDs "
    "of other features. The other scores are better when higher; the judge never "
    "saw a generated picture. It learnt on the real training pictures, so its accuracy on them flatters them a little."
)


def _limits(manifest: Manifest) -> str:
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
    lines.append("- Scores come from one training run and one judge; small differences between models mean little.")
    return "\n".join(lines)
