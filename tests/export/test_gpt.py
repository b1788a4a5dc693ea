import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402, N812

from export.gpt import Transformer, attend, build, norm, rotary_angles, rotate  # noqa: E402
from export.lstm import Recurrent  # noqa: E402
from export.muon import Muon, orthogonal  # noqa: E402

SHAPE = {"width": 32, "layers": 2, "heads": 2, "hidden": 64, "dropout": 0.0, "soft_cap": 15.0}


def awake(vocabulary: int = 11, context: int = 12) -> Transformer:
    """A net none of whose parts is silent, as after training."""
    net = Transformer(vocabulary=vocabulary, context=context, **SHAPE).eval()
    for weight in net.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    return net


@pytest.mark.parametrize("net", [awake(), Recurrent(vocabulary=11, width=16, layers=2, dropout=0.0).eval()])
def test_a_later_token_changes_no_earlier_logit_and_an_earlier_one_changes_all_later(net: torch.nn.Module) -> None:
    tokens = torch.randint(0, 11, (1, 12), generator=torch.Generator().manual_seed(1))
    other = tokens.clone()
    other[0, 5] = (other[0, 5] + 1) % 11
    moved = (net(tokens) - net(other)).abs().amax(dim=2)[0]
    assert moved[:5].max() == 0
    assert moved[5:].min() > 1e-6


def test_the_explicit_attention_is_the_fused_one() -> None:
    q, k, v = torch.randn(3, 2, 4, 9, 16, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(attend(q, k, v), F.scaled_dot_product_attention(q, k, v, is_causal=True))


def test_a_rotary_score_depends_on_the_distance_alone() -> None:
    q, k = torch.randn(2, 1, 16, generator=torch.Generator().manual_seed(0))
    cos, sin = rotary_angles(40, 16)
    turned_q, turned_k = (rotate(x.expand(40, 16), cos, sin) for x in (q, k))
    scores = turned_q @ turned_k.T
    torch.testing.assert_close(scores[7, 3], scores[37, 33])
    torch.testing.assert_close(scores[3, 7], scores[33, 37])
    assert (scores[7, 3] - scores[7, 5]).abs() > 1e-2
    torch.testing.assert_close(turned_q.norm(dim=1), q.norm().expand(40))


def test_the_embedding_is_also_the_way_out_and_logits_stay_within_the_cap() -> None:
    net = awake()
    assert sum(p.numel() for p in net.parameters()) == 11 * 32 + 2 * (4 * 32 * 32 + 2 * 32 * 64)
    tokens = torch.arange(11)[None]
    before = net(tokens)
    with torch.no_grad():
        net.embedding.weight[3] *= 100
    assert (net(tokens)[..., 3] - before[..., 3]).abs().min() > 0.1
    assert net(tokens).abs().max() <= 15


def test_parts_start_silent() -> None:
    net = Transformer(vocabulary=11, context=12, **SHAPE)
    table = net.embedding.weight
    logits = norm(norm(table[[4, 2]])) @ table.T
    torch.testing.assert_close(net(torch.tensor([[4, 2]]))[0], 15 * torch.tanh(logits / 15))


def test_a_width_that_does_not_divide_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 16"):
        Transformer(vocabulary=11, context=12, **{**SHAPE, "heads": 3})


@pytest.mark.parametrize("shape", [(3, 24, 24), (1, 64, 16), (1, 16, 64)])
def test_orthogonal_leaves_the_directions_and_brings_their_lengths_near_one(shape: tuple) -> None:
    u, s, vh = torch.linalg.svd(torch.randn(shape, generator=torch.Generator().manual_seed(0)), full_matrices=False)
    lengths = torch.linspace(1.0, 0.05, s.shape[1])
    seen = u.mT @ orthogonal(u @ lengths.diag() @ vh) @ vh.mT  # in the directions of the input
    found = torch.diagonal(seen, dim1=-2, dim2=-1)
    assert found.min() > 0.6
    assert found.max() < 1.3
    assert (seen - torch.diag_embed(found)).abs().max() < 0.05


def test_muon_learns_packed_matrices_each_for_itself() -> None:
    torch.manual_seed(0)
    packed = torch.nn.Parameter(torch.zeros(48, 16))
    packed.grad = torch.cat([torch.randn(16, 16), 1000 * torch.randn(16, 16), 0.001 * torch.randn(16, 16)])
    Muon([{"params": [packed], "parts": 3}], lr=1.0).step()
    assert all(0.5 < part.norm() / 4 < 1.3 for part in packed.detach().chunk(3))


def test_every_weight_has_one_optimizer() -> None:
    options = {**SHAPE, "context": 12, "weight_decay": 0.1}
    state = build(options, vocabulary=11)
    given = [id(p) for o in state.optimizers.values() for group in o.param_groups for p in group["params"]]
    assert sorted(given) == sorted(id(p) for p in state.modules["net"].parameters())
