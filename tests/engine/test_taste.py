"""What stars and rejects teach."""

import numpy as np
import pytest

from desktop_app.engine import taste
from desktop_app.engine.errors import RequestError
from desktop_app.engine.latent_model import LatentModel
from desktop_app.engine.requests import Design, Learn, Part, Place, Taste
from tests.tiny_package import Z


def marked(model: LatentModel, rule: np.ndarray, count: int) -> tuple[tuple[Design, ...], tuple[Design, ...]]:
    """Designs sorted by a rule on w that the learner does not know."""
    designs = [Design(3, n, label=n % 3) for n in range(count)]
    side = model.w_of(designs) @ rule
    middle = np.median(side)
    liked = tuple(d for d, s in zip(designs, side, strict=True) if s > middle)
    return liked, tuple(d for d in designs if d not in liked)


def learnt(service, package, liked, disliked=()) -> Taste:
    (answer,) = service.run(Learn(package.ref, liked, disliked))
    return answer


def test_twenty_marks_teach_a_rule(service, tiny, runtime):
    """Idea 3 of the feature list: 20 marks of a synthetic taste pick better than chance in over 80 % of cases."""
    model = LatentModel(tiny, runtime)
    rng = np.random.default_rng(0)
    right = []
    for _ in range(5):
        rule = rng.standard_normal(model.size)
        answer = learnt(service, tiny, *marked(model, rule, 20))
        direction = sum(part.weight * model.w_of([part.design])[0].astype(float) for part in answer.parts)
        fresh = model.w_of([Design(99, n, label=n % 3) for n in range(400)])
        pairs = fresh[:200] - fresh[200:]
        right.append((np.sign(pairs @ direction) == np.sign(pairs @ rule)).mean())
        assert answer.certainty > 0.7
    assert np.mean(right) > 0.8


def test_the_weights_sum_to_zero_and_are_one_standard_deviation(service, tiny, runtime):
    model = LatentModel(tiny, runtime)
    answer = learnt(service, tiny, *marked(model, np.ones(model.size), 20))
    assert sum(part.weight for part in answer.parts) == pytest.approx(0, abs=1e-9)
    direction = sum(part.weight * model.w_of([part.design])[0].astype(float) for part in answer.parts)
    spread = np.std(model.w_of([Design(5, n, label=n % 3) for n in range(2000)]) @ direction) / np.linalg.norm(
        direction
    )
    assert np.linalg.norm(direction) == pytest.approx(spread, rel=0.35)


def test_moving_along_it_brings_more_of_it(service, tiny, runtime):
    model = LatentModel(tiny, runtime)
    rule = np.arange(1.0, 1.0 + model.size)
    liked, disliked = marked(model, rule, 24)
    answer = learnt(service, tiny, liked, disliked)
    base = Design(50, 0, label=1)
    sides = []
    for amount in (-2.0, 0.0, 2.0):
        parts = (Part(1.0, base), *(Part(amount * p.weight, p.design) for p in answer.parts))
        sides.append(float(model.w_of([Design(0, 0, place=Place(parts))])[0] @ rule))
    assert sides[0] < sides[1] < sides[2]


def test_stars_alone_are_held_against_everything_else(service, tiny, runtime):
    model = LatentModel(tiny, runtime)
    rule = np.ones(model.size)
    liked, _ = marked(model, rule, 20)
    answer = learnt(service, tiny, liked)
    assert len(answer.parts) == len(liked) + taste.BACKGROUND
    direction = sum(part.weight * model.w_of([part.design])[0].astype(float) for part in answer.parts)
    assert direction @ rule > 0


def test_marks_without_a_rule_are_not_certain(service, tiny):
    liked = tuple(Design(1, n, label=n % 3) for n in range(12))
    disliked = tuple(Design(2, n, label=n % 3) for n in range(12))
    assert learnt(service, tiny, liked, disliked).certainty < 0.8


def test_too_little_to_learn_from(service, tiny):
    with pytest.raises(RequestError, match="Star at least 2"):
        learnt(service, tiny, (Design(1, 1, label=0),))


def test_leaving_one_out_is_what_it_says():
    """The shortcut agrees with fitting again without each example."""
    rng = np.random.default_rng(4)
    x, marks = rng.standard_normal((12, Z)), np.array([1.0, -1.0] * 6)
    share = np.full(12, 1 / 12)
    penalty = 0.1
    centred, wanted = x - x.mean(0), marks - marks.mean()
    gram = centred @ centred.T / 12
    scale = np.trace(gram)
    inverse = np.linalg.inv(gram + penalty * scale * np.eye(12))
    hat = gram @ inverse + 1 / 12
    short = (wanted - gram @ inverse @ wanted) / (1 - np.diag(hat))
    for i in range(12):
        kept = np.arange(12) != i
        a, b = x[kept], marks[kept]
        ac = a - a.mean(0)
        d = np.linalg.solve(ac.T @ ac / 12 + penalty * scale * np.eye(Z), ac.T @ (b - b.mean()) / 12)
        assert marks[i] - (b.mean() + (x[i] - a.mean(0)) @ d) == pytest.approx(short[i], rel=1e-6)
    weights, certainty = taste.fit(x, marks)
    assert weights @ share == pytest.approx(0, abs=1e-12)
    assert 0 <= certainty <= 1
