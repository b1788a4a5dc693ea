import itertools
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from export import denoiser
from export.__main__ import main
from export.checkpoint import read_checkpoint
from export.noise import add_noise, as_saved, camera, correlate
from export.photo_data import STRIDE, TILE, cut_tiles, starts
from tests.export.synthetic import photo_train_command as train_command
from tests.export.synthetic import stats

TINY = {"channels": 3, "widths": (8, 8, 8), "blocks": 1}


@pytest.fixture
def net() -> denoiser.Denoiser:
    torch.manual_seed(0)
    return denoiser.new_denoiser(TINY)


# -----------------------------------------------------------------------------
# net


def test_a_brighter_picture_gives_as_much_brighter_a_result(net: denoiser.Denoiser) -> None:
    x = torch.rand(1, 3, 24, 24)
    y = net(x)
    for scale in (0.25, 8.0):  # powers of two: no rounding
        assert torch.equal(net(scale * x), scale * y)
    assert not any(name.endswith("bias") for name, _ in net.named_parameters())


@pytest.mark.parametrize("size", [(1, 1), (4, 8), (3, 70), (17, 33), (16, 24)])
def test_any_size_comes_back(net: denoiser.Denoiser, size: tuple[int, int]) -> None:
    assert net(torch.rand(2, 3, *size)).shape == (2, 3, *size)


def test_padding_mirrors_and_is_cut_off_again(net: denoiser.Denoiser) -> None:
    x = torch.rand(1, 3, 13, 22)
    by_hand = torch.from_numpy(np.pad(x.numpy(), ((0, 0), (0, 0), (0, 3), (0, 2)), mode="reflect"))
    assert torch.equal(net(x), net(by_hand)[:, :, :13, :22])


# -----------------------------------------------------------------------------
# patches and noise


def test_patches_are_pieces_of_their_tiles_in_all_eight_orientations() -> None:
    tile = torch.arange(3 * 16, dtype=torch.float32).view(3, 4, 4) / 100
    patches = denoiser.cut_patches(tile.expand(200, -1, -1, -1) * 2 - 1, side=4, rng=np.random.default_rng(0))
    turned = [torch.rot90(t, k, dims=(1, 2)) for t in (tile, tile.flip(2)) for k in range(4)]
    found = {next(i for i, t in enumerate(turned) if torch.allclose(p, t, atol=1e-6)) for p in patches}
    assert found == set(range(8))


def test_plain_noise_has_the_deviation_that_was_asked_for_and_is_not_clipped() -> None:
    clean = torch.zeros(4, 3, 64, 64)
    noisy, plain = add_noise(
        clean, sigma=(20, 20), real_share=0, rng=np.random.default_rng(0), generator=torch.Generator().manual_seed(0)
    )
    assert plain.all()
    assert noisy.std().item() * 255 == pytest.approx(20, rel=0.02)
    assert noisy.min() < -0.1


def test_real_noise_is_a_share_of_the_pictures_and_looks_like_a_file() -> None:
    clean = torch.full((64, 3, 16, 16), 0.5)
    noisy, plain = add_noise(
        clean, sigma=(0, 55), real_share=0.3, rng=np.random.default_rng(0), generator=torch.Generator().manual_seed(0)
    )
    assert 10 <= (~plain).sum() <= 28
    steps = noisy[~plain] * 255
    assert torch.allclose(steps, steps.round(), atol=1e-3)
    assert 0 <= steps.min() <= steps.max() <= 255


def test_camera_noise_grows_with_light_as_the_formula_says() -> None:
    grain = torch.randn(1, 400, 400, generator=torch.Generator().manual_seed(0))
    for light, variance in ((0.0, 9.0), (1.0, 9.0 + 2 * 255)):
        result = camera(torch.full((1, 400, 400), light), grain, shot=2.0, read=3.0)
        assert ((result - light) * 255).var().item() == pytest.approx(variance, rel=0.02)


def test_channels_are_correlated_as_much_as_was_asked() -> None:
    white = torch.randn(3, 300, 300, generator=torch.Generator().manual_seed(0))
    grain = correlate(white, shared=0.6, gains=np.array([1.0, 2.0, 0.5])).flatten(1)
    assert torch.corrcoef(grain)[0, 1].item() == pytest.approx(0.6, abs=0.02)
    assert grain.std(dim=1).tolist() == pytest.approx([1.0, 2.0, 0.5], rel=0.02)
    one = correlate(white[:1], shared=0.6, gains=np.ones(1))
    assert torch.allclose(one, white[:1])


def test_jpeg_keeps_a_flat_picture_and_changes_a_busy_one() -> None:
    flat, busy = torch.full((1, 16, 16), 128 / 255), torch.rand(1, 16, 16)
    assert torch.equal(as_saved(flat, quality=50), flat)
    assert (as_saved(busy, quality=50) - busy).abs().max() > 0.02


# -----------------------------------------------------------------------------
# data


def test_photographs_become_tiles_and_the_rest_is_named(photos: Path, capsys: pytest.CaptureFixture) -> None:
    about = json.loads((photos / "data" / "photos" / "dataset.json").read_text())
    assert about["splits"]["train"]["count"] == 2 * 3 + 1
    assert about["photographs"] == 2
    assert about["skipped"] == ["narrow.png", "notes.txt"]


@pytest.mark.parametrize("length", [TILE, TILE + 1, 481, 1001])
def test_tiles_cover_every_side_to_its_end(length: int) -> None:
    corners = starts(length)
    assert corners[0] == 0
    assert corners[-1] == length - TILE
    assert all(0 < b - a <= STRIDE for a, b in itertools.pairwise(corners))
    picture = np.arange(length, dtype=np.int64)[:, None, None] * np.ones((1, TILE, 3), np.int64)
    assert {row for tile in cut_tiles(picture) for row in tile[:, 0, 0]} == set(range(length))


def test_a_folder_that_is_none_is_named(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["data", "photos", str(tmp_path / "nowhere"), "--data", str(tmp_path)]) == 1
    assert "nowhere" in capsys.readouterr().err
    assert main(["train", "photo-denoise", "--data", str(tmp_path), "--runs", str(tmp_path)]) == 1
    assert "data photos PATH" in capsys.readouterr().err


# -----------------------------------------------------------------------------
# training


@pytest.mark.parametrize("like", ["photo-denoise", "photo-denoise-grey"])
def test_a_stopped_run_goes_on_as_if_nothing_had_happened(
    photos: Path, monkeypatch: pytest.MonkeyPatch, like: str
) -> None:
    assert main(train_command(photos, "whole", like=like)) == 0
    real_step = denoiser.train_step

    def step_until_the_cut(*args, clock, **options):
        if clock.seen == 24:
            raise KeyboardInterrupt
        return real_step(*args, clock=clock, **options)

    monkeypatch.setattr(denoiser, "train_step", step_until_the_cut)
    assert main(train_command(photos, "cut", like=like)) == 130
    monkeypatch.undo()
    folders = ["--data", str(photos / "data"), "--runs", str(photos / "runs")]
    rest = ["--resume", "--device", "cpu", "--precision", "fp32", "--report-seconds", "0"]
    assert main(["train", "cut", *rest, *folders]) == 0
    assert stats(photos, "cut") == stats(photos, "whole")
    whole, cut = (read_checkpoint(photos / "runs" / name / "checkpoint.safetensors")[0] for name in ("whole", "cut"))
    assert all(torch.equal(whole[key], cut[key]) for key in whole)
    assert whole["net/head.weight"].shape[1] == (4 if like.endswith("grey") else 12)


def test_patches_too_large_for_the_tiles_end_with_a_sentence(photos: Path, capsys: pytest.CaptureFixture) -> None:
    assert main([*train_command(photos, "bad"), "--set", "patches=[[0,999]]"]) == 1
    assert "999" in capsys.readouterr().err


def test_patches_grow_with_the_budget() -> None:
    patches = [(0.0, 64), (0.5, 96), (0.8, 128)]
    assert [denoiser.patch_side(patches, at) for at in (0.0, 0.49, 0.5, 0.8, 1.0)] == [64, 64, 96, 128, 128]


# -----------------------------------------------------------------------------
# losses


def test_the_logarithm_of_the_error_counts_every_strength_alike() -> None:
    clean = torch.zeros(2, 3, 8, 8)
    output = clean + torch.tensor([0.02, 0.2]).view(2, 1, 1, 1)
    output.requires_grad_(True)
    loss = denoiser.log_error(output, clean)
    expected = np.mean([np.log(error**2 + denoiser.LEAST**2) for error in (0.02, 0.2)])
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    loss.backward()
    assert output.grad is not None
    weak, strong = (output.grad[n].abs().sum().item() * error for n, error in enumerate((0.02, 0.2)))
    assert weak == pytest.approx(strong, rel=0.05)  # of the absolute difference the strong one gets ten times as much


def test_a_run_takes_the_loss_it_is_told(photos: Path) -> None:
    for name, loss in (("absolute", "charbonnier"), ("logarithm", "log")):
        assert main(train_command(photos, name, extra=("--set", f'loss="{loss}"'))) == 0
    first, second = (
        read_checkpoint(photos / "runs" / n / "checkpoint.safetensors")[0] for n in ("absolute", "logarithm")
    )
    assert any(not torch.equal(first[key], second[key]) for key in first)
