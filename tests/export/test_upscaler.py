# ruff: noqa: E402 (without torch these tests are skipped)
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: N812
from PIL import Image

from export import upscaler
from export.__main__ import main
from export.upscaler import Collapsible, Upscaler, UpscalerGraph, bicubic_kernel, collapse, halve_pixels
from tests.export.synthetic import check_exact_resume, photo_train_command, stats


@pytest.mark.parametrize(("channels_in", "channels_out"), [(1, 8), (8, 8), (8, 4)])
def test_a_collapsed_convolution_is_the_wide_one(channels_in: int, channels_out: int) -> None:
    torch.manual_seed(0)
    layer = Collapsible(channels_in, channels_out, hidden=32)
    x = torch.rand(2, channels_in, 9, 11)
    by_hand = F.conv2d(F.conv2d(x, layer.wide, padding=1), layer.narrow[:, :, None, None])
    if channels_in == channels_out:
        by_hand = by_hand + x
    assert torch.allclose(layer(x), by_hand, atol=1e-5)
    assert torch.allclose(collapse(layer)(x), by_hand, atol=1e-5)


def test_the_graph_is_bicubic_with_the_net_s_answer_in_the_luma_alone() -> None:
    torch.manual_seed(0)
    net = Upscaler(width=8, layers=4, hidden=16)
    image = torch.rand(1, 3, 12, 10)
    made = UpscalerGraph(net)(image)
    enlarged = F.pixel_shuffle(F.conv2d(image, bicubic_kernel(), padding=2, groups=3), 2)
    luma = (image * torch.tensor(upscaler.LUMA).view(1, 3, 1, 1)).sum(dim=1, keepdim=True)
    added = made - enlarged
    assert torch.allclose(added, F.pixel_shuffle(net(luma), 2).expand(-1, 3, -1, -1), atol=1e-5)
    assert added.abs().max() > 1e-3


def test_the_bicubic_filter_is_pillows_away_from_the_edges() -> None:
    plane = np.random.default_rng(0).random((16, 20), dtype=np.float32)
    expected = np.asarray(Image.fromarray(plane).resize((40, 32), Image.Resampling.BICUBIC))
    made = F.pixel_shuffle(F.conv2d(torch.from_numpy(plane)[None, None], bicubic_kernel()[:4], padding=2), 2)
    assert np.abs(made[0, 0].numpy() - expected)[4:-4, 4:-4].max() < 1e-5


def test_flat_pictures_are_enlarged_flat_by_the_bicubic_filter() -> None:
    assert torch.allclose(bicubic_kernel().sum(dim=(1, 2, 3)), torch.ones(12))


def test_halving_is_antialiased() -> None:
    stripes = np.zeros((16, 16, 3), np.uint8)
    stripes[:, ::2] = 255
    assert abs(int(halve_pixels(stripes)[4, 4, 0]) - 128) < 4
    assert halve_pixels(stripes[..., :1]).shape == (8, 8, 1)


def test_a_stopped_run_goes_on_as_if_nothing_had_happened(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_exact_resume(photos, upscaler, monkeypatch, like="photo-upscale-x2")


def test_training_beats_the_bicubic_filter_on_what_it_learnt(photos: Path) -> None:
    extra = ("--set", "learning_rate=[0.003,0.0001]", "--set", "ema_half_life=[0,0]")
    assert main(photo_train_command(photos, "up", like="photo-upscale-x2", images=240, extra=extra)) == 0
    lines = stats(photos, "up")
    first, last = (np.mean([line["loss"] for line in part]) for part in (lines[:5], lines[-15:]))
    assert last < first


def test_patches_that_cannot_be_halved_end_with_a_sentence(photos: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(photo_train_command(photos, "odd", like="photo-upscale-x2", extra=("--set", "patch=33"))) == 1
    assert "33" in capsys.readouterr().err
