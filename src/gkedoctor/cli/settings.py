"""The options that say which configuration holds, and what it comes to."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gkedoctor.errors import UsageError

if TYPE_CHECKING:
    from gkedoctor.config.model import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


def config_options(command: Command) -> Command:
    """Adds --config and --no-config."""
    file = click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Default: the nearest .gkedoctor.yaml.",
    )
    none = click.option("--no-config", is_flag=True, help="Do not read a configuration file.")
    return file(none(command))


@dataclass(frozen=True, kw_only=True)
class ConfigOptions:
    """Which configuration file is read."""

    config: Path | None = None
    no_config: bool = False


def settings(options: ConfigOptions) -> Settings:
    """The settings that hold here: those of a named file, of the nearest one, or none."""
    from gkedoctor.config import files
    from gkedoctor.config.model import Settings
    from gkedoctor.playbook.library import public_names

    if options.no_config and options.config is not None:
        raise UsageError("--config and --no-config cannot be used together")
    if options.no_config:
        return Settings()
    here = _working_folder()
    found = options.config if options.config is not None else files.find(here, os.environ)
    return files.read(found, here, public_names) if found is not None else Settings()


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"cannot find the current folder: {reason}", hint="cd to another, or use --no-config"
        ) from None
