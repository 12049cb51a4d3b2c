"""What every model of the table must do; a new row of the table is tested here too."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
import pytest
import torch
from planted import CPU, EMBEDDING, SMALL, TOPICS, first_batch, planted_corpus, same_weights
from scipy.sparse import csr_array

from pipeline.bow.sparse import SparseRows
from pipeline.common.errors import InputError, MissingResourceError
from pipeline.models.all_models import MODELS, build_model, model_class
from pipeline.models.model_config import read_model_config, write_model_config
from pipeline.models.model_folder import load_model, save_model
from pipeline.models.theta_and_beta import theta_scores
from pipeline.models.topic_model import Batch, LanguageCorpus, NeuralTopicModel, TopicModel, model_device
from pipeline.models.usvd import Usvd
from pipeline.tables.by_language import vocabulary_sizes
from pipeline.tables.catalogue import VOCABULARY
from pipeline.training.loop import train
from pipeline.training.train_params import TrainParams

SMALLER = {  # small layers, so that tests are fast
    "xtra": SMALL.model_dump() | {"theta": "both", "anchor": 5},
    "gloctm": {"hidden": 8, "hidden_global": 10},
    **{name: {"hidden": 8} for name in ("infoctm", "zeroshot", "zeroshot-kd", "m3l")},
    "nmtm": {"hidden": 8, "smoothing": 1},
    **{name: {"dimension": 4, "restarts": 1} for name in ("usvd", "svdlr")},
}
NEURAL = [name for name in MODELS if issubclass(model_class(name), NeuralTopicModel)]
LANGUAGES = [("en", "zh"), ("zh", "en", "ja"), ("to", "is", "type")]  # the last are names of nn.Module too
NO_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
DOCUMENTS, TOKENISE = 8, {"min_characters": 2, "zh": {"script": "keep"}}


class Case:
    """A model of the table with a corpus in some languages."""

    def __init__(self, name: str, languages: tuple[str, ...]) -> None:
        self.name, self.languages = name, languages
        self.corpus: dict[str, LanguageCorpus] = planted_corpus(dict.fromkeys(languages, 12))
        self.batches = first_batch(self.corpus, DOCUMENTS)
        rows = [
            (lang, term, f"{lang}{term}") for lang, part in self.corpus.items() for term in range(part.bow.shape[1])
        ]
        schema = {name: VOCABULARY.columns[name].type for name in ("lang", "term", "word")}
        self.vocabulary = pl.DataFrame(rows, schema=schema, orient="row")

    def model(self, seed: int = 0, topics: int = TOPICS) -> TopicModel:
        torch.manual_seed(seed)
        kind = model_class(self.name).section
        seeded = {"seed": seed} if "seed" in kind.model_fields else {}
        params = kind.model_validate(SMALLER.get(self.name, {}) | seeded)
        model = build_model(self.name, vocabulary_sizes(self.vocabulary), topics, EMBEDDING, params)
        model.start_from(self.corpus)
        return model

    def neural(self) -> NeuralTopicModel:
        model = self.model().train()
        assert isinstance(model, NeuralTopicModel)
        return model

    def trained(self) -> TopicModel:
        """After a step, where the model makes any, with all that training changes."""
        if self.name not in NEURAL:
            return self.model()
        model = self.neural()
        model.loss(self.batches).total.backward()
        torch.optim.SGD(model.parameters(), lr=0.01).step()
        model.finish(self.corpus)
        return model

    def save(self, model: TopicModel, folder: Path) -> Path:
        save_model(folder, self.name, model, self.vocabulary, TOKENISE)
        return folder


@pytest.fixture(params=[(name, languages) for name in MODELS for languages in LANGUAGES], ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    return Case(*request.param)


@pytest.fixture(params=[(name, languages) for name in NEURAL for languages in LANGUAGES], ids=str)
def neural_case(request: pytest.FixtureRequest) -> Case:
    return Case(*request.param)


@pytest.fixture(params=MODELS)
def simple(request: pytest.FixtureRequest) -> Case:
    return Case(request.param, ("en", "zh"))


@pytest.fixture(params=NEURAL)
def neural_simple(request: pytest.FixtureRequest) -> Case:
    return Case(request.param, ("en", "zh"))


def infer(model: TopicModel, language: str, batch: Batch) -> torch.Tensor:
    return model.infer(language, batch.bow, batch.embeddings if model.reads_embeddings else None)


def test_shapes(case: Case) -> None:
    model = case.model().eval()
    assert (model.languages, model.topics, model.embedding) == (case.languages, TOPICS, EMBEDDING)
    for language, part in case.corpus.items():
        mean = infer(model, language, case.batches[language])
        assert mean.shape == (DOCUMENTS, TOPICS)
        assert not mean.requires_grad
        assert mean.isfinite().all()
        scores = model.word_scores(language)
        assert scores.shape == (TOPICS, part.bow.shape[1])
        assert not scores.requires_grad


def test_loss_is_a_finite_sum_that_reaches_every_weight(neural_case: Case) -> None:
    model = neural_case.neural()
    parts = model.loss(neural_case.batches)
    assert parts.total.shape == ()
    assert parts.total.item() == pytest.approx(sum(parts.values().values()))
    assert all(term.isfinite() for term in parts.terms.values())
    parts.total.backward()
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name


def test_inference_is_deterministic_and_a_document_is_alone(case: Case) -> None:
    model = case.trained().eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    for language, batch in case.batches.items():
        together = infer(model, language, batch)
        assert torch.equal(together, infer(model, language, batch))
        alone = first_batch(case.corpus, 1)[language]
        torch.testing.assert_close(infer(model, language, alone), together[:1])
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_a_document_without_words_has_a_finite_mean(simple: Case) -> None:
    nothing = SparseRows(torch.zeros(0, dtype=torch.int64), torch.zeros(0, dtype=torch.int64), torch.zeros(0), 2)
    mean = simple.model().eval().infer("zh", nothing, torch.zeros(2, EMBEDDING))
    assert mean.shape == (2, TOPICS)
    assert mean.isfinite().all()


def test_the_seed_decides_the_weights(case: Case) -> None:
    first = case.model(seed=1)
    assert same_weights(first, case.model(seed=1))
    assert not all(same_weights(first, case.model(seed=seed)) for seed in range(2, 6))


def test_the_seed_decides_the_loss(neural_simple: Case) -> None:
    losses = []
    for seed in (3, 3, 4):
        model = neural_simple.neural()
        torch.manual_seed(seed)
        losses.append(model.loss(neural_simple.batches).total.item())
    assert losses[0] == losses[1] != losses[2]


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=NO_GPU)])
def test_it_trains_and_infers_on_a_device(neural_simple: Case, device: Literal["cpu", "cuda"], tmp_path: Path) -> None:
    model = neural_simple.neural()
    params = TrainParams(num_topics=TOPICS, epochs=2, batch_size=4, learning_rate=0.002, device=device)
    assert len(train(model, neural_simple.corpus, params, tmp_path)) == 2
    assert model_device(model).type == device
    for name, part in neural_simple.corpus.items():
        scores = theta_scores(model, name, part.bow, part.embeddings)
        assert np.isfinite(scores[np.diff(part.bow.indptr) > 0]).all()


def test_a_document_without_known_words_is_known_by_its_vector_to_a_model_that_reads_vectors(case: Case) -> None:
    model, (language, part) = case.trained(), next(iter(case.corpus.items()))
    vectors = part.embeddings[:3] * np.array([[1], [1], [0]], np.float32)
    bow = part.bow[:3].toarray() * np.array([[1], [0], [0]], np.int32)
    has_scores = ~np.isnan(theta_scores(model, language, csr_array(bow), vectors)).any(axis=1)
    assert has_scores.tolist() == [True, model.reads_embeddings, False]


def test_a_saved_model_comes_back_equal(case: Case, tmp_path: Path) -> None:
    model = case.trained()
    loaded = load_model(case.save(model, tmp_path / "run"))
    assert same_weights(loaded.model, model)
    assert not loaded.model.training
    assert model_device(loaded.model) == CPU
    assert (loaded.model.languages, loaded.model.params) == (case.languages, model.params)
    assert (loaded.model.topics, loaded.model.embedding, loaded.tokenise) == (TOPICS, EMBEDDING, TOKENISE)
    assert loaded.vocabulary.equals(case.vocabulary)
    for language, batch in case.batches.items():
        assert torch.equal(infer(loaded.model, language, batch), infer(model.eval(), language, batch))
        assert torch.equal(loaded.model.word_scores(language), model.word_scores(language))


def test_the_same_weights_are_saved_as_the_same_bytes(case: Case, tmp_path: Path) -> None:
    first = case.save(case.trained(), tmp_path / "first")
    folders = [
        first,
        case.save(case.trained(), tmp_path / "second"),
        case.save(load_model(first).model, tmp_path / "third"),
    ]
    written = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders]
    assert written[0].keys() == {"config.json", "vocabulary.parquet", "weights.safetensors"}
    assert written[0] == written[1] == written[2]


def test_no_model_is_a_missing_resource(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match=r"no trained model.*make run"):
        load_model(tmp_path / "nothing")


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-2] ^= 0x40
    path.write_bytes(data)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "short": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "empty": lambda path: path.write_bytes(b""),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "pickle": lambda path: path.write_bytes(b"\x80\x02}q\x00."),  # bytes that must be refused, not unpickled
    "gone": lambda path: path.unlink(),
    "flipped": flip_a_bit,
}


@pytest.mark.parametrize("file", ["weights.safetensors", "vocabulary.parquet"])
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_is_named(simple: Case, damage: Callable[[Path], object], file: str, tmp_path: Path) -> None:
    folder = simple.save(simple.model(), tmp_path)
    damage(folder / file)
    with pytest.raises(InputError, match=file):
        load_model(folder)


def test_weights_of_another_model_are_named(simple: Case, tmp_path: Path) -> None:
    folder, other = simple.save(simple.model(), tmp_path / "a"), simple.save(simple.model(topics=4), tmp_path / "b")
    (other / "weights.safetensors").replace(folder / "weights.safetensors")
    with pytest.raises(InputError, match=r"weights\.safetensors"):
        load_model(folder)


class Upside(Usvd):
    """A toy model."""

    def word_scores(self, language: str) -> torch.Tensor:
        return -super().word_scores(language)


def test_a_new_model_is_one_row_of_the_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(MODELS, "upside", lambda: Upside)
    case = Case("upside", ("en", "zh"))
    loaded = load_model(case.save(case.model(), tmp_path))
    assert type(loaded.model) is Upside
    assert loaded.model.word_scores("zh").max() <= 0


TAMPERED: dict[str, dict[str, Any]] = {
    "unknown model": {"model": "none"},
    "unknown parameter": {"params": {"lambda9": 1}},
    "one topic more": {"topics": TOPICS + 1},
    "topics in words": {"topics": "many"},
    "no embedding": {"embedding": None},
}


@pytest.mark.parametrize("changes", TAMPERED.values(), ids=TAMPERED.keys())
def test_a_tampered_configuration_is_explained(simple: Case, changes: dict[str, Any], tmp_path: Path) -> None:
    folder = simple.save(simple.model(), tmp_path)
    write_model_config(read_model_config(folder) | changes, folder)
    with pytest.raises(InputError, match=re.escape(str(tmp_path))):
        load_model(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"model": "xtra"'])
def test_a_damaged_configuration_is_explained(simple: Case, text: str, tmp_path: Path) -> None:
    (simple.save(simple.model(), tmp_path) / "config.json").write_text(text)
    with pytest.raises(InputError, match=re.escape(str(tmp_path))):
        load_model(tmp_path)
