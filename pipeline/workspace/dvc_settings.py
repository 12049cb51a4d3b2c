"""DVC's settings for one copy of the project, in ``.dvc/config.local``, which Git ignores."""

from __future__ import annotations

from pathlib import Path

from pipeline.common.whole_files import whole_file

CONFIG_LOCAL = Path(".dvc/config.local")


def set_locally(root: Path, section: str, **options: str | None) -> None:
    """Set options of one section; None removes an option. Everything else in the file stays.

    ``dvc config`` cannot do this where the path of the project has other than ASCII characters.

    Args:
        root: the project.
        section: the section, such as ``core``.
        options: option -> value.
    """
    from configobj import ConfigObj  # the library that DVC reads the file with

    path = root / CONFIG_LOCAL
    config = ConfigObj(str(path), encoding="utf-8", default_encoding="utf-8")
    before = dict(config.get(section, {}))
    after = {name: value for name, value in (before | options).items() if value is not None}
    if after == before:
        return
    config[section] = after
    with whole_file(path) as unfinished, unfinished.open("wb") as file:
        config.write(file)


def settle(root: Path) -> None:
    """Fit the settings to the place of the project, which may have been moved, and to whether it is in Git.

    DVC unpickles its index from the folder of caches that all users share, unless it has one of its own.

    Args:
        root: the project.
    """
    place = root.resolve()
    in_git = any((folder / ".git").exists() for folder in (place, *place.parents))
    set_locally(place, "core", site_cache_dir=str(place / ".dvc/tmp/site"), no_scm=None if in_git else "true")
