"""A language model goes on from a text: the same words again and again, and a sentence where it cannot."""

import itertools
from collections.abc import Callable, Iterator

import numpy as np
import onnx
import pytest

from desktop_app.engine import packages
from desktop_app.engine.errors import Cancelled, DeviceError, Fault, PackageError, RequestError
from desktop_app.engine.packages import Package
from desktop_app.engine.requests import Progress, Update, Verify
from desktop_app.engine.runtime import Runtime
from desktop_app.engine.text_model import BLOCK, TOLD, TextModel
from desktop_app.engine.text_requests import Began, Choosing, Closed, Complete, Message, Weigh, Weighed, Wrote
from desktop_app.engine.token_choice import probabilities
from tests import tiny_writer
from tests.tiny_package import write_manifest
from tests.tiny_writer import CONTEXT, VOCABULARY

SENTENCE = "the quick brown fox jumps over the lazy dog and runs on through the night " * 2  # 31 tokens
WRITER_FIELDS = ("abilities", "graphs", "text", "latent", "picture", "classes", "tolerance")
GREEDY = Choosing(temperature=0)
LAYOUTS = pytest.mark.parametrize("in_place", [True, False], ids=["in place", "plain"])


@pytest.fixture(autouse=True)
def begun(runtime) -> None:
    runtime.begin()


@pytest.fixture(params=[True, False], ids=["in place", "plain"])
def package(request, tmp_path) -> Package:
    return tiny_writer.tiny_writer(tmp_path, in_place=request.param)


@pytest.fixture
def model(package, runtime) -> TextModel:
    return TextModel(package, runtime)


@pytest.fixture
def ask(package, model) -> Callable[..., list[Update]]:
    return lambda prompt="", **more: list(model.complete(Complete(package.ref, prompt, **more)))


@pytest.fixture
def written(ask) -> Callable[..., list[Update]]:
    """Tokens, probabilities, ends: what must not depend on what was asked before."""
    return lambda *given, **more: [u for u in ask(*given, **more) if isinstance(u, Wrote | Closed)]


def began(updates: list[Update]) -> Began:
    (found,) = (u for u in updates if isinstance(u, Began))
    return found


def tokens_of(updates: list[Update], branch: int = 0) -> list[int]:
    return [u.token for u in updates if isinstance(u, Wrote) and u.branch == branch]


def prompt_tokens(text: str) -> list[int]:
    return tiny_writer.tokenizer().encode(text).ids


# -- writing ----------------------------------------------------------------------------------------------------------


def test_the_most_probable_tokens_are_those_of_the_net_without_a_cache(ask):
    updates = ask(SENTENCE, tokens=40, choosing=GREEDY, alternatives=3)
    tokens = [1, *prompt_tokens(SENTENCE)]
    for wrote in (u for u in updates if isinstance(u, Wrote)):
        wanted = probabilities(tiny_writer.reference(tiny_writer.weights(), np.array(tokens))[-1])
        assert wrote.token == wanted.argmax()
        assert wrote.probability == pytest.approx(wanted.max(), rel=1e-4)
        assert [a.token for a in wrote.alternatives] == [int(n) for n in np.argsort(-wanted)[:3]]
        tokens.append(wrote.token)
    assert len(tokens_of(updates)) == 40
    assert updates[-1] == Closed(0, "length")


def test_first_comes_progress_then_the_beginning_then_words(ask):
    updates = ask(SENTENCE + "and so", tokens=3)
    count = len(prompt_tokens(SENTENCE + "and so")) + 1
    assert [u.done for u in updates if isinstance(u, Progress) and u.phase == "Reading"] == [0, BLOCK, count]
    assert [type(u) for u in updates] == [*[Progress] * 3, Began, Progress, Wrote, Wrote, Wrote, Closed]
    assert began(updates) == Began(count, 0, 0, CONTEXT - count)


def test_how_far_the_text_has_come_is_told_every_few_tokens(ask):
    updates = ask(SENTENCE, tokens=2 * TOLD + 1, count=2)
    told = [(u.done, u.total) for u in updates if isinstance(u, Progress) and u.phase == "Writing"]
    assert told == [(n * TOLD, 2 * TOLD + 1) for n in range(3)]
    for n, update in enumerate(updates):
        if isinstance(update, Progress) and update.phase == "Writing":
            assert max(len(tokens_of(updates[:n], branch)) for branch in range(2)) == update.done


def test_branches_differ_and_each_is_the_same_however_many_there_are(written):
    three = written(SENTENCE, tokens=12, count=3)
    assert len({tuple(tokens_of(three, n)) for n in range(3)}) == 3
    assert [u.branch for u in three if isinstance(u, Closed)] == [0, 1, 2]
    alone = written(SENTENCE, tokens=12)
    assert tokens_of(alone) == tokens_of(three, 0)


def test_branches_that_end_leave_the_others_as_they_would_be(tmp_path, runtime):
    """With every letter an end, branches close one by one; those that are left are copied into a smaller batch."""
    package = tiny_writer.tiny_writer(tmp_path, end=tuple(range(30, 60)))
    model = TextModel(package, runtime)
    updates = list(model.complete(Complete(package.ref, SENTENCE, tokens=60, count=16)))
    lengths = [len(tokens_of(updates, n)) for n in range(16)]
    assert len(set(lengths)) > 4
    assert sorted(u.branch for u in updates if isinstance(u, Closed)) == list(range(16))
    assert all(
        not any(isinstance(later, Wrote | Closed) and later.branch == u.branch for later in updates[n + 1 :])
        for n, u in enumerate(updates)
        if isinstance(u, Closed)
    )
    longest = int(np.argmax(lengths))
    tokens = [1, *prompt_tokens(SENTENCE)]
    for wrote in (u for u in updates if isinstance(u, Wrote) and u.branch == longest):
        wanted = probabilities(tiny_writer.reference(tiny_writer.weights(), np.array(tokens))[-1])
        assert wrote.probability == pytest.approx(wanted[wrote.token], rel=1e-3)
        tokens.append(wrote.token)


def test_tokens_chosen_by_hand_come_first(written):
    updates = written(SENTENCE, tokens=6, first=(70, 71))
    assert tokens_of(updates)[:2] == [70, 71]
    assert len(tokens_of(updates)) == 6


def test_begin_tokens_and_the_kind_stand_before_the_text(tmp_path, runtime):
    def likely(name: str, kind: str, **more: tuple[int, ...]) -> float:
        package = tiny_writer.tiny_writer(tmp_path, name, **more)
        request = Complete(package.ref, "the fox", kind=kind, tokens=1, first=(70,))
        return next(u.probability for u in TextModel(package, runtime).complete(request) if isinstance(u, Wrote))

    text = prompt_tokens("the fox")
    for name, kind, opening in (("a", "", []), ("b", "", [1]), ("c", "poem", [1, 2]), ("d", "title", [3])):
        begin = tuple(opening[:-1] if kind else opening)
        logits = tiny_writer.reference(tiny_writer.weights(), np.array([*opening, *text]))[-1]
        assert likely(name, kind, begin=begin) == pytest.approx(probabilities(logits)[70], rel=1e-4)


def test_an_empty_prompt_begins_with_the_token_that_ends_texts(tmp_path, runtime):
    package = tiny_writer.tiny_writer(tmp_path, begin=())
    updates = list(TextModel(package, runtime).complete(Complete(package.ref, tokens=1)))
    assert began(updates).tokens == 1
    logits = tiny_writer.reference(tiny_writer.weights(), np.array([0]))[-1]
    (wrote,) = (u for u in updates if isinstance(u, Wrote))
    assert wrote.probability == pytest.approx(probabilities(logits)[wrote.token], rel=1e-4)


def test_a_model_that_cannot_begin_says_so(tmp_path, runtime):
    package = tiny_writer.tiny_writer(tmp_path, begin=(), end=())
    model = TextModel(package, runtime)
    with pytest.raises(RequestError, match="Write a word first"):
        list(model.complete(Complete(package.ref)))
    assert list(model.complete(Complete(package.ref, "a", tokens=1)))


@LAYOUTS
def test_a_text_ends_where_the_context_does(tmp_path, runtime, in_place):
    package = tiny_writer.tiny_writer(tmp_path, in_place=in_place, end=())
    updates = list(TextModel(package, runtime).complete(Complete(package.ref, SENTENCE, tokens=CONTEXT * 2)))
    room = began(updates).room
    assert len(tokens_of(updates)) == room == CONTEXT - began(updates).tokens
    assert updates[-1] == Closed(0, "context")


# -- the same text again ---------------------------------------------------------------------------------------------


REQUESTS = [
    {"prompt": SENTENCE * 3, "tokens": 5, "alternatives": 2},
    {"prompt": SENTENCE * 3 + "and", "tokens": 5, "alternatives": 2},
    {"prompt": SENTENCE * 2 + "another fox " + SENTENCE, "tokens": 5, "count": 3},
    {"prompt": SENTENCE * 5, "tokens": 5, "seed": 7},
    {"prompt": "the", "tokens": 70, "kind": "poem"},
    {"prompt": SENTENCE * 40, "tokens": 9, "kind": "poem"},
]


def test_no_bit_depends_on_what_was_asked_before(package, runtime, written):
    alone = [
        [u for u in TextModel(package, runtime).complete(Complete(package.ref, **r)) if isinstance(u, Wrote | Closed)]
        for r in REQUESTS
    ]
    order = np.random.default_rng(0).integers(0, len(REQUESTS), 24)
    for n in order:
        assert written(**REQUESTS[n]) == alone[n]


def test_nor_on_the_number_of_threads(package, runtime, written):
    other = Runtime("cpu", threads=1)
    model = TextModel(package, other)
    for request in REQUESTS:
        updates = model.complete(Complete(package.ref, **request))
        assert [u for u in updates if isinstance(u, Wrote | Closed)] == written(**request)
    other.close()


def test_whole_blocks_are_taken_over(ask):
    count = began(ask(SENTENCE * 3)).tokens
    assert began(ask(SENTENCE * 3 + " and so on")).reused == count // BLOCK * BLOCK
    assert began(ask(SENTENCE * 3)).reused == count // BLOCK * BLOCK
    assert began(ask(SENTENCE * 3, kind="poem")).reused == 0
    assert began(ask(SENTENCE + "another " + SENTENCE)).reused == 0
    assert began(ask(SENTENCE + "another " + SENTENCE)).reused > 0


def test_the_last_token_is_always_read(ask, package):
    """Where the prompt is whole blocks, its last logits are wanted all the same."""
    text = next(SENTENCE[:n] for n in range(99) if len(prompt_tokens(SENTENCE[:n])) == 1) * 200
    text = next(text[:n] for n in range(2, 200) if len(prompt_tokens(text[:n])) == 2 * BLOCK - 1)
    first = ask(text, tokens=2)
    assert began(first).tokens == 2 * BLOCK
    again = ask(text, tokens=2)
    assert began(again).reused == BLOCK
    assert tokens_of(again) == tokens_of(first)


def test_what_the_model_wrote_is_read_again(ask):
    """It was computed one token at a time, whose last bits are others."""
    updates = ask(SENTENCE * 2, tokens=40)
    text = "".join(u.text for u in updates if isinstance(u, Wrote))
    assert began(ask(SENTENCE * 2 + text, tokens=9)).reused == began(updates).tokens // BLOCK * BLOCK


# -- stopping ---------------------------------------------------------------------------------------------------------


def stopped_after(updates: Iterator[Update], count: int) -> None:
    for _ in range(count):
        next(updates)
    updates.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [1, 2, 3, 6, 9])
def test_a_job_that_ends_early_leaves_nothing_wrong_behind(package, model, written, count):
    wanted = written(SENTENCE * 4, tokens=8, count=2)
    stopped_after(model.complete(Complete(package.ref, "so " + SENTENCE * 4, tokens=8, count=2)), count)
    assert written(SENTENCE * 4, tokens=8, count=2) == wanted


def test_stop_reaches_into_reading_and_writing(package, model, runtime, written):
    wanted = written(SENTENCE * 4, tokens=8)
    for count in (1, 3, 8):
        runtime.begin()
        updates = model.complete(Complete(package.ref, SENTENCE * 4, tokens=60, seed=count))
        for _ in range(count):
            next(updates)
        runtime.stop()
        with pytest.raises(Cancelled):
            list(updates)
    runtime.begin()
    assert written(SENTENCE * 4, tokens=8) == wanted


# -- what does not fit ------------------------------------------------------------------------------------------------


def test_the_beginning_of_a_long_prompt_is_cut(ask):
    text = " ".join(f"{n} foxes" for n in range(3000))
    updates = ask(text, tokens=20)
    found = began(updates)
    assert 0 < found.cut < len(text)
    assert found.tokens <= CONTEXT - 20
    assert found.tokens + found.room == CONTEXT
    assert found.tokens == 1 + len(prompt_tokens(text[found.cut :]))
    assert len(tokens_of(updates)) == 20


def test_the_cut_stays_while_the_text_grows(ask):
    text = SENTENCE * 30
    cuts = {began(ask(text + "and so on " * n, tokens=20)).cut for n in range(5)}
    assert len(cuts) == 1
    assert began(ask(text + "and so on " * 5, tokens=20)).reused > 2 * BLOCK


def test_half_of_the_context_is_kept_free_at_most(ask):
    found = began(ask(SENTENCE * 30, tokens=10 * CONTEXT))
    assert found.room >= CONTEXT // 2
    assert found.tokens > CONTEXT // 4


@pytest.mark.parametrize(
    "text",
    ["", " ", "狐狸 🦊 " * 3000, "\ud800 lone \udfff" * 2000, "word " * 100_000, "\0\ufffe", "é" * 50_000, "\r\n" * 9],
    ids=["empty", "space", "emoji", "surrogates", "100,000 words", "control", "accents", "lines"],
)
def test_any_text_is_gone_on_from(ask, text):
    updates = ask(text, tokens=2)
    assert isinstance(updates[-1], Closed)
    assert 0 <= began(updates).cut <= len(text)


def test_a_cut_is_not_inside_a_character(ask):
    found = began(ask("🦊" * 3000, tokens=20))
    assert found.tokens == 1 + 4 * (3000 - found.cut)


# -- conversations ---------------------------------------------------------------------------------------------------


def test_a_conversation_is_put_into_words(ask):
    messages = (Message("system", "be kind"), Message("user", "the fox?", "a document"))
    found = began(ask(messages=messages, tokens=3))
    plain = "system: be kind\nuser: the fox?\n\na document\nassistant: "
    assert found.tokens == sum(len(prompt_tokens(line)) for line in plain.splitlines(keepends=True)) + 3
    assert found.cut == 0


def test_the_end_of_a_long_document_is_left_out(ask):
    document = " ".join(f"{n} foxes" for n in range(3000))
    found = began(ask(messages=(Message("user", "say it shorter", document),), tokens=20))
    assert len(document) * 0.9 < found.cut < len(document)
    assert CONTEXT - 30 < found.tokens <= CONTEXT - 20


def test_a_conversation_that_is_too_long_is_a_sentence(ask):
    with pytest.raises(RequestError, match="Begin a new one"):
        ask(messages=(Message("user", SENTENCE * 100, "a document"),))


def test_a_package_without_a_template_cannot_be_asked(tmp_path, runtime):
    package = tiny_writer.tiny_writer(tmp_path)
    (package.folder / "chat_template.jinja").unlink()
    manifest = package.manifest
    write_manifest(package.folder, **{name: getattr(manifest, name) for name in WRITER_FIELDS})
    package = packages.open_package(package.folder)
    with pytest.raises(RequestError, match="cannot be asked"):
        list(TextModel(package, runtime).complete(Complete(package.ref, messages=(Message("user", "hello"),))))


# -- requests that cannot be done ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"count": 0}, "1 to 16 texts"),
        ({"count": 17}, "1 to 16 texts"),
        ({"tokens": 0}, "one token at least"),
        ({"kind": "novel"}, "There are: poem, title"),
        ({"first": (VOCABULARY,)}, f"Token {VOCABULARY} is none"),
        ({"first": (-1,)}, "Token -1 is none"),
        ({"alternatives": -1}, "0 to 100 alternatives"),
        ({"alternatives": 101}, "0 to 100 alternatives"),
        ({"messages": (Message("user", "hello"),), "kind": "poem"}, "Leave the kind out"),
    ],
)
def test_what_is_refused(ask, request_, words):
    with pytest.raises(RequestError, match=words):
        ask("the fox", **request_)
    assert isinstance(ask("the fox", tokens=1)[-1], Closed)


@pytest.mark.parametrize(
    ("choosing", "words"),
    [
        (Choosing(temperature=np.nan), "temperature is a number from 0 on, not nan"),
        (Choosing(temperature=-1.0), "temperature is a number from 0 on"),
        (Choosing(repetition_penalty=0.0), "repetition penalty is above 0, not 0"),
        (Choosing(repetition_penalty=np.inf), "repetition penalty is above 0"),
    ],
)
def test_no_token_can_be_chosen_like_that(ask, choosing, words):
    with pytest.raises(RequestError, match=words):
        ask("the fox", choosing=choosing)


def test_numbers_that_are_none_are_a_sentence(tmp_path, runtime):
    arrays = tiny_writer.weights()
    arrays["up1"] = arrays["up1"] * np.nan
    package = tiny_writer.tiny_writer(tmp_path, arrays=arrays)
    model = TextModel(package, runtime)
    with pytest.raises(DeviceError, match="not a number"):
        list(model.complete(Complete(package.ref, "the fox")))
    with pytest.raises(DeviceError, match="not a number"):
        list(model.weigh(Weigh(package.ref, "the fox")))
    assert np.isnan(model.golden_error())


def test_a_tokenizer_of_another_model_is_a_package_error(tmp_path, runtime):
    package = tiny_writer.tiny_writer(tmp_path)
    tiny_writer.larger_tokenizer(package)
    with pytest.raises(PackageError, match="does not fit its graph") as caught:
        TextModel(package, runtime)
    assert caught.value.fault is Fault.WRONG_SHAPE


# -- weighing ---------------------------------------------------------------------------------------------------------


def weighed(model: TextModel, package: Package, text: str, **more: object) -> list:
    updates = list(model.weigh(Weigh(package.ref, text, **more)))
    return [piece for u in updates if isinstance(u, Weighed) for piece in u.pieces]


def test_each_token_of_a_text_is_as_probable_as_the_net_says(model, package):
    text = SENTENCE * 4
    tokens = prompt_tokens(text)
    pieces = weighed(model, package, text, alternatives=2)
    logits = tiny_writer.reference(tiny_writer.weights(), np.array([1, *tokens]))
    assert [p.token for p in pieces] == tokens
    assert "".join(text[p.start : p.end] for p in pieces) == text
    for piece, row in zip(pieces, logits, strict=False):
        wanted = probabilities(row)
        assert piece.probability == pytest.approx(wanted[piece.token], rel=1e-4)
        assert [a.token for a in piece.alternatives] == [int(n) for n in np.argsort(-wanted)[:2]]


def test_the_first_of_all_tokens_has_no_probability(tmp_path, runtime):
    package = tiny_writer.tiny_writer(tmp_path, begin=())
    pieces = weighed(TextModel(package, runtime), package, SENTENCE * 2)
    assert [p.probability is None for p in pieces] == [True] + [False] * (len(pieces) - 1)


def test_what_is_weighed_and_what_is_written_agree(ask, model, package):
    updates = ask(SENTENCE, tokens=1, choosing=GREEDY)
    (wrote,) = (u for u in updates if isinstance(u, Wrote))
    pieces = weighed(model, package, SENTENCE + "x", alternatives=1)
    assert pieces[-1].alternatives[0].token == wrote.token
    assert pieces[-1].alternatives[0].probability == pytest.approx(wrote.probability, rel=1e-4)


def test_weighing_leaves_what_was_read_to_write(ask, model, package):
    ask(SENTENCE * 3)
    weighed(model, package, "the fox")
    assert began(ask(SENTENCE * 3)).reused > BLOCK


def test_a_long_text_is_weighed_from_its_end(model, package):
    text = " ".join(f"{n} foxes" for n in range(3000)) + " 狐狸 🦊 \ud800"
    pieces = weighed(model, package, text, kind="poem")
    assert pieces[0].start > 0
    assert pieces[-1].end == len(text)
    assert CONTEXT // 2 < len(pieces) <= CONTEXT - 2
    assert all(a.end == b.start for a, b in itertools.pairwise(pieces))


def test_an_empty_text_weighs_nothing(model, package):
    assert weighed(model, package, "") == []


# -- verifying --------------------------------------------------------------------------------------------------------


@LAYOUTS
@pytest.mark.parametrize("half", [False, True])
def test_the_golden_example_comes_out_again(tmp_path, runtime, in_place, half):
    package = tiny_writer.tiny_writer(tmp_path, in_place=in_place, half=half, golden=True)
    model = TextModel(package, runtime)
    assert model.golden_error() < package.manifest.tolerance
    list(model.complete(Complete(package.ref, SENTENCE * 2, tokens=5)))
    assert model.golden_error() < package.manifest.tolerance


def test_another_golden_example_is_noticed(tmp_path, runtime):
    package = tiny_writer.tiny_writer(tmp_path, golden=True, arrays=tiny_writer.weights(seed=1))
    tokens = np.arange(10, 40, dtype=np.int64)[None]
    logits = tiny_writer.reference(tiny_writer.weights(), tokens[0])[None, -1]
    np.savez(package.folder / "golden.npz", tokens=tokens, logits=logits)
    assert TextModel(package, runtime).golden_error() > 0.5


@pytest.mark.parametrize(
    "arrays",
    [
        {"tokens": np.zeros((1, 3), np.int64)},
        {"tokens": np.zeros((2, 3), np.int64), "logits": np.zeros((1, VOCABULARY), np.float32)},
        {"tokens": np.full((1, 3), VOCABULARY), "logits": np.zeros((1, VOCABULARY), np.float32)},
        {"tokens": np.zeros((1, 0), np.int64), "logits": np.zeros((1, VOCABULARY), np.float32)},
        {"tokens": np.zeros((1, 3), np.int64), "logits": np.zeros((3, VOCABULARY), np.float32)},
    ],
)
def test_a_golden_example_that_is_none(tmp_path, runtime, arrays):
    package = tiny_writer.tiny_writer(tmp_path, golden=True)
    np.savez(package.folder / "golden.npz", **arrays)
    with pytest.raises(PackageError, match="golden example"):
        TextModel(package, runtime).golden_error()


def test_a_cache_that_forgets_is_noticed(tmp_path, runtime):
    """A graph that takes keys and values and looks at none of the past: every token is alone."""
    package = tiny_writer.tiny_writer(tmp_path)
    graph = onnx.load(package.folder / "text.onnx")
    for node in graph.graph.node:
        if node.op_type == "ReduceSum":
            node.input[0] = "input_ids_ones"
    graph.graph.node.insert(0, onnx.helper.make_node("Sub", ["input_ids", "input_ids"], ["input_ids_zeros"]))
    graph.graph.node.insert(1, onnx.helper.make_node("Cos", ["input_ids_float"], ["input_ids_cos"]))
    graph.graph.node.insert(1, onnx.helper.make_node("Cast", ["input_ids_zeros"], ["input_ids_float"], to=1))
    graph.graph.node.insert(3, onnx.helper.make_node("Cast", ["input_ids_cos"], ["input_ids_ones"], to=7))
    onnx.save(graph, package.folder / "text.onnx")
    assert TextModel(package, runtime).golden_error() > 0.05


# -- the service ------------------------------------------------------------------------------------------------------


def test_the_service_knows_writers(service, package):
    assert isinstance(list(service.run(Complete(package.ref, "the fox", tokens=2)))[-1], Closed)
    assert list(service.run(Weigh(package.ref, "the fox")))
    (verified,) = service.run(Verify(package.ref))
    assert verified.max_error <= verified.tolerance


def test_a_writer_that_says_something_else_is_not_verified(service, tmp_path):
    package = tiny_writer.tiny_writer(tmp_path, golden=True, in_place=False)
    golden = dict(np.load(package.folder / "golden.npz"))
    np.savez(package.folder / "golden.npz", tokens=golden["tokens"], logits=golden["logits"] + 0.01)
    manifest = package.manifest
    write_manifest(package.folder, **{name: getattr(manifest, name) for name in WRITER_FIELDS})
    with pytest.raises(PackageError, match="golden example") as caught:
        list(service.run(Verify(packages.open_package(package.folder).ref)))
    assert caught.value.fault is Fault.NOT_REPRODUCED


def test_why_a_writer_without_a_golden_example_is_not_verified(service, tmp_path, monkeypatch):
    package = tiny_writer.tiny_writer(tmp_path)
    for error, words in ((np.nan, "answers with “not a number”"), (3.0, "token by token otherwise .* off by 3.00e")):
        monkeypatch.setattr(TextModel, "golden_error", lambda _, error=error: error)
        with pytest.raises(PackageError, match=words) as caught:
            list(service.run(Verify(package.ref)))
        assert caught.value.fault is Fault.NOT_REPRODUCED
