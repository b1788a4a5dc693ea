"""The rules of the house that no linter sees: what an import brings along, how long a file is, where it may lie."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import tiny_package

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / "desktop_app"
FILES = sorted(PROGRAM.rglob("*.py"))
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in FILES
    if "bundled" not in path.parts
]
ENGINE_SIDE = {  # run in the engine's process alone, or only when a command needs them
    "desktop_app.engine_process",
    "desktop_app.engine.runtime",
    "desktop_app.engine.latent_model",
    "desktop_app.engine.icon_flow",
    "desktop_app.engine.icon_model",
    "desktop_app.engine.search",
    "desktop_app.engine.taste",
    "desktop_app.engine.restorer",
    "desktop_app.engine.classifier",
    "desktop_app.engine.text_graph",
    "desktop_app.engine.text_cache",
    "desktop_app.engine.text_prompt",
    "desktop_app.engine.text_model",
    "desktop_app.engine.branch",
    "desktop_app.engine.tokenizer",
    "desktop_app.engine.chat_template",
    "desktop_app.engine.check_up",
    "desktop_app.engine.service",
}


def child(code: str, *arguments: str, cwd: Path | None = None, root: Path = ROOT) -> str:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{code}", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_engine_and_studio_need_no_qt():
    code = """
import importlib
class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("PySide6", "shiboken6", "PyQt6"):
            raise ImportError(f"{name} was imported")
sys.meta_path.insert(0, NoQt())
for name in sys.argv[1:]:
    importlib.import_module(name)
"""
    child(code, *(name for name in MODULES if name.startswith(("desktop_app.engine", "desktop_app.studio"))))


def test_the_windows_process_never_sees_the_inference_runtime():
    code = """
import importlib
for name in sys.argv[1:]:
    importlib.import_module(name)
    found = {"onnxruntime", "tokenizers", "jinja2", "onnx", "torch", "export"} & set(sys.modules)
    assert not found, f"{name} brings {found}"
"""
    child(code, *(name for name in MODULES if name not in ENGINE_SIDE and not name.endswith("__main__")))


def test_one_file_imports_onnxruntime():
    importers = set()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == "onnxruntime" for name in names):
                importers.add(path.name)
    assert importers == {"runtime.py"}


def test_importing_a_module_does_no_work(tmp_path):
    """No thread, no child process, no file, no window, nothing printed."""
    code = """
import importlib, threading
from pathlib import Path
for name in sys.argv[1:]:
    importlib.import_module(name)
    assert threading.enumerate() == [threading.main_thread()], f"{name} starts a thread"
    assert not Path("/proc/self/task").exists() or not [
        c for c in Path(f"/proc/self/task").glob("*/children") if c.read_text()], f"{name} starts a process"
if "PySide6.QtCore" in sys.modules:
    from PySide6.QtCore import QCoreApplication
    assert QCoreApplication.instance() is None
"""
    before = set(Path(os.environ["HOME"]).rglob("*"))
    assert child(code, *(n for n in MODULES if not n.endswith("__main__")), cwd=tmp_path) == ""
    assert list(tmp_path.iterdir()) == []
    assert set(Path(os.environ["HOME"]).rglob("*")) == before


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PROGRAM)))
def test_no_file_grows_too_long(path):
    limit = 300 if path.name == "main_window.py" else 400
    assert len(path.read_text(encoding="utf-8").splitlines()) < limit


def test_no_name_from_the_attic():
    """No `utils`, no `manager`, no `model.py`: a file is called after what it holds."""
    assert [
        p.name for p in FILES if p.stem in ("utils", "helpers", "misc", "model", "common") or "manager" in p.stem
    ] == []


SAMPLE = """
import hashlib, json, threading
from pathlib import Path
from desktop_app import paths
from desktop_app.engine import packages
from desktop_app.engine.requests import Design, Sample
from desktop_app.studio import recipe
from desktop_app.studio.host import ProcessHost
from desktop_app.studio.jobs import JobQueue
from desktop_app.studio.library import Library

where = Path(sys.argv[1])
library = Library([], where / "мои модели")
package = library.import_package(where / "tiny", lambda package: None)
queue = JobQueue(ProcessHost(device="cpu", threads=1, log=where / "журнал" / "engine.log"))
pictures, errors, over = [], [], threading.Event()
queue.submit(
    Sample(package.ref, tuple(Design(1, i, label=0) for i in range(4))),
    slot="a",
    on_update=lambda job, update: pictures.append(getattr(update, "pixels", None)),
    on_done=lambda job: over.set(),
    on_error=lambda job, error: (errors.append(error.message), over.set()),
)
over.wait(60)
queue.shutdown()
path = where / "картины 図" / "一.png"
made = recipe.make_recipe(package, Design(1, 0, label=0), queue.state.device)
recipe.save_png(path, pictures[0][0], made)
assert recipe.read_recipe(path) == made
digest = hashlib.sha256(pictures[0].tobytes()).hexdigest()
print(json.dumps({"errors": errors, "digest": digest, "program": str(Path(recipe.__file__))}))
"""


def test_the_program_works_under_any_path(tmp_path):
    """Program, models, pictures and log under spaces, percent signs and three scripts; the pixels are the same."""
    digests = []
    for name in ("plain", "Дизайн 図 ñ #1%20 x"):
        root = tmp_path / name
        shutil.copytree(PROGRAM, root / "desktop_app", ignore=shutil.ignore_patterns("__pycache__"))
        tiny_package.tiny_package(root)
        answer = json.loads(child(SAMPLE, str(root), root=root))
        assert answer["errors"] == []
        assert answer["program"].startswith(str(root))
        digests.append(answer["digest"])
    assert digests[0] == digests[1]
