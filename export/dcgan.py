"""The classic DCGAN (Radford et al. 2015, arXiv 1511.06434) with 100-dimensional noise: the baseline to beat.

    python -m export train digits-dcgan

Its standard recipe and nothing else: transposed convolutions with BatchNorm and ReLU, strided convolutions with
BatchNorm and leaky ReLU, binary cross-entropy, Adam 2e-4 with beta1 0.5, weights from N(0, 0.02). No classes, no
average of the weights.
"""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from export.compute import Compute
from export.gan import State
from export.schedule import Clock, cosine


class Generator(nn.Module):
    """z (B, 100) -> image (B, C, 28, 28): 7x7, 14x14, 28x28."""

    def __init__(self, *, z_size: int, widths: tuple[int, int], channels: int):
        super().__init__()
        low, high = widths
        self.z_size = z_size
        self.layers = nn.Sequential(
            nn.ConvTranspose2d(z_size, low, 7, bias=False),  # (B, low, 7, 7)
            nn.BatchNorm2d(low),
            nn.ReLU(),
            nn.ConvTranspose2d(low, high, 4, stride=2, padding=1, bias=False),  # (B, high, 14, 14)
            nn.BatchNorm2d(high),
            nn.ReLU(),
            nn.ConvTranspose2d(high, channels, 4, stride=2, padding=1),  # (B, C, 28, 28)
            nn.Tanh(),
        )

    def forward(self, z: Tensor) -> Tensor:
        return self.layers(z[:, :, None, None])


class Discriminator(nn.Module):
    """image -> logit (B,)."""

    def __init__(self, *, widths: tuple[int, int], channels: int):
        super().__init__()
        low, high = widths
        self.layers = nn.Sequential(
            nn.Conv2d(channels, high, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(high, low, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(low),
            nn.LeakyReLU(0.2),
            nn.Conv2d(low, 1, 7),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)[:, 0, 0, 0]


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, std=0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, mean=1.0, std=0.02)


def build(options: dict, *, shape: tuple[int, int, int], num_classes: int) -> State:
    if shape[:2] != (28, 28):
        raise ValueError(f"this family makes 28x28 pictures, the data set has {shape}")
    generator = Generator(z_size=options["z_size"], widths=tuple(options["widths"]), channels=shape[2])
    discriminator = Discriminator(widths=tuple(options["widths"]), channels=shape[2])
    modules = {"generator": generator.apply(_initialise), "discriminator": discriminator.apply(_initialise)}
    return State(
        dict(modules),
        {name: torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.5, 0.999)) for name, net in modules.items()},
    )


def train_step(state: State, x: Tensor, label: Tensor, *, clock: Clock, options: dict, compute: Compute) -> dict:
    """Alternating steps with the non-saturating loss; the labels are not used."""
    generator, discriminator = state.modules["generator"], state.modules["discriminator"]
    for optimizer in state.optimizers.values():
        for group in optimizer.param_groups:
            group["lr"] = cosine(options["learning_rate"], clock.fraction)

    # ---- discriminator: real up, fake down
    z = torch.randn(len(x), options["z_size"], device=x.device)
    with compute.autocast():
        fake = generator(z)
        on_real, on_fake = discriminator(x).float(), discriminator(fake.detach()).float()
    loss_d = F.softplus(-on_real).mean() + F.softplus(on_fake).mean()
    state.optimizers["discriminator"].zero_grad(set_to_none=True)
    loss_d.backward()
    state.optimizers["discriminator"].step()

    # ---- generator: fake up
    with compute.autocast():
        loss_g = F.softplus(-discriminator(fake).float()).mean()
    state.optimizers["generator"].zero_grad(set_to_none=True)
    loss_g.backward()
    state.optimizers["generator"].step()
    return {"discriminator": loss_d.item(), "generator": loss_g.item()}


@torch.no_grad()
def sample_sheet(state: State, *, options: dict, count: int, num_classes: int, generator: torch.Generator) -> Tensor:
    net = state.modules["generator"].eval()
    x = net(torch.randn(count, options["z_size"], generator=generator, device=generator.device))
    net.train()
    return x
