"""Integer convolutions: the bound that makes fp32 exact, and that training computes what the integers compute."""
import pytest
import torch
import torch.nn.functional as F

from strata_models.shared.integer import EXACT, GRID, WEIGHT_LIMIT, FloorClip, IntegerConv, integer_relu
from weights import KINDS, layer_of


def integer_convs(kind: str) -> dict[str, IntegerConv]:
    return {name: m for name, m in layer_of(kind).entropy.named_modules() if isinstance(m, IntegerConv)}


@pytest.mark.parametrize("kind", KINDS)
def test_every_sum_of_the_committed_checkpoint_is_exact_in_fp32(kind):
    convs = integer_convs(kind)
    assert len(convs) >= 20
    for name, conv in convs.items():
        weight, bias, shift = conv.quantized()
        assert torch.equal(weight, weight.round()), name
        assert weight.abs().max() <= WEIGHT_LIMIT, name
        # Per output channel: the largest sum that any input within the limits can reach, with the half that rounds.
        reach = (weight.abs() * conv.input_limit.double()).sum((1, 2, 3)) + bias.abs() + 2.0 ** (shift - 1)
        assert reach.max() < EXACT, name
        assert conv.check() == pytest.approx(float(reach.max())), name


def test_a_convolution_that_could_overflow_is_refused():
    conv = integer_relu(4096, 1, 3)
    with torch.no_grad():
        conv.weight.fill_(1.0)
        conv.bias.fill_(1e6)
    with pytest.raises(AssertionError, match="does not hold exactly"):
        conv.check()


@pytest.mark.parametrize("groups", [1, 6])
def test_what_trains_in_floats_is_the_integer_arithmetic(groups):
    torch.manual_seed(1)
    conv = IntegerConv(6, 6, 3, GRID, 255.0, 16.0, -500.0, 500.0, groups).double()
    x = torch.randint(0, 256, (2, 6, 9, 7)).double()
    weight, bias, shift = conv.quantized()
    sums = F.conv2d(x, weight, bias, padding=1, groups=groups).long()
    half = 2 ** (shift.long() - 1)
    expected = (sums + half.view(1, -1, 1, 1)) >> shift.long().view(1, -1, 1, 1)
    with torch.no_grad():
        found = conv(x / GRID) * 16
    assert torch.equal(found, expected.clamp(-500, 500).double())


def test_the_gradient_passes_inside_the_range_and_where_it_leads_back():
    x = torch.tensor([-2.0, -2.0, 0.3, 2.0, 2.0], requires_grad=True)
    one = torch.tensor(1.0)
    FloorClip.apply(x, one, -one, one).backward(torch.tensor([1.0, -1.0, 1.0, -1.0, 1.0]))
    # A step of descent goes against the gradient: it leads back from below where the gradient is negative.
    assert x.grad is not None
    assert x.grad.tolist() == [0.0, -1.0, 1.0, 0.0, 1.0]
