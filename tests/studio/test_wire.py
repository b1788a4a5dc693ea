"""Messages across the process boundary: whole or refused, never half understood."""

import contextlib
import io
import struct
import threading

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.requests import (
    DescribeDevice,
    Design,
    Device,
    PackageRef,
    Pictures,
    Progress,
    Sample,
    Variation,
    Verified,
    Verify,
)
from desktop_app.studio import wire

REF = PackageRef("/модели/図 ñ #1%20/digits", "0" * 64)
DEVICE = Device("auto", "cpu", "Some CPU", "no NVIDIA driver", "1.31.1", 2)

seeds = st.integers(-(2**63), 2**64 - 1)
designs = st.builds(
    Design,
    seed=seeds,
    index=seeds,
    label=st.none() | st.integers(0, 1000),
    truncation=st.floats(0, 2),
    variations=st.lists(st.builds(Variation, seeds, seeds, st.floats(0, 1)), max_size=3).map(tuple),
)
requests = st.one_of(
    st.builds(Sample, st.just(REF), st.lists(designs, max_size=5).map(tuple), st.integers(1, 1000)),
    st.just(Verify(REF)),
    st.just(DescribeDevice()),
)


def round_trip(message, read):
    return read(io.BytesIO(wire.encode(message)))


@given(requests, st.integers(1, 2**40))
def test_requests_arrive_as_they_were(request, job):
    message = wire.Run(job, request)
    assert round_trip(message, wire.read_to_engine) == message


@pytest.mark.parametrize("message", [wire.Cancel(7), wire.Quit()])
def test_wishes_arrive(message):
    assert round_trip(message, wire.read_to_engine) == message


@pytest.mark.parametrize(
    "message",
    [
        wire.Ready(DEVICE, 4711),
        wire.Event(3, Progress("Sampling", 1, 10)),
        wire.Event(3, Verified("digits", 1e-6, 1e-4, 12.5)),
        wire.Event(3, DEVICE),
        wire.Ended(3),
        wire.Ended(3, "PackageError", "“図.onnx” is empty.", "empty-file", 2**33, DEVICE),
    ],
)
def test_answers_arrive(message):
    assert round_trip(message, wire.read_from_engine) == message


@pytest.mark.parametrize("dtype", ["uint8", "float32", "int64", "bool", ">f4"])
@pytest.mark.parametrize("shape", [(0,), (3, 0, 2), (1,), (2, 3, 4, 1), (16, 28, 28, 3)])
def test_arrays_arrive_with_shape_and_type(dtype, shape):
    array = (np.arange(np.prod(shape)).reshape(shape) % 251).astype(dtype)
    back = round_trip(wire.Event(1, Pictures(5, array)), wire.read_from_engine).update
    assert back.first == 5
    assert back.pixels.dtype == array.dtype
    assert back.pixels.shape == shape
    assert np.array_equal(back.pixels, array)


def test_an_array_seen_from_behind_arrives_in_order():
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)[:, ::-1].transpose(2, 0, 1)
    back = round_trip(wire.Event(1, Pictures(0, array)), wire.read_from_engine).update
    assert np.array_equal(back.pixels, array)


def test_frames_follow_one_another_and_the_end_is_none():
    stream = io.BytesIO(b"".join(wire.encode(wire.Cancel(n)) for n in range(5)))
    assert [wire.read_to_engine(stream) for _ in range(5)] == [wire.Cancel(n) for n in range(5)]
    assert wire.read_to_engine(stream) is None


@pytest.mark.parametrize("length", range(len(wire.encode(wire.Cancel(7)))))
def test_a_frame_cut_anywhere_is_the_end(length):
    assert wire.read_to_engine(io.BytesIO(wire.encode(wire.Cancel(7))[:length])) is None


@pytest.mark.parametrize("value", [2**64, -(2**63) - 1, 10**40])
def test_numbers_that_cannot_cross_are_refused_here(value):
    with pytest.raises(OverflowError):
        wire.encode(wire.Run(1, Sample(REF, (Design(value, 0),))))


def test_objects_cannot_cross():
    with pytest.raises(TypeError, match="does not cross"):
        wire.encode(wire.Event(1, Pictures(0, object())))
    with pytest.raises(ValueError, match="objects"):
        round_trip(wire.Event(1, Pictures(0, np.array([None, {}]))), wire.read_from_engine)


def test_a_message_too_long_is_refused_on_both_sides(monkeypatch):
    frame = wire.encode(wire.Event(1, Pictures(0, np.zeros(1000, np.uint8))))
    monkeypatch.setattr(wire, "MAX_FRAME", 500)
    with pytest.raises(ValueError, match="bytes"):
        wire.encode(wire.Event(1, Pictures(0, np.zeros(1000, np.uint8))))
    with pytest.raises(ValueError, match="no message"):
        wire.read_from_engine(io.BytesIO(frame))


def test_a_message_of_the_other_direction_is_refused():
    with pytest.raises(ValueError, match="Ready"):
        round_trip(wire.Ready(DEVICE, 1), wire.read_to_engine)


def framed(body: bytes) -> io.BytesIO:
    return io.BytesIO(b"MQ1\n" + struct.pack("<I", len(body)) + body)


def extension(payload: bytes) -> bytes:
    event = {"type": "Event", "job": 1, "update": {"type": "Pictures", "first": 0, "pixels": None}}
    event["update"]["pixels"] = msgspec.msgpack.Ext(1, payload)
    return msgspec.msgpack.encode(event)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x05\0\0\0abc",
        struct.pack("<I", 3) + b"\x92\xa1x\x90",  # no such type
        struct.pack("<I", 6) + b"\x92\xa2|O\x91\x01" + bytes(8),  # an array of objects
        struct.pack("<I", 7) + b"\x92\xa3|u1\x91\x05" + bytes(4),  # a shape that does not fit
        struct.pack("<I", 7) + b"\x92\xa3<f4\x91\x01" + bytes(3),  # half a number
    ],
)
def test_arrays_that_are_none(payload):
    with pytest.raises(ValueError):  # noqa: PT011 - any of its kinds
        wire.read_from_engine(framed(extension(payload)))


@pytest.mark.parametrize(
    "body", [b"", b"\xc1", b"\x91" * 100_000, b"hello", msgspec.msgpack.encode({"type": "Nobody"}),
             msgspec.msgpack.encode({"type": "Ended", "job": "one"}), b"\xc7\x03\x07abc"],
)  # fmt: skip
def test_frames_that_hold_no_message(body):
    with pytest.raises(ValueError):  # noqa: PT011 - any of its kinds
        wire.read_from_engine(framed(body))


@pytest.mark.parametrize(
    "line",
    [b"Warning: something happened\n", b"ok: 1 2 3\n   \n", b"\0" * 64, b"   \n   \n   \n", b"12345678\x01\0\0\0"],
)
def test_what_a_library_prints_is_known_at_once(line):
    """Without the mark the first bytes would be read as a length, and the reader would wait for ever."""
    with pytest.raises(ValueError, match="no message"):
        wire.read_from_engine(io.BytesIO(line))


@given(st.binary(max_size=200))
def test_random_frames_raise_nothing_but_value_errors(body):
    for read in (wire.read_from_engine, wire.read_to_engine):
        with contextlib.suppress(ValueError):
            read(framed(body))


@given(st.integers(0, 10**9))
def test_flipped_bits_raise_nothing_but_value_errors(flip):
    data = bytearray(wire.encode(wire.Event(1, Pictures(0, np.zeros((2, 3), np.uint8)))))
    data[flip // 8 % len(data)] ^= 1 << flip % 8
    with contextlib.suppress(ValueError):
        wire.read_from_engine(io.BytesIO(bytes(data)))


def test_many_writers_do_not_mix_their_frames():
    stream = io.BytesIO()
    writer = wire.Writer(stream)
    threads = [
        threading.Thread(target=lambda n=n: [writer.send(wire.Cancel(n * 100 + i)) for i in range(100)])
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stream.seek(0)
    found = [wire.read_to_engine(stream).job for _ in range(800)]
    assert sorted(found) == list(range(800))


def test_ten_thousand_designs_are_a_small_message():
    request = Sample(REF, tuple(Design(2**60, i, label=3, truncation=0.7) for i in range(10_000)))
    frame = wire.encode(wire.Run(1, request))
    assert len(frame) < 2**20
    assert wire.read_to_engine(io.BytesIO(frame)).request == request
