"""What the card of a package of icons says: words in, icons out, its sheet, its scores, whose icons it learnt from."""

from collections import Counter

from desktop_app.engine.manifest import IconSource, Manifest
from export import card_generator
from export.evaluation import Evaluation
from export.icon_sheet import PREVIEW_SEEDS, PREVIEW_WORDS, SHEET, SHEET_SAMPLES, SHEET_WORDS, STYLE

MOST_WORDS_SHOWN = 60
PREVIEW = (
    f"A word a row, index 0 of seeds 0 to {PREVIEW_SEEDS - 1}, the first half filled, through the program's "
    "engine; nothing was picked: "
    f"{', '.join(PREVIEW_WORDS)}."
)


def sections(
    manifest: Manifest, evaluation: Evaluation | None, sets: tuple[IconSource, ...], *, made: str, allowed: str
) -> list[tuple[str, str]]:
    """(heading, text) in the order of the card. sets: all that it learnt from; allowed: what the licence lets do."""
    return [
        ("What it does", what(manifest)),
        ("Twenty words", sheet(evaluation)),
        ("How it was made", made),
        ("Data and licence", data(manifest, sets, allowed)),
        ("Scores", card_generator.scores(manifest, evaluation, how=HOW, real="real icons")),
        ("Limits", LIMITS),
    ]


def what(manifest: Manifest) -> str:
    icons, latent = manifest.icons, manifest.latent
    assert icons is not None
    assert latent is not None
    common = ", ".join(icons.words[:MOST_WORDS_SHOWN])
    return (
        f"Makes icons that have not existed before from words, a style ({' or '.join(icons.styles)}) and, where asked, "
        f"the manner of one of {len(icons.sources)} sets. It knows {len(icons.words):,} words, in any order: {common}, "
        "… Words that it does not know count for nothing, and the program says so.\n\n"
        f"An icon is a field: its signed distance to the outline at {icons.side} x {icons.side}, cut off at "
        f"{icons.reach:g} pixels, from which the program traces curves. A flow leads {latent.size} normal numbers to a "
        f"latent in {icons.steps} steps, told of the words (guidance {icons.guidance:g} by default), and a decoder "
        "makes the field. An encoder turns an icon of one's own into a latent. An index of the icons it learnt tells "
        "which of them a new one comes near to, with name and licence."
    )


def sheet(evaluation: Evaluation | None) -> str:
    if evaluation is None:
        return ""
    return (
        f"![{len(SHEET_WORDS)} words, {SHEET_SAMPLES} samples each]({SHEET})\n\n"
        f"Rows: {', '.join(SHEET_WORDS)}. Columns: the first {SHEET_SAMPLES} samples of seed {evaluation.seed}, style "
        f"{STYLE}. The words were chosen before there was a network; nothing was picked."
    )


def data(manifest: Manifest, sets: tuple[IconSource, ...], allowed: str) -> str:
    lines = [
        f"- {item.name}: {item.count:,} icons of one tone; {item.licence}; sha256 of the prepared fields "
        f"`{item.sha256}`."
        for item in manifest.training_data
    ]
    lines += [f"- Weights: {manifest.licence}. {allowed}", f"- {LICENCE}", f"- {LEFT_OUT}", f"- {HELD_OUT}"]
    return "\n".join([*lines, *_tables(sets)])


def _tables(sets: tuple[IconSource, ...]) -> list[str]:
    if not sets:
        return []
    counts = Counter[str]()
    for source in sets:
        counts[source.licence] += source.count
    by_licence = [f"| {licence} | {count:,} |" for licence, count in counts.most_common()]
    by_set = [f"| {s.title} (`{s.prefix}`) | {s.licence} | {s.count:,} |" for s in sets]
    return [
        "",
        *("| licence | icons |", "| --- | --- |", *by_licence),
        "",
        *("| set | licence | icons |", "| --- | --- | --- |", *by_set),
    ]


LICENCE = (
    "Every set allows copies, changes and commercial use; most ask that their notice goes with copies of their icons. "
    "The weights hold no icon, and the index holds names and a few bytes an icon, from which none can be drawn again, "
    "so both are given away without conditions. A result that comes so near to an icon that it counts as a copy is "
    "under that icon's licence: the program marks it with name and licence."
)
LEFT_OUT = (
    "Left out: sets of logos and icons called like a brand (a brand is a trademark whatever the licence of its "
    "drawing), sets of several colours, animated icons, sets under other licences, and of exact or near copies (an "
    "overlap of 0.95) all but one. Icons in two tones are in the data set and not in the training: a field has one."
)
HELD_OUT = (
    "Held out: a tenth of the concepts, by a hash of the concept itself (the words of a name without what they say of "
    "manner), so that an icon's relatives in other sets and styles lie on the same side."
)
HOW = (
    "↑ is better when higher, ↓ when lower. Real icons: the same figure of real icons, which no generator can be "
    "expected to beat. The classifier is a small net of this program; it learnt on the training icons and never saw a "
    "generated one."
)
LIMITS = "\n".join(
    (
        "- It knows words from names of icons: rare ones and whole sentences say little to it.",
        "- Animals, flowers and other drawings of many parts are shapeless more often than not: see the sheet.",
        "- Samples of one word differ less than real icons do (guidance makes them alike; lower it for more variety).",
        "- Two words are often one of them, or a shape between; look at several samples.",
        "- Fine detail below about a sixteenth of the icon is lost or ragged.",
        "- It was taught no brand, and must not be used to imitate one.",
        "- Scores come from one training run; small differences mean little.",
    )
)
