"""card.md: what a package does, how it was made, what it may be used for, how good it is and where it ends."""

import pathlib

from desktop_app.engine.manifest import IconSource, Manifest
from export import (
    card_classifier,
    card_generator,
    card_icons,
    card_restorer,
    card_usefulness,
    card_writer,
    icon_similar,
)
from export.data import IDX_SOURCES
from export.evaluation import Evaluation
from export.package_evaluation import read_evaluation
from export.whole_file import write_atomically

COMMERCIAL = {
    "yes": "Commercial use of the weights and of what is made with them is allowed.",
    "no": "Commercial use is not allowed.",
    "unknown": "Whether commercial use is allowed follows from the licence; this program does not know it.",
}


def write_card(folder: pathlib.Path, manifest: Manifest) -> None:
    """Of the manifest and, where the folder holds one, of the evaluation, which tells more of its scores."""
    sets = icon_similar.sets_of(folder) if manifest.icons is not None else ()
    write_atomically(folder / "card.md", card_text(manifest, read_evaluation(folder), sets).encode())


def card_text(manifest: Manifest, evaluation: Evaluation | None = None, sets: tuple[IconSource, ...] = ()) -> str:
    """sets: those that a package of icons learnt from."""
    parts = [f"# {manifest.title}", manifest.summary, *(_preview(manifest) if manifest.text is None else ())]
    for heading, text in _sections(manifest, evaluation, sets):
        if text:
            parts += [f"## {heading}", text]
    return "\n\n".join(parts) + "\n"


def _preview(manifest: Manifest) -> tuple[str, str]:
    if manifest.classifier is not None:
        return "![pictures and what speaks for their class](preview.png)", card_classifier.PREVIEW
    if manifest.restoration is not None:
        return "![before and after](preview.png)", card_restorer.preview_words(manifest)
    if manifest.icons is not None:
        return "![eight words, eight seeds each](preview.png)", card_icons.PREVIEW
    return "![seeds 0 to 63](preview.png)", card_generator.PREVIEW


def _sections(manifest: Manifest, evaluation: Evaluation | None, sets: tuple[IconSource, ...]) -> list[tuple[str, str]]:
    """(heading, text) in the order of the card; those without a text are left out."""
    allowed = COMMERCIAL[manifest.commercial_use]
    if manifest.text is not None:
        return card_writer.sections(manifest, evaluation, allowed=allowed)
    if manifest.icons is not None:
        return card_icons.sections(manifest, evaluation, sets, made=_made(manifest), allowed=allowed)
    made = [("How it was made", _made(manifest)), ("Data and licence", _data(manifest))]
    if manifest.classifier is not None or manifest.restoration is not None:
        own = card_classifier if manifest.classifier is not None else card_restorer
        figures = [("Figures", own.scores(manifest)), ("Limits", own.limits(manifest))]
        return [("What it does", own.what(manifest)), *made, *figures]
    return [
        ("What it does", card_generator.what(manifest)),
        *made,
        ("Scores", card_generator.scores(manifest, evaluation)),
        ("Likelihood", card_generator.bounds(manifest)),
        ("As training data", card_usefulness.table(manifest)),
        ("Directions and map", card_generator.space(manifest) if manifest.space is not None else ""),
        ("Limits", card_generator.limits(manifest)),
    ]


def _made(manifest: Manifest) -> str:
    made = manifest.made_by
    package = f"python -m export package {manifest.name}{f' --bits {made.bits}' if made.bits else ''}\n"
    stored = f" Large weights are stored in {made.bits} bits, the others in half precision." if made.bits else ""
    learnt = "icons and latents" if manifest.icons is not None else "pictures"
    return (
        f"Preset {made.preset}, {made.minutes:g} minutes on {made.hardware}, {made.images:,} training {learnt} seen "
        f"(repeats counted), {made.date}, commit {made.commit}.\n\n```\n{_data_command(manifest)}{made.command}\n"
        f"{_prior_command(manifest)}{package}python -m export verify {manifest.name}\n"
        f"{_measure_commands(manifest)}```\n\n"
        f"A budget in minutes depends on the machine: another run gives other weights of the same kind.{stored}"
    )


def _prior_command(manifest: Manifest) -> str:
    fitted = "encode" in manifest.abilities and manifest.icons is None
    return f"python -m export prior {manifest.name}\n" if fitted else ""


def _measure_commands(manifest: Manifest) -> str:
    if manifest.restoration is not None:
        return "python -m export evaluate denoiser --tests DIR\n"
    if manifest.classifier is not None or manifest.icons is not None:
        return f"python -m export evaluate {manifest.name}\n"
    bounds = " --likelihood" if "encode" in manifest.abilities else ""
    use = f"python -m export usefulness {manifest.name}\n" if any(map(card_usefulness.is_use, manifest.scores)) else ""
    return f"python -m export directions {manifest.name}\npython -m export evaluate {manifest.name}{bounds}\n{use}"


def _data_command(manifest: Manifest) -> str:
    """How the data set is prepared, where it is one of the named ones."""
    title = manifest.training_data[0].name.split(",")[0] if manifest.training_data else ""
    if title == "Photographs":
        return "python -m export data photos DIR DIR\n"
    if manifest.icons is not None:
        return "python -m export data icons --from ARCHIVE\n"
    names = [name for name, source in IDX_SOURCES.items() if source.title == title]
    return f"python -m export data {names[0]} --from DIR\n" if names else ""


def _data(manifest: Manifest) -> str:
    lines = [
        f"- {data.name}: {data.count:,} pictures; {data.licence}; sha256 of the prepared arrays `{data.sha256}`."
        for data in manifest.training_data
    ]
    lines.append(f"- Weights: {manifest.licence}. {COMMERCIAL[manifest.commercial_use]}")
    return "\n".join(lines)
