"""A row of pictures that are judged: what each step makes of it, and that it survives a restart."""

import msgspec
import numpy as np
import pytest

from desktop_app.engine.manifest import TrainingData
from desktop_app.engine.requests import Design
from desktop_app.studio import explaining
from desktop_app.studio.explaining import MAX_SUBJECTS, ExplainState, Subject, make_subject, pixels_of
from desktop_app.studio.project import Project, ProjectState, load_project
from desktop_app.studio.sheet import SheetState
from tests.fakes import write_classifier, write_package


def subject(number: int, **origin: object) -> Subject:
    pixels = np.full((4, 3, 1), number, np.uint8)
    return make_subject(f"picture {number}", pixels, **origin)


def row(*numbers: int, package: str = "judge") -> ExplainState:
    return explaining.with_subjects(ExplainState(), package, tuple(subject(n) for n in numbers))


def names(state: ExplainState) -> list[str]:
    return [one.name.removeprefix("picture ") for one in state.subjects]


def test_pixels_come_back_as_they_were():
    pixels = np.arange(24, dtype=np.uint8).reshape(4, 2, 3)
    assert np.array_equal(pixels_of(make_subject("a", pixels)), pixels)
    assert np.array_equal(pixels_of(make_subject("a", pixels[:, ::-1])), pixels[:, ::-1])


def test_new_pictures_join_the_row_and_the_first_of_them_is_in_view():
    state = explaining.with_subjects(row(1, 2), "judge", (subject(3), subject(4)))
    assert (names(state), state.current) == (["1", "2", "3", "4"], 2)
    again = explaining.with_subjects(state, "judge", (subject(2),))
    assert (names(again), again.current) == (["1", "2", "3", "4"], 1)


def test_another_classifier_begins_another_row():
    state = explaining.with_label(row(1, 2), 7)
    other = explaining.with_subjects(state, "clothes", (subject(3),))
    assert (names(other), other.current, other.label) == (["3"], 0, None)


def test_of_very_many_pictures_the_oldest_go():
    state = row(*range(1, 61))
    state = explaining.with_subjects(state, "judge", tuple(subject(n) for n in range(100, 110)))
    assert len(state.subjects) == MAX_SUBJECTS
    assert (names(state)[0], explaining.current(state)) == ("7", subject(100))


def test_steps_stay_within_the_row_and_keep_the_question():
    state = explaining.with_label(row(1, 2, 3), 5)
    assert explaining.stepped_to(state, 99).current == 2
    assert explaining.stepped_to(state, -1).current == 0
    assert explaining.stepped_to(state, 1).label == 5


def test_taking_pictures_out_ends_with_an_empty_row():
    state = explaining.stepped_to(row(1, 2, 3), 2)
    state = explaining.without_current(state)
    assert (names(state), state.current) == (["1", "2"], 1)
    state = explaining.without_current(explaining.without_current(state))
    assert (names(state), explaining.current(state)) == ([], None)


def test_another_part_takes_the_place_of_the_first():
    state = explaining.with_one_replaced(explaining.stepped_to(row(1, 2, 3), 1), subject(9))
    assert (names(state), state.current) == (["1", "9", "3"], 1)


def test_opacity_stays_between_nothing_and_all():
    assert explaining.with_opacity(ExplainState(), 1.7).opacity == 1.0
    assert explaining.with_opacity(ExplainState(), -1e-9).opacity == 0.0


def test_a_project_keeps_the_row_with_its_pixels(tmp_path):
    design = Design(7, 12, label=3)
    state = explaining.with_subjects(
        ExplainState(), "judge", (subject(1, notes=("It was made grey.",)), subject(2, design=design, asked="3"))
    )
    state = explaining.with_shown(explaining.with_label(state, 8), "both")
    project = Project(tmp_path / "project.json", ProjectState(SheetState("", 1), explain=state))
    project.save()
    again, problem = load_project(tmp_path / "project.json", ProjectState(SheetState("", 1)))
    assert problem == ""
    assert again.state.explain == state


def test_a_project_from_before_has_an_empty_row(tmp_path):
    project = Project(tmp_path / "project.json", ProjectState(SheetState("", 1)))
    project.save()
    data = msgspec.json.decode((tmp_path / "project.json").read_bytes())
    del data["explain"]
    (tmp_path / "project.json").write_bytes(msgspec.json.encode(data))
    again, problem = load_project(tmp_path / "project.json", ProjectState(SheetState("", 2)))
    assert (problem, again.state.explain) == ("", ExplainState())


def test_pixels_that_do_not_fill_their_shape_are_damage():
    data = msgspec.json.decode(msgspec.json.encode(subject(1)))
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode({**data, "shape": [400, 300, 1]}), type=Subject)


def test_the_classifier_that_learned_from_the_same_data_is_taken(tmp_path):
    digits = write_classifier(tmp_path, "a-digits", data="MNIST")
    clothes = write_classifier(tmp_path, "b-clothes", data="Fashion-MNIST")
    more = write_classifier(tmp_path, "c-clothes", data="Fashion-MNIST")
    models = [digits, clothes, more]
    generator = write_package(tmp_path, "maker")
    training = (TrainingData("fashion-mnist", "MIT", 60_000, "0" * 64),)
    learned = msgspec.structs.replace(generator.manifest, training_data=training)
    maker = type(generator)(generator.folder, learned, generator.sha256)
    choose = explaining.classifier_for
    assert choose(maker, models, "") is clothes
    assert choose(maker, models, "a-digits") is clothes
    assert choose(maker, models, "c-clothes") is more
    assert choose(generator, models, "c-clothes") is more  # nothing is known of its data
    assert choose(generator, models, "gone") is digits
    assert choose(maker, [], "") is None
    assert choose(maker, [digits], "") is digits


def test_the_class_asked_for_is_found_by_its_name():
    asked = subject(1, asked="Sneaker")
    assert explaining.asked_label(asked, ("Boot", "sneaker")) == 1
    assert explaining.asked_label(asked, ("Boot",)) is None
    assert explaining.asked_label(subject(1), ("Boot", "")) is None
