"""TIFF directories: what goes in comes out, and nothing that is damaged runs wild."""

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from desktop_app.studio import exif_block
from desktop_app.studio.exif_block import EXIF, Directory, Field, numbers, parse, to_block

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 12: 8}


@st.composite
def fields(draw: st.DrawFn) -> Field:
    kind = draw(st.sampled_from(sorted(SIZES)))
    count = draw(st.integers(1, 9))
    data = draw(st.binary(min_size=SIZES[kind] * count, max_size=SIZES[kind] * count))
    return Field(draw(st.integers(300, 30_000)), kind, count, data)


def unique(found: list[Field]) -> tuple[Field, ...]:
    return tuple(sorted({field.tag: field for field in found}.values(), key=lambda field: field.tag))


@given(st.sampled_from(["<", ">"]), st.lists(fields(), max_size=8), st.lists(fields(), max_size=4))
def test_what_goes_in_comes_out(order: exif_block.Order, outer: list[Field], inner: list[Field]) -> None:
    inside = Field(EXIF, 4, 1, Directory(order, unique(inner)))
    directory = Directory(order, (*unique(outer), inside))
    assert parse(to_block(directory)) == directory


@given(st.lists(fields(), min_size=1, max_size=8))
def test_values_begin_at_even_places(found: list[Field]) -> None:
    """TIFF 6.0, section 2: the offset must begin on a word boundary."""
    directory = Directory("<", unique(found))
    block = to_block(directory)
    for number, field in enumerate(directory.fields):
        if len(field.data) > 4:  # type: ignore[arg-type]
            assert struct.unpack_from("<I", block, 10 + 12 * number + 8)[0] % 2 == 0


def test_what_is_written_by_others_is_understood_and_the_other_way_round() -> None:
    made = Image.Exif()
    made[271], made[274] = "Maker", 8
    made.get_ifd(EXIF)[33434] = 0.5
    directory = parse(made.tobytes().removeprefix(b"Exif\0\0"))
    assert directory.raw(271) == b"Maker\0"
    assert directory.number(274, 1) == 8
    again = Image.Exif()
    again.load(to_block(directory))
    assert (again[271], again[274], again.get_ifd(EXIF)[33434]) == ("Maker", 8, 0.5)


def test_fields_by_number() -> None:
    directory = Directory("<", (Field(270, 2, 3, b"ab\0"), numbers("<", 274, 3, 6)))
    assert directory.number(274, 1) == 6
    assert directory.number(270, 7) == 7, "a text is no number"
    assert directory.number(999, 7) == 7
    assert directory.with_fields(numbers("<", 274, 3, 1)).number(274, 0) == 1
    assert directory.without(frozenset((274,))).get(274) is None


@pytest.mark.parametrize("block", [b"", b"II*\0", b"II*\0\x08\0\0\0", b"II*\0\xff\xff\xff\xff", b"hello world"])
def test_what_is_none(block: bytes) -> None:
    with pytest.raises(ValueError, match=r"TIFF block|cut short|without end|ends behind"):
        parse(block)


def test_a_directory_that_holds_itself_ends_somewhere() -> None:
    entry = struct.pack("<HHII", EXIF, 4, 1, 8)
    block = b"II*\0\x08\0\0\0" + struct.pack("<H", 3000) + 3000 * entry + bytes(4)
    depth, directory = 0, parse(block)
    while directory.fields:
        assert len(directory.fields) == 1
        depth, inner = depth + 1, directory.fields[0].data
        assert isinstance(inner, Directory)
        directory = inner
    assert depth < 5


def test_damaged_directories_in_a_ring_end_soon() -> None:
    entry = struct.pack("<HHII", EXIF, 4, 1, 8)
    block = b"II*\0\x08\0\0\0" + struct.pack("<H", 4000) + 4000 * entry
    began = time.process_time()
    parse(block)
    parse(block[:-6] + bytes(6))
    with pytest.raises(ValueError, match="cut short"):
        parse(block[:-6])
    assert time.process_time() - began < 2


def test_one_damaged_field_does_not_take_the_others_with_it() -> None:
    directory = Directory("<", (Field(270, 2, 9, b"far away\0"), numbers("<", 274, 3, 6), Field(271, 2, 3, b"ab\0")))
    block = bytearray(to_block(directory))
    block[10 + 8 : 10 + 12] = struct.pack("<I", 10**6)
    assert [field.tag for field in parse(bytes(block)).fields] == [271, 274]


@settings(max_examples=200)
@given(st.binary(max_size=80), st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"]))
def test_any_bytes_are_a_directory_or_an_error(rest: bytes, head: bytes) -> None:
    try:
        parse(head + rest)
    except ValueError as error:
        assert str(error)  # noqa: PT017
