"""Checkpoints: the committed fp16 file, and a training run's last.pt."""
import pytest
import torch

from strata_models.compass.checkpoint import load_codec, load_distortion, save_half
from strata_models.compass.codec import Codec
from strata_models.shared.distortion import Distortion
from strata_models.shared.manifest import enter
from strata_models.shared.weights import read_run, write_half
from weights import WEIGHTS, codec


def test_a_checkpoint_comes_back_as_fp16_holds_it(tmp_path):
    torch.manual_seed(1)
    model = Codec()
    distortion = Distortion(0.85, 1.0)
    distortion.squared.fill_(48)
    distortion.seen.fill_(2)
    distortion.count.fill_(7)
    state = model.state_dict()
    torch.save({"model": state, "average": state, "step": 3, "distortion": distortion.state_dict()}, tmp_path / "last.pt")
    kept = save_half(tmp_path / "last.pt", tmp_path / "model.safetensors")
    for name, value in model.state_dict().items():
        assert torch.equal(kept.state_dict()[name], value.half().float()), name
    assert load_distortion(tmp_path / "model.safetensors").factors().unique().tolist() == [24.0]
    again = save_half(tmp_path / "model.safetensors", tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == (tmp_path / "model.safetensors").read_bytes()
    assert not again.training


def test_the_committed_checkpoint_survives_a_round_trip(tmp_path):
    write_half(codec().float(), tmp_path / "compass.safetensors")
    committed = load_codec(WEIGHTS / "compass.safetensors").state_dict()
    for name, value in load_codec(tmp_path / "compass.safetensors").state_dict().items():
        assert torch.equal(value, committed[name]), name


def test_a_run_goes_on_from_a_committed_checkpoint_without_its_optimizer():
    run = read_run(WEIGHTS / "compass.safetensors")
    assert set(run) == {"model", "average", "step", "distortion"}
    assert run["step"] == 0
    assert {value.dtype for value in run["model"].values()} == {torch.float32}


def test_a_run_is_loaded_by_its_averaged_weights(tmp_path):
    model, average = Codec(), Codec()
    torch.save({"model": model.state_dict(), "average": average.state_dict(), "ablation": "liff"}, tmp_path / "last.pt")
    found = load_codec(tmp_path / "last.pt")
    assert found.ablation == "liff"
    assert torch.equal(found.base.patch_in.weight, average.base.patch_in.weight)
    assert not torch.equal(found.base.patch_in.weight, model.base.patch_in.weight)


def test_a_checkpoint_of_another_model_is_refused():
    with pytest.raises(RuntimeError, match="Missing key"):
        load_codec(WEIGHTS / "irn2.safetensors")


def test_the_manifest_gets_hash_and_size_and_keeps_other_entries(tmp_path):
    (tmp_path / "manifest.json").write_text('{"modelSet": "abc", "files": {"z.bin": {"role": "edge"}}}')
    (tmp_path / "a.bin").write_bytes(b"abc")
    enter(tmp_path, {"a.bin": {"role": "client"}})
    text = (tmp_path / "manifest.json").read_text()
    sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B.1
    for part in ('"modelSet": "abc"', f'"sha256": "{sha}"', '"bytes": 3', '"role": "client"', '"role": "edge"'):
        assert part in text
    assert text.index("a.bin") < text.index("z.bin")
