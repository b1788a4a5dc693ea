"""Whether the manifest of a package agrees with itself."""

import re

from desktop_app.engine.manifest import (
    FORMAT,
    RESTORING,
    Classifier,
    Icons,
    Latent,
    Manifest,
    Picture,
    Restoration,
    TextModel,
)

MAX_FILE_BYTES = 2 * 2**30
MAX_SIDE = 8192  # pixels
MAX_LATENT = 65536  # numbers
MAX_LEVEL = 1e6  # of a picture's values
MAX_SCALE = 4
MAX_CELL = 64  # pixels
MAX_BORDER = 256  # pixels
MAX_CLASSES = 10_000
MAX_FEATURES = 65536  # numbers
MAX_TEMPERATURE = 1000.0
MAX_STEPS = 1000
MAX_GUIDANCE = 10.0  # the most that a prompt may ask for
MAX_FIELD = 512  # pixels a side
ICON_CELLS = 16  # of a latent: it is a grid of 4 x 4 (icon_cross.py)
MAX_WORDS = 64
MAX_VOCABULARY = 65536
MAX_TEXT_SIZES = (2**20, 2**20, 512, 1024, 4096)  # context, vocabulary, layers, heads, numbers a head
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def inconsistency(manifest: Manifest) -> str:
    """How a manifest contradicts itself, or an empty string."""
    if manifest.format != FORMAT:
        return f"its format is {manifest.format}"
    if not NAME.fullmatch(manifest.name):
        return f"its name is “{manifest.name}”, where lower case letters, digits and hyphens are due"
    for role, graph in manifest.graphs.items():
        if graph.file not in manifest.files:
            return f"its graph “{role}” names the file “{graph.file}”, which it does not list"
    if any(not 0 <= entry.size <= MAX_FILE_BYTES for entry in manifest.files.values()):
        return "a file in it has a size that no file may have"
    if bool(set(RESTORING) & set(manifest.abilities)) != (manifest.restoration is not None):
        return "the abilities “denoise”, “upscale” and “inpaint” come with a restoration, and it with one of them"
    if manifest.restoration is not None:
        return _restorer_inconsistency(manifest, manifest.restoration)
    if ("classify" in manifest.abilities) != (manifest.classifier is not None):
        return "the ability “classify” and a classifier come together"
    if manifest.classifier is not None:
        return _classifier_inconsistency(manifest, manifest.classifier)
    if ("complete" in manifest.abilities) != (manifest.text is not None):
        return "the ability “complete” and a text model come together"
    if manifest.text is not None:
        return _text_inconsistency(manifest, manifest.text)
    return _generator_inconsistency(manifest) if "sample" in manifest.abilities else ""


def _restorer_inconsistency(manifest: Manifest, restoration: Restoration) -> str:
    r = restoration
    if "restorer" not in manifest.graphs or "golden" not in manifest.files:
        return "a package that restores needs a graph “restorer” and a golden example"
    if sum(ability in manifest.abilities for ability in RESTORING) != 1:
        return "it denoises, upscales or inpaints, one of the three"
    if not (1 <= r.scale <= MAX_SCALE and 1 <= r.cell <= MAX_CELL and 0 <= r.border <= MAX_BORDER):
        return f"its scale is {r.scale}, its cell {r.cell} and its border {r.border}"
    if r.border % r.cell or (r.side is not None and (r.border or not 0 < r.side <= MAX_SIDE or r.side % r.cell)):
        return "its border and its side should be multiples of its cell, and with a side there is no border"
    if (r.scale > 1) != ("upscale" in manifest.abilities):
        return f"its scale is {r.scale}, and a scale above 1 and the ability “upscale” come together"
    if not 0 < manifest.tolerance <= 0.01:
        return f"its tolerance is {manifest.tolerance:g}"
    graph = manifest.graphs["restorer"]
    takes = {"image": r.channels, **({"mask": 1} if "inpaint" in manifest.abilities else {})}
    for kind, tensors, wanted in (("take", graph.inputs, takes), ("give", graph.outputs, {"restored": r.channels})):
        if {t.name: (t.dtype, t.shape[1:2]) for t in tensors} != {k: ("float32", (c,)) for k, c in wanted.items()}:
            names = " and ".join(f"“{name}” float32[N, {c}, H, W]" for name, c in wanted.items())
            return f"its restorer should {kind} {names}"
    tensors = (*graph.inputs, *graph.outputs)
    side: int | None = r.side  # None stands for a free axis
    if any(len(t.shape) != 4 or [_size(x) for x in t.shape] != [None, _size(t.shape[1]), side, side] for t in tensors):
        return f"the sides of what its restorer takes and gives should be {side or 'free'}, and the first axis free"
    return ""


def _size(axis: int | str) -> int | None:
    return axis if isinstance(axis, int) else None


def _classifier_inconsistency(manifest: Manifest, classifier: Classifier) -> str:
    picture, count, (rows, columns) = manifest.picture, len(manifest.classes), classifier.grid
    if set(manifest.abilities) != {"classify"}:
        return "a package that classifies does nothing else"
    if "classifier" not in manifest.graphs or "golden" not in manifest.files or picture is None:
        return "a package that classifies needs a graph “classifier”, a golden example and a picture"
    if not 2 <= count <= MAX_CLASSES or len(set(manifest.classes)) != count:
        return f"it names {len(set(manifest.classes))} different classes for {count}"
    if not 0 < classifier.temperature <= MAX_TEMPERATURE:
        return f"its temperature is {classifier.temperature:g}"
    if not 0 < classifier.features <= MAX_FEATURES:
        return f"it has {classifier.features} features"
    if not (0 < rows <= picture.height and 0 < columns <= picture.width):
        return f"its evidence maps are {columns} x {rows}"
    if not 0 < manifest.tolerance <= 0.1:
        return f"its tolerance is {manifest.tolerance:g}"
    graph = manifest.graphs["classifier"]
    takes = {"image": (picture.channels, picture.height, picture.width)}
    gives = {"logits": (count,), "evidence": (count, rows, columns), "features": (classifier.features,)}
    for kind, tensors, wanted in (("take", graph.inputs, takes), ("give", graph.outputs, gives)):
        if {t.name: (t.dtype, t.shape[1:]) for t in tensors} != {k: ("float32", s) for k, s in wanted.items()}:
            names = ", ".join(f"“{name}” float32[N, {', '.join(map(str, s))}]" for name, s in wanted.items())
            return f"its classifier should {kind} {names}"
    if not all(t.shape and isinstance(t.shape[0], str) for t in (*graph.inputs, *graph.outputs)):
        return "the first axis of what its classifier takes and gives should be free, “N”"
    return _picture_inconsistency(picture)


def _text_inconsistency(manifest: Manifest, text: TextModel) -> str:
    """The tensors themselves are compared with the graph when it is opened."""
    if set(manifest.abilities) != {"complete"}:
        return "a package that completes text does nothing else"
    if "text" not in manifest.graphs or "tokenizer" not in manifest.files:
        return "a package that completes text needs a graph “text” and a file “tokenizer”"
    sizes = (text.context, text.vocabulary, text.layers, text.kv_heads, text.head_size)
    if not all(0 < size <= most for size, most in zip(sizes, MAX_TEXT_SIZES, strict=True)):
        return f"the sizes of its text model are {', '.join(map(str, sizes))}"
    kinds = [kind.name for kind in text.kinds]
    if len(set(kinds)) != len(kinds) or "" in kinds:
        return "its kinds of text need a name each"
    tokens = (*text.begin, *text.end, *(kind.token for kind in text.kinds))
    if not all(0 <= token < text.vocabulary for token in tokens):
        return f"it names tokens that are none of its {text.vocabulary}"
    if not 0 < manifest.tolerance <= 1:
        return f"its tolerance is {manifest.tolerance:g}"
    return ""


def _picture_inconsistency(picture: Picture) -> str:
    if not (0 < picture.height <= MAX_SIDE and 0 < picture.width <= MAX_SIDE):
        return f"its pictures are {picture.width} x {picture.height} pixels"
    if not (abs(picture.low) <= MAX_LEVEL and abs(picture.high) <= MAX_LEVEL and picture.high - picture.low > 1e-3):
        return f"its pictures go from {picture.low:g} to {picture.high:g}"
    return ""


def _generator_inconsistency(manifest: Manifest) -> str:
    latent, picture = manifest.latent, manifest.picture
    if "decoder" not in manifest.graphs or "golden" not in manifest.files or latent is None or picture is None:
        return "a package that samples needs a decoder graph, a golden example, a latent and a picture"
    if problem := _picture_inconsistency(picture):
        return problem
    if not (0 < latent.size <= MAX_LATENT and (latent.w_size is None or 0 < latent.w_size <= MAX_LATENT)):
        return f"its latent has {latent.size} numbers"
    if not 0 < manifest.tolerance <= (picture.high - picture.low) / 100:
        return f"its tolerance is {manifest.tolerance:g}"
    if not 0 <= manifest.defaults.truncation <= 2:
        return f"its truncation is {manifest.defaults.truncation:g}"
    if manifest.icons is not None:
        return _icons_inconsistency(manifest, manifest.icons, latent.size)
    return _graph_inconsistency(manifest, latent, picture)


_Row = tuple[str, tuple[int | str, ...]]  # type of a tensor's numbers, and its shape without the first axis


def _icons_inconsistency(manifest: Manifest, icons: Icons, size: int) -> str:
    if set(manifest.abilities) != {"sample", "encode"} or manifest.classes or manifest.space is not None:
        return "a package of icons samples and encodes, and has no classes and no directions"
    picture = manifest.picture
    if picture is None or picture.channels != 1 or picture.height != picture.width:
        return "the pictures of a package of icons are grey and square"
    if size % ICON_CELLS:
        return f"its latent of {size} numbers cannot be cut into {ICON_CELLS} cells"
    if not (8 <= icons.side <= MAX_FIELD and 0 < icons.reach <= icons.side and 1 <= icons.steps <= MAX_STEPS):
        return f"its fields are {icons.side} pixels with a reach of {icons.reach:g}, in {icons.steps} steps"
    if not (0 <= icons.guidance <= MAX_GUIDANCE and 1 <= icons.most_words <= MAX_WORDS):
        return f"its guidance is {icons.guidance:g}, with {icons.most_words} words"
    prefixes = tuple(source.prefix for source in icons.sources)
    for what, held in (("words", icons.words), ("styles", icons.styles), ("sets", prefixes)):
        if len(set(held)) != len(held) or "" in held or len(held) > MAX_VOCABULARY:
            return f"two of its {what} are the same, or one is empty"
    number, whole = ("float32", (size,)), ("int64", ())
    field = ("float32", (1, icons.side, icons.side))
    told = {"time": ("float32", ()), "words": ("int64", (icons.most_words,)), "style": whole, "source": whole}
    wanted: dict[str, tuple[dict[str, _Row], dict[str, _Row]]] = {
        "decoder": ({"w": number}, {"field": field}),
        "encoder": ({"field": field}, {"w": number}),
        "flow": ({"x": number, **told}, {"velocity": number}),
    }
    for role, (takes, gives) in wanted.items():
        graph = manifest.graphs.get(role)
        if graph is None:
            return f"a package of icons needs a graph “{role}”"
        for kind, tensors, expected in (("take", graph.inputs, takes), ("give", graph.outputs, gives)):
            if {t.name: (t.dtype, t.shape[1:]) for t in tensors} != expected:
                names = ", ".join(f"“{n}” {d}[N{''.join(f', {x}' for x in s)}]" for n, (d, s) in expected.items())
                return f"its {role} should {kind} {names}"
        if not all(t.shape and isinstance(t.shape[0], str) for t in (*graph.inputs, *graph.outputs)):
            return f"the first axis of what its {role} takes and gives should be free, “N”"
    return ""


def _graph_inconsistency(manifest: Manifest, latent: Latent, picture: Picture) -> str:
    """What the engine feeds and reads (latent_model.py), against what the manifest says of its graphs."""
    mapping, decoder = manifest.graphs.get("mapping"), manifest.graphs["decoder"]
    w_size = latent.w_size if mapping else latent.size
    image = ("float32", (picture.channels, picture.height, picture.width))
    if [(t.dtype, t.shape[1:]) for t in decoder.inputs] != [("float32", (w_size,))]:
        return f"its decoder should take one float32[N, {w_size}]"
    if {t.name: (t.dtype, t.shape[1:]) for t in decoder.outputs} != {"image": image}:
        return "its decoder should give “image”, float32[N, {}, {}, {}]".format(*image[1])
    if mapping:
        takes = {"z": ("float32", (latent.size,)), "label": ("int64", ()), "truncation": ("float32", ())}
        if {t.name: (t.dtype, t.shape[1:]) for t in mapping.inputs} != takes:
            return f"its mapping should take z float32[N, {latent.size}], label int64[N] and truncation float32[N]"
        if {t.name: (t.dtype, t.shape[1:]) for t in mapping.outputs} != {"w": ("float32", (w_size,))}:
            return f"its mapping should give w, float32[N, {w_size}]"
    encoder = manifest.graphs.get("encoder")
    if ("encode" in manifest.abilities) != (encoder is not None):
        return "the ability “encode” and a graph “encoder” come together"
    if encoder:
        if {t.name: (t.dtype, t.shape[1:]) for t in encoder.inputs} != {"image": image}:
            return "its encoder should take “image”, float32[N, {}, {}, {}]".format(*image[1])
        if {t.name: (t.dtype, t.shape[1:]) for t in encoder.outputs} != {"w": ("float32", (w_size,))}:
            return f"its encoder should give w, float32[N, {w_size}]"
    graphs = [graph for graph in (mapping, decoder, encoder) if graph]
    if not all(t.shape and isinstance(t.shape[0], str) for g in graphs for t in (*g.inputs, *g.outputs)):
        return "the first axis of its graphs' inputs and outputs should be free, “N”"
    return _space_inconsistency(manifest)


def _space_inconsistency(manifest: Manifest) -> str:
    space = manifest.space
    if space is None:
        return ""
    if "space" not in manifest.files:
        return "it tells of directions and lists no file “space”"
    names = [direction.name for direction in space.directions]
    if len(set(names)) != len(names):
        return "two of its directions have one name"
    if not all(-MAX_LEVEL < low < high < MAX_LEVEL for low, high in zip(space.map_low, space.map_high, strict=True)):
        return "its map has no extent"
    return ""
