"""The engine's process for real: it answers, it stops, it dies, it comes back, and it never stays behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from desktop_app.engine import child, packages
from desktop_app.engine.errors import Cancelled, EngineDied, Fault, OutOfMemory, PackageError, RequestError
from desktop_app.engine.requests import DescribeDevice, Design, Device, Pictures, Progress, Sample, Verified, Verify
from desktop_app.studio import wire
from desktop_app.studio.host import ProcessHost
from desktop_app.studio.jobs import JobQueue
from tests import tiny_package
from tests.studio.waiting import is_running, until

ROOT = Path(__file__).resolve().parents[2]
SMALL_MIB = 768  # memory ceiling of the engine in these tests
ENGINE = child.command("--engine", "--device", "cpu", "--threads", "2", "--memory-mib", str(SMALL_MIB))


class Studio:
    """A queue on a real engine, and what it told."""

    def __init__(self, **options):
        self.host = ProcessHost(command=ENGINE, **options)
        self.queue = JobQueue(self.host)
        self.states = []
        self.queue.listen(self.states.append)

    def start(self, request, slot="a"):
        """A job whose `ends` and `updates` are filled as it goes on."""
        updates, ends = [], []
        job = self.queue.submit(
            request,
            slot=slot,
            on_update=lambda job, update: updates.append(update),
            on_done=lambda job: ends.append(None),
            on_error=lambda job, error: ends.append(error),
        )
        return job, updates, ends

    def ask(self, request):
        """The updates of a request. Raises its error."""
        _, updates, ends = self.start(request)
        until(lambda: ends, seconds=60)
        if ends[0] is not None:
            raise ends[0]
        return updates


@pytest.fixture(scope="module")
def shared():
    studio = Studio()
    studio.ask(DescribeDevice())
    yield studio
    studio.queue.shutdown()


@pytest.fixture
def studio(shared, tiny):
    """For tests that the engine outlives."""
    pid = shared.host.pid
    yield shared
    assert shared.ask(sample(tiny))  # whatever a test did to the engine, the next job works
    assert shared.host.pid == pid


@pytest.fixture
def mortal(tiny):
    """For tests in which the engine ends."""
    studio = Studio()
    studio.ask(sample(tiny))
    yield studio
    assert studio.ask(sample(tiny))
    studio.queue.shutdown()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("Дизайн 図 ñ #1%20 x")


@pytest.fixture(scope="module")
def tiny(folder):
    return packages.open_package(tiny_package.tiny_package(folder))


@pytest.fixture(scope="module")
def slow(folder):
    return packages.open_package(tiny_package.package_with(folder, tiny_package.slow_decoder_graph(), "slow"))


@pytest.fixture(scope="module")
def slow_to_open(folder):
    # few large products: each result is kept, and these engines would have no memory left before they were stopped
    graph = tiny_package.slow_to_open_graph(loops=60, size=2800)
    return packages.open_package(tiny_package.package_with(folder, graph, "slow-to-open"))


def sample(package, count=4, **more):
    return Sample(package.ref, tuple(Design(1, i, label=i % 3) for i in range(count)), **more)


def running(studio, package):
    """A job of the slow package whose graph runs by now."""
    job, updates, ends = studio.start(sample(package, 1))
    until(lambda: job.state == "running")
    time.sleep(0.3)
    return job, updates, ends


# -- it answers ----------------------------------------------------------------------------------------------------


def test_the_device(studio):
    (device,) = studio.ask(DescribeDevice())
    assert isinstance(device, Device)
    assert (device.asked, device.obtained, device.threads) == ("cpu", "cpu", 2)
    assert studio.queue.state.device == device
    assert studio.queue.state.engine_rss > 10 * 2**20


def test_pictures_in_order(studio, tiny):
    updates = studio.ask(sample(tiny, 10, chunk=4))
    assert [u.first for u in updates if isinstance(u, Pictures)] == [0, 4, 8]
    assert [(u.done, u.total) for u in updates if isinstance(u, Progress)] == [(4, 10), (8, 10), (10, 10)]
    one_by_one = [studio.ask(Sample(tiny.ref, (Design(1, i, label=i % 3),)))[0].pixels for i in range(10)]
    together = np.concatenate([u.pixels for u in updates if isinstance(u, Pictures)])
    assert together.tobytes() == np.concatenate(one_by_one).tobytes()


def test_verify(studio, tiny):
    (verified,) = studio.ask(Verify(tiny.ref))
    assert isinstance(verified, Verified)
    assert verified.max_error <= verified.tolerance


def test_nothing_asked_nothing_given(studio, tiny):
    assert studio.ask(Sample(tiny.ref, ())) == []


def test_ten_thousand_designs_in_one_request(studio, tiny):
    updates = studio.ask(sample(tiny, 10_000, chunk=256))
    assert sum(len(u.pixels) for u in updates if isinstance(u, Pictures)) == 10_000


def test_a_request_that_does_not_fit_fails_before_any_work(studio, tiny):
    designs = (*(Design(1, i, label=0) for i in range(100)), Design(1, 1, label=77))
    job, updates, ends = studio.start(Sample(tiny.ref, designs, chunk=10))
    until(lambda: ends)
    assert isinstance(ends[0], RequestError)
    assert updates == []
    assert job.state == "failed"


def test_a_package_that_changed_since_it_was_chosen(studio, tiny):
    old = packages.Package(tiny.folder, tiny.manifest, "0" * 64)
    with pytest.raises(PackageError, match="changed on disk") as caught:
        studio.ask(sample(old))
    assert caught.value.fault is Fault.WRONG_HASH


def test_many_models_in_turn(studio, folder):
    made = [packages.open_package(tiny_package.tiny_package(folder, f"model-{n}")) for n in range(6)]
    for package in [*made, *made]:
        assert studio.ask(sample(package))


# -- bad packages through the whole house --------------------------------------------------------------------------


@pytest.mark.parametrize("elements", [2**36, 2**40, 2**62])
def test_absurd_memory_leaves_the_engine_alive(studio, folder, tiny, elements):
    studio.ask(sample(tiny))
    pid = studio.host.pid
    graph = tiny_package.hungry_decoder_graph(elements, from_input=True)
    package = packages.open_package(tiny_package.package_with(folder, graph, f"hungry-{elements}"))
    with pytest.raises(PackageError, match="than the engine may take") as refused:
        studio.ask(Verify(package.ref))
    assert refused.value.fault is Fault.TOO_MUCH_MEMORY
    with pytest.raises(OutOfMemory, match="memory"):
        studio.ask(sample(package))
    assert studio.host.pid == pid


def test_the_ceiling_holds_and_the_memory_comes_back(studio, folder, tiny):
    """Ten gibibytes would fit into many machines; the engine takes no more than it may, and gives it back."""
    studio.ask(sample(tiny))
    before = studio.queue.state.engine_rss
    graph = tiny_package.hungry_decoder_graph(10 * 2**28, from_input=True)
    package = packages.open_package(tiny_package.package_with(folder, graph, "ten-gib"))
    job, _, ends = studio.start(sample(package))
    peak = 0
    while not ends:
        peak = max(peak, resident(studio.host.pid))
        time.sleep(0.002)
    assert isinstance(ends[0], OutOfMemory)
    assert peak < SMALL_MIB * 2**20
    assert studio.queue.state.engine_rss < before + 64 * 2**20
    assert job.state == "failed"


def test_memory_below_the_ceiling_is_given(studio, folder):
    graph = tiny_package.hungry_decoder_graph(2**22, from_input=True)
    package = packages.open_package(tiny_package.package_with(folder, graph, "modest"))
    assert studio.ask(sample(package))


def test_the_golden_example_may_not_ask_for_all_memory(studio, folder, tiny):
    package = tiny_package.tiny_package(folder, "golden-bomb")
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000,), }"
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    import zipfile

    with zipfile.ZipFile(package / "golden.npz", "w") as archive:
        archive.writestr("z.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    tiny_package.write_manifest(package)
    with pytest.raises(PackageError, match=r"golden\.npz"):
        studio.ask(Verify(packages.open_package(package).ref))


@pytest.mark.parametrize("seed", range(3))
def test_graphs_with_flipped_bits(mortal, folder, seed):
    """The runtime itself meets damaged graphs whose hashes are right; it may die of one, and the next job works."""
    rng = np.random.default_rng(seed)
    whole = tiny_package.decoder_graph().SerializeToString()
    package = tiny_package.tiny_package(folder, f"flipped-{seed}")
    outcomes = set()
    for _ in range(40):
        data = bytearray(whole)
        for bit in rng.integers(0, 8 * len(data) - 8 * 1200 if rng.random() < 0.5 else 8 * len(data), 3):
            data[-1 - bit // 8] ^= 1 << bit % 8
        (package / "decoder.onnx").write_bytes(data)
        tiny_package.write_manifest(package)
        try:
            mortal.ask(Verify(packages.open_package(package).ref))
        except (PackageError, EngineDied) as error:
            outcomes.add(type(error).__name__)
    assert "PackageError" in outcomes


# -- it stops ------------------------------------------------------------------------------------------------------


def test_cancel_reaches_a_running_graph(studio, slow, tiny):
    """The graph would run on for more than ten seconds."""
    pid = studio.host.pid
    job, updates, ends = running(studio, slow)
    asked = time.perf_counter()
    studio.queue.cancel(job)
    until(lambda: ends)
    assert time.perf_counter() - asked < 1.0
    assert isinstance(ends[0], Cancelled)
    assert updates == []
    assert job.state == "cancelled"
    assert studio.ask(sample(tiny))
    assert studio.host.pid == pid


def test_a_new_wish_replaces_the_running_one(studio, slow, tiny):
    _, _, ends = running(studio, slow)
    heard = []
    asked = time.perf_counter()
    studio.queue.submit(sample(tiny), slot="a", on_done=heard.append, replace=True)
    until(lambda: heard)
    assert time.perf_counter() - asked < 1.0
    assert isinstance(ends[0], Cancelled)


def test_cancel_before_the_engine_is_ready(tiny):
    studio = Studio()
    job, updates, ends = studio.start(sample(tiny))
    studio.queue.cancel(job)
    until(lambda: ends)
    assert isinstance(ends[0], Cancelled)
    assert studio.ask(sample(tiny))
    assert updates == []
    studio.queue.shutdown()


def test_cancel_between_sending_and_starting(studio, tiny):
    """However near to its start a job is cancelled, it ends as cancelled or done, and the next one is whole."""
    for n in range(30):
        job, _, ends = studio.start(sample(tiny, 64, chunk=1))
        until(lambda job=job: job.state != "waiting")
        time.sleep(n * 0.0005)
        studio.queue.cancel(job)
        until(lambda ends=ends: ends)
        assert job.state in ("cancelled", "done")
        assert len(studio.ask(sample(tiny, 8))) == 2


def busy_seconds(pid: int) -> float:
    """Processor time of a process so far; where the system does not tell, the time of the clock."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return time.monotonic()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_load_that_no_cancel_reaches_ends_with_its_process(mortal, slow_to_open, tiny):
    mortal.queue._cancel_time_s = 0.3
    pid = mortal.host.pid
    job, _, ends = mortal.start(sample(slow_to_open))
    until(lambda: job.state == "running")
    before = busy_seconds(pid)
    until(lambda: busy_seconds(pid) - before > 1.5, seconds=60)  # the file is checked and the optimiser multiplies
    mortal.queue.cancel(job)
    until(lambda: ends, seconds=5)
    assert isinstance(ends[0], Cancelled)
    assert mortal.ask(sample(tiny))
    assert mortal.host.pid != pid


def test_force_stop(mortal, slow, tiny):
    job, _, ends = running(mortal, slow)
    pid = mortal.host.pid
    waiting, _, waiting_ends = mortal.start(sample(tiny), slot="b")
    mortal.queue.force_stop()
    until(lambda: ends and waiting_ends)
    assert isinstance(ends[0], Cancelled)
    assert waiting_ends == [None]
    assert waiting.state == "done"
    assert job.state == "cancelled"
    assert mortal.host.pid != pid
    until(lambda: not is_running(pid))


# -- it dies -------------------------------------------------------------------------------------------------------


def test_killed_in_the_middle_of_a_job(mortal, slow, tiny):
    _, _, ends = running(mortal, slow)
    os.kill(mortal.host.pid, signal.SIGKILL)
    until(lambda: ends)
    assert isinstance(ends[0], EngineDied)
    assert "signal 9" in ends[0].message
    assert "nothing you kept is lost" in ends[0].message
    assert mortal.ask(sample(tiny))
    engines = [s.engine for s in mortal.states]
    assert "restarting" in engines


def kill_and_wait(studio):
    pid = studio.host.pid
    os.kill(pid, signal.SIGKILL)
    until(lambda: studio.host.pid not in (pid, None))


def test_killed_while_idle(mortal, tiny):
    kill_and_wait(mortal)
    assert mortal.ask(sample(tiny))
    assert "The engine ended and was started again." in [s.notice for s in mortal.states]


def test_the_same_pixels_after_a_restart(mortal, tiny):
    before = mortal.ask(sample(tiny, 16))[0].pixels
    kill_and_wait(mortal)
    assert mortal.ask(sample(tiny, 16))[0].pixels.tobytes() == before.tobytes()


def test_an_engine_that_does_not_listen_blocks_nobody(mortal, tiny):
    mortal.ask(sample(tiny))
    pid = mortal.host.pid
    os.kill(pid, signal.SIGSTOP)
    job, _, ends = mortal.start(sample(tiny, 100_000))
    until(lambda: job.state == "running")
    started = time.perf_counter()
    mortal.queue.force_stop()
    until(lambda: ends)
    assert time.perf_counter() - started < 5
    assert isinstance(ends[0], Cancelled)


def test_when_the_studio_is_killed_the_engine_ends(tmp_path, slow):
    code = """
import sys, time; sys.path.insert(0, sys.argv[1])
from desktop_app.engine.requests import Design, PackageRef, Sample
from desktop_app.studio.host import ProcessHost
from desktop_app.studio.jobs import JobQueue
host = ProcessHost(device="cpu")
queue = JobQueue(host)
queue.submit(Sample(PackageRef(sys.argv[2], sys.argv[3]), (Design(1, 1, label=0),)), slot="a")
while queue.state.running is None:
    time.sleep(0.01)
time.sleep(0.3)
print(host.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(ROOT), slow.ref.folder, slow.ref.sha256], stdout=subprocess.PIPE
    )
    assert parent.stdout
    pid = int(parent.stdout.readline())
    assert is_running(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not is_running(pid), seconds=5)


# -- starting and ending -------------------------------------------------------------------------------------------


def alive() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith(("engine-", "job-queue"))]


@pytest.mark.parametrize("moment", ["unused", "starting", "idle", "running", "restarting"])
def test_shutdown_leaves_nothing_behind(tiny, slow, moment):
    before = alive()
    studio = Studio()
    if moment == "starting":
        studio.start(sample(tiny))
        until(lambda: studio.host.pid)
    elif moment != "unused":
        studio.ask(sample(tiny))
    if moment == "running":
        running(studio, slow)
    pid = studio.host.pid
    if moment == "restarting":
        os.kill(pid, signal.SIGKILL)
        until(lambda: studio.queue.state.engine == "restarting")
        pid = studio.host.pid
    started = time.perf_counter()
    studio.queue.shutdown()
    studio.queue.shutdown()
    assert time.perf_counter() - started < 5
    assert studio.host.pid is None
    assert pid is None or not is_running(pid)
    until(lambda: sorted(alive()) == sorted(before))


def test_an_engine_asked_to_quit_ends_well():
    codes = []
    for _ in range(3):
        host = ProcessHost(command=ENGINE)
        ready = threading.Event()
        host.start(lambda message, ready=ready: ready.set(), codes.append)
        assert ready.wait(30)
        host.stop()
    assert codes == [0, 0, 0]


WRITE = "import sys, time; sys.stdout.buffer.write(b'{}'); sys.stdout.flush(); time.sleep(60)"


def scripted(code: str) -> tuple[ProcessHost, list, list]:
    host = ProcessHost(command=[sys.executable, "-S", "-c", code])
    messages, codes = [], []
    host.start(messages.append, codes.append)
    return host, messages, codes


@pytest.mark.parametrize(
    "code",
    [
        "print('Segmentation fault, or so it seems')",
        "print('hm: 1 2 3 4 5 6'); import time; time.sleep(60)",
        WRITE.format(r"\0\0\0\0\0\0\0\0\0\0\0\0"),
        WRITE.format(r"MQ1\n\x04\0\0\0abcd"),
        WRITE.format(r"MQ1\n\xff\xff\xff\xff"),
    ],
)
def test_an_engine_that_writes_something_else_is_ended(code):
    host, messages, codes = scripted(code)
    until(lambda: codes)
    assert messages == []
    assert host.pid is None
    host.stop()


def test_what_a_library_prints_inside_the_engine_does_not_reach_the_wire():
    code = """
import os, sys; sys.path.insert(0, sys.argv[1])
from desktop_app import engine_process
from desktop_app.engine.service import Service
plain = Service.run
def chatty(self, request):
    print("a print"), os.write(1, b"a native print")
    return plain(self, request)
Service.run = chatty
engine_process.main("cpu", 1)
"""
    queue = JobQueue(ProcessHost(command=[sys.executable, "-c", code, str(ROOT)]))
    ends = []
    queue.submit(
        DescribeDevice(),
        slot="a",
        on_done=lambda job: ends.append(None),
        on_error=lambda job, error: ends.append(error),
    )
    until(lambda: ends)
    queue.shutdown()
    assert ends == [None]


def test_an_engine_that_ends_without_a_word():
    host, messages, codes = scripted("raise SystemExit(3)")
    until(lambda: codes == [3])
    host.stop()
    assert messages == []


def test_a_listener_that_raises_ends_the_engine_and_is_told():
    def broken(message):
        raise ZeroDivisionError

    codes = []
    host = ProcessHost(command=ENGINE)
    host.start(broken, codes.append)
    until(lambda: codes)
    assert host.pid is None
    host.stop()


def test_no_such_program():
    host = ProcessHost(command=["/no/such/program"])
    with pytest.raises(FileNotFoundError):
        host.start(print, print)
    host.stop()
    host.kill()
    assert host.pid is None


def test_before_it_is_started():
    host = ProcessHost(command=ENGINE)
    host.send(wire.Cancel(1))
    host.kill()
    host.stop()
    assert host.pid is None


def test_complaints_go_to_the_log(tmp_path):
    log = tmp_path / "not yet" / "engine.log"
    for _ in range(2):
        host = ProcessHost(command=[sys.executable, "-S", "-c", "import sys; print('oh', file=sys.stderr)"], log=log)
        codes = []
        host.start(print, codes.append)
        until(lambda codes=codes: codes == [0])
        host.stop()
    assert log.read_text() == "oh\noh\n"


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path):
    (tmp_path / "file").write_text("x")
    host = ProcessHost(command=[sys.executable, "-S", "-c", ""], log=tmp_path / "file" / "engine.log")
    codes = []
    host.start(print, codes.append)
    until(lambda: codes == [0])
    host.stop()


def test_the_command_names_device_and_threads():
    command = ProcessHost(device="cuda", threads=3)._command
    assert command[-5:] == ["--engine", "--device", "cuda", "--threads", "3"]


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_an_engine_without_orders_uses_no_processor_time(studio, tiny):
    studio.ask(sample(tiny, 64))

    def used() -> float:
        fields = Path(f"/proc/{studio.host.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = used()
    time.sleep(1.0)
    assert used() - before < 0.1
