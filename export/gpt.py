"""A decoder-only transformer from scratch, small enough to train on one CPU core.

    python -m export train shakespeare-chars
    python -m export train writer-small

    tokens (B, T) -> embedding -> blocks -> RMS norm -> logits (B, T, V), a guess of the next token at every place

Vaswani et al. (2017, arXiv 1706.03762), with what a decade has put into its place:
- rotary positions (Su et al. 2021, arXiv 2104.09864, eq. 34): a turn of queries and keys, no position is added;
- RMS norm without a gain (Zhang & Sennrich 2019, arXiv 1910.07467) before each part, and on queries and keys
  (Henry et al. 2020, arXiv 2010.04245), so that no attention score exceeds the root of the head's size;
- squared ReLU (So et al. 2021, arXiv 2109.08668), no bias anywhere, one matrix for the way in and the way out;
- parts that start silent, and logits held within a soft cap (Gemma 2, arXiv 2408.00118).

What is trained by which optimizer: export/muon.py. The loop: export/text_train.py.
"""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from export.gan import State
from export.muon import Muon

ROTARY_BASE = 10_000.0

# -----------------------------------------------------------------------------
# net


def norm(x: Tensor) -> Tensor:
    """x / rms(x) over the last axis."""
    return F.rms_norm(x, (x.shape[-1],))


def matrix(features_in: int, features_out: int, *, gain: float = 1.0) -> nn.Linear:
    """Without bias; gain 0 makes the layer start silent."""
    layer = nn.Linear(features_in, features_out, bias=False)
    nn.init.normal_(layer.weight, std=gain * 0.7 * features_in**-0.5)
    return layer


def rotary_angles(length: int, head: int) -> tuple[Tensor, Tensor]:
    """(cos, sin) of position * base^(-2i/head), each (T, head/2)."""
    speed = ROTARY_BASE ** (-torch.arange(0, head, 2, dtype=torch.float64) / head)
    angle = torch.arange(length, dtype=torch.float64)[:, None] * speed
    return angle.cos().float(), angle.sin().float()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each pair (x[i], x[i + head/2]) of x (..., T, head) by the angle of its place."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """softmax(q k' / sqrt(head), places up to one's own) v, of (B, heads, T, head) each.

    On a CPU three plain products are twice as fast as the fused operator, forward and backward.
    """
    if q.is_cuda:
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    ahead = torch.full((q.shape[2], q.shape[2]), float("-inf"), dtype=q.dtype, device=q.device).triu(1)
    return (q * q.shape[-1] ** -0.5 @ k.mT + ahead).softmax(dim=-1) @ v


class Attention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv = matrix(width, 3 * width)
        self.out = matrix(width, width, gain=0.0)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, length, width = x.shape
        qkv = self.qkv(x).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)  # (3, B, heads, T, head)
        q, k = rotate(norm(qkv[:2]), cos.to(qkv.dtype), sin.to(qkv.dtype))
        mixed = attend(q, k, qkv[2])  # (B, heads, T, head)
        return self.out(mixed.transpose(1, 2).reshape(batch, length, width))


class Block(nn.Module):
    """x + attention(norm(x)), then x + feed-forward(norm(x)); both silent at the start."""

    def __init__(self, *, width: int, heads: int, hidden: int, dropout: float):
        super().__init__()
        self.attention = Attention(width, heads)
        self.up = matrix(width, hidden)
        self.down = matrix(hidden, width, gain=0.0)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.dropout(self.attention(norm(x), cos, sin))
        return x + self.dropout(self.down(F.relu(self.up(norm(x))).square()))


class Transformer(nn.Module):
    cos: Tensor
    sin: Tensor

    def __init__(
        self, *, vocabulary: int, context: int, width: int, layers: int, heads: int, hidden: int, dropout: float,
        soft_cap: float,
    ):  # fmt: skip
        super().__init__()
        if width % heads or width // heads % 16:
            raise ValueError(f"a width of {width} in {heads} heads is no multiple of 16 a head")
        self.soft_cap = soft_cap
        self.embedding = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.embedding.weight, std=0.02)
        self.blocks = nn.ModuleList(
            Block(width=width, heads=heads, hidden=hidden, dropout=dropout) for _ in range(layers)
        )
        self.dropout = nn.Dropout(dropout)
        cos, sin = rotary_angles(context, width // heads)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, T) -> logits (B, T, V), float32."""
        cos, sin = self.cos[: tokens.shape[1]], self.sin[: tokens.shape[1]]
        x = self.dropout(norm(self.embedding(tokens)))  # (B, T, width)
        for block in self.blocks:
            x = block(x, cos, sin)
        logits = F.linear(norm(x), self.embedding.weight)
        return self.soft_cap * torch.tanh(logits.float() / self.soft_cap)


# -----------------------------------------------------------------------------
# training


def build(options: dict, *, vocabulary: int) -> State:
    """Net, its running average, Muon for the hidden matrices and AdamW for the embedding."""
    shape = {key: options[key] for key in ("context", "width", "layers", "heads", "hidden", "dropout", "soft_cap")}
    net, average = (Transformer(vocabulary=vocabulary, **shape) for _ in range(2))
    average.load_state_dict(net.state_dict())
    blocks = [block for block in net.modules() if isinstance(block, Block)]
    packed = [block.attention.qkv.weight for block in blocks]
    plain = [m.weight for block in blocks for m in (block.attention.out, block.up, block.down)]
    groups = [{"params": packed, "parts": 3}, {"params": plain}]
    optimizers: dict[str, torch.optim.Optimizer] = {
        "muon": Muon(groups, weight_decay=options["weight_decay"]),
        "adam": torch.optim.AdamW([net.embedding.weight], lr=0.0, betas=(0.9, 0.95), weight_decay=0.0),
    }
    return State({"net": net, "average": average.requires_grad_(False)}, optimizers)
