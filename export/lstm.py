"""A language model of LSTM layers, the baseline of export/gpt.py on the same data in the same time.

    python -m export train shakespeare-lstm

    tokens (B, T) -> embedding -> LSTM layers -> linear -> logits (B, T, V)

Hochreiter & Schmidhuber (1997) as Zaremba et al. (2014, arXiv 1409.2329) regularise it, dropout on what passes between
layers and not along time; embedding and last matrix are one (Press & Wolf 2017, arXiv 1608.05859).
"""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from export.gan import State


class Recurrent(nn.Module):
    def __init__(self, *, vocabulary: int, width: int, layers: int, dropout: float):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.embedding.weight, std=width**-0.5)
        self.dropout = nn.Dropout(dropout)
        self.lstm = nn.LSTM(width, width, layers, batch_first=True, dropout=dropout if layers > 1 else 0.0)
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, T) -> logits (B, T, V), float32; every window starts from a state of zeros."""
        hidden, _ = self.lstm(self.dropout(self.embedding(tokens)))
        return F.linear(self.dropout(hidden), self.embedding.weight, self.bias).float()


def build(options: dict, *, vocabulary: int) -> State:
    """Net, its running average, and AdamW for all of it."""
    net, average = (
        Recurrent(vocabulary=vocabulary, **{key: options[key] for key in ("width", "layers", "dropout")})
        for _ in range(2)
    )
    average.load_state_dict(net.state_dict())
    adam = torch.optim.AdamW(net.parameters(), lr=0.0, betas=(0.9, 0.95), weight_decay=options["weight_decay"])
    return State({"net": net, "average": average.requires_grad_(False)}, {"adam": adam})
