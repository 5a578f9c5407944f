"""Invertible rescaling: limits that both directions share, integer programs, training, export and evaluation."""
import copy
import json
import math

import pytest
import torch
from PIL import Image

from interpreter import run
from pictures import blurred, drawn
from strata_models.__main__ import main
from strata_models.irn.checkpoint import load_model
from strata_models.irn.evaluate import CROP, Largest, drawn_sets, figures, share_worse, summary
from strata_models.irn.export import write
from strata_models.irn.limits import HIGH_LIMIT, LOW_LIMIT, within
from strata_models.irn.model import COLOURS, SCALE_CLAMP, UNIT, Irn, stored
from strata_models.irn.programs import FACTOR_STEPS, LIMIT, STEPS, affine_program, shift_program
from strata_models.irn.shapes import SHAPES, shape_of
from strata_models.irn.train import HIGH_BOUND, Excess, Objective, decibel, harden
from strata_models.shared.data import is_held_out
from strata_models.shared.distortion import Distortion
from strata_models.shared.program import Blob
from weights import WEIGHTS


def irn(name: str, seed: int = 1) -> Irn:
    torch.manual_seed(seed)
    return Irn(SHAPES[name]).eval()


def wild(name: str) -> Irn:
    """A model whose couplings enlarge whatever they get, as in a run that diverges."""
    model = irn(name)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(30)
    return model


def picture(factor: int, rows: int = 8, columns: int = 12) -> torch.Tensor:
    """Without the sharpest edges, as photographs are."""
    return torch.from_numpy(blurred(drawn(rows * factor, columns * factor, 1), 1.5)).permute(2, 0, 1)[None].float()


@pytest.mark.parametrize("name", SHAPES)
def test_rescaling_comes_back_when_everything_is_kept(name):
    model = irn(name)
    factor = model.factor
    x = picture(factor)
    with torch.no_grad():
        low, z = model(x)
        assert low.shape == (1, 3, 8, 12)
        assert z.numel() + low.numel() == x.numel()
        assert (model.inverse(low, z) - x).abs().max() < 0.01
        assert model.inverse(low, model.zeros(low)).shape == x.shape


@pytest.mark.parametrize("name", SHAPES)
def test_a_model_out_of_hand_stays_finite_in_both_directions(name):
    model = wild(name)
    largest, x = Largest(model), picture(model.factor)
    # A coupling adds one limit at most, and multiplies the high part by e at most.
    couplings = sum(len(level) for level in model.levels)
    reach = (HIGH_LIMIT + LOW_LIMIT) * couplings * math.exp(SCALE_CLAMP * couplings)
    with torch.no_grad():
        low, z = model(x)
        assert largest.take()["low"] > LOW_LIMIT, "the test must exceed a limit to tell anything"
        assert (low / UNIT).abs().max() <= LOW_LIMIT * (couplings + 1)
        assert z.abs().max() <= reach
        restored = model.inverse(stored(low), model.zeros(low))
    assert restored.isfinite().all()
    assert (restored / UNIT).abs().max() <= reach


@pytest.mark.parametrize("name", SHAPES)
def test_what_exceeds_a_limit_comes_back(name):
    model = irn(name)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4)
    largest, x = Largest(model), picture(model.factor) * 6
    with torch.no_grad():
        low, z = model(x)
        assert (model.inverse(low, z) - x).abs().max() < 0.01
    assert largest.take()["low"] > LOW_LIMIT, "the test must exceed a limit to tell anything"


@pytest.mark.parametrize("factor", [2, 4])
def test_limits_leave_photographs_as_they_are(factor):
    model = load_model(WEIGHTS / f"irn{factor}.safetensors", shape_of(factor))
    largest, x = Largest(model), picture(factor, 24, 32)
    with torch.no_grad():
        low, z = model(x)
        assert (model.inverse(low, z) - x).abs().max() < 0.05
    seen = largest.take()
    assert seen["low"] < LOW_LIMIT
    assert seen["high"] < HIGH_LIMIT


def test_the_gradient_passes_a_limit_only_on_the_way_back():
    x = torch.tensor([-3.0, -3.0, 0.5, 3.0, 3.0], requires_grad=True)
    y = within(x, 2.0)
    assert y.tolist() == [-2, -2, 0.5, 2, 2]
    y.backward(torch.tensor([1.0, -1.0, 1.0, 1.0, -1.0]))
    assert x.grad is not None
    assert x.grad.tolist() == [0, -1, 1, 1, 0]


def test_stored_samples_are_those_of_8_bits():
    low = torch.tensor([-7.0, 3.4, 3.6, 300.0], requires_grad=True)
    samples = stored(low)
    assert samples.tolist() == [0, 3, 4, 255]
    samples.sum().backward()
    assert low.grad is not None
    assert low.grad.tolist() == [0, 1, 1, 1], "a step of descent lowers all, but what is below 0 has nothing to gain"


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("reach", [0.2, 2.0], ids=["usual", "beyond the limits"])
def test_the_integer_programs_compute_what_the_floats_do(name, reach):
    model = irn(name) if name.endswith("-fast") else load_model(WEIGHTS / f"{name}.safetensors", SHAPES[name])
    torch.manual_seed(3)
    for couplings in model.levels:
        coupling, blob = couplings[0], Blob()
        channels = coupling.shift.first.in_channels
        programs = shift_program(coupling, blob), affine_program(coupling, blob)
        high, low = torch.randn(1, channels, 12, 16) * reach * HIGH_LIMIT, torch.randn(1, COLOURS, 12, 16) * reach * LOW_LIMIT
        integers = lambda x, name: (x * STEPS[name]).round().clamp(-LIMIT, LIMIT)
        with torch.no_grad():
            shift = coupling.offset_of_low(high)[0]
            logarithm, offset = (part[0] for part in coupling.factor_and_offset(low))
        data = bytes(blob.data)
        found = run(programs[0].program(), data, {"high": integers(high, "high")[0]})["shift"] / STEPS["shift"]
        assert (found - shift).abs().max() < 0.02 * max(reach, 1)
        both = run(programs[1].program(), data, {"low": integers(low, "low")[0]})
        assert (both["offset"] / STEPS["offset"] - offset).abs().max() < 0.02 * max(reach, 1)
        assert (2 * torch.sigmoid(both["factor"] / FACTOR_STEPS) - 1 - logarithm).abs().max() < 0.01 * max(reach, 1)


@pytest.mark.parametrize("factor", [2, 4])
def test_the_fast_shape_costs_a_tenth(factor):
    plain, fast = (Irn(shape_of(factor, is_fast)).macs() for is_fast in (False, True))
    assert 0.08 < fast / plain < 0.11


def test_an_export_of_the_fast_shape_has_all_files(tmp_path):
    model = irn("irn2-fast")
    with torch.no_grad():
        files = write(model, tmp_path)
    assert set(files) == {f"irn2-fast{end}" for end in (".json", ".bin", "-forward.onnx", "-inverse.onnx")}
    assert all((tmp_path / name).stat().st_size > 0 for name in files)
    table = json.loads((tmp_path / "irn2-fast.json").read_text())
    assert table["format"] == 1
    assert files["irn2-fast.bin"]["macsPerPixel"] == round(model.macs())


def test_excess_counts_what_was_there_before_the_limit():
    model = wild("irn2-fast")
    excess, x = Excess(model), picture(2)
    with torch.no_grad():
        model(x)
        assert excess.take() > 0.1
        assert excess.take() == 0
        model.levels[0][0].limit_high(torch.full((4,), HIGH_BOUND + math.e - 1))
    assert float(excess.take()) == pytest.approx(1)


def test_one_lost_crop_weighs_no_more_than_any_other():
    model = irn("irn2-fast").train()
    objective = Objective(model, Distortion(0.0, 1.0))
    crops = torch.cat([picture(2, 24, 24), torch.randint(0, 2, (1, 3, 48, 48)) * 255.0])
    result = objective(crops, torch.tensor([False, False]), torch.tensor(0.3))
    result.loss.backward()
    gradient = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])
    assert gradient.isfinite().all()
    assert result.restored[0] > result.restored[1] + 6
    assert result.thumbnail.shape == result.worse.shape == result.z2.shape == (2,)


def test_the_perceptual_share_changes_the_loss_and_not_the_figures():
    crops, sampled, guide = picture(2, 24, 24), torch.tensor([False]), torch.tensor(0.3)
    model = irn("irn2-fast").train()
    plain, mixed = (Objective(copy.deepcopy(model), Distortion(share, 1.0))(crops, sampled, guide) for share in (0.0, 0.5))
    assert plain.restored == pytest.approx(mixed.restored)
    weights = [torch.autograd.grad(result.loss, [result.loss])[0] for result in (plain, mixed)]
    assert all(weight == 1 for weight in weights)
    assert mixed.loss.requires_grad
    assert Distortion(0.5, 1.0)(crops / 255, crops / 255, torch.tensor([50.0]), False)[0].shape == (1,)


def test_hard_crops_are_samples():
    torch.manual_seed(1)
    crops = torch.rand(64, 3, 16, 16) * 255
    hard = harden(crops)
    changed = (hard != crops).any(3).any(2).any(1)
    assert 2 < int(changed.sum()) < 32
    assert hard.min() >= 0
    assert hard.max() <= 255


def test_decibels_are_those_of_psnr():
    assert float(decibel(torch.tensor(65.025 - 0.05))) == pytest.approx(30)


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photographs")
    for seed in range(8):
        Image.fromarray(drawn(80, 96, seed % 5)).save(folder / f"{seed}.png")
    assert {is_held_out(path) for path in folder.iterdir()} == {False}
    return folder


def train(photographs, out, *more: str) -> None:
    words = ["irn", "train", "--data", str(photographs), "--out", str(out), "--side", "48", "--batch", "4", "--device", "cpu"]
    main([*words, "--fast", *more])


@pytest.mark.parametrize("factor", [2, 4])
def test_a_run_leaves_a_log_and_goes_on_where_it_stopped(factor, photographs, tmp_path):
    train(photographs, tmp_path / "a", "--factor", str(factor), "--steps", "3")
    train(photographs, tmp_path / "b", "--factor", str(factor), "--steps", "2", "--resume", str(tmp_path / "a/last.pt"))
    rows = [[float(field) for field in (tmp_path / out / "log.csv").read_text().split(",")] for out in "ab"]
    assert [row[0] for row in rows] == [3, 5]
    for row in rows:
        assert len(row) == 13
        assert all(map(math.isfinite, row))
        restored, sampled, thumbnail, lines, worse = row[4:9]
        assert min(restored, thumbnail, lines) > 5
        assert sampled >= 0
        assert 0 <= worse <= 1
    before, after = (torch.load(tmp_path / out / "last.pt", weights_only=True) for out in "ab")
    assert after["distortion"]["count"].sum() > before["distortion"]["count"].sum()
    model = load_model(tmp_path / "b/last.pt", shape_of(factor, fast=True))
    with torch.no_grad():
        assert model(picture(factor))[0].isfinite().all()


def test_the_same_seed_gives_the_same_run(photographs, tmp_path):
    for out in "ab":
        train(photographs, tmp_path / out, "--factor", "2", "--steps", "2")
    first, second = (torch.load(tmp_path / out / "last.pt", weights_only=True)["model"] for out in "ab")
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_training_goes_on_from_the_committed_weights(photographs, tmp_path):
    kept = WEIGHTS / "irn2.safetensors"
    words = ["irn", "train", "--data", str(photographs), "--out", str(tmp_path), "--factor", "2", "--steps", "3", "--side", "48",
             "--batch", "2", "--rate", "1e-2", "--device", "cpu", "--resume", str(kept)]
    main(words)
    before, after = load_model(kept, shape_of(2)), load_model(tmp_path / "last.pt", shape_of(2))
    with torch.no_grad():
        lows = [model(picture(2, 24, 32))[0] for model in (before, after)]
    assert 0 < (lows[0] - lows[1]).abs().max() < 8


def test_crops_that_are_worse_than_bicubic_are_counted():
    x = torch.rand(1, 3, 2 * CROP, 2 * CROP) * 255
    x = x.round()
    restored, plain = x.clone(), (x + 3).clamp(0, 255)
    assert share_worse(restored, plain, x) == 0
    restored[:, :, :CROP, :CROP] = 255 - restored[:, :, :CROP, :CROP]
    assert share_worse(restored, plain, x) == 0.25


def test_figures_of_the_committed_weights_are_better_than_bicubic_on_photographs():
    model = load_model(WEIGHTS / "irn2.safetensors", shape_of(2))
    odd = torch.from_numpy(blurred(drawn(97, 129, 2), 1.5)).permute(2, 0, 1)
    found = figures(model, Largest(model), odd, jpeg=True)
    assert found["restored"] > found["bicubic"]
    assert found["thumbnail"] > 30
    assert found["exact"] < 0.05
    assert found["jpeg50"] < found["jpeg100"] < found["restored"]
    assert found["jpeg50_bytes"] < found["png"]


def test_a_summary_has_means_and_largest_values():
    rows = [{"restored": 30.0, "exact": 0.1, "low": 2.0, "high": 5.0}, {"restored": 40.0, "exact": 0.3, "low": 1.0, "high": 7.0}]
    assert summary(rows) == {"restored": 35.0, "exact": 0.3, "low": 2.0, "high": 7.0}


def test_drawn_sets_are_of_one_size_and_not_of_the_same_text():
    sets = drawn_sets(texts=2, each=1)
    assert [len(pictures) for pictures in sets.values()] == [2, 8]
    assert {tuple(p.shape) for pictures in sets.values() for p in pictures} == {(3, 208, 320)}
    assert not torch.equal(sets["text"][0], sets["drawings"][0])


def test_evaluation_measures_photographs_text_and_drawings(photographs, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("strata_models.irn.evaluate.drawn_sets", lambda: drawn_sets(texts=1, each=1))
    state = irn("irn4-fast").state_dict()
    torch.save({"model": state, "average": state, "step": 0}, tmp_path / "last.pt")
    words = ["irn", "evaluate", "--factor", "4", "--fast", "--checkpoint", str(tmp_path / "last.pt"), "--data", str(photographs)]
    main([*words, "--every", "--pictures", "2", "--no-jpeg", "--json", str(tmp_path / "f.json")])
    found = json.loads((tmp_path / "f.json").read_text())
    assert list(found) == ["photographs", "text", "drawings"]
    assert all({"restored", "thumbnail", "worse", "exact", "low", "high"} <= set(row) for row in found.values())
    assert "text, 1 pictures" in capsys.readouterr().out
