# ruff: noqa: E402 (without torch these tests are skipped)
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from export import corruption, denoising_vae
from export.__main__ import main
from export.checkpoint import read_checkpoint
from tests.export import synthetic


def bar() -> torch.Tensor:
    x = torch.zeros(1, 28, 28)
    x[:, 4:24, 12:16] = 1
    return x


def test_damage_is_fixed_by_its_seeds_and_a_share_is_spared() -> None:
    clean = bar().expand(40, -1, -1, -1)

    def damaged(share: float, seed: int = 0) -> torch.Tensor:
        rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
        return corruption.corrupt(clean, clean_share=share, rng=rng, generator=generator)

    made = damaged(0.5)
    assert torch.equal(made, damaged(0.5))
    assert not torch.equal(made, damaged(0.5, seed=1))
    spared = sum(torch.equal(a, b) for a, b in zip(made, clean, strict=True))
    assert 10 < spared < 30
    assert 0 <= made.min() <= made.max() <= 1
    assert torch.equal(damaged(1.0), clean)


def test_each_kind_does_what_it_says() -> None:
    x, generator = bar(), torch.Generator().manual_seed(0)
    assert corruption.blurred(x, 1.5).sum().item() == pytest.approx(x.sum().item(), rel=1e-3)
    assert corruption.blurred(x, 1.5).max() < 0.95
    assert (corruption.noisy(x, 50, generator) - x).std().item() * 255 == pytest.approx(50, rel=0.1)
    assert (corruption.salted(x, 0.3, generator) != x).float().mean().item() == pytest.approx(0.15, abs=0.04)
    hidden = corruption.hidden(x, (12, 0, 16, 28))
    assert hidden[:, 12:16].sum() == 0
    assert torch.equal(hidden[:, :12], x[:, :12])
    assert x[:, 12:16].sum() > 0, "the original is left alone"


def test_what_is_measured_on_is_the_same_always() -> None:
    clean = synthetic.pictures(1)[0][0]
    for name, damage in corruption.damages(0).items():
        assert np.array_equal(damage(clean, 3), damage(clean, 3)), name
        assert damage(clean, 3).shape == clean.shape, name
        assert np.array_equal(damage(clean, 3), clean / np.float32(255)) == (name == "clean"), name


def test_the_autoencoder_learns_to_take_damage_away_and_resumes_exactly(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthetic.train(root, "whole", like="digits-denoise", images=96)
    real_step = denoising_vae.train_step

    def step_until_the_cut(*args, clock, **options):
        if clock.seen == 48:
            raise KeyboardInterrupt
        return real_step(*args, clock=clock, **options)

    monkeypatch.setattr(denoising_vae, "train_step", step_until_the_cut)
    assert main([*synthetic.train_command(root, "cut", like="digits-denoise", images=96), "--save-seconds", "0"]) == 130
    monkeypatch.undo()
    folders = ["--data", str(root / "data"), "--runs", str(root / "runs")]
    assert main(["train", "cut", "--resume", "--device", "cpu", "--precision", "fp32", *folders]) == 0
    nets = [read_checkpoint(root / "runs" / name / "checkpoint.safetensors")[0] for name in ("whole", "cut")]
    assert all(torch.equal(nets[0][key], nets[1][key]) for key in nets[0])
    lines = synthetic.stats(root, "whole")
    assert lines[-1]["reconstruction"] < lines[0]["reconstruction"]
