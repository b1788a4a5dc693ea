# ruff: noqa: E402 (without torch these tests are skipped)
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from export import inpainter
from export.holes import MARKS, WIDEST, draw_holes
from tests.export.synthetic import check_exact_resume

TINY = {"channels": 3, "widths": (8, 8, 8), "blocks": 1}


def hole(height: int = 32, width: int = 48) -> torch.Tensor:
    mask = torch.zeros(1, 1, height, width)
    mask[..., 8:20, 10:30] = 1
    return mask


# -----------------------------------------------------------------------------
# holes


def test_holes_are_fixed_by_their_seed_and_cover_about_what_was_asked() -> None:
    first, again, other = (draw_holes(120, 160, share=0.1, rng=np.random.default_rng(s)) for s in (3, 3, 4))
    assert first.shape == (120, 160)
    assert first.dtype == bool
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    covered = [draw_holes(120, 160, share=0.1, rng=np.random.default_rng(s)).mean() for s in range(30)]
    assert 0.09 < np.mean(covered) < 0.2


@pytest.mark.parametrize("kind", MARKS)
def test_every_kind_of_mark_is_drawn_and_none_is_wider_than_a_brush(kind: int) -> None:
    from PIL import Image, ImageDraw

    drawn = 0
    for seed in range(20):
        canvas = Image.new("1", (80, 80))
        MARKS[kind](ImageDraw.Draw(canvas), 80, 80, np.random.default_rng(seed))
        mask = np.asarray(canvas)
        drawn += mask.any()
        assert not has_square(mask, WIDEST + 6), f"seed {seed}"
    assert drawn > 15


def has_square(mask: np.ndarray, side: int) -> bool:
    """Whether a square of that side lies wholly inside."""
    sums = np.pad(mask.astype(int).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    total = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return bool((total == side * side).any())


# -----------------------------------------------------------------------------
# net


def test_the_coarse_filling_does_not_look_into_the_holes() -> None:
    x, mask = torch.rand(1, 3, 32, 48), hole()
    other = torch.where(mask > 0, torch.rand_like(x), x)
    assert torch.equal(inpainter.fill_coarsely(x, mask), inpainter.fill_coarsely(other, mask))


def test_the_coarse_filling_of_flat_grey_is_flat_and_of_a_ramp_lies_inside_it() -> None:
    mask = hole()
    flat = torch.full((1, 1, 32, 48), 0.3)
    assert torch.allclose(inpainter.fill_coarsely(flat, mask), flat, atol=1e-6)
    ramp = torch.linspace(0, 1, 48).expand(1, 1, 32, 48)
    filled = inpainter.fill_coarsely(ramp, mask)
    assert (filled - ramp).abs().max() < 0.25
    assert filled[..., 8:20, 10].mean() < filled[..., 8:20, 29].mean() - 0.2


def test_outside_the_holes_the_picture_is_what_it_was_bit_for_bit() -> None:
    torch.manual_seed(0)
    net = inpainter.new_inpainter(TINY)
    x, mask = torch.rand(2, 3, 32, 48) * 3 - 1, hole().expand(2, -1, -1, -1)
    made = net(x, mask)
    kept = (mask == 0).expand_as(x)
    assert torch.equal(made[kept], x[kept])
    assert not torch.allclose(made[~kept], x[~kept])


def test_a_mask_without_holes_is_no_loss_and_no_division_by_zero() -> None:
    x = torch.rand(1, 3, 16, 16)
    assert inpainter.loss_in_holes(x + 1, x, torch.zeros(1, 1, 16, 16)).item() == 0
    whole = inpainter.loss_in_holes(x + 0.5, x, torch.ones(1, 1, 16, 16)).item()
    assert whole == pytest.approx(0.5, abs=1e-4)


# -----------------------------------------------------------------------------
# training


def test_a_stopped_run_goes_on_as_if_nothing_had_happened(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_exact_resume(photos, inpainter, monkeypatch, like="photo-inpaint")
