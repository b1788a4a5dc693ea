"""Batches: which pictures, under which names, and what a later run need not do again."""

import errno
import json
import os
from pathlib import Path

import pytest

from desktop_app.engine.errors import FileError, RequestError
from desktop_app.studio import batch as batches
from desktop_app.studio.batch import REPORT, Batch, BatchSettings, MaskFile, Noise, check_template, pictures_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three pictures and things that are none; nobody opens them here."""
    inside = tmp_path / "in"
    inside.mkdir()
    for name in ("b.jpg", "a.PNG", "c.gif", ".hidden.png", "notes.txt"):
        (inside / name).write_bytes(name.encode())
    (inside / "deeper").mkdir()
    (inside / "deeper" / "d.png").write_bytes(b"d")
    return inside


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def names(batch: Batch) -> list[str]:
    return [item.target.name for item in batch.items]


def states(batch: Batch) -> list[str]:
    return [item.state for item in batch.items]


def do(batch: Batch, *, failing: tuple[str, ...] = ()) -> list[str]:
    """Go through it; answers the names of the sources that were worked on."""
    done = []
    while item := batch.next():
        done.append(item.source.name)
        if item.source.name in failing:
            batch.fail(item, f"“{item.source.name}” is damaged.")
            continue
        item.target.parent.mkdir(exist_ok=True)
        item.target.write_bytes(b"result")
        batch.finish(item, ["a note"])
    return done


# -- which, and under which names ----------------------------------------------------------------------------------


def test_folders_are_the_pictures_in_them(folder: Path, tmp_path: Path) -> None:
    assert [p.name for p in pictures_in([folder])] == ["a.PNG", "b.jpg", "c.gif"]
    assert [p.name for p in pictures_in([folder / "b.jpg", folder])] == ["b.jpg", "a.PNG", "c.gif"], "none twice"
    assert pictures_in([tmp_path / "gone.png"]) == [tmp_path / "gone.png"], "what is named is tried"
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileError, match="There is no picture in the folder"):
        pictures_in([tmp_path / "empty"])


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (BatchSettings(), ["a-clean.PNG", "b-clean.jpg", "c-clean.png"]),
        (BatchSettings(task="upscale"), ["a-2x.PNG", "b-2x.jpg", "c-2x.png"]),
        (BatchSettings(ending=".tif"), ["a-clean.tif", "b-clean.tif", "c-clean.tif"]),
        (BatchSettings(template="{number}_{name}"), ["1_a.PNG", "2_b.jpg", "3_c.png"]),
        (
            BatchSettings(template="{package}-{strength}-{name}", package="mine", strength=0.85),
            ["mine-85-a.PNG", "mine-85-b.jpg", "mine-85-c.png"],
        ),
        (BatchSettings(template="{package}.{name}"), [f"photo-denoise.{n}" for n in ("a.PNG", "b.jpg", "c.png")]),
    ],
)
def test_names(folder: Path, out: Path, settings: BatchSettings, expected: list[str]) -> None:
    batch = Batch([folder], out, settings)
    assert names(batch) == expected
    assert all(item.target.parent == out for item in batch.items)


def test_two_of_one_name_are_told_apart(tmp_path: Path, out: Path) -> None:
    paths = [tmp_path / "x" / "a.png", tmp_path / "y" / "a.PNG", tmp_path / "a.jpg", tmp_path / "z" / "a.png"]
    assert names(Batch(paths, out, BatchSettings())) == ["a-clean.png", "a-clean-2.PNG", "a-clean.jpg", "a-clean-3.png"]


@pytest.mark.parametrize(
    "template", ["{nam}", "{name", "name}", "{}", "a/{name}", "{name}:", " {name}", ".{name}", "clean"]
)
def test_templates_that_make_no_names(folder: Path, out: Path, template: str) -> None:
    with pytest.raises(RequestError, match=r"The template “.*” "):
        Batch([folder], out, BatchSettings(template=template))


@pytest.mark.parametrize("template", ["", "{name}", "{number}", "{name} – sauber", "{name}{number}"])
def test_templates_that_do(template: str) -> None:
    check_template(template)


def test_endings_that_cannot_be_written(folder: Path, out: Path) -> None:
    with pytest.raises(RequestError, match=r"Pictures cannot be saved as “\.gif”\. Use one of \.png, "):
        Batch([folder], out, BatchSettings(ending=".gif"))


# -- one after the other -------------------------------------------------------------------------------------------


def test_every_picture_has_its_turn_and_its_end(folder: Path, out: Path) -> None:
    batch = Batch([folder], out, BatchSettings())
    item = batch.next()
    assert item is not None
    assert states(batch) == ["running", "waiting", "waiting"]
    batch.put_back(item)
    assert states(batch) == ["waiting"] * 3
    assert do(batch, failing=("b.jpg",)) == ["a.PNG", "b.jpg", "c.gif"]
    assert states(batch) == ["done", "failed", "done"]
    assert [i.notes for i in batch.items] == [("a note",), ("“b.jpg” is damaged.",), ("a note",)]
    assert batch.next() is None
    assert batch.report() == (
        f"2 of 3 pictures written to “{out}”.\nCould not be done: 1.\n  b.jpg: “b.jpg” is damaged."
    )


def test_what_failed_is_tried_again(folder: Path, out: Path) -> None:
    batch = Batch([folder], out, BatchSettings())
    do(batch, failing=("a.PNG", "c.gif"))
    assert batch.retry_failed() == 2
    assert do(batch) == ["a.PNG", "c.gif"]
    assert states(batch) == ["done"] * 3
    assert batch.retry_failed() == 0


# -- and again -----------------------------------------------------------------------------------------------------


def test_a_later_run_does_what_is_left(folder: Path, out: Path) -> None:
    do(Batch([folder], out, BatchSettings()), failing=("b.jpg",))
    again = Batch([folder], out, BatchSettings())
    assert states(again) == ["skipped", "waiting", "skipped"]
    assert do(again) == ["b.jpg"]
    assert again.report() == f"1 of 3 pictures written to “{out}”.\nDone before, and left as they are: 2."
    assert states(Batch([folder], out, BatchSettings())) == ["skipped"] * 3


def test_a_run_that_was_stopped_is_taken_up(folder: Path, out: Path) -> None:
    batch = Batch([folder], out, BatchSettings())
    item = batch.next()
    assert item is not None
    out.mkdir()
    item.target.write_bytes(b"result")
    batch.finish(item)
    assert batch.next() is not None  # and here the program ends
    assert states(Batch([folder], out, BatchSettings())) == ["skipped", "waiting", "waiting"]


@pytest.mark.parametrize(
    "settings",
    [
        BatchSettings(strength=0.5),
        BatchSettings(detail=0.1),
        BatchSettings(package="other"),
        BatchSettings(noise=Noise(25.0)),
        BatchSettings(overwrite=True),
    ],
)
def test_other_settings_are_another_run(folder: Path, out: Path, settings: BatchSettings) -> None:
    do(Batch([folder], out, BatchSettings()))
    assert states(Batch([folder], out, settings)) == ["waiting"] * 3


def test_another_mask_is_another_run(folder: Path, out: Path, tmp_path: Path) -> None:
    mask = tmp_path / "mask.png"
    mask.write_bytes(b"one")
    settings = BatchSettings(task="inpaint", mask=MaskFile(mask))
    do(Batch([folder], out, settings))
    assert states(Batch([folder], out, settings)) == ["skipped"] * 3
    os.utime(mask, ns=(1, 1))
    assert states(Batch([folder], out, settings)) == ["waiting"] * 3


def test_a_source_that_changed_or_a_result_that_went_is_done_anew(folder: Path, out: Path) -> None:
    do(Batch([folder], out, BatchSettings()))
    os.utime(folder / "b.jpg", ns=(1, 1))
    (out / "c-clean.png").unlink()
    assert states(Batch([folder], out, BatchSettings())) == ["skipped", "waiting", "waiting"]


def test_runs_of_several_tasks_share_a_folder(folder: Path, out: Path) -> None:
    do(Batch([folder], out, BatchSettings()))
    do(Batch([folder], out, BatchSettings(task="upscale")))
    assert states(Batch([folder], out, BatchSettings())) == ["skipped"] * 3
    assert states(Batch([folder], out, BatchSettings(task="upscale"))) == ["skipped"] * 3


def test_a_failure_does_not_unsay_what_was_done(folder: Path, out: Path) -> None:
    do(Batch([folder], out, BatchSettings()))
    do(Batch([folder], out, BatchSettings(strength=0.5)), failing=("a.PNG", "b.jpg", "c.gif"))
    assert states(Batch([folder], out, BatchSettings())) == ["skipped"] * 3


def test_results_beside_their_sources_are_no_sources(folder: Path) -> None:
    do(Batch([folder], folder, BatchSettings()))
    again = Batch([folder], folder, BatchSettings())
    assert names(again) == ["a-clean.PNG", "b-clean.jpg", "c-clean.png"]
    assert states(again) == ["skipped"] * 3


@pytest.mark.parametrize("report", ["", "{", '{"items": 7}', "[]"])
def test_a_report_that_cannot_be_read_spares_nothing(folder: Path, out: Path, report: str) -> None:
    do(Batch([folder], out, BatchSettings()))
    (out / REPORT).write_text(report)
    assert states(Batch([folder], out, BatchSettings())) == ["waiting"] * 3


def test_the_report_is_for_people_too(folder: Path, out: Path) -> None:
    do(Batch([folder], out, BatchSettings()), failing=("b.jpg",))
    told = json.loads((out / REPORT).read_text())
    assert [(i["target"], i["state"], i["notes"]) for i in told["items"]] == [
        ("a-clean.PNG", "done", ["a note"]),
        ("b-clean.jpg", "failed", ["“b.jpg” is damaged."]),
        ("c-clean.png", "done", ["a note"]),
    ]


def test_a_report_that_cannot_be_written_is_a_sentence(
    folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = Batch([folder], out, BatchSettings())
    item = batch.next()
    assert item is not None

    def full(path: Path, *_args: object, **_options: object) -> None:
        raise FileError(f"“{path}” cannot be written: {os.strerror(errno.ENOSPC)}.")

    monkeypatch.setattr(batches, "write_whole", full)
    with pytest.raises(FileError, match="No space left on device"):
        batch.finish(item)
