"""Which of the packages at hand write, in which order they are offered, and how to come by a larger one."""

from collections.abc import Iterable, Sequence

from desktop_app.engine.packages import Package

LARGER, LARGER_TITLE = "smollm2", "SmolLM2"  # the package that the exporter makes of a published model
LARGER_COMMAND = "python -m export smollm2"


def writers_of(packages: Iterable[Package]) -> list[Package]:
    """Those that write: what can be asked first, then by title."""
    found = [package for package in packages if package.manifest.text is not None]
    return sorted(found, key=lambda package: (not answers(package), package.manifest.title.lower()))


def answers(package: Package) -> bool:
    """Whether it was taught to answer, and can be put a question."""
    return "chat_template" in package.manifest.files


def offer(writers: Sequence[Package]) -> str:
    """What a larger model is good for, where none that answers is here; LARGER_COMMAND brings it."""
    if any(answers(package) or package.name == LARGER for package in writers):
        return ""
    return f"{LARGER_TITLE} is larger and answers questions. This command, in a terminal, installs it:"
