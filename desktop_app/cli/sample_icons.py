"""`maquette sample` of a package of icons: words in, SVG, PNG, a sprite or a font out.

The engine gives fields; outlines are made here while it draws the next ones. A design without any outline is left out
and named; so is what an icon comes near to, of those that the network was taught.
"""

import argparse
import dataclasses
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from desktop_app.cli import asking
from desktop_app.cli.icon_words import look_of, prompt_of
from desktop_app.cli.picture_writer import PictureWriter
from desktop_app.cli.printing import ProgressLine, counted, print_json, tell
from desktop_app.engine import images
from desktop_app.engine.errors import FileError, RecipeError, RequestError, StudioError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import (
    Design,
    Device,
    Differ,
    Different,
    Fields,
    Pixels,
    Resemblance,
    Resemblances,
    Resemble,
    Trace,
)
from desktop_app.studio import recipe
from desktop_app.studio.icon_export import MOST_ICONS, PNG_SIZES, ExportOptions, Icon, Kind, export_icons
from desktop_app.studio.icon_look import IconLook, icon_path
from desktop_app.studio.icon_prompt import Heard
from desktop_app.studio.icon_style import icon_svg
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.likeness import likeness_words
from desktop_app.studio.sheet import SheetState, design_at
from desktop_app.studio.svg_drawing import draw

PART = 128  # designs in one request
CELL, GAP = 128, 16  # pixels, of a contact sheet
MOST_ON_A_SHEET = 1024


@dataclass(frozen=True)
class Order:
    package: Package
    sheet: SheetState
    numbers: Sequence[int]  # on the sheet
    count: int
    drafts: int  # of which the most different are taken; 0: all in turn
    look: IconLook
    sizes: tuple[int, ...]  # of the files of each icon; 0 is a vector
    together: frozenset[Kind]  # what holds all icons in one file
    out: Path
    recipes: bool
    contact_sheet: bool
    overwrite: bool

    @property
    def name(self) -> str:
        """What a sprite or a font is called."""
        prompt = self.sheet.prompt
        assert prompt is not None
        return " ".join(prompt.words) or prompt.style or "icon"

    def name_of(self, design: Design) -> str:
        """Without words on the sheet each icon has some of its own."""
        return " ".join(design.prompt.words if design.prompt else ()) or self.name

    @property
    def first(self) -> int:
        return self.numbers[0]

    def designs(self) -> Iterator[Design]:
        return (design_at(self.sheet, i, 0, self.package.manifest.icons) for i in self.numbers)

    @property
    def needs_all(self) -> bool:
        """Whether icons of which all files are there are needed all the same."""
        return bool(self.together) or self.contact_sheet

    def looks(self) -> Iterator[IconLook]:
        return (msgspec.structs.replace(self.look, size=size) for size in self.sizes)

    def path(self, design: Design, look: IconLook) -> Path:
        return self.out / recipe.file_name(recipe.make_recipe(self.package, design, None, look))


@dataclass
class Report:
    package: str
    out: Path
    words: tuple[str, ...] = ()
    icons: int = 0
    written: int = 0  # files
    kept: int = 0  # there already
    seconds: float = 0.0  # from the first request to the last file, the engine running already
    icons_per_second: float = 0.0
    remarks: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        """At once, and in the report."""
        tell("")
        print(sentence, file=sys.stderr)
        self.remarks.append(sentence)


def run(options: argparse.Namespace, package: Package) -> int:
    """0 where there is an icon, 1 where no design has an outline."""
    order, words = _order(options, package)
    report = Report(package.name, order.out, words.words)
    for sentence in words.remarks:
        report.say(sentence)
    with asking.engine(options.device, options.threads) as jobs:
        device = asking.describe_device(jobs)
        _make(order, jobs, device, report)
    if options.json:
        print_json({**dataclasses.asdict(report), "device": device})
    else:
        _print(report)
    return 0 if report.icons or report.kept else 1


def _order(options: argparse.Namespace, package: Package) -> tuple[Order, Heard]:
    """And what is made of the words. Raises StudioError."""
    icons, kind = package.manifest.icons, options.format or "svg"
    assert icons is not None
    if options.class_ is not None:
        raise RequestError(f"“{package.manifest.title}” has no classes. Say what to draw with --words.")
    prompt, words = prompt_of(options, icons)
    truncation = package.manifest.defaults.truncation if options.truncation is None else options.truncation
    together = {"sprite": {Kind.SPRITE}, "ttf": {Kind.FONT}}.get(kind, set())
    sizes = ((0,) if kind in ("svg", "both") else ()) + (
        (options.sizes or PNG_SIZES) if kind in ("png", "both") else ()
    )
    _check_count(options, kind if together else "")
    order = Order(
        package=package,
        sheet=SheetState(package.name, options.seed, None, truncation, prompt),
        numbers=range(options.index, options.index + (options.different or options.count)),
        count=options.count,
        drafts=options.different or 0,
        look=look_of(options),
        sizes=sizes,
        together=frozenset(together),
        out=options.out,
        recipes=not options.no_recipe,
        contact_sheet=bool(options.sheet),
        overwrite=bool(options.overwrite),
    )
    return order, words


def _check_count(options: argparse.Namespace, kind: str) -> None:
    if options.different and options.count > options.different:
        raise RequestError(f"{options.count:,} of {options.different:,} drafts are too many. Ask for more drafts.")
    most = {"sprite": MOST_ICONS, "ttf": MOST_ICONS}.get(kind, MOST_ON_A_SHEET if options.sheet else options.count)
    if options.count > most:
        raise RequestError(f"{options.count:,} icons are too many for one file; it holds {most:,}. Ask for fewer.")


# -- designs -------------------------------------------------------------------------------------------------------


def _chosen(order: Order, jobs: JobQueue, report: Report) -> Order:
    """The order of what is drawn: with drafts, of those that differ most."""
    if not order.drafts:
        return order
    drafts = tuple(order.designs())
    tell(f"Drafting {order.drafts:,}…")
    for update in asking.run_request(jobs, Differ(order.package.ref, drafts, order.count)):
        if isinstance(update, Different):
            if len(update.chosen) < order.count:
                some = f"Of {order.drafts:,} drafts only {len(update.chosen)} differ"
                report.say(f"{some}; the others are near copies of them.")
            return dataclasses.replace(order, numbers=[order.first + i for i in update.chosen])
    raise StudioError("The engine chose no designs. Ask again.")


def _fields(order: Order, jobs: JobQueue, designs: tuple[Design, ...]) -> Iterator[tuple[Design, np.ndarray]]:
    for update in asking.run_request(jobs, Trace(order.package.ref, designs)):
        if isinstance(update, Fields):
            yield from zip(designs[update.first :], update.fields, strict=False)


def _resemblances(order: Order, jobs: JobQueue, designs: tuple[Design, ...]) -> list[Resemblance | None]:
    """Which icon of the training each design comes near to."""
    found: list[Resemblance | None] = [None] * len(designs)
    for update in asking.run_request(jobs, Resemble(order.package.ref, designs)):
        if isinstance(update, Resemblances):
            found[update.first : update.first + len(update.found)] = update.found
    return found


# -- files ---------------------------------------------------------------------------------------------------------


def _make(order: Order, jobs: JobQueue, device: Device, report: Report) -> None:
    started = time.perf_counter()
    order = _chosen(order, jobs, report)
    kept = _already_there(order)
    with PictureWriter() as writer:
        try:
            _write_icons(order, jobs, device, kept, writer, report)
            writer.finish()
        except (KeyboardInterrupt, SystemExit):
            writer.drop()
            tell("")
            print(f"Stopped. {writer.written:,} files were written.", file=sys.stderr)
            raise
        report.written += writer.written
    tell("")
    report.kept = len(kept)
    report.seconds = time.perf_counter() - started
    report.icons_per_second = report.icons / report.seconds


def _write_icons(
    order: Order, jobs: JobQueue, device: Device, kept: set[Path], writer: PictureWriter, report: Report
) -> None:
    icons, shown, line = list[Icon](), list[Pixels](), ProgressLine()
    wanted = (d for d in order.designs() if order.needs_all or any(order.path(d, k) not in kept for k in order.looks()))
    while part := tuple(islice(wanted, PART)):
        resembled = _resemblances(order, jobs, part)
        for (design, values), found in zip(_fields(order, jobs, part), resembled, strict=True):
            if (path := _path(design, values, order, report)) is None:
                continue
            if likeness := likeness_words(found):
                report.say(f"Design {design.index}: {likeness}.")
            writer.put(_files(order, device, design, path, kept, report, likeness))
            icons += [Icon(order.name_of(design), path, order.look.style)] if order.together else []
            shown += [_on_paper(order, path)] if order.contact_sheet else []
            report.icons += 1
            line.tell("Icons", report.icons, order.count)
    _write_together(order, icons, shown, report)


def _already_there(order: Order) -> set[Path]:
    """Files that hold their icon already. Raises FileError for any other file that would be replaced."""
    if order.overwrite or not order.out.is_dir() or not any(order.out.iterdir()):
        return set()
    kept = set()
    for design in order.designs():
        for look in order.looks():
            path = order.path(design, look)
            if not path.exists():
                continue
            if not order.recipes or not _holds(path, order.package, design, look):
                raise FileError(f"“{path}” is there already. Choose another folder, or replace it with --overwrite.")
            kept.add(path)
    return kept


def _holds(path: Path, package: Package, design: Design, look: IconLook) -> bool:
    try:
        found = recipe.read_recipe(path)
    except (RecipeError, FileError):
        return False
    return (found.design, found.package_sha256, found.icon) == (design, package.sha256, look)


def _path(design: Design, values: np.ndarray, order: Order, report: Report) -> str | None:
    """The outline of a design; None, and a sentence, where it has none."""
    try:
        return icon_path(values, order.look.vector)
    except StudioError:
        report.say(f"Design {design.index} came out blank or full and was left out.")
        return None


def _files(
    order: Order, device: Device, design: Design, path: str, kept: set[Path], report: Report, likeness: str
) -> list[Callable[[], None]]:
    """One step for each file that is to be written."""
    svg, steps = icon_svg(path, order.look.style, name=order.name_of(design)), list[Callable[[], None]]()
    for look in order.looks():
        file = order.path(design, look)
        report.files.append(file)
        if file not in kept:
            made = recipe.make_recipe(order.package, design, device, look, resembles=likeness)
            steps.append(partial(_write, file, svg, look.size, made if order.recipes else None))
    return steps


def _write(file: Path, svg: str, size: int, made: recipe.Recipe | None) -> None:
    if size:
        recipe.save_png(file, draw(svg, size, size), made, flush=False)
    else:
        recipe.write_whole(file, (recipe.svg_with_recipe(svg, made) if made else svg).encode(), flush=False)


def _on_paper(order: Order, path: str) -> Pixels:
    """(CELL, CELL, 3): as it is seen on a white page."""
    drawn = Image.fromarray(draw(icon_svg(path, order.look.style), CELL, CELL))
    page = Image.new("RGBA", drawn.size, "white")
    return np.asarray(Image.alpha_composite(page, drawn).convert("RGB"))


def _write_together(order: Order, icons: list[Icon], shown: list[np.ndarray], report: Report) -> None:
    if icons:
        settings = ExportOptions(order.together, family=f"{order.package.name} {order.name}")
        made = export_icons(icons, order.out, settings, overwrite=order.overwrite)
        report.files += made.files
        report.written += len(made.files)
        for sentence in made.notes:
            report.say(sentence)
    if shown:
        sheet = order.sheet
        file = order.out / f"{order.package.name}_s{sheet.seed}_i{order.first}_sheet.png"
        columns = int(np.ceil(np.sqrt(len(shown))))
        recipe.save_png(file, images.contact_sheet(np.stack(shown), columns=columns, gap=GAP, background=255), None)
        report.files.append(file)
        report.written += 1


def _print(report: Report) -> None:
    print(
        f"{counted(report.icons, 'icon')} of {report.package} in {counted(report.written, 'file')} written to "
        f"“{report.out}” in {report.seconds:.2f} s: {report.icons_per_second:,.0f} a second."
    )
    if report.kept:
        print(f"{report.kept:,} files were there already and were left as they are.")
