"""`maquette models check`: tries a package out on this machine, alone or against another on the same seeds."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from desktop_app import paths
from desktop_app.cli import asking
from desktop_app.cli.printing import print_json, print_table, tell
from desktop_app.engine.errors import Fault, PackageError, RequestError
from desktop_app.engine.images import contact_sheet
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import CheckedUp, CheckUp, Pixels, Progress
from desktop_app.studio import check_up, comparison
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.library import Library
from desktop_app.studio.project import now
from desktop_app.studio.speeds import Speeds
from desktop_app.studio.whole_file import whole_file

COLUMNS, GAP, BETWEEN, GROUND = 8, 2, 8, 128


def run(options: argparse.Namespace) -> int:
    """0 where nothing weighty was found, else 1."""
    library = asking.library()
    with ExitStack() as stack:
        names = [options.name, *([options.against] if options.against else [])]
        chosen = [stack.enter_context(_package(library, name)) for name in names]
        if len(chosen) == 2:
            comparison.require_same_kind(*chosen)
        jobs = stack.enter_context(asking.engine(options.device, options.threads))
        found = [checked_up(jobs, package, options.seed, options.count) for package in chosen]
        remember(jobs, chosen, found)
        if options.sheet is not None:
            _refuse_sheet(chosen[0])
            _write_sheet(options.sheet, found)
        _print(options, chosen, found)
    flags = [check_up.flags(package.manifest, f) for package, f in zip(chosen, found, strict=True)]
    return 0 if all(map(check_up.is_sound, flags)) else 1


@contextmanager
def _package(library: Library, name: str) -> Iterator[Package]:
    """A package by its name, or from the disk: then it is gone afterwards. Raises StudioError."""
    path = Path(name)
    if not path.exists() or any(package.name == name for package in library.packages()):
        yield library.find(name)
        return
    with library.receive(path) as arrival:
        yield arrival.package


def checked_up(jobs: JobQueue, package: Package, seed: int = 0, count: int = 32) -> CheckedUp:
    """Raises StudioError."""
    for update in asking.run_request(jobs, CheckUp(package.ref, seed, count)):
        if isinstance(update, Progress):
            tell(f"{package.name}: {update.done} of {update.total}")
        elif isinstance(update, CheckedUp):
            tell("")
            return update
    raise PackageError(f"“{package.name}” ended its check-up without an answer.", Fault.DOES_NOT_RUN)


def remember(jobs: JobQueue, chosen: list[Package], found: list[CheckedUp]) -> None:
    """The cards in the window show what was measured here, too."""
    device = jobs.state.device
    speeds = Speeds(paths.user_data() / "speeds.json")
    for package, figures in zip(chosen, found, strict=True):
        if device is not None:
            speeds.keep(package.sha256, device, figures, now())


# -- the sheet -----------------------------------------------------------------------------------------------------


def _refuse_sheet(package: Package) -> None:
    if package.manifest.text is not None:
        raise RequestError(f"“{package.manifest.title}” writes texts, so there is no sheet. Leave --sheet out.")


def _write_sheet(path: Path, found: list[CheckedUp]) -> None:
    """All samples; of two packages, those of the first above. Raises FileError."""
    from PIL import Image

    sheet = _one_above_the_other(
        [contact_sheet(f.pictures, columns=COLUMNS, gap=GAP, background=GROUND) for f in found]
    )
    with whole_file(path) as file:
        Image.fromarray(sheet.squeeze(axis=2) if sheet.shape[2] == 1 else sheet).save(file, "PNG")


def _one_above_the_other(sheets: list[Pixels]) -> Pixels:
    """(H, W, C) each; where one is grey and another not, all are in colour."""
    width, channels = (max(sheet.shape[axis] for sheet in sheets) for axis in (1, 2))
    rows: list[Pixels] = []
    for sheet in sheets:
        whole = np.full((sheet.shape[0] + BETWEEN * bool(rows), width, channels), GROUND, np.uint8)
        filled = np.broadcast_to(sheet, (*sheet.shape[:2], channels)) if sheet.shape[2] == 1 else sheet
        whole[-sheet.shape[0] :, : sheet.shape[1], : filled.shape[2]] = filled
        if filled.shape[2] == 3 and channels == 4:
            whole[..., 3] = 255
        rows.append(whole)
    return np.concatenate(rows)


# -- words ---------------------------------------------------------------------------------------------------------


def _print(options: argparse.Namespace, chosen: list[Package], found: list[CheckedUp]) -> None:
    if options.json:
        print_json({"checked": [_as_data(*pair) for pair in zip(chosen, found, strict=True)]} | _between(chosen, found))
        return
    for package, figures in zip(chosen, found, strict=True):
        print(f"{package.manifest.title} ({package.name}, version {package.manifest.version})")
        flags = check_up.flags(package.manifest, figures)
        for flag in flags:
            print(f"  {flag.what}. {flag.advice}")
        if check_up.is_sound(flags):
            print(f"  Nothing wrong was found. {check_up.praise(figures)}")
    if len(found) == 1:
        print_table(check_up.figures(chosen[0].manifest, found[0]))
        for number, text in enumerate(found[0].texts, 1):
            print(f"{number}  … {' '.join(text.split())}")
    else:
        _print_comparison(chosen, found)
    sys.stdout.flush()


def _print_comparison(chosen: list[Package], found: list[CheckedUp]) -> None:
    left, right = chosen
    both = (found[0], found[1])
    rows = [
        *comparison.origin_rows(left, right),
        *comparison.figure_rows(left, right, both),
        *comparison.score_rows(left.manifest.scores, right.manifest.scores),
    ]
    marks = {"left": ("*", ""), "right": ("", "*"), "": ("", "")}
    print_table([(row.name, row.left + marks[row.better][0], row.right + marks[row.better][1]) for row in rows])
    sentence = comparison.apart_sentence(both)
    if sentence:
        print(sentence)
    print("* does better")


def _as_data(package: Package, found: CheckedUp) -> dict[str, object]:
    figures = {field: getattr(found, field) for field in found.__struct_fields__ if field not in ("pictures", "given")}
    flags = [vars(flag) for flag in check_up.flags(package.manifest, found)]
    return {"name": package.name, "sha256": package.sha256, "count": check_up.tried(found), **figures, "flags": flags}


def _between(chosen: list[Package], found: list[CheckedUp]) -> dict[str, object]:
    return {"apart": comparison.apart((found[0], found[1]))} if len(chosen) == 2 else {}
