"""The exported integer programs against the PyTorch models of the same weights, on random inputs."""
import numpy as np
import onnxruntime
import pytest
import torch
import torch.nn.functional as F

from interpreter import run
from strata_models.compass.codec import LATENTS, PATCH
from strata_models.compass.entropy_net import PASSES
from strata_models.compass.graphs import of_program
from strata_models.compass.programs import FEATURE_STEPS, LATENT_LIMIT, LATENT_STEPS, SAMPLES
from strata_models.hyperthumbnail import checkpoint as hyperthumbnail
from strata_models.hyperthumbnail.jpeg import zigzag
from strata_models.hyperthumbnail.model import Settings
from strata_models.shared.data import resize
from strata_models.shared.drawn import drawn_picture
from strata_models.shared.integer import GRID
from strata_models.shared.program import Blob, interleaved
from strata_models.shared.resample import bicubic
from weights import KINDS, WEIGHTS, blob, codec, layer_of, table

ROWS, COLUMNS = 3, 4  # hyper-latents
ORDER = interleaved(3, 2)


def integers(shape: tuple[int, ...], low: int, high: int) -> torch.Tensor:
    return torch.randint(low, high + 1, shape).double()


def program_of(name: str) -> dict:
    return table("decoder")["networks"][name]


def compass(name: str, inputs: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return run(program_of(name), blob("decoder"), inputs)


@pytest.mark.parametrize("kind", KINDS)
def test_hyper_synthesis_is_exact(kind):
    torch.manual_seed(1)
    layer = layer_of(kind)
    net = layer.entropy.double()
    side = integers((layer.side_out.out_channels, ROWS, COLUMNS), -255, 255)
    planes = integers((2 if layer.conditional else 1,), 0, 255)
    context = integers((2 * LATENTS, 4 * ROWS, 4 * COLUMNS), 0, 255)
    expected = net.hidden_features(side[None], planes[None], context[None] if layer.conditional else None)[0] * GRID
    inputs = {"side": torch.cat([side, planes[:, None, None].expand(-1, ROWS, COLUMNS)]), "context": context}
    assert torch.equal(compass(f"{kind}-hyper", inputs)["hidden"], expected)
    assert expected.unique().numel() > 20, "inputs that saturate everything would prove nothing"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("index", range(len(PASSES)))
def test_coding_passes_are_exact(kind, index):
    torch.manual_seed(index)
    net = layer_of(kind).entropy.double()
    part, grid = net.passes[index], (2 * ROWS, 2 * COLUMNS)
    inputs = {"hidden": integers((net.hidden, *grid), 0, 255)}
    seen = [inputs["hidden"]]
    if index == 4:
        inputs["carried"] = integers((PASSES[3].hidden, *grid), 0, 255)
        seen.append(inputs["carried"])
    features = None
    if part.spread is not None:
        inputs["magnitudes"] = integers((part.spread.weight.shape[0], *grid), 0, 255)
        features = part.features(inputs["magnitudes"][None])
    values = [integers((part.count, *grid), -255, 255) for _ in part.linear]
    inputs |= {f"values{k}": v for k, v in enumerate(values)}
    stacked = torch.cat(seen)[None] / GRID
    stacked = stacked if features is None else torch.cat([stacked, features], 1)
    means, indexes = part(stacked, [v[None] for v in values])
    found = compass(f"{kind}-pass{index}", inputs)
    assert torch.equal(found["means"], means[0] * 16)
    assert torch.equal(found["indexes"], indexes[0])
    if index == 3:
        assert features is not None
        assert torch.equal(found["features"], features[0] * GRID)


@pytest.mark.parametrize("name", [f"{kind}-{part}" for kind in KINDS for part in ("hyper", "pass2", "pass4")])
def test_onnxruntime_computes_the_same_integers(name):
    torch.manual_seed(2)
    program = program_of(name)
    parameters = Blob()
    parameters.data += blob("decoder")
    graph = of_program(program, parameters, name).model().SerializeToString()
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    inputs = {
        key: integers((shape["channels"], 64 // shape["stride"], 96 // shape["stride"]), 0, 200)
        for key, shape in program["inputs"].items()
    }
    found = session.run(None, {key: value[None].float().numpy() for key, value in inputs.items()})
    expected = run(program, blob("decoder"), inputs)
    for key, value in zip(program["outputs"], found, strict=True):
        assert np.array_equal(value[0], expected[key].numpy()), key


def cells(picture: torch.Tensor) -> torch.Tensor:
    """[1, 3, H, W] -> [12, H/2, W/2], channels (position, colour)."""
    return F.pixel_unshuffle(picture, 2)[0, ORDER]


@pytest.mark.parametrize("quality", [20.0, 90.0])
def test_synthesis_stays_within_one_step_of_8_bits(quality, monkeypatch):
    """Real latents: two layers of a drawn picture, decoded by PyTorch; the programs get the same latents."""
    picture = drawn_picture(96, 128)
    layers = [resize(picture, 48, 64), picture]
    seen: dict[str, tuple[torch.Tensor, torch.Tensor | None]] = {}
    model = codec().float()
    for kind in KINDS:
        layer = layer_of(kind)

        def record(latents, prediction, unused=None, kind=kind, plain=layer.synthesis):
            seen[kind] = (latents, prediction)
            return plain(latents, prediction, unused)

        monkeypatch.setattr(layer, "synthesis", record)
    with torch.no_grad():
        outputs = model(layers, [torch.tensor([quality])] * 2)
    for kind, output in zip(KINDS, outputs, strict=True):
        latents, prediction = seen[kind]
        inputs = {"latents": (latents[0] * LATENT_STEPS).round().clamp(-LATENT_LIMIT, LATENT_LIMIT)}
        if prediction is not None:
            inputs["prediction"] = (cells(prediction) * SAMPLES).round()
        found = compass(f"{kind}-synthesis", inputs)["picture"] / SAMPLES
        expected = cells(output.picture.clamp(0, 1))
        assert found.shape == expected.shape == (12, expected.shape[1], expected.shape[2])
        assert (found - expected).abs().max() * 255 < 1, kind
        assert (found - expected).abs().mean() * 255 < 0.1, kind
        assert latents.shape[2] * PATCH == output.picture.shape[2]


def test_features_of_liff_are_near_the_float_ones():
    picture = drawn_picture(32, 48)
    with torch.no_grad():
        expected = codec().liff.extract(picture)[0]
    found = compass("features", {"picture": ((cells(picture) - 0.5) * SAMPLES).round()})["features"] / FEATURE_STEPS
    assert (found - expected).abs().max() < 0.02 * expected.abs().max() + 1 / FEATURE_STEPS


@pytest.mark.parametrize("factor", [2, 4])
def test_hyperthumbnail_decoder_is_near_the_float_one(factor):
    name = "hyperthumbnail" if factor == 2 else "hyperthumbnail4"
    model, exported = hyperthumbnail.load_model(WEIGHTS / f"{name}.safetensors"), table(name)
    settings = Settings(quality=torch.tensor([80.0]), strength=torch.tensor([30.0]))
    with torch.no_grad():
        picture = drawn_picture(24 * factor, 32 * factor) * 255 - 128
        low, coefficients, _ = model.embed(picture, settings)
        low, coefficients = low.round(), coefficients.round()
        upscaled = bicubic(low, picture.shape[2], picture.shape[3])
        gain = model.decoder.gain(settings.quality).exp()
        residual = model.decoder(coefficients, low, settings) - upscaled
    steps = exported["steps"]
    planes = torch.tensor([80.0, 30.0])[:, None, None] - 50
    grid = lambda stride: planes.expand(-1, picture.shape[2] // stride, picture.shape[3] // stride)
    inputs = {
        "coefficients": coefficients[0][:, zigzag()].flatten(0, 1),
        "low": (cells(low) * steps["low"]).round(),
        f"settings{2 * factor}": grid(2 * factor),
        f"settings{8 * factor}": grid(8 * factor),
    }
    found = run(exported["decoder"]["program"], blob(name), inputs)["residual"] / steps["residual"] * gain
    expected = F.pixel_unshuffle(residual, 2 * factor)[0, interleaved(3, 2 * factor)]
    assert expected.abs().max() > 5
    assert (found - expected).abs().max() < 1
