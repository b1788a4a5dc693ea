# ruff: noqa: E402 (without torch these tests are skipped)
import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from export import denoiser, inpainter
from export.__main__ import main
from export.checkpoint import read_checkpoint
from export.errors import ExportError
from export.warm_start import fitted, warm_start
from tests.export.synthetic import photo_train_command, stats

TINY = {"channels": 3, "widths": (8, 8, 8), "blocks": 1}


@pytest.fixture
def colour() -> denoiser.Denoiser:
    torch.manual_seed(0)
    return denoiser.new_denoiser(TINY)


def weights(net: torch.nn.Module) -> dict:
    return dict(net.named_parameters())


def test_a_grey_net_does_to_grey_what_the_colour_net_does_to_grey_shown_as_colour(colour: denoiser.Denoiser) -> None:
    grey = denoiser.new_denoiser({**TINY, "channels": 1})
    taken = warm_start(grey, weights(colour))
    assert taken == sum(p.numel() for p in grey.parameters())
    x = torch.rand(2, 1, 24, 16)
    expected = colour(x.expand(-1, 3, -1, -1)).mean(dim=1, keepdim=True)
    assert torch.allclose(grey(x), expected, atol=1e-6)


def test_an_inpainter_begins_as_the_denoiser_of_its_coarse_filling(colour: denoiser.Denoiser) -> None:
    net = inpainter.new_inpainter(TINY)
    warm_start(net, weights(colour))
    x, mask = torch.rand(1, 3, 32, 48), torch.zeros(1, 1, 32, 48)
    mask[..., 8:20, 10:30] = 1
    coarse = inpainter.fill_coarsely(x, mask)
    assert torch.allclose(net(x, mask), torch.where(mask > 0, colour(coarse), x), atol=1e-6)


def test_what_does_not_fit_is_left_alone() -> None:
    assert fitted(torch.ones(8, 12, 3, 3), torch.Size((8, 12, 5, 5))) is None
    assert fitted(torch.ones(8, 12), torch.Size((8, 4))) is None
    with pytest.raises(ExportError, match="same family"):
        warm_start(torch.nn.Linear(3, 3), {"weight": torch.ones(2, 2)})


def test_a_run_says_what_it_began_with_and_goes_on_without_it(
    photos: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(photo_train_command(photos, "first", images=8)) == 0
    start = ("--start-from", "first")
    whole = photo_train_command(photos, "whole", like="photo-denoise-grey", images=24, extra=start)
    assert main(whole) == 0
    options = json.loads((photos / "runs" / "whole" / "options.json").read_text())
    assert options["start_from"] == {"run": "first", "seen": 8}

    real_step = denoiser.train_step

    def step_until_the_cut(*args, clock, **settings):
        if clock.seen == 12:
            raise KeyboardInterrupt
        return real_step(*args, clock=clock, **settings)

    monkeypatch.setattr(denoiser, "train_step", step_until_the_cut)
    assert main(photo_train_command(photos, "cut", like="photo-denoise-grey", images=24, extra=start)) == 130
    monkeypatch.undo()
    for path in (photos / "runs" / "first").iterdir():
        path.unlink()
    folders = ["--data", str(photos / "data"), "--runs", str(photos / "runs")]
    rest = ["--resume", "--device", "cpu", "--precision", "fp32", "--report-seconds", "0"]
    assert main(["train", "cut", *rest, *folders]) == 0
    assert stats(photos, "cut") == stats(photos, "whole")
    nets = [read_checkpoint(photos / "runs" / name / "checkpoint.safetensors")[0] for name in ("whole", "cut")]
    assert all(torch.equal(nets[0][key], nets[1][key]) for key in nets[0])


def test_a_start_that_is_not_there_is_named(photos: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(photo_train_command(photos, "late", extra=("--start-from", "nobody"))) == 1
    assert "nobody" in capsys.readouterr().err
    assert not (photos / "runs" / "late").exists()
