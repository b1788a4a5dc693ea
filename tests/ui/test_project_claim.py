"""No two windows in one project."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.ui.project_claim import NAME, ProjectClaim

HOLD = (
    "import sys, time; from pathlib import Path; from desktop_app.ui.project_claim import ProjectClaim; "
    "claim = ProjectClaim(Path(sys.argv[1])); print(claim.file.name, flush=True); time.sleep(60)"
)


def test_the_second_window_gets_a_project_of_its_own(tmp_path: Path) -> None:
    first = ProjectClaim(tmp_path)
    second = ProjectClaim(tmp_path)
    assert first.file == tmp_path / NAME
    assert first.is_first
    assert second.file == tmp_path / "project-2.maquette"
    assert not second.is_first
    second.release()
    first.release()


def test_a_closed_window_leaves_its_project_to_the_next(tmp_path: Path) -> None:
    ProjectClaim(tmp_path).release()
    again = ProjectClaim(tmp_path)
    assert again.is_first
    again.release()


def test_a_killed_window_leaves_its_project_to_the_next(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == NAME
        beside = ProjectClaim(tmp_path)
        assert not beside.is_first
        beside.release()
        os.kill(other.pid, signal.SIGKILL)
    after = ProjectClaim(tmp_path)
    assert after.is_first
    after.release()


@pytest.mark.skipif(os.name != "posix", reason="folders under files are a matter of POSIX here")
def test_a_folder_that_cannot_be_made_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    claim = ProjectClaim(tmp_path / "file" / "projects")
    assert claim.is_first
    claim.release()
