"""The recipe of a film: the walk and all else that decides its frames, inside the file or beside it.

GIF holds it as a comment, APNG as an iTXt chunk, WebP and AVIF as XMP, MP4 as the comment of its tags; a folder of PNG
frames has it as film.json. In all of them it is the same JSON. With it stands the IPTC mark for synthetic media where
the format has room for that.
"""

import html
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from desktop_app import __version__
from desktop_app.engine.errors import FileError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Design, Device, Frozen
from desktop_app.studio import recipe
from desktop_app.studio.film_options import FilmOptions
from desktop_app.studio.walk import Walk, frame_designs

FORMAT = 1
IN_FOLDER = "film.json"
MAX_BYTES = 2**24  # of a recipe: 500 keys that are found places are about 5 MB
_START, _END = "<maquette:film>", "</maquette:film>"
_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' xmlns:maquette="urn:maquette:film"><xmp:CreatorTool>Maquette {version}</xmp:CreatorTool>'
    "<Iptc4xmpExt:DigitalSourceType>{synthetic}</Iptc4xmpExt:DigitalSourceType>"
    "{start}{json}{end}</rdf:Description></rdf:RDF></x:xmpmeta>"
    '<?xpacket end="w"?>'
)


class FilmRecipe(Frozen, frozen=True, kw_only=True):
    """All that decides the frames, and what they were made with."""

    film: int = FORMAT
    program: str = "maquette"
    version: str
    package: str
    package_sha256: str  # of the manifest, which holds the hashes of the weights
    walk: Walk
    frames: int
    times: tuple[float, ...] = ()  # moments of the frames where the pace is even
    options: FilmOptions
    created: str  # ISO 8601, UTC
    runtime: str = ""  # version of ONNX Runtime
    device: str = ""  # "cpu" or "cuda"
    licence: str = ""

    def designs(self) -> list[Design]:
        """What each frame shows. Raises RequestError where the recipe makes no film."""
        return frame_designs(self.walk, self.frames, times=self.times or None)


def make_film_recipe(
    package: Package,
    walk: Walk,
    frames: int,
    options: FilmOptions,
    device: Device | None,
    *,
    times: tuple[float, ...] = (),
) -> FilmRecipe:
    return FilmRecipe(
        version=__version__,
        package=package.name,
        package_sha256=package.sha256,
        walk=walk,
        frames=frames,
        times=times,
        options=options,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        runtime=device.runtime if device else "",
        device=device.obtained if device else "",
        licence=package.manifest.licence,
    )


def encode(made: FilmRecipe) -> str:
    return msgspec.json.encode(made).decode()


def decode(text: str, name: str) -> FilmRecipe:
    """Raises RecipeError."""
    made = recipe.decoded(text, FilmRecipe, name, most=MAX_BYTES)
    recipe.check_format(made.film, FORMAT, name)
    return made


# -- inside other formats ------------------------------------------------------------------------------------------


def to_xmp(made: FilmRecipe) -> bytes:
    return _XMP.format(
        version=html.escape(made.version),
        synthetic=recipe.SYNTHETIC,
        start=_START,
        json=html.escape(encode(made), quote=False),
        end=_END,
    ).encode()


def from_xmp(packet: bytes) -> str:
    """The JSON in an XMP packet of ours; empty where there is none."""
    text = packet.decode("utf-8", "replace")
    start, end = text.find(_START), text.rfind(_END)
    return html.unescape(text[start + len(_START) : end]) if 0 <= start < end else ""


def mp4_comment(path: Path) -> str:
    """The comment among the tags of an MP4 (moov/udta/meta/ilst/©cmt/data); empty where there is none.

    Raises FileError where the file is no MP4.
    """
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            size = file.tell()
            file.seek(4)
            if file.read(4) != b"ftyp":
                raise FileError(f"“{path.name}” is no MP4 film.")
            start, end = 0, size
            for name in (b"moov", b"udta", b"meta", b"ilst", b"\xa9cmt", b"data"):
                while start + 8 <= end:
                    file.seek(start)
                    head = file.read(16)
                    length, header = int.from_bytes(head[:4]), 8
                    if length == 1:
                        length, header = int.from_bytes(head[8:16]), 16
                    length = length or end - start
                    if length < header or start + length > end:
                        return ""
                    if head[4:8] == name:
                        end = start + length
                        start += header + {b"meta": 4, b"data": 8}.get(name, 0)  # version and flags, type and locale
                        break
                    start += length
                else:
                    return ""
            file.seek(start)
            return file.read(min(max(end - start, 0), MAX_BYTES + 1)).decode("utf-8", "replace")
    except OSError as error:
        raise FileError(f"“{path}” cannot be read: {error.strerror or error}.") from None
