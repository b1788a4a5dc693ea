"""`maquette sample`: designs as PNG files, written while the engine draws the next ones.

A file that is there already and holds the same design stays as it is, so that a run which was stopped can be taken up
again; any other file of that name is refused before anything is drawn. The contact sheet shows designs that are all
in the folder, so it is written anew.
"""

import argparse
import dataclasses
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from desktop_app.cli import asking, drawing, icon_words
from desktop_app.cli.picture_writer import PictureWriter
from desktop_app.cli.printing import print_json, tell
from desktop_app.engine import images
from desktop_app.engine.errors import FileError, RecipeError, RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Device, Pixels
from desktop_app.studio import recipe
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.sheet import SheetState, design_at

TELL_AFTER_S = 0.5
GAP = 2  # pixels between the pictures of a contact sheet


@dataclass(frozen=True)
class Order:
    package: Package
    sheet: SheetState
    first: int
    count: int
    out: Path
    recipes: bool
    contact_sheet: bool

    def designs(self) -> Iterator[Design]:
        classes = len(self.package.manifest.classes)
        return (design_at(self.sheet, i, classes) for i in range(self.first, self.first + self.count))

    def path(self, design: Design) -> Path:
        return self.out / recipe.file_name(recipe.make_recipe(self.package, design, None))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width, channels of one picture."""
        return drawing.shape_of(self.package)


@dataclass(frozen=True)
class Report:
    package: str
    out: Path
    designs: int
    written: int
    kept: int  # there already
    sheet: Path | None
    seconds: float  # from the first request to the last file, the engine running already
    designs_per_second: float
    engine_designs_per_second: float  # drawing and carrying them over, without the files
    device: Device


def run(options: argparse.Namespace) -> int:
    package = asking.library().find(options.package)
    if package.manifest.icons is not None:
        from desktop_app.cli import sample_icons  # with all that fonts and outlines need

        return sample_icons.run(options, package)
    icon_words.refuse_for_others(options, package.manifest.title)
    order = _order(options, package)
    kept = set() if options.overwrite else _already_there(order)
    with asking.engine(options.device, options.threads) as jobs:
        report = _draw(order, kept, jobs, asking.describe_device(jobs))
    if options.json:
        files = [order.path(design) for design in order.designs()]
        print_json({**dataclasses.asdict(report), "files": files})
    else:
        _print(report)
    return 0


def _order(options: argparse.Namespace, package: Package) -> Order:
    manifest = package.manifest
    truncation = manifest.defaults.truncation if options.truncation is None else options.truncation
    sheet = SheetState(package.name, options.seed, class_number(package, options.class_), truncation)
    order = Order(package, sheet, options.index, options.count, options.out, not options.no_recipe, bool(options.sheet))
    if order.contact_sheet and _sheet_size(order) > recipe.MAX_PIXELS:
        raise RequestError(f"A contact sheet of {order.count:,} designs is too large; ask for fewer, or without it.")
    return order


def class_number(package: Package, wish: str | None) -> int | None:
    """The class by its name or number; None leaves all classes in turn. Raises RequestError, listing them."""
    if wish is None:
        return None
    classes = package.manifest.classes
    names = [name.casefold() for name in classes]
    if wish.casefold() in names:
        return names.index(wish.casefold())
    if wish.isdecimal() and int(wish) < len(classes):
        return int(wish)
    there = ", ".join(f"{i} {name}" if name != str(i) else name for i, name in enumerate(classes))
    raise RequestError(f"“{package.manifest.title}” has no class “{wish}”. It has: {there or 'no classes at all'}.")


def _already_there(order: Order) -> set[Path]:
    """Files that hold their design already. Raises FileError for any other file that would be replaced."""
    if not order.out.is_dir():
        return set()
    names = {path.name for path in order.out.iterdir()}
    kept = set()
    for design in order.designs() if names else ():
        path = order.path(design)
        if path.name not in names:
            continue
        if not order.recipes or not _holds(path, order.package, design):
            raise FileError(f"“{path}” is there already. Choose another folder, or replace it with --overwrite.")
        kept.add(path)
    return kept


def _holds(path: Path, package: Package, design: Design) -> bool:
    try:
        found = recipe.read_recipe(path)
    except (RecipeError, FileError):
        return False
    return found.design == design and found.package_sha256 == package.sha256


# -- drawing -------------------------------------------------------------------------------------------------------


def _draw(order: Order, kept: set[Path], jobs: JobQueue, device: Device) -> Report:
    sheet = np.empty((order.count, *order.shape), np.uint8) if order.contact_sheet else None
    clock, started = asking.Clock(), time.perf_counter()
    drawn = 0
    with PictureWriter() as writer:
        try:
            for first, designs, pixels in _pictures(order, kept, jobs, clock):
                writer.put(_files(order, kept, device, designs, pixels))
                if sheet is not None:
                    sheet[first : first + len(designs)] = pixels
                drawn += len(designs)
                _tell_progress(drawn, order.count - (0 if order.contact_sheet else len(kept)), started)
            writer.finish()
        except (KeyboardInterrupt, SystemExit):
            writer.drop()
            tell("")
            print(f"Stopped. {writer.written:,} of {order.count:,} designs were written.", file=sys.stderr)
            raise
    tell("")
    seconds = time.perf_counter() - started
    return Report(
        package=order.package.name,
        out=order.out,
        designs=order.count,
        written=writer.written,
        kept=len(kept),
        sheet=None if sheet is None else _write_sheet(order, sheet),
        seconds=seconds,
        designs_per_second=drawn / seconds,
        engine_designs_per_second=drawn / clock.seconds if clock.seconds else 0.0,
        device=device,
    )


def _pictures(
    order: Order, kept: set[Path], jobs: JobQueue, clock: asking.Clock
) -> Iterator[tuple[int, tuple[Design, ...], Pixels]]:
    """What is to be drawn, chunk by chunk: number of the first in what is drawn, designs, (n, H, W, C)."""
    wanted = (d for d in order.designs() if order.contact_sheet or not kept or order.path(d) not in kept)
    return drawing.pictures(jobs, order.package, wanted, clock)


def _files(
    order: Order, kept: set[Path], device: Device, designs: tuple[Design, ...], pixels: Pixels
) -> Iterator[Callable[[], None]]:
    """One step for each file that is to be written."""
    for design, picture in zip(designs, pixels, strict=True):
        made = recipe.make_recipe(order.package, design, device)
        path = order.out / recipe.file_name(made)
        if path not in kept:
            yield partial(recipe.save_png, path, picture, made if order.recipes else None, flush=False)


def _tell_progress(done: int, total: int, started: float) -> None:
    seconds = time.perf_counter() - started
    if seconds > TELL_AFTER_S:
        left = seconds / done * (total - done)
        tell(f"{done:,} of {total:,} designs, {done / seconds:,.0f} a second, {left:.0f} s left")


# -- the contact sheet ---------------------------------------------------------------------------------------------


def _columns(order: Order) -> int:
    """Nearly square; where all classes come in turn a column holds one class."""
    columns = math.isqrt(order.count - 1) + 1
    classes = len(order.package.manifest.classes)
    return -(-columns // classes) * classes if classes and order.sheet.label is None else columns


def _sheet_size(order: Order) -> int:
    height, width, _ = order.shape
    columns = _columns(order)
    return columns * (width + GAP) * -(-order.count // columns) * (height + GAP)


def _sheet_path(order: Order) -> Path:
    sheet = order.sheet
    label = "" if sheet.label is None else f"_c{sheet.label}"
    truncation = "" if sheet.truncation == 1 else f"_t{sheet.truncation:g}"
    last = order.first + order.count - 1
    return order.out / f"{order.package.name}_s{sheet.seed}_i{order.first}-{last}{label}{truncation}_sheet.png"


def _write_sheet(order: Order, pictures: Pixels) -> Path:
    path = _sheet_path(order)
    recipe.save_png(path, images.contact_sheet(pictures, columns=_columns(order), gap=GAP), None)
    return path


def _print(report: Report) -> None:
    print(
        f"{report.written:,} designs of {report.package} written to “{report.out}” in {report.seconds:.2f} s: "
        f"{report.designs_per_second:,.0f} a second (the engine alone {report.engine_designs_per_second:,.0f})."
    )
    if report.kept:
        print(f"{report.kept:,} were there already and were left as they are.")
    if report.sheet:
        print(f"Contact sheet: “{report.sheet}”.")
