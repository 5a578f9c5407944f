"""SOAP: Adam in the eigenbasis of Shampoo's preconditioner (Vyas et al., 2024, arXiv:2409.11321)."""
import torch


class Soap(torch.optim.Optimizer):
    """A group with `plain=True` gets Adam without a basis. In tables of scalars that all move together (gains, scales,
    offsets) the basis would turn the common move into one coordinate, whose step is smaller by the root of their number."""

    def __init__(self, params, lr=4e-3, betas=(0.9, 0.99), basis_beta=0.95, refresh=10, largest=800, eps=1e-8):
        defaults = {"lr": lr, "betas": betas, "basis_beta": basis_beta, "refresh": refresh, "largest": largest, "eps": eps}
        super().__init__(params, defaults | {"plain": False})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]  # no closure: a step never evaluates the loss again
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self._update(p, group)

    def _update(self, p, group):
        grad = p.grad.float().reshape(p.shape[0], -1) if p.dim() > 1 else p.grad.float()[None]
        state = self.state[p]
        if not state:
            state["step"] = 0
            state["first"], state["second"] = torch.zeros_like(grad), torch.zeros_like(grad)
            sides = [n if 1 < n <= group["largest"] and p.dim() > 1 and not group["plain"] else 0 for n in grad.shape]
            for name, size in zip(("left", "right"), sides):
                if size:
                    state[name] = torch.zeros(size, size, device=grad.device)
            self._accumulate(state, grad, 0.0)
            self._basis(state, None)
            state["step"] = 1
            return  # the first gradient only sets the basis
        beta1, beta2 = group["betas"]
        state["first"].lerp_(grad, 1 - beta1)
        rotated = self._rotate(state, grad)
        state["second"].mul_(beta2).addcmul_(rotated, rotated, value=1 - beta2)
        step = state["step"]
        denominator = (state["second"] / (1 - beta2**step)).sqrt_().add_(group["eps"])
        update = self._rotate(state, state["first"] / (1 - beta1**step)) / denominator
        p.add_(self._rotate(state, update, back=True).reshape(p.shape), alpha=-group["lr"])
        self._accumulate(state, grad, group["basis_beta"])
        if step % group["refresh"] == 0:
            self._basis(state, "refresh")
        state["step"] = step + 1

    @staticmethod
    def _accumulate(state, grad, beta):
        if "left" in state:
            state["left"].mul_(beta).add_(grad @ grad.T, alpha=1 - beta)
        if "right" in state:
            state["right"].mul_(beta).add_(grad.T @ grad, alpha=1 - beta)

    @staticmethod
    def _rotate(state, x, back=False):
        if "left" in state:
            x = (state["left_basis"] if back else state["left_basis"].T) @ x
        if "right" in state:
            x = x @ (state["right_basis"].T if back else state["right_basis"])
        return x

    def _basis(self, state, refresh):
        """Eigenvectors at first, later one step of orthogonal iteration with the columns sorted by Rayleigh quotient."""
        for side, axis in (("left", 0), ("right", 1)):
            if side not in state:
                continue
            matrix, name = state[side], f"{side}_basis"
            if refresh is None:
                size = len(matrix)
                ridge = torch.eye(size, device=matrix.device) * (1e-12 + matrix.diagonal().mean() * 1e-7)
                state[name] = torch.linalg.eigh(matrix + ridge)[1].flip(1)
                continue
            basis = state[name]
            product = matrix @ basis
            order = (basis * product).sum(0).argsort(descending=True)
            state["second"] = state["second"].index_select(axis, order)
            state[name] = torch.linalg.qr(product[:, order])[0]
