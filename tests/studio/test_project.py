"""The project file: whole at every moment, and at most five seconds old, whatever ends the program."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from desktop_app.engine.errors import FileError
from desktop_app.engine.requests import Design
from desktop_app.studio import project as projects
from desktop_app.studio.icon_look import IconLook
from desktop_app.studio.icon_state import IconState
from desktop_app.studio.icon_style import IconStyle
from desktop_app.studio.project import Project, ProjectState, Take, load_project, previous, write_whole
from desktop_app.studio.sheet import SheetState, rerolled, with_truncation
from desktop_app.studio.vector import VectorOptions

FRESH = ProjectState(SheetState("digits-gan", seed=1))


def kept(index: int) -> Take:
    return Take(Design(1, index), "digits-gan", "0" * 64, "2026-01-01T00:00:00+00:00")


def with_takes(state: ProjectState, count: int) -> ProjectState:
    return msgspec.structs.replace(state, takes=tuple(kept(i) for i in range(count)))


def seeded(state: ProjectState, seed: int) -> ProjectState:
    return msgspec.structs.replace(state, sheet=rerolled(state.sheet, seed))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "folder" / "project.maquette", FRESH)


# -- undo ------------------------------------------------------------------------------------------------------------


def test_undo_and_redo_walk_the_same_states(project: Project) -> None:
    states = [project.state]
    for seed in range(2, 6):
        project.change(f"Re-roll {seed}", seeded(project.state, seed))
        states.append(project.state)
    for state in reversed(states[:-1]):
        project.undo()
        assert project.state == state
    assert project.undo() == ""
    for state in states[1:]:
        project.redo()
        assert project.state == state
    assert project.redo() == ""


def test_steps_carry_their_label(project: Project) -> None:
    project.change("Star", with_takes(project.state, 1))
    assert (project.undo_label, project.redo_label) == ("Star", "")
    assert project.undo() == "Star"
    assert (project.undo_label, project.redo_label) == ("", "Star")


def test_the_drags_of_one_slider_are_one_step(project: Project) -> None:
    for hundredths in range(90, 50, -1):
        sheet = with_truncation(project.state.sheet, hundredths / 100)
        state = msgspec.structs.replace(project.state, sheet=sheet)
        project.change("Truncation", state, coalesce="truncation")
    project.undo()
    assert project.state == FRESH


def test_two_drags_are_two_steps(project: Project) -> None:
    for value in (0.9, 0.8):
        sheet = with_truncation(project.state.sheet, value)
        project.change("Truncation", msgspec.structs.replace(project.state, sheet=sheet), coalesce="truncation")
        project.end_coalescing()
    project.undo()
    assert project.state.sheet.truncation == 0.9


def test_a_new_step_ends_what_could_be_redone(project: Project) -> None:
    project.change("Re-roll", seeded(project.state, 2))
    project.undo()
    project.change("Re-roll", seeded(project.state, 3))
    assert project.redo() == ""
    assert project.state.sheet.seed == 3


def test_a_deleted_take_comes_back_in_its_place(project: Project) -> None:
    project.change("Star", with_takes(project.state, 10))
    before = project.state
    project.change("Remove star", msgspec.structs.replace(before, takes=before.takes[:3] + before.takes[4:]))
    project.undo()
    assert project.state == before


def test_undo_leaves_the_tile_size_alone(project: Project) -> None:
    project.change("Re-roll", seeded(project.state, 2))
    project.look(tile_px=200)
    project.undo()
    assert (project.state.sheet.seed, project.state.tile_px) == (1, 200)


def test_a_long_day_of_steps_stays_bounded(project: Project) -> None:
    for seed in range(projects.MAX_STEPS * 2):
        project.change("Re-roll", seeded(project.state, seed + 2))
    steps = 0
    while project.undo():
        steps += 1
    assert steps == projects.MAX_STEPS


# -- the file --------------------------------------------------------------------------------------------------------


def test_a_saved_project_comes_back_the_same(project: Project) -> None:
    project.change("Star", with_takes(seeded(project.state, 12), 5))
    project.look(tile_px=144, first_tile=4321)
    project.save()
    again, sentence = load_project(project.path, FRESH)
    assert (again.state, sentence) == (project.state, "")
    assert again.is_saved


def test_saving_happens_when_something_changed_and_on_another_thread(project: Project) -> None:
    project.change("Re-roll", seeded(project.state, 2))
    assert project.save_if_changed() == ""
    project.wait()
    assert load_project(project.path, FRESH)[0].state == project.state
    stamp = project.path.stat().st_mtime_ns
    project.save_if_changed()
    project.wait()
    assert project.path.stat().st_mtime_ns == stamp


def test_nothing_but_the_project_and_its_previous_version_lies_there(project: Project) -> None:
    for seed in range(2, 6):
        project.change("Re-roll", seeded(project.state, seed))
        project.save()
    assert {p.name for p in project.path.parent.iterdir()} == {"project.maquette", "project.maquette.previous"}
    assert load_project(previous(project.path), FRESH)[0].state.sheet.seed == 4


@pytest.mark.parametrize("damage", [b"", b"\0" * 64, b"{", b'{"sheet": 1}', b'{"format": 99, "sheet": {}}'])
def test_a_damaged_file_gives_way_to_the_version_before_it(project: Project, damage: bytes) -> None:
    project.change("Star", with_takes(project.state, 2))
    project.save()
    project.change("Star", with_takes(project.state, 3))
    project.save()
    project.path.write_bytes(damage)
    again, sentence = load_project(project.path, FRESH)
    assert len(again.state.takes) == 2
    assert "version before" in sentence
    assert project.path.with_name("project.maquette.damaged").read_bytes() == damage


def test_a_missing_file_with_a_previous_version_is_found_again(project: Project) -> None:
    for count in (2, 3):
        project.change("Star", with_takes(project.state, count))
        project.save()
    project.path.unlink()
    again, sentence = load_project(project.path, FRESH)
    assert len(again.state.takes) == 2
    assert "was missing" in sentence


def test_without_any_version_a_new_project_opens_and_the_damaged_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "project.maquette"
    path.write_bytes(b"nonsense")
    project, sentence = load_project(path, FRESH)
    assert project.state == FRESH
    assert "put aside" in sentence
    assert (tmp_path / "project.maquette.damaged").read_bytes() == b"nonsense"


def test_a_project_of_a_newer_version_is_not_overwritten_by_a_load(tmp_path: Path) -> None:
    path = tmp_path / "project.maquette"
    newer = msgspec.json.encode(msgspec.structs.replace(FRESH, format=projects.FORMAT + 1))
    path.write_bytes(newer)
    _, sentence = load_project(path, FRESH)
    assert "newer Maquette" in sentence
    assert (tmp_path / "project.maquette.damaged").read_bytes() == newer


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    project = Project(tmp_path / "file" / "project.maquette", FRESH)
    with pytest.raises(FileError, match="could not be saved"):
        project.save()
    project.save_if_changed()
    while project._writer is not None and project._writer.is_alive():
        time.sleep(0.01)
    assert "could not be saved" in project.save_if_changed()


def test_the_old_file_stays_whole_where_a_write_fails(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.save()

    def no_room(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    project.change("Re-roll", seeded(project.state, 2))
    with pytest.raises(FileError, match="No space left"):
        project.save()
    assert load_project(project.path, FRESH)[0].state == FRESH


# -- killed ----------------------------------------------------------------------------------------------------------

_CHILD = """
import sys, time
from pathlib import Path
import msgspec
from desktop_app.studio.project import load_project, ProjectState
from desktop_app.studio.sheet import SheetState, rerolled

project, sentence = load_project(Path(sys.argv[1]), ProjectState(SheetState("digits-gan", seed=0)))
assert not sentence, sentence
saved = 0.0
while True:
    project.change("Re-roll", msgspec.structs.replace(project.state, sheet=rerolled(project.state.sheet, 5)))
    project.look(first_tile=int(time.time() * 1000))
    if time.monotonic() - saved >= float(sys.argv[2]):
        saved = time.monotonic()
        project.save_if_changed()
        print(flush=True)
    time.sleep(0.001)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("every_s", [0.0, 1.0])
def test_a_kill_at_any_moment_leaves_a_whole_file_that_is_young(tmp_path: Path, every_s: float) -> None:
    path = tmp_path / "проект ü" / "project.maquette"
    for life_s in (0.01, 0.033, 0.057, 0.11) if every_s == 0.0 else (1.3,):
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(path), str(every_s)], stdout=subprocess.PIPE, cwd=Path.cwd()
        )
        assert child.stdout is not None
        child.stdout.readline()  # the first save has begun
        time.sleep(life_s)
        child.kill()
        killed_at = time.time()
        child.wait()
        child.stdout.close()
    project, sentence = load_project(path, FRESH)
    assert sentence == ""
    assert killed_at - project.state.first_tile / 1000 < 5.0


def test_write_whole_keeps_what_was_there_before(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert (path.read_bytes(), previous(path).read_bytes()) == (b"two", b"one")


def test_the_look_of_icons_is_kept_and_a_broken_one_is_said(tmp_path: Path) -> None:
    icons = IconState(IconLook(IconStyle("#102030", "#fff", radius=20), VectorOptions(grid=1.0)))
    path = tmp_path / "a.maquette"
    Project(path, msgspec.structs.replace(FRESH, icons=icons)).save()
    assert load_project(path, FRESH)[0].state.icons == icons
    path.write_bytes(path.read_bytes().replace(b'"radius":20', b'"radius":2000'))
    project, sentence = load_project(path, FRESH)
    assert "damaged" in sentence
    assert project.state.icons == IconState()
