"""Drawings of strangers: what an icon is gets drawn as it is, and nothing else gets through or takes long."""

import contextlib
import re
import socket
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from desktop_app.engine.errors import FileError
from desktop_app.studio import svg_reading
from desktop_app.studio.icon_ink import ink_of, own_icon
from desktop_app.studio.svg_cleaning import ALLOWED
from desktop_app.studio.svg_cost import MOST_DASHES
from desktop_app.studio.svg_drawing import draw
from desktop_app.studio.svg_reading import CleanSvg, clean, drawn, read
from desktop_app.studio.svg_style import PROPERTIES
from desktop_app.studio.vector import icon_field_of

NS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
HEART = "M12 21C-2 11 3 3 8 3C10 3 12 5 12 7C12 5 14 3 16 3C21 3 26 11 12 21Z"
SQUARE = '<path d="M4 4H20V20H4Z"/>'


def svg(inside: str, attributes: str = 'viewBox="0 0 24 24"') -> str:
    return f"<svg {NS} {attributes}>{inside}</svg>"


def cleaned(text: str) -> CleanSvg:
    return clean(text.encode(), "own.svg")


def alpha(text: str) -> np.ndarray:
    return drawn(cleaned(text))[..., 3]


# -- what an icon is, is drawn as it is ----------------------------------------------------------------------------

GOOD = {
    "path": svg(f'<path d="{HEART}"/>'),
    "stroke": svg(f'<g fill="none" stroke="currentColor" stroke-width="2"><path d="{HEART}"/></g>'),
    "style attribute": svg(f'<path style="fill:none; stroke:#000 !important; stroke-width:3" d="{HEART}"/>'),
    "shapes": svg('<circle cx="6" cy="6" r="4"/><rect x="12" y="2" width="9" height="9" rx="2"/><line x1="2" y1="20" '
                  'x2="22" y2="20" stroke="#000"/><polygon points="4,14 9,18 2,18"/>'
                  '<ellipse cx="17" cy="16" rx="4" ry="2"/>'),
    "use": svg('<defs><g id="a"><path d="M0 0h6v6z"/></g></defs><use href="#a" x="2" y="2"/>'
               '<use xlink:href="#a" x="14" y="9"/>'),
    "clip": svg(f'<clipPath id="c"><circle cx="12" cy="9" r="7"/></clipPath>'
                f'<g clip-path="url(#c)"><path d="{HEART}"/></g>'),
    "mask": svg(f'<mask id="m"><path fill="#fff" d="M0 0h24v12H0z"/></mask><path mask="url(#m)" d="{HEART}"/>'),
    "gradient": svg('<linearGradient id="g"><stop stop-color="red"/><stop offset="1" stop-opacity=".2"/>'
                    '</linearGradient>'
                    f'<path fill="url(#g)" d="{HEART}"/>'),
    "dashes": svg('<circle cx="12" cy="12" r="9" fill="none" stroke="#000" stroke-dasharray="3 1.5"/>'),
    "group's dashes": svg('<g fill="none" stroke="#000" stroke-dasharray="3 1.5"><circle cx="12" cy="12" r="9"/></g>'),
    "opacity": svg(f'<path opacity=".3" d="{HEART}"/><path fill-opacity=".6" d="M0 0h9v9z"/>'),
    "wide": svg(SQUARE, 'viewBox="-10 0 48 24"'),
    "no view box": svg(SQUARE, 'width="24px" height="24px"'),
    "nested": svg(f'<svg x="6" y="6" width="12" height="12" viewBox="0 0 24 24"><path d="{HEART}"/></svg>'),
}  # fmt: skip


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_an_icon_is_drawn_as_resvg_draws_its_file(text):
    assert np.array_equal(drawn(cleaned(text)), draw(text, 256, 256))
    assert cleaned(text).notes == ()


def test_style_sheets_count_as_in_a_browser():
    style = """<style>/* a */ .st0, .unused {fill:none;stroke:#000} #b{fill:#f00} path.st1 { fill: #0f0 }
        .st1{fill:#00f} * {fill: #888} @media print { .st0 { display: none } } g path { fill: blue }</style>"""
    shapes = ['<path class="st0" d="M2 2h6v6H2z"/>', '<path id="b" class="st1" d="M14 2h6v6h-6z"/>',
              '<path class="st1" d="M2 14h6v6H2z"/>',
              '<rect x="14" y="14" width="6" height="6" style="fill:#ff0"/>']  # fmt: skip
    picture = drawn(cleaned(svg(style + "".join(shapes))))
    at = [picture[int(y * 256 / 24), int(x * 256 / 24)].tolist() for x, y in ((5, 5), (17, 5), (5, 17), (17, 17))]
    assert at == [[0, 0, 0, 0], [255, 0, 0, 255], [0, 255, 0, 255], [255, 255, 0, 255]]


def test_files_of_drawing_programs_are_read():
    text = f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" {NS} width="24mm" height="24mm" viewBox="0 0 24 24">
<inkscape:namedview><inkscape:grid/></inkscape:namedview><metadata>x</metadata><title>t</title>
<g inkscape:label="Layer 1" id="layer 1"><a xlink:href="https://example.org"><path d="{HEART}"/></a></g></svg>"""
    assert np.array_equal(alpha(text), alpha(GOOD["path"]))
    for encoding in ("utf-16", "utf-8-sig"):
        other = clean(text.replace("UTF-8", encoding[:6]).encode(encoding), "a.svg")
        assert np.array_equal(drawn(other)[..., 3], alpha(GOOD["path"]))
    assert np.array_equal(alpha(f'<svg viewBox="0 0 24 24"><path d="{HEART}"/></svg>'), alpha(GOOD["path"]))


# -- what is left out, and said ------------------------------------------------------------------------------------

HARMFUL = {
    "script": ('<script>alert(1)</script><path onclick="x()" d="M4 4H20V20H4Z"/>', "Scripts"),
    "image": (f'<image href="file:///etc/passwd" width="24" height="24"/>{SQUARE}', "Pictures inside"),
    "data": (f'<image href="data:image/svg+xml;base64,PHN2Zy8+" width="24" height="24"/>{SQUARE}', "Pictures inside"),
    "use": (f'<use href="https://example.org/a.svg#b"/>{SQUARE}', "nothing was fetched"),
    "use file": (f'<use xlink:href="other.svg#b"/>{SQUARE}', "nothing was fetched"),
    "import": (f'<style>@import url("https://example.org/a.css");</style>{SQUARE}', "nothing was fetched"),
    "css url": (f'<style>path{{mask:url(https://example.org/m.svg#m)}}</style>{SQUARE}', "nothing was fetched"),
    "attribute url": ('<path fill="url(//example.org/x#g) red" d="M4 4H20V20H4Z"/>', "nothing was fetched"),
    "escaped url": ('<path style="fill:u&#114;l(http://example.org/#a)" d="M4 4H20V20H4Z"/>', "nothing was fetched"),
    "web page": (f'<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>{SQUARE}', "Web pages"),
    "text": (f'<text x="2" y="9" font-family="Arial">no</text>{SQUARE}', "convert it to paths"),
    "filter": (f'<filter id="f"><feGaussianBlur stdDeviation="99999"/></filter>'
               f'<g filter="url(#f)">{SQUARE}</g>', "Filters"),
    "pattern": ('<pattern id="p" width=".0001" height=".0001"><path d="M0 0h1v1z"/></pattern>'
                '<path fill="url(#p)" d="M4 4H20V20H4Z"/>', "Patterns"),
    "marker": ('<marker id="k"><path d="M0 0h9v9z"/></marker>'
               '<path marker-mid="url(#k)" d="M4 4H20V20H4Z"/>', "Markers"),
    "animation": ('<path d="M4 4H20V20H4Z"><animate attributeName="d" dur="1s"/></path>', "stands still"),
}  # fmt: skip


@pytest.mark.parametrize(("inside", "words"), HARMFUL.values(), ids=HARMFUL)
def test_what_is_no_shape_is_left_out_and_said(inside, words, monkeypatch):
    monkeypatch.setattr(socket, "socket", None)
    found = cleaned(svg(inside))
    assert words in " ".join(found.notes)
    assert np.array_equal(drawn(found)[..., 3], alpha(svg(SQUARE)))
    _is_harmless(found.text)


def _is_harmless(text: str) -> None:
    """Nothing but shapes, in a text that refers to itself alone."""
    for node in ET.fromstring(text).iter():
        tag = node.tag.rpartition("}")[2]
        assert tag in ALLOWED
        for key, value in node.attrib.items():
            assert key in ALLOWED[tag] | PROPERTIES | {"width", "height"}
            assert not re.search(r"url\((?!#)|script:|@|//", value)
            assert key != "href" or value.startswith("#")


# -- what is refused -----------------------------------------------------------------------------------------------


def laughs(levels: int = 12, times: int = 10) -> str:
    groups = "".join(f'<g id="g{i}">' + f'<use href="#g{i - 1}"/>' * times + "</g>" for i in range(1, levels))
    return svg(f'<defs><g id="g0">{SQUARE}</g>{groups}</defs><use href="#g{levels - 1}"/>')


ENTITIES = '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + svg("<title>&b;</title>" + SQUARE)
OUTSIDE = '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + svg("<title>&a;</title>" + SQUARE)
CHAIN = svg("<defs>" + "".join(f'<g id="g{i}"><use href="#g{i + 1}"/></g>' for i in range(5000)) + "</defs>"
            f'<use href="#g0"/>{SQUARE}')  # fmt: skip
BAD = {
    "entities": (ENTITIES, "declares entities"),
    "outside entity": (OUTSIDE, "declares entities"),
    "laughs of use": (laughs(), "too intricate"),
    "circle": (svg('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>' + SQUARE), "refers to itself"),
    "own mask": (svg('<mask id="m"><g mask="url(#m)"><path d="M0 0h9v9z"/></g></mask>' + SQUARE), "refers to itself"),
    "chain": (CHAIN, "deep"),
    "deep": (svg("<g>" * 10_000 + SQUARE + "</g>" * 10_000), "deep"),
    "many": (svg("<path/>" * 20_001), "more parts than an icon"),
    "attributes": (svg("<path " + " ".join(f'a{i}=""' for i in range(200)) + "/>"), "more parts than an icon"),
    "layers": (svg(f'<g opacity=".99">{SQUARE}</g>' * 1000), "too intricate"),
    "long path": (svg('<path d="M0 0' + "L24 24 0 9" * 60_000 + '"/>'), "too intricate"),
    "rules": (svg("<style>" + "*{fill:red}" * 5000 + "</style>" + SQUARE * 1000), "too intricate"),
    "style sheet": (svg("<style>" + "a" * 2**18 + "b</style>" + SQUARE), "style sheet longer"),
    "zero": (svg(SQUARE, 'viewBox="0 0 0 0"'), "has no size"),
    "negative": (svg(SQUARE, 'viewBox="0 0 -24 24"'), "has no size"),
    "zero width": (svg(SQUARE, 'width="0" height="24"'), "has no size"),
    "no size": (svg(SQUARE, ""), "has no size"),
    "percent": (svg(SQUARE, 'width="100%" height="100%"'), "has no size"),
    "not a number": (svg(SQUARE, 'viewBox="0 0 nan nan"'), "has no size"),
    "giant": (svg(SQUARE, 'viewBox="0 0 1e30 1e30"'), "no icon is"),
    "tiny": (svg(SQUARE, 'viewBox="0 0 1e-30 1e-30"'), "no icon is"),
    "thin": (svg(SQUARE, 'viewBox="0 0 24000 24"'), "too long and thin"),
    "far": (svg('<circle r="1e38" stroke="red"/>'), "reaches more than"),
    "scaled": (svg('<g transform="scale(1e3)"><g transform="scale(1000,1)"><circle r="9"/></g></g>'),
               "reaches more than"),
    "wide line": (svg(f'<g stroke="red" stroke-width="1e7">{SQUARE}</g>'), "reaches more than"),
    "small box": (svg(f'<svg viewBox="0 0 1e-7 1e-7">{SQUARE}</svg>'), "reaches more than"),
    "far use": (svg(f'<g id="a">{SQUARE}</g><use href="#a" transform="matrix(1 0 0 1e9 0 0)"/>'),
                "reaches more than"),
    "long steps": (svg('<path d="m0 0' + "l9000 0" * 9 + '"/>'), "reaches more than"),
    "no path": (svg("<g/>"), "no path"),
    "text alone": (svg('<text x="1" y="9">hello</text>'), "convert it to paths"),
    "picture alone": (svg('<image href="data:image/png;base64,AAAA"/>'), "Pictures inside it were left out"),
    "empty path": (svg('<path d=""/>'), "shows nothing"),
    "hidden": (svg(f'<g display="none">{SQUARE}</g>'), "shows nothing"),
    "beside": (svg('<path d="M99 99h9v9z"/>'), "shows nothing"),
    "unused": (svg(f"<defs>{SQUARE}</defs>"), "shows nothing"),
    "cut short": (svg(SQUARE)[:-9], "is damaged: line 1"),
    "page": ("<!DOCTYPE html><html><body>404</body></html>", "no SVG"),
    "words": ("hello", "is no SVG"),
    "encoding": ('<?xml version="1.0" encoding="x-none"?>' + svg(SQUARE), "in an encoding"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD)
def test_a_bad_file_is_told_in_one_sentence_with_its_name(text, words):
    with pytest.raises(FileError) as caught:
        drawn(cleaned(text))
    assert words in caught.value.message
    assert caught.value.message.startswith("“own.svg”")


def test_files_that_are_none(tmp_path: Path):
    (tmp_path / "empty.svg").write_bytes(b"")
    (tmp_path / "small.svgz").write_bytes(b"\x1f\x8b\x08" + bytes(50))
    (tmp_path / "huge.svg").write_bytes(b" " * (svg_reading.LARGEST_FILE + 1))
    words = {"empty.svg": "is empty", "small.svgz": "compressed", "huge.svg": "larger than 4 MiB", "no.svg": "no file"}
    for name, expected in words.items():
        with pytest.raises(FileError, match=expected):
            read(tmp_path / name)


def test_lines_of_endless_dashes_become_whole():
    thin = svg('<path fill="none" stroke="#000" stroke-dasharray=".00001" d="M2 12H22"/>' + SQUARE)
    assert "whole" in cleaned(thin).notes[0]
    assert "dasharray" not in cleaned(thin).text
    for odd in ('r="1e4"', 'r="50%"', 'r="9in"'):
        dashed = svg(f'<circle cx="12" cy="12" {odd} stroke="#000" stroke-dasharray="{10 / MOST_DASHES}"/>{SQUARE}')
        assert "dasharray" not in cleaned(dashed).text


def test_a_name_given_twice_is_counted_as_it_is_drawn():
    """The first bearer of a name is the one that is referred to, here and in resvg."""
    twice = svg('<defs><path id="a" d="M4 4H20V20H4Z"/><path id="a" d="M0 0h1v1z"/></defs><use href="#a"/>')
    assert cleaned(twice).text.count('id="a"') == 1
    assert np.array_equal(alpha(twice), alpha(svg(SQUARE)))


_PIECES = ["<g>", "</g>", "<path d='M0 0h9v9'/>", "<use href='#a'/>", "<g id='a'>", "<style>", "</style>",
           ".a{fill:red}",
           "<!--", "-->", "<![CDATA[", "]]>", "&lt;", "url(#a)", "<mask id='a'>", "</mask>",
           "<text>", "\0", "é"]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=12))
@settings(max_examples=60)
def test_no_rubbish_trips_the_reader(pieces):
    try:
        found = cleaned(svg("".join(pieces)))
    except FileError:
        return
    _is_harmless(found.text)


_NUMBERS = st.sampled_from(["0", "-0", "1e38", "-1e38", "1e-38", "nan", "inf", "1e999", "3", "-7", "1" * 40, ".", ""])


@given(st.lists(_NUMBERS, min_size=13, max_size=13))
@settings(max_examples=60)
def test_no_number_breaks_the_drawing(n):
    shapes = (f'<path transform="matrix({n[0]} {n[1]} {n[2]} 1 {n[3]} 0)" stroke="#000" stroke-width="{n[4]}" '
              f'd="M{n[5]} {n[6]}L{n[7]} 9A{n[8]} 4 {n[9]} 0 1 9 {n[10]}"/><circle r="{n[11]}" cx="{n[12]}" '
              f'stroke-dasharray="{n[0]} {n[4]}" stroke="red"/>')  # fmt: skip
    with contextlib.suppress(FileError):
        assert drawn(cleaned(svg(shapes + SQUARE))).shape == (256, 256, 4)


# -- ink -----------------------------------------------------------------------------------------------------------


def over(colour: tuple[int, int, int], ground: tuple[int, ...]) -> np.ndarray:
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:] = ground if len(ground) == 4 else (*ground, 255)
    pixels[16:48, 16:48] = (*colour, 255)
    return pixels


@pytest.mark.parametrize(
    ("colour", "ground"),
    [((0, 0, 0), (255,) * 3), ((255, 255, 255), (0, 0, 0)), ((255, 0, 0), (0, 0, 255)), ((255,) * 3, (9, 9, 9, 0)),
     ((90, 200, 90), (0, 0, 0, 0))],
)  # fmt: skip
def test_ink_is_what_differs_from_the_ground(colour, ground):
    ink, _ = ink_of(over(colour, ground))
    assert ink[32, 32] == 255
    assert ink[4, 4] == 0
    assert (ink > 127).sum() == 32 * 32


def test_light_parts_on_dark_ones_are_holes_and_light_ones_alone_are_not():
    pixels = over((20, 30, 120), (0, 0, 0, 0))
    pixels[24:40, 24:40] = 255
    ink, notes = ink_of(pixels)
    assert ink[32, 32] == 0
    assert ink[18, 18] == 255
    assert "holes" in notes[0]
    assert ink_of(over((255, 255, 255), (0, 0, 0, 0)))[1] == ()


def test_an_own_icon_is_a_field_whatever_its_file(tmp_path: Path):
    (tmp_path / "a.svg").write_text(svg(SQUARE), encoding="utf-8")
    with Image.fromarray(draw(svg(SQUARE), 512, 512)) as image:
        image.save(tmp_path / "b.png")
        flat = Image.new("RGB", image.size, "white")
        flat.paste(image, mask=image.getchannel("A"))
        flat.save(tmp_path / "c.png")
    fields = [icon_field_of(own_icon(tmp_path / name).coverage) for name in ("a.svg", "b.png", "c.png")]
    assert fields[0].shape == (64, 64)
    assert fields[0][32, 32] == 4
    for other in fields[1:]:
        assert np.abs(other - fields[0]).max() < 0.25


def test_blank_and_full_pictures_are_no_icon(tmp_path: Path):
    Image.new("RGB", (40, 40), "red").save(tmp_path / "blank.png")
    (tmp_path / "clear.png").write_bytes(b"")
    Image.new("RGBA", (40, 40)).save(tmp_path / "clear.png")
    for name in ("blank.png", "clear.png"):
        with pytest.raises(FileError, match=f"“{name}” holds no ink"):
            own_icon(tmp_path / name)
