"""Tests of the models. Where torch is not installed, only the tests that need none are collected."""
import importlib.util
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two threads on a busy machine are many times slower than one

NEED_NO_TORCH = {"conftest.py", "test_entropy_tables.py"}

if importlib.util.find_spec("torch") is None:
    collect_ignore = [name for name in sorted(os.listdir(os.path.dirname(__file__))) if name not in NEED_NO_TORCH]
else:
    import torch

    torch.set_num_threads(1)
