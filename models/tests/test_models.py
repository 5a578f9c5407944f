"""What the other three models rest on: invertibility, orthonormal transforms, and a JPEG like Pillow's."""
import io

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from pictures import drawn
from strata_models.compass.liff import PHASE_STEPS, Liff, make_axis
from strata_models.hyperthumbnail.jpeg import dct_matrix, from_coefficients, quantize, to_coefficients, zigzag
from strata_models.irn.model import haar, inverse_haar
from strata_models.placeholder.checkpoint import load_decoder
from strata_models.placeholder.model import BITS, STEPS, encode, search, successive
from strata_models.placeholder.transform import LAPPED, backward, forward
from weights import WEIGHTS


def test_haar_is_undone_exactly():
    x = torch.randint(0, 256, (2, 3, 8, 12)).float()
    assert torch.equal(inverse_haar(haar(x)), x)
    assert torch.equal(haar(x)[:, :3], F.avg_pool2d(x, 2))


def test_coefficients_are_orthonormal_and_come_back():
    dct = dct_matrix()
    assert torch.allclose(dct @ dct.T, torch.eye(64), atol=1e-5)
    x = torch.rand(1, 3, 16, 24) * 255 - 128
    # JFIF's two matrices are rounded: they undo each other to some thousandths.
    assert (from_coefficients(to_coefficients(x, dct), dct) - x).abs().max() < 0.01


def test_zigzag_visits_every_coefficient_along_diagonals():
    order = zigzag()
    assert sorted(order) == list(range(64))
    assert order[:10] == [0, 1, 8, 16, 9, 2, 3, 10, 17, 24]  # T.81 figure A.6


def test_the_differentiable_jpeg_decodes_like_pillow():
    picture = drawn(32, 48, 1)
    table = np.full(64, 32)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", qtables=[table.tolist()] * 2, subsampling=0)
    expected = np.array(Image.open(buffer).convert("RGB")).astype(float)
    x, dct = torch.from_numpy(picture).permute(2, 0, 1)[None].float() - 128, dct_matrix()
    _, dequantized = quantize(to_coefficients(x, dct), torch.from_numpy(table).float().expand(1, 2, 64))
    found = (from_coefficients(dequantized, dct) + 128).clamp(0, 255)[0].permute(1, 2, 0).numpy()
    assert np.abs(found - expected).mean() < 1.5
    assert np.abs(found - picture).mean() > 4.0, "the steps must be coarse enough to tell anything"


def test_the_lapped_transform_is_orthonormal():
    assert torch.allclose(LAPPED @ LAPPED.T, torch.eye(32), atol=1e-5)
    pixels = torch.rand(2, 3, 32, 32) - 0.5
    coefficients = forward(pixels)
    assert coefficients.square().sum() == pytest.approx(float(pixels.square().sum()), rel=1e-4)
    assert torch.allclose(backward(coefficients), pixels, atol=1e-5)


def test_flipping_bits_lowers_the_error_until_no_single_flip_does():
    torch.manual_seed(1)
    residual, gate, book = torch.randn(3, 640), torch.rand(3, 640) * 2, torch.randn(BITS, 640) / 8
    error = lambda bits: (residual - gate * (bits @ book)).square().sum(1)
    start = successive(residual, gate, book)
    found = search(residual, gate, book, start, 400)
    assert (error(found) <= error(start)).all()
    for bit in range(0, BITS, 7):
        flipped = found.clone()
        flipped[:, bit] *= -1
        assert (error(flipped) >= error(found) - 1e-3).all()


def test_each_step_of_the_placeholder_is_closer_to_the_picture():
    decoder = load_decoder(WEIGHTS / "placeholder.safetensors")
    picture = torch.from_numpy(drawn(32, 32, 1)).permute(2, 0, 1)[None]
    target = decoder.coefficients(picture)
    with torch.no_grad():
        shown = [float((decoder.pixels(y) - picture).square().mean()) for y in encode(decoder, target, 160)]
    assert len(shown) == STEPS
    assert shown == sorted(shown, reverse=True)
    assert shown[-1] < 0.5 * shown[0]


@pytest.mark.parametrize(("source", "target"), [(12, 24), (12, 18), (10, 30), (9, 15)])
def test_periodic_prediction_is_the_general_one(source, target):
    """A rational factor is computed as one strided convolution; gathering patches must give the same."""
    torch.manual_seed(1)
    model, axis = Liff(), make_axis(source, target)
    assert axis.period is not None
    features = F.pad(torch.randn(1, 8, source, source), (1, 1, 1, 1), mode="replicate")
    bank = torch.randn(len(axis.offsets), len(axis.offsets), 3, 8, 3, 3)
    periodic, general = (way(features, bank, axis, axis) for way in (model._periodic, model._general))
    assert torch.allclose(periodic, general, atol=1e-4)


def test_phases_of_other_factors_are_sixteenths():
    axis = make_axis(213, 427)
    assert axis.period is None
    assert len(axis.offsets) == PHASE_STEPS
    for i in range(axis.target):
        position = (i + 0.5) * 213 / 427 - 0.5
        assert abs(axis.nearest[i] + axis.offsets[axis.phase[i]] - position) <= 0.5 / PHASE_STEPS + 1e-9 or i in (0, 426)
