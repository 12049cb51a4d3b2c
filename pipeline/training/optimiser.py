"""One optimiser step, shared by every neural model: clip the gradient, then Adam."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from pipeline.models.parts.layers import SparseLinear
from pipeline.training.train_params import BETA1, BETA2, EPSILON

if TYPE_CHECKING:
    from pipeline.training.row_table import RowTable

Tensors = dict[str, torch.Tensor]


class Optimiser:
    """Adam as the papers use it, with the gradient's norm clipped, in one fused pass over the weights.

    After the first loss or gradient that is not finite, it makes no further step. ``failed`` records this on the
    device, so that nothing waits for it within an epoch.

    On a CPU it manages the weights of the sparse layers row by row
    (:class:`pipeline.models.parts.layers.SparseLinear` says what this means for a model). Such a layer then multiplies
    through ``layer.rows``, and its weight gets no ``.grad``. Rows that no batch has read since their last step are
    moved only when they are read again, or when :meth:`settle` brings all rows up to date. :meth:`close` gives the
    weights back to the layers.

    Args:
        model: the model, on its device.
        learning_rate: learning rate of the next step; it may be changed.
        clip: largest norm of a step's gradient.
        by_rows: whether the sparse layers' weights are updated only in the rows that a step touches, in compiled
            kernels. The default is to do so on a CPU; only a CPU has these kernels.
    """

    def __init__(self, model: nn.Module, learning_rate: float, clip: float, by_rows: bool | None = None) -> None:
        parameters = dict(model.named_parameters())
        device = next(iter(parameters.values())).device
        sparse = {f"{name}.weight": layer for name, layer in model.named_modules() if isinstance(layer, SparseLinear)}
        self.layers = sparse if (device.type == "cpu" if by_rows is None else by_rows) else {}
        self.tables = _row_tables(self.layers)
        for name, layer in self.layers.items():
            layer.rows = self.tables[name]
        self.dense = {name: parameter for name, parameter in parameters.items() if name not in self.tables}
        # The state of all weights. The tables change theirs in place, so these stay the same tensors.
        rows = self.tables.items()
        self.means = {name: torch.zeros_like(p) for name, p in self.dense.items()} | {n: t.mean for n, t in rows}
        self.squares = {name: torch.zeros_like(p) for name, p in self.dense.items()} | {n: t.square for n, t in rows}
        self.steps = dict.fromkeys(parameters, 0)
        self.learning_rate, self.clip = learning_rate, clip
        self.failed = torch.zeros((), device=device)

    def step(self, loss: torch.Tensor) -> torch.Tensor:
        """Differentiate ``loss`` and make a step.

        Returns:
            The gradient's norm before clipping, on the device.
        """
        for parameter in self.dense.values():
            parameter.grad = None
        for table in self.tables.values():
            table.drop()
        loss.backward()
        moved = {name: parameter.grad for name, parameter in self.dense.items() if parameter.grad is not None}
        squares = [table.squared_norm() for table in self.tables.values()]
        norm = gradient_norm(list(moved.values()), sum(squares))
        finite = loss.detach().isfinite() & norm.isfinite()
        self.failed = torch.maximum(self.failed, (~finite).to(self.failed.dtype))
        scale = ((norm + 1e-6) / self.clip).clamp(min=1)  # 1e-6 as clip_grad_norm_ adds
        self._adam(moved, scale)
        self._adam_by_rows(scale)
        return norm

    @torch.no_grad()
    def _adam(self, gradients: Tensors, scale: torch.Tensor) -> None:
        """Divide the gradients by ``scale`` and make a step, in the kernel behind torch.optim.Adam(fused=True).

        The kernel is called directly, since torch's optimiser counts the steps of each parameter in a separate tensor.
        """
        for name in gradients:
            self.steps[name] += 1
        numbers = {n: torch.full((), float(n), device=self.failed.device) for n in set(self.steps.values())}
        weights, means, squares = (
            [kept[name] for name in gradients] for kept in (self.dense, self.means, self.squares)
        )
        torch._fused_adam_(
            weights, list(gradients.values()), means, squares, [],
            [numbers[self.steps[name]] for name in gradients], lr=self.learning_rate, beta1=BETA1, beta2=BETA2,
            weight_decay=0.0, eps=EPSILON, amsgrad=False, maximize=False, grad_scale=scale.float(),
            found_inf=self.failed,
        )  # fmt: skip

    def _adam_by_rows(self, scale: torch.Tensor) -> None:
        for name, table in self.tables.items():
            if self.failed or not table.taken:  # `failed` is on the CPU, where reading it costs nothing
                table.drop()
            else:
                self.steps[name] += 1
                table.step(self.learning_rate, self.steps[name], 1 / float(scale))

    def settle(self) -> None:
        """Bring every weight up to date, as the end of an epoch needs it."""
        for table in self.tables.values():
            table.settle()

    def close(self) -> None:
        """Bring every weight up to date and give the weights back to the sparse layers."""
        self.settle()
        for layer in self.layers.values():
            layer.rows = None

    def tensors(self) -> Tensors:
        """Adam's state; it is the same whether weights are updated by rows or not."""
        self.settle()
        return (
            {f"steps.{name}": torch.tensor(number) for name, number in self.steps.items()}
            | {f"mean.{name}": mean for name, mean in self.means.items()}
            | {f"square.{name}": square for name, square in self.squares.items()}
        )

    def load(self, tensors: Tensors) -> None:
        """Restore the state that :meth:`tensors` returned.

        Raises:
            KeyError: a parameter's state is missing.
        """
        self.steps = {name: int(tensors[f"steps.{name}"]) for name in self.steps}
        for name in self.dense:
            self.means[name].copy_(tensors[f"mean.{name}"])
            self.squares[name].copy_(tensors[f"square.{name}"])
        for name, table in self.tables.items():
            table.load(tensors[f"mean.{name}"], tensors[f"square.{name}"])


def _row_tables(layers: dict[str, SparseLinear]) -> dict[str, RowTable]:
    if not layers:
        return {}
    from pipeline.training.row_table import RowTable  # its compiler is slow to load, and a GPU does not need it

    return {name: RowTable(layer.weight.data) for name, layer in layers.items()}


def gradient_norm(gradients: list[torch.Tensor], more: float = 0.0) -> torch.Tensor:
    """Euclidean norm of all gradients together, from dot products, which run in parallel, unlike norms.

    Args:
        gradients: gradients of any shapes, on one device.
        more: sum of squares of the gradients that are not in ``gradients``.
    """
    flat = [gradient.reshape(-1) for gradient in gradients]
    return (torch.stack([gradient.dot(gradient) for gradient in flat]).sum() + more).sqrt()
