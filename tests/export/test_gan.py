# ruff: noqa: E402 (without torch these tests are skipped)
import copy

import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: N812

from export import gan
from export.compute import choose_compute
from export.presets import preset_options
from export.schedule import Clock, cosine, ema_decay


def options() -> dict:
    return {**preset_options("digits-gan", row="cpu"), "widths": (16, 16), "batch": 8, "augment": (0.0, 0.0)}


def test_one_pass_gives_both_players_the_gradients_of_their_own_losses() -> None:
    """Against autograd on the two losses written out, each with its own pass through the critic."""
    torch.manual_seed(1)
    opts = options()
    state = gan.build(opts, shape=(28, 28, 1), num_classes=3)
    generator, critic = (copy.deepcopy(state.modules[name]) for name in ("generator", "critic"))
    x, label = torch.rand(8, 1, 28, 28) * 2 - 1, torch.arange(8) % 3
    rng = torch.get_rng_state()
    gan.train_step(state, x, label, clock=Clock(0.3, 0, 100), options=opts, compute=choose_compute("cpu", "fp32"))

    torch.set_rng_state(rng)
    fake = generator(torch.randn(8, opts["z_size"]), label)
    loss = F.softplus(critic(x, label) - critic(fake, label)).mean()
    expected = torch.autograd.grad(loss, list(generator.parameters()))
    for parameter, wanted in zip(state.modules["generator"].parameters(), expected, strict=True):
        assert torch.allclose(parameter.grad, wanted, rtol=1e-3, atol=1e-6)

    shown_real, shown_fake = x[:1].clone().requires_grad_(), fake[:1].detach().requires_grad_()
    penalty = sum(
        torch.autograd.grad(critic(part, label[:1]).sum(), part, create_graph=True)[0].square().sum()
        for part in (shown_real, shown_fake)
    )
    loss = F.softplus(critic(fake.detach(), label) - critic(x, label)).mean()
    loss = loss + 0.5 * cosine(opts["gamma"], 0.3) * penalty
    loss.backward()
    for parameter, wanted in zip(state.modules["critic"].parameters(), critic.parameters(), strict=True):
        assert torch.allclose(parameter.grad, wanted.grad, rtol=1e-3, atol=1e-6)


def test_augmentation_moves_whole_pixels_and_nothing_else() -> None:
    torch.manual_seed(0)
    x = -torch.ones(64, 1, 28, 28)
    x[:, :, 10, 6] = 1
    moved = gan.augment(x, share=1.0, flip=False)
    rows, columns = (moved > 0).nonzero()[:, 2], (moved > 0).nonzero()[:, 3]
    assert ((moved + 1).sum(dim=(1, 2, 3)) == 2).all()
    assert set((rows - 10).tolist()) == set(range(-2, 3))
    assert set((columns - 6).tolist()) == set(range(-2, 3))
    mirrored = (gan.augment(x, share=1.0, flip=True) > 0).nonzero()[:, 3]
    assert 0.3 < (mirrored > 14).float().mean() < 0.7
    assert gan.augment(x, share=0.0, flip=True) is x


def test_schedules_end_where_they_should() -> None:
    assert cosine((4e-4, 4e-5), 0.0) == pytest.approx(4e-4)
    assert cosine((4e-4, 4e-5), 1.0) == pytest.approx(4e-5)
    assert ema_decay((0.0, 0.025), Clock(0.0, 0, 1e6), batch=64) == 0.0
    assert ema_decay((0.0, 0.025), Clock(1.0, 10**6, 1e6), batch=25_000) == pytest.approx(0.5)
