"""`maquette models`: list, verify, import."""

import argparse
import sys

from desktop_app.cli import asking, check
from desktop_app.cli.printing import print_json, print_table
from desktop_app.engine.errors import Cancelled, Fault, PackageError, StudioError
from desktop_app.engine.manifest import Manifest
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Verified, Verify
from desktop_app.studio import check_up, hf_folder
from desktop_app.studio.arrival import Arrival
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.model_card import megabytes, permission, size_on_disk


def show(options: argparse.Namespace) -> int:
    """All packages at hand, and what is wrong with the folders that should be some."""
    library = asking.library()
    found, problems = library.packages(), library.problems()
    if options.json:
        print_json({"packages": [_as_data(p) for p in found], "problems": [_problem_data(p) for p in problems]})
        return 0
    print_table([_row(package) for package in found] or [("No package is here.",)])
    for problem in problems:
        print(problem.message)
    return 0


def verify(options: argparse.Namespace) -> int:
    """Check the files of packages and reproduce their golden examples; goes on after one that fails."""
    library = asking.library()
    named = [library.find(name) for name in dict.fromkeys(options.names)]
    chosen = named or library.packages()
    failures: list[StudioError] = [] if named else list(library.problems())
    reports = []
    with asking.engine(options.device, options.threads) as jobs:
        for package in chosen:
            try:
                reports.append(verify_one(jobs, package))
                if not options.json:
                    print(verified_sentence(reports[-1], package), flush=True)
            except Cancelled:
                raise
            except StudioError as error:
                failures.append(error)
    if options.json:
        print_json({"verified": reports, "problems": [_problem_data(f) for f in failures]})
    for failure in failures:
        print(failure.message, file=sys.stderr)
    return 1 if failures else 0


def bring_in(options: argparse.Namespace) -> int:
    """Copy a package into the user's folder, whole or not at all, once it was verified and checked up."""
    with asking.engine(options.device, options.threads) as jobs, _received(options) as arrival:
        _refuse_name(arrival, options)
        verify_one(jobs, arrival.package)
        found = check.checked_up(jobs, arrival.package)
        flags = check_up.flags(arrival.package.manifest, found)
        for flag in flags:
            print(f"{flag.what}. {flag.advice}")
        if not check_up.is_sound(flags) and not options.anyway:
            raise PackageError("It was not brought in. Add --anyway to bring it in all the same.", Fault.NOT_A_PACKAGE)
        ends = {"replace": arrival.replace, "both": arrival.keep_both, "": arrival.keep}
        package = ends[_wish(arrival, options)]()
        check.remember(jobs, [package], [found])
    print(f"“{package.manifest.title}” is now in {package.folder}. Licence: {package.manifest.licence}.")
    if package.manifest.made_by.preset == hf_folder.PRESET:
        print(f"{package.manifest.summary} {permission(package.manifest).title}.")
    print(f"Check-up: {check_up.summary(found)}")
    return 0


def _received(options: argparse.Namespace) -> Arrival:
    return asking.library().receive(options.path, options.variant)


def _refuse_name(arrival: Arrival, options: argparse.Namespace) -> None:
    """Before anything is computed. Raises PackageError."""
    if arrival.there is None or arrival.is_same or not _wish(arrival, options):
        try:
            arrival.refuse_taken()
        except PackageError as error:
            ways = f"--both to keep both{', or --replace to put it in its place' * arrival.can_replace}"
            another = arrival.there is not None and not arrival.is_same
            raise PackageError(f"{error.message}{f' Add {ways}.' * another}", error.fault) from None


def _wish(arrival: Arrival, options: argparse.Namespace) -> str:
    if arrival.there is None:
        return ""
    return "replace" if options.replace else "both" if options.both else ""


def verify_one(jobs: JobQueue, package: Package) -> Verified:
    """Raises StudioError where the package cannot be opened or does not give its golden example."""
    (verified,) = asking.run_request(jobs, Verify(package.ref))
    assert isinstance(verified, Verified)
    return verified


def verified_sentence(verified: Verified, package: Package) -> str:
    if "golden" not in package.manifest.files:
        return (
            f"{verified.name}: the same token by token and all at once within {verified.max_error:.1e} "
            f"({verified.tolerance:.0e} allowed), {verified.milliseconds:.0f} ms"
        )
    return (
        f"{verified.name}: golden example reproduced within {verified.max_error:.1e} "
        f"({verified.tolerance:.0e} allowed), {verified.milliseconds:.0f} ms"
    )


def _row(package: Package) -> tuple[str, ...]:
    manifest = package.manifest
    size = megabytes(size_on_disk(package))
    return (manifest.name, manifest.title, ", ".join(manifest.abilities), _scope(manifest), size, manifest.licence)


def _scope(manifest: Manifest) -> str:
    """What a package draws, or what it takes."""
    if manifest.text is not None:
        return f"{manifest.text.context:,} tokens"
    if manifest.restoration is None:
        return f"{len(manifest.classes)} classes" if manifest.classes else "no classes"
    side = manifest.restoration.side
    size = f"{side} × {side} pixels" if side else "any size"
    return f"{'grey' if manifest.restoration.channels == 1 else 'colour'}, {size}"


def _as_data(package: Package) -> dict[str, object]:
    manifest = package.manifest
    return {
        "name": manifest.name,
        "title": manifest.title,
        "version": manifest.version,
        "abilities": manifest.abilities,
        "classes": manifest.classes,
        "bytes": size_on_disk(package),
        "licence": manifest.licence,
        "commercial_use": manifest.commercial_use,
        "sha256": package.sha256,
        "folder": package.folder,
    }


def _problem_data(problem: StudioError) -> dict[str, str]:
    fault = problem.fault.value if isinstance(problem, PackageError) else ""
    return {"message": problem.message, "fault": fault}
