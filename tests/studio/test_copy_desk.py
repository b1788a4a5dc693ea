"""The copy desk as a pure value: its tree, its limits, and what it asks for."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.text_requests import Choosing, Closed, Complete, Limits, Message, Wrote
from desktop_app.studio import copy_asking
from desktop_app.studio import copy_desk as desks
from desktop_app.studio.copy_asking import ALIKE, FULL, NO_BRIEF, Refusal, next_batch, request_of
from desktop_app.studio.copy_desk import BRIEF, Batch, CopyDesk
from desktop_app.studio.drafts import Draft, bits_a_word, blank, grown
from desktop_app.studio.project import ProjectState
from desktop_app.studio.sheet import SheetState
from desktop_app.studio.writing import WriteState, WritingOptions
from tests.fakes import write_writer


@pytest.fixture
def package(tmp_path):
    return write_writer(tmp_path)


@pytest.fixture
def chatty(tmp_path):
    return write_writer(tmp_path, "fake-chat", chat=True)


def draft(text: str, why: str = "end") -> Draft:
    return Draft(text, (len(text),), (2.0,), why)  # type: ignore[arg-type]


def a_state(**fields) -> WriteState:
    return WriteState(desk=CopyDesk(brief="A lamp of oak and glass. Tagline:", **fields))


def written(write: WriteState, package, *texts: str) -> WriteState:
    """After one click that brought these texts."""
    batch = next_batch(write, package)
    assert isinstance(batch, Batch)
    return with_desk(write, desks.landed(write.desk, batch, [draft(text) for text in texts]))


def with_desk(write: WriteState, desk: CopyDesk) -> WriteState:
    return msgspec.structs.replace(write, desk=desk)


def lines(desk: CopyDesk, parent: int = BRIEF) -> list[str]:
    return [branch.line for branch in desks.children(desk, parent)]


def numbered(desk: CopyDesk, line: str) -> int:
    return next(branch.number for branch in desk.branches if branch.line == line)


@pytest.fixture
def grove(package) -> CopyDesk:
    """Three lines; two go on from the second, one from the first of those."""
    write = written(a_state(), package, " Oak", " Quiet", " Glass")
    for line, came in (("Quiet", (" light", " and warm")), ("Quiet light", (" at night",))):
        write = with_desk(write, desks.walked(write.desk, numbered(write.desk, line)))
        write = written(write, package, *came)
    return write.desk


# -- the tree --------------------------------------------------------------------------------------------------------


def test_each_branch_holds_its_whole_line(grove):
    assert lines(grove) == ["Oak", "Quiet", "Glass"]
    assert lines(grove, numbered(grove, "Quiet")) == ["Quiet light", "Quiet and warm"]
    night = desks.branch_of(grove, numbered(grove, "Quiet light at night"))
    assert [branch.line for branch in desks.ancestors(grove, night.number)] == [
        "Quiet",
        "Quiet light",
        "Quiet light at night",
    ]
    assert night.text[night.start :] == " at night"


def test_walking_back_shows_the_children_exactly_as_they_were(grove, package):
    quiet = numbered(grove, "Quiet")
    before = desks.children(grove, quiet)
    there = desks.walked(desks.walked(grove, BRIEF), numbered(grove, "Oak"))
    write = written(with_desk(a_state(), there), package, " for ever")
    assert desks.children(write.desk, quiet) == before
    assert lines(desks.walked(write.desk, quiet), quiet) == ["Quiet light", "Quiet and warm"]


def test_a_number_that_is_not_there_leads_nowhere(grove):
    assert desks.walked(grove, 999) == grove
    assert desks.without(grove, 999) == grove
    assert desks.rewritten(grove, 999, "x") == grove


def test_a_branch_takes_what_goes_on_from_it_along(grove):
    left = desks.without(grove, numbered(grove, "Quiet"))
    assert lines(left) == ["Oak", "Glass"]
    assert [branch.line for branch in left.branches] == ["Oak", "Glass"]
    assert len(left.batches) == 1
    assert left.at == BRIEF


def test_who_looked_at_a_removed_branch_looks_at_what_is_left_nearest(grove):
    assert grove.at == numbered(grove, "Quiet light")
    left = desks.without(grove, grove.at)
    assert left.at == numbered(grove, "Quiet")


def test_numbers_are_never_given_twice(grove, package):
    highest = max(branch.number for branch in grove.branches)
    left = desks.without(grove, highest)
    write = written(with_desk(a_state(), desks.walked(left, BRIEF)), package, " Linen")
    assert numbered(write.desk, "Linen") > highest


def test_a_line_changed_by_hand_leaves_its_children_alone(grove):
    quiet = numbered(grove, "Quiet")
    changed = desks.rewritten(grove, quiet, "  Calm ")
    assert desks.branch_of(changed, quiet).text == " Calm"
    assert desks.branch_of(changed, quiet).edited
    assert desks.branch_of(changed, quiet).bits == ()
    assert lines(changed, quiet) == ["Quiet light", "Quiet and warm"]


def test_what_was_taken_over_is_told_as_far_as_the_hand_left_it(grove):
    light = numbered(grove, "Quiet light")
    changed = desks.branch_of(desks.rewritten(grove, light, "Quick light"), light)
    assert changed.text[: changed.start] == " Qui"


def test_nothing_is_no_line(grove):
    quiet = numbered(grove, "Quiet")
    assert desks.rewritten(grove, quiet, "   ") == grove
    batch = grove.batches[0]
    assert desks.landed(grove, batch, [draft("  "), draft("\n"), draft(" .")]) == grove


def test_a_comma_at_the_end_of_a_line_is_none_of_it(package):
    write = written(a_state(), package, "Oak and glass, ", "Oak.")
    assert lines(write.desk) == ["Oak and glass", "Oak."]


def test_lines_are_kept_and_let_go(grove):
    glass = numbered(grove, "Glass")
    star = desks.with_kept(grove, glass, is_kept=True)
    assert [branch.line for branch in desks.kept(star)] == ["Glass"]
    assert desks.kept(desks.with_kept(star, glass, is_kept=False)) == ()


def test_the_tree_is_kept_in_the_project(grove):
    state = ProjectState(SheetState("fake-digits", 7), write=WriteState(desk=grove))
    assert msgspec.json.decode(msgspec.json.encode(state), type=ProjectState) == state


def test_what_ended_in_the_middle_was_stopped(package):
    write = a_state()
    batch = next_batch(write, package)
    desk = desks.landed(write.desk, batch, [draft(" Oak", ""), draft("", ""), draft(" Glass", "limit")])
    assert [(branch.line, branch.row, branch.why) for branch in desk.branches] == [
        ("Oak", 0, "stopped"),
        ("Glass", 2, "limit"),
    ]


# -- what is asked ---------------------------------------------------------------------------------------------------


def test_the_same_state_asks_the_same(package):
    assert next_batch(a_state(), package) == next_batch(a_state(), package)


def test_a_second_click_asks_with_the_next_seed(package):
    write = msgspec.structs.replace(a_state(), options=WritingOptions(seed=41))
    first = next_batch(write, package)
    write = written(write, package, " Oak")
    second = next_batch(write, package)
    assert (first.seed, second.seed) == (41, 42)
    assert next_batch(written(write, package, " Glass"), package).seed == 43


def test_another_limit_asks_with_the_designers_seed(package):
    write = written(a_state(), package, " Oak")
    write = with_desk(write, msgspec.structs.replace(write.desk, limits=Limits(30)))
    assert next_batch(write, package).seed == 0


def test_a_batch_is_one_request(package):
    write = a_state(limits=Limits(30, ("oak",), ("gold",)), count=8)
    request = request_of(package, next_batch(write, package), write.desk)
    assert request == Complete(
        package.ref,
        prompt='A lamp of oak and glass. Tagline: "',
        choosing=write.options.choosing,
        limits=Limits(30, ("oak",), ("gold",)),
        stop=("\n", '"'),
        tokens=write.options.tokens,
        count=8,
    )


@pytest.mark.parametrize(
    ("brief", "prompt"),
    [
        ("A lamp. Tagline:", 'A lamp. Tagline: "'),
        ("A lamp.\nTagline:  ", 'A lamp.\nTagline: "'),
        ("Taglines:\n", 'Taglines:\n"'),
        ("The lamp ", "The lamp"),
    ],
)
def test_after_a_colon_a_line_is_a_quotation(brief, prompt, package):
    write = WriteState(desk=CopyDesk(brief=brief))
    request = request_of(package, next_batch(write, package), write.desk)
    assert request.prompt == prompt
    assert request.stop == (("\n", '"') if prompt.endswith('"') else ("\n",))


def test_a_quotation_mark_that_is_asked_for_may_come(package):
    write = a_state(limits=Limits(None, ('"oak"',)))
    request = request_of(package, next_batch(write, package), write.desk)
    assert request.prompt.endswith("Tagline:")
    assert request.stop == ("\n",)
    free = a_state(one_line=False)
    assert request_of(package, next_batch(free, package), free.desk).stop == ()


def test_a_branch_goes_on_from_the_whole_line(grove, package):
    write = with_desk(a_state(), desks.walked(grove, numbered(grove, "Quiet light")))
    request = request_of(package, next_batch(write, package), write.desk)
    assert request.prompt == 'A lamp of oak and glass. Tagline: "Quiet light'


def test_lines_may_be_asked_for_where_the_model_follows_instructions(package, chatty):
    write = a_state(asks=True, limits=Limits(30, ("oak",)))
    plain = next_batch(write, package)
    assert not plain.asked
    asked = next_batch(write, chatty)
    assert isinstance(asked, Batch)
    request = request_of(chatty, asked, write.desk)
    assert request.prompt == ""
    assert [message.role for message in request.messages] == ["system", "user", "assistant"]
    assert request.messages[-1].text == '"'
    assert "At most 30 characters." in request.messages[1].text
    assert "oak" in request.messages[1].text.splitlines()[-1]


def test_an_answer_that_has_begun_is_gone_on_with(chatty):
    write = written(a_state(asks=True), chatty, "Quiet")
    write = with_desk(write, desks.walked(write.desk, numbered(write.desk, "Quiet")))
    request = request_of(chatty, next_batch(write, chatty), write.desk)
    assert request.messages[-1] == Message("assistant", '"Quiet')


@pytest.mark.parametrize(
    ("desk", "sentence"),
    [
        (CopyDesk(brief="  "), NO_BRIEF),
        (CopyDesk(brief="A lamp", limits=Limits(None, ("golden",), ("gold",))), "No line can contain “golden” and"),
        (CopyDesk(brief="A lamp", limits=Limits(4, ("golden",))), "“golden” is longer than the 4 characters"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(desk, sentence, package):
    refusal = next_batch(WriteState(desk=desk), package)
    assert isinstance(refusal, Refusal)
    assert refusal.sentence.startswith(sentence)


def test_lines_that_would_all_be_the_same_are_not_written(package):
    write = msgspec.structs.replace(a_state(), options=WritingOptions(Choosing(temperature=0.0)))
    assert next_batch(write, package) == Refusal(ALIKE)


def test_a_full_line_is_not_gone_on_with(package):
    write = written(a_state(limits=Limits(6)), package, " Quiet")
    write = with_desk(write, desks.walked(write.desk, numbered(write.desk, "Quiet")))
    assert next_batch(write, package) == Refusal(FULL)


# -- limits ----------------------------------------------------------------------------------------------------------


def test_a_line_that_breaks_a_limit_says_so():
    limits = Limits(10, ("oak",), ("gold",))
    assert desks.breaks("Old oak", limits) == ()
    assert desks.breaks("  Old OAK    ", limits) == ()
    assert desks.breaks("Golden light", limits) == ("2 characters too long", "“oak” is missing", "“gold” is in it")
    assert desks.breaks("Oak, of old", limits) == ("1 character too long",)


def test_a_phrase_to_avoid_does_not_come_about_at_the_seam():
    limits = Limits(None, (), ("the end", "gold"))
    assert desks.rest_of(limits, "So the").avoid == ("the end", "gold", " end")
    assert desks.rest_of(limits, "Marigo").avoid == ("the end", "gold", "ld")
    assert desks.rest_of(limits, "Quiet").avoid == ("the end", "gold", "he end")
    assert desks.rest_of(limits, "").avoid == limits.avoid


LETTERS = st.text(alphabet="ab ", max_size=12)


@given(
    before=LETTERS.filter(str.strip),
    came=LETTERS,
    characters=st.none() | st.integers(1, 16),
    contain=st.lists(LETTERS.map(str.strip).filter(bool), max_size=2),
    avoid=st.lists(LETTERS.map(str.strip).filter(bool), max_size=2),
)
def test_what_keeps_to_the_rest_makes_a_line_that_keeps_to_all(before, came, characters, contain, avoid):
    limits = Limits(characters, tuple(contain), tuple(avoid))
    if desks.breaks(before, Limits(None, (), limits.avoid)) or desks.breaks(came, desks.rest_of(limits, before)):
        return
    line = before.rstrip() + desks.seamed(came)
    assert desks.breaks(line, limits) == ()


# -- while it is written ---------------------------------------------------------------------------------------------


def test_a_draft_grows_by_tokens():
    drafts = blank(2)
    for update in (Wrote(1, 5, " Qui", 0.25), Wrote(1, 6, "et", 0.5), Wrote(1, 7, " oak", 1.0), Closed(1, "stop")):
        drafts = grown(drafts, update)
    assert drafts[0] == Draft()
    assert (drafts[1].text, drafts[1].why) == (" Quiet oak", "stop")
    assert bits_a_word(drafts[1]) == (3.0, 0.0)


def test_a_sign_of_several_tokens_counts_with_its_word():
    drafts = blank(1)
    for text, probability in ((" ", 0.5), ("", 0.5), ("é", 0.5), (" x", 0.25), ("\n", 0.5)):
        drafts = grown(drafts, Wrote(0, 0, text, probability))
    assert bits_a_word(drafts[0]) == (3.0, 3.0)


def test_an_impossible_token_is_told_as_very_surprising():
    drafts = grown(blank(1), Wrote(0, 0, " x", 0.0))
    assert bits_a_word(drafts[0])[0] == pytest.approx(29.9, abs=0.1)


def test_the_limits_are_told_over_the_lines():
    assert copy_asking.limit_words(Limits(30, ("oak",), ("gold",))) == (
        "up to 30 characters",
        "with “oak”",
        "without “gold”",
    )
