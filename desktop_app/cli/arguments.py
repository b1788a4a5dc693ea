"""The words of each command: what may follow its name on the command line."""

import argparse
from collections.abc import Callable
from pathlib import Path

Command = Callable[[argparse.Namespace], int]

EASINGS = ("linear", "smooth", "ease-in", "ease-out", "hold")
BENCH_PARTS = ("throughput", "latency", "window", "scrolling", "blend", "restore", "judge", "write", "icons")
ICON_FORMATS = ("svg", "png", "both", "sprite", "ttf")
SYMMETRIES = ("none", "left-right", "top-bottom", "both")


def common() -> argparse.ArgumentParser:
    """Options that may stand before or after the command. Fresh ones for each parser: defaults are kept in them."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--device", choices=("auto", "cpu", "cuda"), help="where the models run (default: auto)")
    common.add_argument(
        "--threads", type=_number(0, 1024), metavar="N", help="processor threads of the engine (default: 0, as fits)"
    )
    return common


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of sentences")


def add_models(parser: argparse.ArgumentParser, verify: Command, import_: Command, check: Command) -> None:
    """The commands of its three actions."""
    add_json(parser)
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    added = actions.add_parser("verify", help="check files and reproduce the golden example", parents=[common()])
    added.add_argument("names", nargs="*", metavar="NAME", help="packages (default: all)")
    added.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document")
    added.set_defaults(command=verify)
    added = actions.add_parser("import", help="copy a package into your own folder, checked before", parents=[common()])
    added.add_argument(
        "path", type=Path, help="a package's folder, or one zipped; or a folder of Hugging Face's ONNX exports"
    )
    added.add_argument(
        "--variant", default="", metavar="NAME", help="of such an export: full, fp16, int8, q4, q4f16, …"
    )
    another = added.add_mutually_exclusive_group()
    another.add_argument("--replace", action="store_true", help="in the place of another version of your own")
    another.add_argument("--both", action="store_true", help="beside another version, under a name of its own")
    added.add_argument("--anyway", action="store_true", help="also where the check-up finds something wrong")
    added.set_defaults(command=import_)
    added = actions.add_parser(
        "check", help="try a package out on this machine and say what is wrong", parents=[common()]
    )
    added.add_argument("name", help="a package, or the folder or .zip of one")
    added.add_argument("--against", metavar="OTHER", help="another package, or the folder or .zip of one")
    added.add_argument("--seed", type=_number(0, 2**32 - 1), default=0, metavar="S", help="of the samples (default: 0)")
    added.add_argument("--count", type=_number(1, 256), default=32, metavar="N", help="samples (default: 32)")
    added.add_argument("--sheet", type=Path, metavar="FILE", help="write the samples as one picture, .png")
    added.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document")
    added.set_defaults(command=check)


def add_sample(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("package", help="name of a package, as `maquette models` lists them")
    parser.add_argument("--count", type=_number(1, 10**7), default=16, metavar="N", help="designs (default: 16)")
    parser.add_argument("--seed", type=_number(0, 2**32 - 1), default=0, metavar="S", help="the sheet (default: 0)")
    parser.add_argument("--index", type=_number(0, 2**53), default=0, metavar="I", help="first design (default: 0)")
    parser.add_argument("--class", dest="class_", metavar="C", help="number or name (default: all in turn)")
    parser.add_argument(
        "--truncation",
        "--variety",
        type=_truncation,
        metavar="T",
        help="0 the mean to 1 everything, at most 2",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the files")
    parser.add_argument("--sheet", action="store_true", help="write a contact sheet as well")
    parser.add_argument("--no-recipe", action="store_true", help="write no word about how the pictures were made")
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace files that are there (default: what is the same design already is left alone, others refused)",
    )
    add_json(parser)
    _add_icons(parser.add_argument_group("of packages of icons"))
    _add_outline(parser.add_argument_group("how icons become outlines"))


def _add_icons(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--words", metavar="TEXT", help='what they show, in any order: "coffee cup"')
    group.add_argument("--style", metavar="S", help="such as filled or outline (default: any)")
    group.add_argument("--set", dest="set_", metavar="SET", help="drawn like the icons of this set (default: any)")
    group.add_argument(
        "--guidance", type=_between(0, 10), metavar="G", help="how closely words are followed (default: the package’s)"
    )
    group.add_argument(
        "--different",
        nargs="?",
        type=_number(1, 4096),
        const=200,
        metavar="N",
        help="of N quick drafts (default: 200) those that differ most",
    )
    group.add_argument(
        "--format", choices=ICON_FORMATS, help="both: svg and png; ttf: a font with code tables (default: svg)"
    )
    group.add_argument(
        "--sizes", type=_sizes, metavar="A,B", help="pixels a side of the PNG files (default: 16 to 512)"
    )
    group.add_argument("--foreground", metavar="COLOUR", help="of the ink, such as 1e88e5 (default: black)")
    group.add_argument("--background", metavar="COLOUR", help="of a tile behind it (default: none)")
    group.add_argument("--radius", type=_between(0, 50), metavar="P", help="of the tile’s corners, %% of its side")
    group.add_argument(
        "--tile-padding", type=_between(0, 40), metavar="P", help="between icon and tile, %% of its side"
    )
    group.add_argument("--palette", type=Path, metavar="FILE", help="colours become its nearest: .ase, .gpl or .css")


def _add_outline(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--detail", type=_between(0, 1), metavar="X", help="how closely it is followed (default: 0.5)")
    group.add_argument("--smooth", type=_between(0, 4), metavar="PX", help="what is blurred before (default: 0)")
    group.add_argument("--simplify", type=_between(0, 1), metavar="X", help="small islands and pieces go (default: 0)")
    group.add_argument("--snap", type=_number(2, 256), metavar="N", help="straight edges to a grid of N lines, as 24")
    group.add_argument(
        "--padding", type=_between(0, 8), metavar="U", help="so many 24ths around it, scaled to look as big as others"
    )
    group.add_argument("--symmetry", choices=SYMMETRIES, help="made so (default: none)")


def add_trace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("picture", type=Path, help="PNG, JPEG, WebP, …, or SVG, which is drawn and traced anew")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the .svg file")
    parser.add_argument("--colour", action="store_true", help="areas of colour, of a picture (default: one ink)")
    parser.add_argument("--colours", type=_number(2, 64), metavar="N", help="at most (default: 16; with --colour)")
    ink = parser.add_mutually_exclusive_group()
    ink.add_argument("--light", action="store_true", help="the ink is what is light (default: as its border says)")
    ink.add_argument("--dark", action="store_true", help="the ink is what is dark")
    parser.add_argument("--overwrite", "--force", action="store_true", help="replace a file that is there")
    _add_outline(parser.add_argument_group("of one ink"))
    add_json(parser)


def add_dataset(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("package", help="name of a package, as `maquette models` lists them")
    parser.add_argument("--count", type=_number(1, 10**7), required=True, metavar="N", help="pictures, over all shards")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="an empty folder, or that of the same command before"
    )
    parser.add_argument(
        "--format",
        choices=("folder", "idx"),
        default="folder",
        help="folder: a PNG file each, in a folder for each class; idx: the files of MNIST (default: folder)",
    )
    parser.add_argument("--classes", metavar="A,B", help="names or numbers (default: all); they come in turn")
    parser.add_argument("--seed", type=_number(0, 2**32 - 1), default=0, metavar="S", help="the sheet (default: 0)")
    parser.add_argument("--truncation", type=_truncation, metavar="T", help="0 the mean to 1 everything, at most 2")
    parser.add_argument("--shard", type=_shard, metavar="I/N", help="make this part alone: 1/8, 2/8, up to 8/8")
    add_json(parser)


def add_walk(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("package", help="name of a package, as `maquette models` lists them")
    keys = parser.add_argument_group("key frames, in this order")
    keys.add_argument(
        "--keys",
        nargs="+",
        default=[],
        metavar="KEY",
        help="seeds (7), designs of a sheet (7:12, or of class 3: 7:12:3), words of icons (coffee cup, or of a design: "
        "coffee cup:7:12), pictures with a recipe; commas divide",
    )
    keys.add_argument("--encode", nargs="+", default=[], type=Path, metavar="FILE", help="pictures of your own")
    keys.add_argument(
        "--rounds", type=_number(0, 1000), metavar="N", help="of the search for them (default: as needed)"
    )
    keys.add_argument("--class", dest="class_", metavar="C", help="of seeds without one: number or name")
    keys.add_argument("--style", metavar="STYLE", help="of icons: one of the package's styles")
    keys.add_argument("--truncation", type=_truncation, metavar="T", help="0 the mean to 1 everything, at most 2")
    way = parser.add_argument_group("the way")
    way.add_argument("--frames", type=_number(0, 10**7), metavar="N", help="of the whole film (default: by --seconds)")
    way.add_argument("--fps", type=_positive, default=25.0, metavar="F", help="frames a second (default: 25)")
    way.add_argument("--seconds", type=_positive, default=1.0, metavar="S", help="from key to key (default: 1)")
    way.add_argument("--loop", action="store_true", help="back to the first key, and play again and again")
    way.add_argument("--easing", choices=EASINGS, help="of each way (default: smooth; linear along a spline)")
    way.add_argument(
        "--curve", choices=("straight", "spline"), default="straight", help="between keys, or through them"
    )
    way.add_argument("--even", action="store_true", help="what is seen changes at constant speed")
    film = parser.add_argument_group("the film")
    film.add_argument(
        "--out",
        required=True,
        metavar="FILE",
        help=".gif, .png, .webp, .avif or .mp4, of icons .svg; a folder ends in /",
    )
    film.add_argument("--format", choices=("gif", "apng", "webp", "avif", "mp4", "svg", "png"), help="png: a folder")
    film.add_argument("--size", type=_number(1, 4096), default=0, metavar="PX", help="longer side (default: as drawn)")
    film.add_argument("--smooth", action="store_true", help="enlarge smoothly (default: whole squares for pixels)")
    film.add_argument("--background", metavar="COLOUR", help="around and behind: a name or #rrggbb (default: black)")
    film.add_argument("--no-recipe", action="store_true", help="write no word about how the film was made")
    film.add_argument("--overwrite", action="store_true", help="replace what is there")
    add_json(parser)


def add_denoise(parser: argparse.ArgumentParser) -> None:
    add_restore(parser, "{name}-clean")
    test = parser.add_argument_group("measuring")
    test.add_argument("--reference", type=Path, metavar="CLEAN", help="print PSNR and SSIM against this clean picture")
    test.add_argument(
        "--add-noise",
        type=_between(0, 255),
        metavar="SIGMA",
        help="add Gaussian noise first, in 8-bit steps, rounded and clipped as files are; compare with the original",
    )
    test.add_argument("--seed", type=_number(0, 2**32 - 1), default=0, metavar="S", help="of the noise (default: 0)")


def add_inpaint(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mask", type=Path, required=True, help="a picture of the same size: white is filled in")
    parser.add_argument("--grow", type=_number(0, 64), default=0, metavar="PX", help="fill in so much around it too")
    parser.add_argument("--invert", action="store_true", help="fill in what is black in the mask")
    add_restore(parser, "{name}-filled")


def add_restore(parser: argparse.ArgumentParser, template: str) -> None:
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help="pictures, or folders of pictures")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the results")
    parser.add_argument("--package", metavar="P", help="name of a package (default: as fits the picture)")
    parser.add_argument(
        "--strength", type=_between(0, 1), default=1.0, metavar="X", help="0 the original to 1, the default"
    )
    parser.add_argument(
        "--detail",
        type=_between(0, 1),
        default=0.0,
        metavar="X",
        help="of what was taken away, how much fine structure",
    )
    parser.add_argument(
        "--name",
        metavar="TEMPLATE",
        help=f"of the files, from {{name}}, {{package}}, {{number}} and {{strength}} (default: {template})",
    )
    parser.add_argument(
        "--format", metavar="ENDING", help="png, jpg, tif, webp, bmp or avif (default: as each picture has it)"
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace files that are there (default: what the same command has made is left alone, others refused)",
    )
    add_json(parser)


def add_explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("classifier", help="name of a package, as `maquette models` lists them")
    parser.add_argument("pictures", nargs="+", type=Path, metavar="PICTURE", help="pictures, or folders of pictures")
    parser.add_argument("--label", metavar="NAME", help="the class to explain (default: the most probable one)")
    parser.add_argument(
        "--map",
        choices=("activation", "occlusion"),
        default="occlusion",
        help="what each place adds to the class, or what the class loses when it is covered (default: occlusion)",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the maps over the pictures there")
    parser.add_argument(
        "--opacity", type=_between(0, 1), default=0.8, metavar="X", help="of the map, 0 to 1 (default: 0.8)"
    )
    parser.add_argument("--no-recipe", action="store_true", help="write no word about how a map was made")
    parser.add_argument("--overwrite", action="store_true", help="replace files that are there")
    add_json(parser)


def add_complete(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("package", help="name of a package that writes, as `maquette models` lists them")
    parser.add_argument(
        "--prompt", required=True, metavar="TEXT", help="the text to go on from; - reads it from standard input"
    )
    parser.add_argument("--chat", action="store_true", help="the prompt is a question to a model that answers")
    parser.add_argument("--kind", default="", metavar="NAME", help="of text, where the model was taught kinds")
    parser.add_argument("--count", type=_number(1, 16), default=1, metavar="N", help="texts, as one batch (default: 1)")
    parser.add_argument("--seed", type=_number(0, 2**32 - 1), default=0, metavar="S", help="default: 0")
    _add_choosing(parser.add_argument_group("how a token is chosen; without a word it is as in the window"))
    _add_ends(parser.add_argument_group("length and limits; the case of letters does not count"))
    out = parser.add_argument_group("what is printed")
    out.add_argument(
        "--alternatives", type=_number(0, 100), default=0, metavar="K", help="the K most probable tokens at each place"
    )
    out.add_argument(
        "--json",
        action="store_true",
        help="one JSON document when all is written: tokens, probabilities, alternatives and all it was made with",
    )


def _add_choosing(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--preset", metavar="NAME", help="Certain, Steady, Balanced (the default) or Free")
    group.add_argument("--temperature", type=_between(0, 10), metavar="T", help="0 takes the most probable always")
    group.add_argument("--top-k", type=_number(0, 2**20), metavar="K", help="the K most probable only; 0 is all")
    group.add_argument("--top-p", type=_between(0, 1), metavar="P", help="the fewest that together reach P")
    group.add_argument("--min-p", type=_between(0, 1), metavar="P", help="at least this share of the most probable")
    group.add_argument(
        "--repetition-penalty", type=_between(0.1, 10), metavar="R", help="above 1 what was said is said less"
    )
    group.add_argument("--ban", action="append", default=[], metavar="WORD", help="never; may be repeated")


def _add_ends(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--max-tokens", type=_number(1, 2**20), metavar="N", help="at most (default: 96)")
    group.add_argument(
        "--stop",
        action="append",
        default=[],
        metavar="TEXT",
        help="end before it; \\n is the end of a line; repeatable",
    )
    group.add_argument("--max-characters", type=_number(1, 10**6), metavar="N", help="of each text, whole words")
    group.add_argument("--contain", action="append", default=[], metavar="WORD", help="in each text; may be repeated")
    group.add_argument("--avoid", action="append", default=[], metavar="WORD", help="in no text; may be repeated")


def add_recheck(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="pictures, films or folders of frames")
    add_json(parser)


def add_bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--package", metavar="NAME", help="the model to measure (default: the first; blend to icons: all)"
    )
    parser.add_argument("--only", choices=BENCH_PARTS, action="append", help="measure this part alone; may be repeated")
    parser.add_argument("--rounds", type=_number(1, 100), default=5, metavar="N", help="repetitions (default: 5)")
    parser.add_argument(
        "--picture", type=Path, metavar="FILE", help="to be cleaned against BM3D (default: a drawn one)"
    )
    parser.add_argument("--icons", type=Path, metavar="FOLDER", help="real icons, as SVG, that are traced as well")
    parser.add_argument("--probe", help=argparse.SUPPRESS)  # one measurement in a process of its own
    parser.add_argument("--megapixels", type=_number(1, 200), default=1, help=argparse.SUPPRESS)
    add_json(parser)


def _number(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{value} is not between {low} and {high}")
        return value

    return number


def _shard(text: str) -> tuple[int, int]:
    number, _, shards = text.partition("/")
    if not (number.isdecimal() and shards.isdecimal() and 1 <= int(number) <= int(shards)):
        raise argparse.ArgumentTypeError(f"{text} is no part such as 2/8")
    return int(number), int(shards)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value <= 10_000:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def _between(low: float, high: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not between {low:g} and {high:g}")
        return value

    return number


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(_number(1, 4096)(part) for part in text.split(","))


def _truncation(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 2:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 2")
    return value
