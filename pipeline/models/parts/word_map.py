"""A sparse map between the words of two languages."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy.sparse import coo_array, csr_array
from torch import nn


class WordMap(nn.Module):
    """Carries topics over one vocabulary to another vocabulary by a matrix, which is saved with the weights.

    The matrix is the sum of a sparse matrix and one number for each row, ``even``, in all cells of the row.
    """

    rows: torch.Tensor
    columns: torch.Tensor
    values: torch.Tensor
    even: torch.Tensor

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.shape = (inputs, outputs)
        self.set(csr_array(self.shape))

    def set(self, matrix: csr_array, even: np.ndarray | None = None) -> None:
        """Set the map.

        Args:
            matrix: (inputs, outputs) sparse part.
            even: (inputs,) number that is added to all cells of each row; 0 by default.
        """
        entries = coo_array(matrix)
        self.register_buffer("rows", torch.tensor(entries.row, dtype=torch.int64))
        self.register_buffer("columns", torch.tensor(entries.col, dtype=torch.int64))
        self.register_buffer("values", torch.tensor(entries.data, dtype=torch.float32))
        self.register_buffer("even", torch.tensor(np.zeros(self.shape[0]) if even is None else even).float())

    def matrix(self) -> csr_array:
        """(inputs, outputs) sparse part, as it was set."""
        places = (self.rows.cpu().numpy(), self.columns.cpu().numpy())
        return csr_array((self.values.cpu().numpy(), places), shape=self.shape)

    def forward(self, phi: torch.Tensor) -> torch.Tensor:
        """Map (K, inputs) to (K, outputs)."""
        carried = phi.index_select(1, self.rows) * self.values
        return (phi @ self.even)[:, None].repeat(1, self.shape[1]).index_add(1, self.columns, carried)

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *others: Any) -> None:  # noqa: ANN401
        """Make room for as many entries as were saved; maps that were saved without ``even`` get zeros."""
        state_dict.setdefault(prefix + "even", torch.zeros(self.shape[0]))
        for name in ("rows", "columns", "values"):
            if prefix + name in state_dict:
                self.register_buffer(name, torch.empty_like(state_dict[prefix + name], device=self.values.device))
        super()._load_from_state_dict(state_dict, prefix, *others)
