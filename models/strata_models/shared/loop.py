"""The frame of a training run: cosine schedule over its budget, clipped SOAP steps, averaged weights, log, checkpoints."""
import copy
import math
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from .soap import Soap

WARM_UP_STEPS = 50
FINAL_RATE = 0.02
SAVE_SECONDS = 90
LOG_STEPS = 100
SPIKE = 3.0  # times the usual norm of the gradient
USUAL_DECAY = 0.98
SPIKE_GROWTH = 1.005  # of what counts as usual, with each spike


@dataclass(frozen=True)
class Schedule:
    """A budget in `minutes` or `steps`. The rate follows the share that is spent, so a run ends annealed on any machine."""

    rate: float
    minutes: float | None = None
    steps: int | None = None

    def share(self, steps: int, seconds: float) -> float:
        if self.steps is not None:
            return steps / self.steps
        if self.minutes is not None:
            return seconds / 60 / self.minutes
        raise ValueError("a schedule needs a budget: minutes or steps")

    def rate_at(self, steps: int, share: float) -> float:
        warm = min(1.0, (steps + 1) / WARM_UP_STEPS)
        return self.rate * warm * (FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + math.cos(math.pi * share)))


class Loop:
    """Iterating over it yields the share of the budget that is spent; the body calls `learn` once in each round.

    `groups`: parameter groups of Soap, each with `factor`, its share of the learning rate. `state`: a dict that an earlier
    `save` wrote, or only {"model", "average", "step"}, with which the optimizer starts afresh. `average`: decay of the
    averaged weights. `more`: entries that `save` adds.
    """

    def __init__(self, model: nn.Module, groups: list[dict], schedule: Schedule, out: Path, state: dict | None = None,
                 clip: float = 20.0, average: float = 0.999, device: str = "cpu",
                 more: dict | None = None):
        out.mkdir(parents=True, exist_ok=True)
        if state:
            model.load_state_dict(state["model"])
        self.model = model.to(device).to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.model)
        if state:
            self.average.load_state_dict(state["average"])
        # A decomposition on a GPU consists of many small kernels, so it is done more rarely there.
        self.optimizer = Soap(groups, lr=schedule.rate, refresh=10 if device == "cpu" else 20)
        if state and "optimizer" in state:
            self.optimizer.load_state_dict(state["optimizer"])
        self.step = self.first = state["step"] if state else 0
        self.schedule, self.out, self.clip, self.decay, self.more = schedule, out, clip, average, more or {}
        self.recent: list[torch.Tensor] = []
        self.log = (out / "log.csv").open("a")
        self.rate = 0.0
        self.usual = 0.0  # norm of the gradient

    def __iter__(self):
        self.start = self.saved = time.time()
        done = lambda: self.schedule.share(self.step - self.first, time.time() - self.start)
        while (share := done()) < 1:
            self.rate = self.schedule.rate_at(self.step - self.first, share)
            for group in self.optimizer.param_groups:
                group["lr"] = self.rate * group["factor"]
            yield share
            if time.time() - self.saved > SAVE_SECONDS:
                self.save()
        if self.recent:
            self._write_row()
        self.save()
        print(f"{self.step - self.first} steps in {(time.time() - self.start) / 60:.2f} minutes", flush=True)

    def learn(self, loss: torch.Tensor, figures: torch.Tensor) -> None:
        """One step down `loss`; `figures` [n] go into the log as means over LOG_STEPS steps, or what is left at the end."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)
        if self._is_usual(float(norm)):
            self.optimizer.step()
        self.step += 1
        taken = self.step - self.first
        with torch.no_grad():
            weight = 1 - min(self.decay, taken / (taken + 9))
            torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), weight)
        self.recent.append(torch.cat([loss.detach()[None], figures.detach().float(), norm[None]]))
        if self.step % LOG_STEPS == 0:
            self._write_row()

    def _write_row(self) -> None:
        """Writes the means since the last row into the log: step, minutes, learning rate, loss, figures, norm."""
        means = torch.stack(self.recent).mean(0).tolist()
        fields = [f"{self.step}", f"{(time.time() - self.start) / 60:.2f}", f"{self.rate:.5f}", *(f"{m:.4f}" for m in means)]
        print(",".join(fields), flush=True)
        self.log.write(",".join(fields) + "\n")
        self.log.flush()
        self.recent = []

    def _is_usual(self, norm: float) -> bool:
        """Whether to use a gradient of this norm. A spike points anywhere even when it is clipped, and stays in the optimizer's
        averages, from where a run may diverge. Norms that stay larger become usual in time."""
        if not math.isfinite(norm):
            return False
        is_usual = self.usual == 0 or norm <= SPIKE * self.usual
        if self.usual == 0:
            self.usual = norm
        elif is_usual:
            self.usual = USUAL_DECAY * self.usual + (1 - USUAL_DECAY) * norm
        else:
            self.usual *= SPIKE_GROWTH
        return is_usual

    def save(self) -> None:
        """Writes last.pt under another name and renames it, so that a killed run never leaves half a checkpoint."""
        state = {"model": self.model.state_dict(), "average": self.average.state_dict(),
                 "optimizer": self.optimizer.state_dict(), "step": self.step, **self.more}
        path = self.out / "last.tmp"
        torch.save(state, path)
        path.replace(self.out / "last.pt")
        self.saved = time.time()
