"""Load BGE-M3 with FlagEmbedding from checked files; no code in them is run."""

from __future__ import annotations

from pathlib import Path
from pickle import UnpicklingError  # only the error's class; nothing here unpickles, see `_load`
from typing import TYPE_CHECKING

from pipeline.common.errors import InputError, MissingResourceError
from pipeline.common.reproducible import prepare_torch
from pipeline.common.wording import counted
from pipeline.encoders.hub import WEIGHTS, model_folder

if TYPE_CHECKING:
    from FlagEmbedding import BGEM3FlagModel


def load_bge_m3(model: str, revision: str, device: str, precision: str, max_length: int) -> BGEM3FlagModel:
    """FlagEmbedding's object; its ``model`` is on the device and in evaluation mode.

    Args:
        model: name on the hub, or a local folder.
        revision: commit of the hub's repository.
        device: ``cpu`` or ``cuda``.
        precision: ``fp32``, ``fp16`` or ``bf16``.
        max_length: the largest number of tokens that a document will have.

    Raises:
        InputError: the files are damaged or incomplete or hold code, or the model cannot read so many tokens.
        MissingResourceError: the model cannot be found or fetched, or it does not fit the device.
    """
    import torch

    prepare_torch()
    folder = model_folder(model, revision)
    flag = _load(folder, device, precision)
    _check_kind(flag)
    _check_complete(flag, folder)
    config = flag.model.model.config
    longest = config.max_position_embeddings - config.pad_token_id - 1  # positions start after that of padding
    if max_length > longest:
        raise InputError(f"max_length is {max_length}, but {model} reads at most {counted(longest, 'token')}.")
    try:
        flag.model.to(device).eval()
    except torch.OutOfMemoryError as error:
        raise MissingResourceError(f"{model} does not fit {device} ({error}). Set `device: cpu`.") from error
    return flag


def _load(folder: Path, device: str, precision: str) -> BGEM3FlagModel:
    """FlagEmbedding and transformers read the weights with ``weights_only``, which refuses all but tensors."""
    from FlagEmbedding import BGEM3FlagModel
    from safetensors import SafetensorError

    try:
        return BGEM3FlagModel(
            str(folder),
            normalize_embeddings=False,
            use_fp16=precision == "fp16",
            use_bf16=precision == "bf16",
            devices=device,
            trust_remote_code=False,
        )
    except UnpicklingError as error:
        raise InputError(
            f"{folder}: a weights file is refused, because it holds more than tensors or is damaged; code in it was "
            f"not run ({_first_line(error)}). Fetch the model again from a source that you trust."
        ) from error
    except (OSError, ValueError, RuntimeError, EOFError, SafetensorError) as error:
        raise InputError(
            f"{folder}: the model cannot be loaded ({_first_line(error)}). The files are damaged, or they are not the "
            "files of a model like BGE-M3 (XLM-RoBERTa). Fetch them again."
        ) from error


def _check_kind(flag: BGEM3FlagModel) -> None:
    from transformers import XLMRobertaModel

    model = flag.model.model
    if not isinstance(model, XLMRobertaModel) or model.config.is_decoder:
        raise InputError(f"the model is a {type(model).__name__}; expected XLM-RoBERTa, as BGE-M3 is.")


def _check_complete(flag: BGEM3FlagModel, folder: Path) -> None:
    """Refuse weights that lack a tensor: transformers would fill it at random, with only a warning."""
    from transformers.modeling_utils import load_state_dict

    file = next(folder / name for name in WEIGHTS if (folder / name).is_file())
    base = flag.model.model
    saved = {
        name.removeprefix(f"{base.base_model_prefix}.")
        for name in load_state_dict(file, map_location="meta", weights_only=True)
    }
    missing = [name for name in base.state_dict() if name not in saved and not name.startswith("pooler.")]
    if missing:
        raise InputError(f"{file}: {len(missing)} of the model's tensors are missing, for example {missing[0]}.")


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
