"""Three steps of training on drawn pictures: what is left is a log and a checkpoint from which a run goes on."""
from pathlib import Path

import pytest
import torch
from PIL import Image

from pictures import drawn
from strata_models.__main__ import main
from strata_models.compass.checkpoint import load_codec
from strata_models.shared.data import is_held_out
from strata_models.shared.loop import FINAL_RATE, WARM_UP_STEPS, Loop, Schedule
from strata_models.shared.soap import Soap


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    names = [name for name in (f"{i}.png" for i in range(9)) if not is_held_out(Path(name))][:3]
    for seed, name in enumerate(names):
        Image.fromarray(drawn(300, 320, seed)).save(folder / name)
    return folder


def rows_of(run: Path) -> list[list[float]]:
    return [[float(field) for field in line.split(",")] for line in (run / "log.csv").read_text().splitlines()]


def train(pictures: Path, run: Path, steps: int, *more: str) -> None:
    words = ["compass", "train", "--data", str(pictures), "--out", str(run), "--steps", str(steps)]
    main([*words, "--batch", "1", "--device", "cpu", *more])


@pytest.fixture(scope="module")
def trained(pictures, tmp_path_factory) -> Path:
    run = tmp_path_factory.mktemp("run")
    train(pictures, run, 3)
    return run


def test_a_run_leaves_a_row_of_its_log(trained):
    (row,) = rows_of(trained)
    step, minutes, rate, loss, base_cost, top_cost, base_mse, top_mse, base_score, top_score, norm = row
    assert step == 3
    assert minutes >= 0
    assert 0 < rate < 3e-3
    assert min(loss, base_cost, top_cost, base_mse, top_mse, norm) > 0
    assert max(base_score, top_score) < 100


def test_a_run_leaves_a_checkpoint_that_loads(trained):
    codec = load_codec(trained / "last.pt")
    with torch.no_grad():
        picture = torch.rand(1, 3, 48, 64)
        outputs = codec([picture[:, :, ::2, ::2], picture], [torch.tensor([50.0])] * 2)
    assert [tuple(output.picture.shape) for output in outputs] == [(1, 3, 24, 32), (1, 3, 48, 64)]
    assert all(output.picture.isfinite().all() and output.bits > 0 for output in outputs)


def test_a_run_goes_on_where_it_stopped(trained, pictures, tmp_path):
    train(pictures, tmp_path, 2, "--resume", str(trained / "last.pt"))
    before, after = (torch.load(run / "last.pt", weights_only=True) for run in (trained, tmp_path))
    assert (before["step"], after["step"]) == (3, 5)
    assert [row[0] for row in rows_of(tmp_path)] == [5]
    assert after["optimizer"]["state"].keys() == before["optimizer"]["state"].keys()
    # The calibration of the distortion goes on as well: it has seen more layers than a run of two steps shows.
    assert after["distortion"]["count"].sum() > before["distortion"]["count"].sum()
    assert not torch.equal(after["model"]["base.patch_in.weight"], before["model"]["base.patch_in.weight"])


def test_a_schedule_warms_up_and_ends_at_a_fraction_of_its_rate():
    schedule = Schedule(1e-3, steps=1000)
    assert schedule.share(250, 0) == 0.25
    assert schedule.rate_at(0, 0) == pytest.approx(1e-3 / WARM_UP_STEPS)
    assert schedule.rate_at(500, 0.5) == pytest.approx(1e-3 * (FINAL_RATE + (1 - FINAL_RATE) / 2))
    assert schedule.rate_at(1000, 1.0) == pytest.approx(1e-3 * FINAL_RATE)
    assert Schedule(1e-3, minutes=2).share(7, 60) == 0.5
    with pytest.raises(ValueError, match="minutes or steps"):
        Schedule(1e-3).share(1, 1)


def test_a_gradient_out_of_hand_is_left_out(tmp_path):
    model = torch.nn.Conv2d(1, 1, 1)
    loop = Loop(model, [{"params": list(model.parameters()), "factor": 1.0}], Schedule(1e-2, steps=40), tmp_path)
    largest = 0.0
    for step, _ in enumerate(loop):
        before = model.weight.detach().clone()
        spike = step == 30
        loss = (model(torch.ones(1, 1, 2, 2)) - 3).square().mean() * (1e4 if spike else 1.0)
        loop.learn(loss, torch.zeros(1))
        if spike:
            assert torch.equal(model.weight, before)
        elif step > 1:
            largest = max(largest, float((model.weight.detach() - before).abs()))
    assert largest > 0


def test_soap_finds_the_minimum_of_a_rotated_valley():
    torch.manual_seed(1)
    basis = torch.linalg.qr(torch.randn(6, 6))[0]
    hessian = basis @ torch.diag(torch.logspace(0, 2, 6)) @ basis.T
    target, weight = torch.randn(4, 6), torch.nn.Parameter(torch.zeros(4, 6))
    optimizer = Soap([weight], lr=0.05)
    error = lambda: ((weight - target) @ hessian * (weight - target)).sum()
    start = error().item()
    for _ in range(300):
        optimizer.zero_grad()
        error().backward()
        optimizer.step()
    assert error().item() < 1e-2 * start
