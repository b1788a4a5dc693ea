"""Icons measured: with a real tiny package, and the networks that are rebuilt in PyTorch."""

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import torch

from desktop_app import bench_icons
from desktop_app.cli import asking
from desktop_app.engine.errors import StudioError
from export.eager_icons import decoder_of, flow_of
from export.errors import ExportError
from export.icon_flow import VelocityNet
from export.icon_graphs import DecoderGraph
from export.icons import Decoder
from tests.tiny_icons import tiny_icons

RING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><circle cx="12" cy="12" r="9"/></svg>'


class NoRival:
    absence, hello = "PyTorch is not installed here", {}

    def turn(self, seconds: float, word: str) -> list[float]:
        assert word in ("flow", "decoder", "both")
        return []


def test_every_figure_has_a_line(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SHEETS": 3, "PART": 4, "TRACED": 3, "DRAWN": 192}.items():
        monkeypatch.setattr(bench_icons, name, value)
    (tmp_path / "ring.svg").write_text(RING)
    (tmp_path / "broken.svg").write_text("<svg")
    package = tiny_icons(models)
    with asking.engine("cpu", 1) as jobs:
        device = asking.describe_device(jobs)
        rival_of = lambda *_: nullcontext(NoRival())  # noqa: E731
        rows = list(bench_icons.rows(jobs, package, device, rival_of=rival_of, rounds=1, turn_s=0.05, folder=tmp_path))
    assert [row.met is None for row in rows] == [True, False, True, True, True, False, False]
    assert all(row.reached for row in rows)
    real = rows[-1].figures["ours"]
    assert real["overlaps"][0] > 0.98
    assert len(real["sizes"]) == 1  # the broken one is passed over


def test_a_folder_without_icons_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="holds no SVG file"):
        next(bench_icons._real(tmp_path))


@torch.inference_mode()
def test_networks_are_rebuilt_from_their_weights() -> None:
    torch.manual_seed(1)
    decoder = DecoderGraph(Decoder(widths=(4, 8, 8), blocks=(1, 2, 1), cell=3), torch.rand(48), torch.rand(48) + 0.5)
    again = decoder_of({name: value.clone() for name, value in decoder.state_dict().items()})
    w = torch.randn(2, 48)
    assert torch.equal(again(w), decoder(w))

    flow = VelocityNet(size=48, width=16, hidden=24, blocks=2, condition=8, words=5, styles=2, sources=3)
    for value in flow.parameters():
        value.copy_(torch.randn_like(value))
    weights = {name: value.clone() for name, value in flow.state_dict().items()}
    told = (torch.tensor([[1, 5], [0, 0]]), torch.tensor([2, 0]), torch.tensor([0, 3]))
    asked = (torch.randn(2, 48), torch.rand(2), *told)
    assert torch.equal(flow_of(weights)(*asked), flow(*asked))
    del weights["mix.weight"], weights["blocks.0.first.bias"]
    with pytest.raises((ExportError, KeyError)):
        flow_of(weights)


def test_overlap() -> None:
    one, two = np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.uint8)
    one[:2], two[1:3] = 255, 255
    assert bench_icons._overlap(one, two) == pytest.approx(4 / 12)
