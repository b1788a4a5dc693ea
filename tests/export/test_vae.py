# ruff: noqa: E402 (without torch these tests are skipped)
import json
import math
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

from export import likelihood, prior, vae
from export.__main__ import main
from export.checkpoint import read_checkpoint
from export.compute import choose_compute
from export.flow import Flow
from export.presets import preset_options
from export.schedule import Clock
from tests.export import synthetic


def gaussian(mean: torch.Tensor, log_variance: torch.Tensor) -> Independent:
    return Independent(Normal(mean, (0.5 * log_variance).exp()), 1)


def tiny_flow(*, size: int = 5, num_classes: int = 3) -> Flow:
    """A flow that is far from the identity."""
    torch.manual_seed(1)
    flow = Flow(size=size, couplings=4, hidden=8, num_classes=num_classes)
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return flow.double().requires_grad_(False)


# -----------------------------------------------------------------------------
# the bound


def test_the_divergence_is_that_of_two_gaussians() -> None:
    torch.manual_seed(0)
    mean, log_variance = torch.randn(4, 7), torch.randn(4, 7)
    expected = kl_divergence(gaussian(mean, log_variance), gaussian(torch.zeros(4, 7), torch.zeros(4, 7)))
    torch.testing.assert_close(vae.kl_nats(mean, log_variance), expected)
    w = torch.randn(4, 7)
    torch.testing.assert_close(vae.log_normal(w, mean, log_variance), gaussian(mean, log_variance).log_prob(w))


def test_reconstruction_is_the_likelihood_of_bernoulli_pixels() -> None:
    torch.manual_seed(0)
    logits, target = 3 * torch.randn(2, 1, 5, 5), torch.randint(0, 2, (2, 1, 5, 5)).float()
    expected = -Independent(Bernoulli(logits=logits), 3).log_prob(target)
    torch.testing.assert_close(vae.reconstruction_nats(logits, target), expected)


def test_binarised_pixels_are_white_as_often_as_they_are_bright() -> None:
    x = torch.full((1, 1, 200, 200), 0.5)  # a grey of 0.75
    drawn = vae.binarise(x, generator=torch.Generator().manual_seed(0))
    assert set(drawn.unique().tolist()) == {-1.0, 1.0}
    assert float((drawn > 0).float().mean()) == pytest.approx(0.75, abs=0.01)


class Deaf(torch.nn.Module):
    """An autoencoder whose decoder does not listen: log p(x) is known, whatever the posterior."""

    def __init__(self, mean: float, log_variance: float) -> None:
        super().__init__()
        self.mean, self.log_variance = mean, log_variance

    def encoder(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.full((len(x), 2), self.mean), torch.full((len(x), 2), self.log_variance)

    def decoder(self, w: torch.Tensor) -> torch.Tensor:
        return torch.zeros(len(w), 1, 4, 4)


def measured(*, draws: int) -> likelihood.Bounds:
    images = np.random.default_rng(0).integers(0, 256, (40, 4, 4, 1), np.uint8)
    flow = Flow(size=2, couplings=2, hidden=4, num_classes=2)
    with torch.no_grad():
        flow.mean.fill_(0.5)
        flow.log_scale.fill_(-0.5 * math.log(2))  # the prior is the posterior of `Deaf(0.5, -log 2)`
    shares = torch.tensor([0.25, 0.75])
    return likelihood.bounds(
        Deaf(0.5, -math.log(2)), flow, images, class_shares=shares, binary=True, draws=draws, part=40
    )


def test_bounds_where_the_likelihood_is_known() -> None:
    exact = 16 * math.log(2)
    divergence = float(vae.kl_nats(torch.full((1, 2), 0.5), torch.full((1, 2), -math.log(2))))
    few, many = measured(draws=1), measured(draws=2000)
    assert few.elbo == pytest.approx(exact + divergence, abs=1e-4)
    assert few.elbo_fitted == pytest.approx(exact, abs=1e-4)
    assert many.weighted == pytest.approx(exact, abs=0.02)
    assert exact + 0.1 < few.weighted < exact + divergence + 0.3, "one draw is the bound itself"
    assert many.weighted_fitted == pytest.approx(exact, abs=1e-4)


def test_the_autoencoder_learns_shapes() -> None:
    options = preset_options("digits-vae", row="cpu") | {"widths": (16, 16), "hidden": 32, "latent": 4}
    torch.manual_seed(0)
    state = vae.build(options, shape=(28, 28, 1), num_classes=3)
    images, labels = synthetic.pictures(32)
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1
    compute = choose_compute("cpu", "fp32")
    stats = [
        vae.train_step(
            state, x, torch.from_numpy(labels), clock=Clock(i / 40, 32 * i, 1280), options=options, compute=compute
        )
        for i in range(40)
    ]
    assert stats[-1]["elbo"] < 0.5 * stats[0]["elbo"]
    assert all(np.isfinite(list(line.values())).all() for line in stats)


# -----------------------------------------------------------------------------
# the flow and the prior


def test_a_flow_goes_back_exactly() -> None:
    flow = tiny_flow()
    z, label = torch.randn(20, 5, dtype=torch.float64), torch.arange(20) % 3
    back, _ = flow.to_z(flow(z, label), label)
    torch.testing.assert_close(back, z)
    assert float((flow(z, label) - flow(z, (label + 1) % 3)).abs().min()) > 1e-3, "the class must matter"


def test_the_log_determinant_is_that_of_autograd() -> None:
    flow = tiny_flow()
    w, label = torch.randn(3, 5, dtype=torch.float64), torch.tensor([0, 1, 2])
    _, log_det = flow.to_z(w, label)
    for i in range(3):
        jacobian = torch.autograd.functional.jacobian(
            lambda one, i=i: flow.to_z(one[None], label[i : i + 1])[0][0], w[i]
        )
        assert float(torch.linalg.slogdet(jacobian)[1]) == pytest.approx(float(log_det[i]), abs=1e-9)


def test_a_flow_in_the_plane_is_a_density() -> None:
    """It sums to one over a grid, in each class and over them."""
    flow = tiny_flow(size=2)
    side = torch.linspace(-25, 25, 500, dtype=torch.float64)
    grid = torch.cartesian_prod(side, side)
    cell = float(side[1] - side[0]) ** 2
    shares = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    with torch.no_grad():
        one = flow.log_density(grid, torch.ones(len(grid), dtype=torch.int64)).exp().sum() * cell
        all_of_them = flow.log_marginal(grid, shares).exp().sum() * cell
    assert float(one) == pytest.approx(1, abs=0.01)
    assert float(all_of_them) == pytest.approx(1, abs=0.01)


def two_moons(count: int) -> prior.Posteriors:
    rng = np.random.default_rng(0)
    angle, label = rng.uniform(0, np.pi, count), rng.integers(0, 2, count)
    sign = 1 - 2 * label
    mean = np.stack([np.cos(angle) * sign + 0.5 * label, np.sin(angle) * sign + 0.25 * label], axis=1)
    tensors = torch.from_numpy(mean).float(), torch.full((count, 2), -5.0), torch.from_numpy(label)
    return prior.Posteriors(*tensors)


def test_the_prior_learns_what_one_gaussian_a_class_cannot(capsys: pytest.CaptureFixture) -> None:
    options = {"seed": 0, "prior": (4, 16), "latent": 2}
    flow, average = (prior.new_flow(options, num_classes=2) for _ in range(2))
    posteriors = two_moons(2000)
    prior.fit(flow, average, posteriors, steps=400, seed=0, batch=128)
    w, label = posteriors.draw(torch.arange(2000), generator=torch.Generator().manual_seed(5))
    start = prior.new_flow(options, num_classes=2)
    prior.centre(start, posteriors)
    with torch.no_grad():
        gain = float(average.log_density(w, label).mean() - start.log_density(w, label).mean())
    assert gain > 0.15
    assert "step" in capsys.readouterr().out


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("coded")
    synthetic.write_shapes(root)
    synthetic.train(root, "auto", like="digits-vae")
    return root


def test_the_same_run_gives_the_same_prior(coded: Path) -> None:
    path = coded / "runs" / "auto" / "prior.safetensors"
    made = []
    for noise in (0, 1):
        torch.manual_seed(noise)  # the fit hangs on its own seed alone
        synthetic.prior(coded, "auto")
        made.append(read_checkpoint(path)[0])
    keys = [key for key in made[0] if key.startswith("prior/")]
    assert keys
    assert all(torch.equal(made[0][key], made[1][key]) for key in keys)


def test_a_missing_or_old_prior_is_named(coded: Path, capsys: pytest.CaptureFixture) -> None:
    folders = ["--data", str(coded / "data"), "--runs", str(coded / "runs"), "--models", str(coded / "models")]
    (coded / "runs" / "auto" / "prior.safetensors").unlink(missing_ok=True)
    assert main(["package", "auto", *folders]) == 1
    assert "export prior auto" in capsys.readouterr().err
    synthetic.prior(coded, "auto")
    options = coded / "runs" / "auto" / "options.json"
    before = options.read_text()
    options.write_text(json.dumps(json.loads(before) | {"images": 96}))
    resume = ["train", "auto", "--resume", "--precision", "fp32", "--device", "cpu", *folders[:4]]
    assert main(resume) == 0
    assert main(["package", "auto", *folders]) == 1
    assert "fit it again" in capsys.readouterr().err


def test_only_an_autoencoder_gets_a_prior(coded: Path, capsys: pytest.CaptureFixture) -> None:
    synthetic.train(coded, "judge", like="digits-classifier", images=16)
    assert main(["prior", "judge", "--data", str(coded / "data"), "--runs", str(coded / "runs")]) == 1
    assert "classifier" in capsys.readouterr().err
