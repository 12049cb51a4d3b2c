"""Parameters: a fault is reported with its key, its value and what would be right; params.yaml itself is right."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from project import make_project, run_stage
from pydantic import BaseModel, ConfigDict, Field

from pipeline.common.errors import InputError
from pipeline.config.parameters import NONE, Params, read_yaml
from pipeline.config.presets import read_values
from pipeline.config.sections import SECTIONS, TOP_ONLY, check_parameters, check_paths
from pipeline.encoders.bge_m3 import BgeM3Params

ROOT = Path(__file__).resolve().parents[2]


class Inner(BaseModel):
    """A section within a section."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    script: Literal["keep", "simplified"] = "keep"


class Made(BaseModel):
    """A section made for these tests."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int
    learning_rate: float = Field(0.1, gt=0)
    epochs: int = Field(10, ge=1)
    folder: Path = Path("none")
    zh: Inner = Inner()


def params(folder: Path, text: str) -> Params:
    (folder / "params.yaml").write_text(text, encoding="utf-8")
    return Params(folder / "params.yaml")


def refused(parameters: Params, name: str = "made") -> str:
    """The message, less the path that every line of it starts with."""
    with pytest.raises(InputError) as caught:
        parameters.section(name, Made)
    assert caught.value.exit_code == 2
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{parameters.path}: ") for line in lines)
    return "\n".join(line.removeprefix(f"{parameters.path}: ") for line in lines)


def test_a_section_takes_its_own_values_and_those_of_the_top_level(tmp_path: Path) -> None:
    parameters = params(tmp_path, "seed: 3\nfolder: data/x\nother: 1\nmade: {epochs: 5, zh: {script: simplified}}\n")
    section = parameters.section("made", Made)
    assert section == Made(seed=3, epochs=5, folder=Path("data/x"), zh=Inner(script="simplified"))


def test_a_section_comes_before_the_top_level(tmp_path: Path) -> None:
    assert params(tmp_path, "seed: 3\nmade: {seed: 4}\n").section("made", Made).seed == 4


@pytest.mark.parametrize("text", ["seed: 3\n", "seed: 3\nmade:\n", "seed: 3\nmade: {}\n", "\ufeffseed: 3\n"])
def test_an_absent_or_empty_section_has_the_defaults(tmp_path: Path, text: str) -> None:
    assert params(tmp_path, text).section("made", Made) == Made(seed=3)


def test_a_section_is_no_top_level_value(tmp_path: Path) -> None:
    assert params(tmp_path, "seed: 1\nepochs: {a: 1}\nmade: {}\n").section("made", Made).epochs == 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed: 1\nmade: {epoch: 5}", "made.epoch is not a parameter; did you mean `epochs`?"),
        (
            "seed: 1\nmade: {xyz: 5}",
            "made.xyz is not a parameter; the known names are seed, learning_rate, epochs, folder, zh.",
        ),
        ("seed: 1\nmade: {epochs: many}", "made.epochs = 'many': Input should be a valid integer, unable to parse"),
        ("seed: 1\nmade: {epochs: 2.5}", "made.epochs = 2.5: Input should be a valid integer"),
        ("seed: 1\nmade: {epochs: 0}", "made.epochs = 0: Input should be greater than or equal to 1."),
        ("seed: 1\nmade: {learning_rate: -1}", "made.learning_rate = -1: Input should be greater than 0."),
        ("seed: 1\nmade: {zh: {script: other}}", "made.zh.script = 'other': Input should be 'keep' or 'simplified'."),
        ("seed: x\nmade: {}", "seed = 'x': Input should be a valid integer"),
        ("made: {}", "made.seed is missing."),
        ("seed: 1\nmade: 5", "`made` must be a section of parameters, found 5."),
        ("seed: 1\nmade: [epochs, 5]", "`made` must be a section of parameters, found ['epochs', 5]."),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, message: str) -> None:
    assert refused(params(tmp_path, text)).startswith(message)


def test_every_fault_has_a_line(tmp_path: Path) -> None:
    lines = refused(params(tmp_path, "made: {epoch: 5, epochs: 0}\n")).splitlines()
    assert [line.split()[0] for line in lines] == ["made.seed", "made.epochs", "made.epoch"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a mapping of parameters, found NoneType"),
        ("- 1\n", "expected a mapping of parameters, found list"),
        ("just words\n", "expected a mapping of parameters, found str"),
        ("a: [1\n", "is not valid YAML: .*line"),
        ("a: 1\na: 2\n", "is not valid YAML: .*duplicate key"),
        ("a: !!python/object/apply:os.system [ls]\n", "is not valid YAML: .*constructor"),
    ],
)
def test_what_is_no_mapping_in_yaml_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=rf"(?s)params\.yaml:? {message}") as caught:
        params(tmp_path, text)
    assert caught.value.exit_code == 2


BILLIONS = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 8)}]\n"
    for before, name in zip("abcdefghij", "bcdefghijk", strict=True)
)


@pytest.mark.parametrize("text", [BILLIONS, "a: &a 1\nb: *a\n", "a: " + "[" * 100_000])
def test_yaml_that_would_expand_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text, encoding="utf-8")
    for read in (read_yaml, read_values):
        with pytest.raises(InputError, match=r"params\.yaml is not valid YAML"):
            read(path)


def test_yaml_that_would_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("a: !!python/object/apply:os.getcwd []\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"params\.yaml is not valid YAML"):
        read_yaml(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"params\.yaml is missing"):
        Params(tmp_path / "params.yaml")


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_bytes("dataset: café\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"params\.yaml"):
        Params(tmp_path / "params.yaml")


def test_a_choice_is_one_of_those_known(tmp_path: Path) -> None:
    parameters = params(tmp_path, "encoder: bge\n")
    assert parameters.choice("encoder", ["aligned", "bge"]) == "bge"
    with pytest.raises(InputError, match=r"encoder = 'bge': expected one of aligned, bge-m3\."):
        parameters.choice("encoder", ["bge-m3", "aligned"])
    with pytest.raises(InputError, match="model = "):
        parameters.choice("model", ["xtra"])


def test_top_level_parameters_can_be_read_alone(tmp_path: Path) -> None:
    parameters = params(tmp_path, "seed: 1\nepochs: 4\nmade: {epochs: 9}\n")
    assert parameters.top(Made) == Made(seed=1, epochs=4)
    with pytest.raises(InputError, match="epochs = 0: Input should be greater"):
        params(tmp_path, "seed: 1\nepochs: 0\n").top(Made)


def test_the_encoder_does_not_take_the_topic_model_for_its_own(tmp_path: Path) -> None:
    assert params(tmp_path, "model: xtra\nbge-m3: {}\n").section("bge-m3", BgeM3Params) == BgeM3Params()


@pytest.mark.parametrize("name", SECTIONS)
def test_the_committed_parameters_are_valid(name: str) -> None:
    parameters = Params(ROOT / "params.yaml")
    section = parameters.section(name, SECTIONS[name])
    assert name in parameters.values
    block = parameters.values[name] or {}
    assert set(block) <= set(SECTIONS[name].model_fields)
    assert section == parameters.section(name, SECTIONS[name])


def test_the_committed_parameters_pass_the_check_of_all() -> None:
    check_parameters(Params(ROOT / "params.yaml"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lamda1": 80}, "lamda1 is not a parameter; did you mean `lambda1`?"),
        ({"zzzz": 80}, "zzzz is not a parameter; the known names are ablate, aligned,"),
        ({"lambda1": -1}, "lambda1 = -1: Input should be greater than or equal to 0."),
        ({"model": "glocmt"}, "model = 'glocmt': expected one of gloctm, infoctm, .* Did you mean `gloctm`?"),
        (
            {"encoder": "bge"},
            "encoder = 'bge': expected one of aligned, auto, bge-m3, e5, precomputed, sentence-transformers",
        ),
        ({"encoder": ["aligned", "bge"]}, "encoder = 'bge': expected one of aligned, bge-m3"),
        ({"encoder": []}, r"encoder = \[\]: expected different values, at least one."),
        ({"encoder": ["aligned", "aligned"]}, r"encoder = \['aligned', 'aligned'\]: expected different values"),
        ({"encoder": ["auto", "aligned"]}, "encoder = 'auto': expected one of aligned, bge-m3"),
        ({"cluster": {"space": "usvd"}}, "cluster.space = 'usvd': Input should be .* Did you mean `u-svd`?"),
        ({"nmtm": {"mix": 7}}, "nmtm.mix = 7: Input should be less than"),
        ({"ablate": ["kl"]}, r"ablate = \['kl'\]: .*the model knows no kl; it can do without infonce, cluster"),
        ({"top_words": "best"}, "top_words = 'best': Input should be 'beta', 'owned' or 'agreed'."),
        ({"epochs": 5}, "epochs is not a parameter; the known names are ablate"),
        ({"classify": {"seed": 5}}, "classify.seed belongs at the top level, as `seed`."),
        ({"seed": "x"}, "seed = 'x': Input should be a valid integer"),
        ({"seed": None}, "seed = None: "),
    ],
)
def test_a_wrong_parameter_is_told_once_whatever_model_runs(changes: dict[str, object], message: str) -> None:
    parameters = Params(ROOT / "params.yaml").having(**changes)
    with pytest.raises(InputError) as caught:
        check_parameters(parameters)
    line, *others = str(caught.value).splitlines()
    assert not others
    assert re.match(re.escape(f"{parameters.path}: ") + message, line), line


@pytest.mark.parametrize(
    ("languages", "message"),
    [
        (["en", "jp"], r"languages: .*jp.* Did you mean `ja`\?"),
        (["en"], r"languages = \['en'\]: expected at least two codes"),
        ("english", "languages = 'english': expected `auto`"),
    ],
)
def test_languages_are_checked_with_the_parameters(languages: object, message: str) -> None:
    parameters = Params(ROOT / "params.yaml").having(languages=languages)
    with pytest.raises(InputError, match=f"^{re.escape(str(parameters.path))}: {message}"):
        check_parameters(parameters)


@pytest.mark.parametrize("encoder", ["universal", ["universal", "aligned"]])
def test_an_encoder_that_does_not_know_a_listed_language_is_refused(encoder: object) -> None:
    shipped = Params(ROOT / "params.yaml")
    with pytest.raises(InputError, match=r"does not know Greek \(el\), Ukrainian \(uk\)\. .*`encoder: e5`"):
        check_parameters(shipped.having(languages=["uk", "el", "en"], encoder=encoder))
    check_parameters(shipped.having(languages=["uk", "el", "en"], encoder="auto"))
    check_parameters(shipped.having(languages=["de", "en"], encoder=encoder))


@pytest.mark.parametrize("topics", [1, 0, -3, 2.5])
def test_impossible_numbers_of_topics_are_refused(topics: float) -> None:
    with pytest.raises(InputError, match=rf"num_topics = {topics}: "):
        check_parameters(Params(ROOT / "params.yaml").having(num_topics=topics))


def test_paths_that_lead_nowhere_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    committed = Params(ROOT / "params.yaml")
    check_paths(committed)
    bow = {**committed.values["bow"], "vocabulary": "no/words"}
    with pytest.raises(InputError) as caught:
        check_paths(committed.having(path="my/documents.csv", labels="clusters.csv", bow=bow))
    assert [line.partition(": ")[2] for line in str(caught.value).splitlines()[:3]] == [
        "path = 'my/documents.csv': this path does not exist.",
        "labels = 'clusters.csv': this path does not exist.",
        "bow.vocabulary = 'no/words': this path does not exist.",
    ]
    assert str(caught.value).endswith("Set the paths that your run does not need to `data/none`.")
    with pytest.raises(InputError, match=r"this path does not exist\.\n`path` is for your documents; .*$"):
        check_paths(committed.having(path="my/documents.csv"))


def test_a_dictionary_is_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(InputError, match=r"dictionary = 'README\.md' is a file\. Call it by the codes"):
        check_paths(Params(ROOT / "params.yaml").having(dictionary="README.md"))


@pytest.mark.parametrize("path", [".", "data", "reports", "data/run", "../" + ROOT.name])
def test_documents_lie_apart_from_what_a_run_writes(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(InputError, match=r"this folder holds .*, which a run writes\. Put the documents into a folder"):
        check_paths(Params(ROOT / "params.yaml").having(path=path))


def test_ablations_are_those_of_the_chosen_model() -> None:
    check_parameters(Params(ROOT / "params.yaml").having(model="gloctm", ablate=["kl"]))


def test_all_wrong_parameters_are_told_before_the_first_stage(tmp_path: Path) -> None:
    folder = make_project(tmp_path, [], num_topics=0, train={"epochs": "many"})
    done = run_stage(folder, "check")
    assert done.returncode == 2
    assert "num_topics = 0" in done.stderr
    assert "train.epochs = 'many'" in done.stderr
    assert not (folder / "data/run").exists()


def test_what_params_yaml_leaves_out_has_the_value_that_it_ships_with() -> None:
    shipped = Params(ROOT / "params.yaml")
    classes = [(kind, shipped.section(name, kind)) for name, kind in SECTIONS.items()]
    classes += [(kind, shipped.top(kind)) for kind in TOP_ONLY]
    assert not [kind.__name__ for kind, values in classes if kind() != values]


def test_what_a_stage_has_read_is_known_with_its_defaults(tmp_path: Path) -> None:
    parameters = params(tmp_path, "seed: 3\nmade: {epochs: 5}\nother: 1\nmodel: xtra\n")
    parameters.section("made", Made)
    parameters.choice("model", ["xtra"])
    made = {"learning_rate": 0.1, "epochs": 5, "folder": "none", "zh": {"script": "keep"}}
    assert parameters.used == {"seed": 3, "model": "xtra", "made": made}


def test_none_is_written_as_a_path_that_exists_and_read_as_none(tmp_path: Path) -> None:
    class Optional(BaseModel):
        folder: Path | None = Path("somewhere")

    assert params(tmp_path, "made: {folder: data/none}\n").section("made", Optional).folder is None
    assert (ROOT / NONE).exists()


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_refuses_what_it_does_not_know(tmp_path: Path, name: str) -> None:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    parameters = params(tmp_path, text)
    parameters.values[name] = {**(parameters.values[name] or {}), "no_such_parameter": 1}
    with pytest.raises(InputError, match=rf"{name}\.no_such_parameter is not a parameter"):
        parameters.section(name, SECTIONS[name])


def test_what_several_sections_share_stands_at_the_top_only() -> None:
    parameters = Params(ROOT / "params.yaml")
    for name, section in parameters.values.items():
        for key in section if isinstance(section, dict) else ():
            assert key not in parameters.values or (name, key) == ("bge-m3", "model"), f"{name}.{key}"
