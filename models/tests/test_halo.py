"""Synthesis of a strip looks at `halo_rows` rows of pixels above and below it, and not at one latent more or less."""
import pytest
import torch

from strata_models.compass.codec import LATENTS, PATCH
from strata_models.compass.export import halo_rows
from weights import KINDS, layer_of, table

ROWS, COLUMNS = 14, 5  # latents
AT = 6  # the strip under test: one row of latents


def synthesised(kind: str, latents: torch.Tensor, prediction: torch.Tensor) -> torch.Tensor:
    layer = layer_of(kind)
    with torch.no_grad():
        return layer.synthesis(latents, prediction if layer.conditional else None)[:, :, AT * PATCH : (AT + 1) * PATCH]


@pytest.mark.parametrize("kind", KINDS)
def test_only_latents_within_the_halo_change_a_strip(kind):
    torch.manual_seed(1)
    latents = torch.randn(1, LATENTS, ROWS, COLUMNS)
    prediction = torch.rand(1, 3, ROWS * PATCH, COLUMNS * PATCH)
    whole = synthesised(kind, latents, prediction)
    halo = halo_rows(layer_of(kind)) // PATCH
    assert halo * PATCH == halo_rows(layer_of(kind)), "a halo is whole latents"
    for row in range(ROWS):
        moved, below = latents.clone(), prediction.clone()
        moved[:, :, row] += 1
        below[:, :, row * PATCH : (row + 1) * PATCH] += 0.1
        changed = not torch.equal(synthesised(kind, moved, below), whole)
        assert changed == (abs(row - AT) <= halo), f"row {row} of latents"


@pytest.mark.parametrize("kind", KINDS)
def test_the_exported_table_has_the_same_halo(kind):
    assert table("decoder")[kind]["haloRows"] == halo_rows(layer_of(kind))
    assert table("manifest")["haloRows"] == max(halo_rows(layer_of(each)) for each in KINDS)
