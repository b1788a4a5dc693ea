"""What the figures of a check-up mean, in sentences with what to do. Thresholds and where they come from are here.

Measured on all packages that come along (seeds 0 to 39, 32 samples each): two pictures differ by 61 to 105 steps on
average; pairs closer than the engine's `check_up.NEAR` are none, but for the model whose space has two numbers only,
with one pair at most. A picture takes below 1 ms and a megapixel about 1 s on one thread.
"""

import math
from dataclasses import dataclass

from desktop_app.engine.manifest import Manifest
from desktop_app.engine.requests import CheckedUp

SAME = 1.0  # 8-bit steps between two pictures on average: rounding, nothing that is seen
SAME_ANSWER = 0.01  # of total variation: drawn pictures of eight kinds move no answer
COPIES = 3  # pairs: a chance pair happens, and three like pictures make three
SLOW_MS = 100.0  # a picture: a screen of forty then takes four seconds
SLOW_TOKEN_MS = 200.0  # five tokens a second are slower than one reads
SAME_WORDS = 0.1  # share of different words: eight texts of a sound model have some 0.5, a stuck one a handful of words
SLOW_MEGAPIXEL_MS = 20_000.0  # a photograph of twelve megapixels then takes four minutes
MUCH_MEMORY = 2**30  # bytes
NOT_FOR_SALE = "Commercial use is not allowed"


@dataclass(frozen=True)
class Flag:
    what: str  # a few words
    advice: str  # a sentence or two
    weighty: bool = True  # a package with it is asked about before it comes in
    is_fault: bool = True  # of the network; else it is what one should know


def flags(manifest: Manifest, found: CheckedUp) -> tuple[Flag, ...]:
    """What there is to say, the gravest first; empty for a package with which all is well."""
    return (*_faults(manifest, found), *_licence_flags(manifest), *_burdens(found))


def is_sound(found_flags: tuple[Flag, ...]) -> bool:
    """Whether a package may come in without a question."""
    return not any(flag.weighty for flag in found_flags)


def tried(found: CheckedUp) -> int:
    """How many pictures it drew, answered or was shown; of a writer how many texts it wrote."""
    return len(found.texts) if found.kind == "writer" else len(found.pictures)


def summary(found: CheckedUp) -> str:
    """“32 samples, 2.1 ms each.”"""
    count = tried(found)
    if found.kind == "writer":
        return f"{count} text{'s' * (count > 1)}, {speed(found.kind, found.milliseconds)}."
    if found.kind == "restorer":
        return f"{count} pictures, {duration(found.milliseconds)} a megapixel."
    noun = "sample" if found.kind == "generator" else "picture"
    return f"{count} {noun}{'s' if count > 1 else ''}, {duration(found.milliseconds)} each."


def promise(manifest: Manifest) -> str:
    """What a check-up will look at, before there is one."""
    if "sample" in manifest.abilities:
        return "Tries it out on this machine with fixed seeds: speed, memory, broken and repeated pictures."
    if manifest.text is not None:
        return "Tries it out on this machine with fixed seeds: speed, memory, broken and repeated texts."
    return "Tries it out on this machine with drawn pictures: speed, memory, broken and unchanging answers."


def praise(found: CheckedUp) -> str:
    """What can be said of a package with no fault."""
    if found.kind == "writer" and not found.near_copies:
        return "Every text came out whole, and no two are alike."
    if found.kind == "writer":
        return "Every text came out whole; some of them are the same."
    if found.kind != "generator":
        return "Every answer came out whole, and answers follow what it is given."
    pairs = len(found.near_copies)
    if pairs:
        return f"Every sample came out whole; {pairs} pair{'s' * (pairs > 1)} of them can hardly be told apart."
    return "Every sample came out whole, and no two are alike."


def figures(manifest: Manifest, found: CheckedUp) -> tuple[tuple[str, str], ...]:
    """Rows of a name and a value."""
    count = tried(found)
    rows = [
        ("Speed", speed(found.kind, found.milliseconds)),
        ("Opens in", duration(found.load_ms)),
        ("Memory", memory(found.memory_bytes)),
        ("Broken answers", _of(len(found.broken), count)),
    ]
    if found.kind == "writer":
        rows.append(("Variety", f"{100 * found.diversity:.0f} % of its words are different ones"))
        rows.append(("Texts of one word", _of(len(found.constant), count)))
    elif found.kind == "classifier":
        names = {manifest.classes[label] for label in found.labels if label < len(manifest.classes)}
        rows.append(("Different answers", f"{len(names)} of {len(manifest.classes)} classes"))
    else:
        rows.append(("Variety", f"{found.diversity:.0f} of 255 steps between two pictures"))
        rows.append(("Pictures of one colour", _of(len(found.constant), count)))
    if found.kind in ("generator", "writer"):
        rows.append(("Near-copies", _of(len(found.near_copies), count * (count - 1) // 2, "pairs")))
    if "golden" in manifest.files:
        rows.append(("Golden example", _golden(found.golden_error)))
    else:
        rows.append(("One token at a time, and all at once", _both_ways(found.golden_error)))
    return tuple(rows)


def _golden(error: float) -> str:
    if error == 0:
        return "reproduced to the bit"
    return f"reproduced within {error:.0e}" if math.isfinite(error) else "not reproduced: no numbers"


def _both_ways(error: float) -> str:
    """Of a writer without a golden example: how far its logits are apart."""
    if error == 0:
        return "the same to the bit"
    return f"the same within {error:.0e}" if math.isfinite(error) else "no numbers"


def speed(kind: str, milliseconds: float) -> str:
    """Of one picture at a time, on one thread; of the tokens of one text, on all threads."""
    if kind == "writer":
        return f"{1000 / max(milliseconds, 1e-3):,.0f} tokens a second"
    return f"{duration(milliseconds)} a {'megapixel' if kind == 'restorer' else 'picture'}"


def duration(milliseconds: float) -> str:
    if milliseconds < 10:
        return f"{milliseconds:.1f} ms"
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def memory(size: int) -> str:
    """How much a process grew is known to about a megabyte."""
    return "below 1 MB" if size < 10**6 else f"about {size / 10**6:.0f} MB"


# -- what is wrong -------------------------------------------------------------------------------------------------


def _faults(manifest: Manifest, found: CheckedUp) -> list[Flag]:
    made = []
    count = tried(found)
    if found.broken:
        made.append(_broken(len(found.broken), count))
    if not found.golden_error <= manifest.tolerance:
        made.append(_NOT_REPRODUCED if "golden" in manifest.files else _BOTH_WAYS_DIFFER)
    if len(found.broken) < count - 1:
        made += _FAULTS_OF[found.kind](manifest, found)
    return made


def _generator_faults(manifest: Manifest, found: CheckedUp) -> list[Flag]:
    count = len(found.pictures)
    made = []
    if len(found.constant) == count - len(found.broken):
        made.append(Flag("Only empty pictures", "Every sample is one plain colour. Ask for another version."))
    elif found.diversity < SAME:
        made.append(Flag("Always the same picture", "The seed changes nothing. Ask for another version."))
    elif _same_in_class(len(manifest.classes), found):
        made.append(
            Flag("Always the same picture of a class", "Only the class changes the picture. Ask for another version.")
        )
    elif len(found.near_copies) >= COPIES:
        made.append(_copies(len(found.near_copies), count))
    return made


def _restorer_faults(_manifest: Manifest, found: CheckedUp) -> list[Flag]:
    if len(found.unchanged) == len(found.pictures):
        return [Flag("Changes nothing", "Its answers are what it was given, even for noise. Ask for another version.")]
    if found.diversity < SAME:
        return [Flag("Always the same answer", "Whatever picture it is given, it answers with one. Do not use it.")]
    return []


def _classifier_faults(_manifest: Manifest, found: CheckedUp) -> list[Flag]:
    if found.diversity < SAME_ANSWER:
        return [Flag("Always the same answer", "Whatever picture it is shown, it says the same. Do not use it.")]
    return []


def _writer_faults(_manifest: Manifest, found: CheckedUp) -> list[Flag]:
    count = len(found.texts) - len(found.broken)
    if len(found.constant) == count:
        return [Flag("Always the same word", "It says one word over and over, or nothing. Ask for another version.")]
    if len(found.near_copies) == count * (count - 1) // 2:
        return [Flag("Always the same text", "The seed changes nothing. Ask for another version.")]
    if len(found.near_copies) >= COPIES:
        words = f"{len(found.near_copies)} pairs of {count} texts are the same: expect repetitions."
        return [Flag("Two seeds often give the same text", words)]
    if found.diversity < SAME_WORDS:
        told = f"Only {100 * found.diversity:.0f} % of the words of its texts are different ones."
        return [Flag("Repeats itself", f"{told} A higher temperature or a repetition penalty may help.", weighty=False)]
    return []


_FAULTS_OF = {
    "generator": _generator_faults,
    "restorer": _restorer_faults,
    "classifier": _classifier_faults,
    "writer": _writer_faults,
}


def _same_in_class(num_classes: int, found: CheckedUp) -> bool:
    """Whether all samples of a class are near-copies; the classes come in turn."""
    count = len(found.pictures)
    alike = {
        (a, b) for a in range(count) for b in range(a + 1, count) if num_classes and a % num_classes == b % num_classes
    }
    return bool(alike) and alike <= set(found.near_copies)


def _broken(broken: int, count: int) -> Flag:
    often = "always" if broken == count else f"{broken} times of {count}"
    return Flag("Answers NaN", f"It gives numbers that are none, {often}. Its file may be damaged: get it again.")


def _copies(pairs: int, count: int) -> Flag:
    return Flag(
        "Two seeds give nearly the same picture",
        f"{pairs} pairs of {count} samples cannot be told apart: expect repetitions on the sheet.",
    )


_NOT_REPRODUCED = Flag(
    "Not as it was made",
    "It does not give its golden example again. The file is damaged, or this machine computes it otherwise.",
)


_BOTH_WAYS_DIFFER = Flag(
    "Its cache does not keep what it should",
    "Token by token it says something else than read at once. Its file is damaged, or it is built in another way.",
)


# -- what to know --------------------------------------------------------------------------------------------------


def _licence_flags(manifest: Manifest) -> list[Flag]:
    if manifest.commercial_use == "no":
        return [Flag(NOT_FOR_SALE, "Use what it makes for study and private work alone.", is_fault=False)]
    return []


def _burdens(found: CheckedUp) -> list[Flag]:
    made = []
    if found.milliseconds > {"restorer": SLOW_MEGAPIXEL_MS, "writer": SLOW_TOKEN_MS}.get(found.kind, SLOW_MS):
        told = speed(found.kind, found.milliseconds)
        does = "writes" if found.kind == "writer" else "takes"
        made.append(
            Flag("Slow on this machine", f"It {does} {told}. It works, with waiting.", weighty=False, is_fault=False)
        )
    if found.memory_bytes > MUCH_MEMORY:
        told = f"{found.memory_bytes / 10**9:.1f} GB"
        made.append(
            Flag(
                "Takes much memory", f"It took {told} here. Close what you do not need.", weighty=False, is_fault=False
            )
        )
    return made


def _of(some: int, count: int, noun: str = "") -> str:
    return f"none of {count}{' ' * bool(noun)}{noun}" if not some else f"{some} of {count}{' ' * bool(noun)}{noun}"
