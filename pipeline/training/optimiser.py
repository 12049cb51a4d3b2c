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
    """Adam as the papers use it, with the gradient's norm clipped, in one fused pass over the weights (rows apart).

    From the first loss or gradient that is not finite, it makes no further step. ``failed`` says so, on the device, so
    that nothing waits for it within an epoch.

    On a CPU it takes over the weights of the sparse layers (:class:`pipeline.models.parts.layers.SparseLinear`, which
    says what that means for a model): such a layer then multiplies by way of ``layer.rows``, its weight gets no
    ``.grad``, and rows that no batch has read since their last step are moved only when they are next read or when
    :meth:`settle` brings all up to date. :meth:`close` gives the layers back as they were.

    Args:
        model: on its device.
        learning_rate: of the next step; may be changed.
        clip: largest norm of a step's gradient.
        by_rows: update the sparse layers' weights by the rows that a step touches, in compiled kernels; by default
            on a CPU, which alone has them.
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
        # Of all weights; those of the tables are changed in place, so these stay the same tensors.
        rows = self.tables.items()
        self.means = {name: torch.zeros_like(p) for name, p in self.dense.items()} | {n: t.mean for n, t in rows}
        self.squares = {name: torch.zeros_like(p) for name, p in self.dense.items()} | {n: t.square for n, t in rows}
        self.steps = dict.fromkeys(parameters, 0)
        self.learning_rate, self.clip = learning_rate, clip
        self.failed = torch.zeros((), device=device)

    def step(self, loss: torch.Tensor) -> torch.Tensor:
        """Differentiate ``loss`` and step.

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
        """Divide the gradients by ``scale`` and step, in the kernel behind torch.optim.Adam(fused=True).

        Called directly, since the optimiser around it adds up one step number a parameter, a tensor each.
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
            if self.failed or not table.taken:  # on the CPU, where to ask costs nothing
                table.drop()
            else:
                self.steps[name] += 1
                table.step(self.learning_rate, self.steps[name], 1 / float(scale))

    def settle(self) -> None:
        """Bring every weight up to date, as the end of an epoch wants."""
        for table in self.tables.values():
            table.settle()

    def close(self) -> None:
        """Settle, and give the sparse layers back their whole weights."""
        self.settle()
        for layer in self.layers.values():
            layer.rows = None

    def tensors(self) -> Tensors:
        """Adam's state, the same whether kept by rows or not."""
        self.settle()
        return (
            {f"steps.{name}": torch.tensor(number) for name, number in self.steps.items()}
            | {f"mean.{name}": mean for name, mean in self.means.items()}
            | {f"square.{name}": square for name, square in self.squares.items()}
        )

    def load(self, tensors: Tensors) -> None:
        """Take back what :meth:`tensors` gave.

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
    from pipeline.training.row_table import RowTable  # its compiler takes a while to load, and a GPU needs none

    return {name: RowTable(layer.weight.data) for name, layer in layers.items()}


def gradient_norm(gradients: list[torch.Tensor], more: float = 0.0) -> torch.Tensor:
    """Euclidean norm of all gradients together: dot products, which run in parallel where norms do not.

    Args:
        gradients: of any shapes, on one device.
        more: the sum of squares of those that are not listed.
    """
    flat = [gradient.reshape(-1) for gradient in gradients]
    return (torch.stack([gradient.dot(gradient) for gradient in flat]).sum() + more).sqrt()
