"""The command line that every study shares: flags, a TOML file, one-line errors, exit codes."""

from __future__ import annotations

import contextlib
import io
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import fields
from itertools import takewhile
from pathlib import Path
from typing import Any, TypeVar

from analysis.foundation.errors import InputError as AnalysisInputError
from moo_jsc.foundation.errors import InputError
from studies.common.checks import nearest
from studies.common.faults import machine_fault, say_anything
from studies.common.names import catalogs_text
from studies.common.settings import Settings, as_toml

Config = TypeVar("Config", bound=Settings)

PLUGIN_FLAG = "--plugin"

BAD_INPUT = 2
INTERRUPTED = 130

FORMER_NAMES = {"synthesise": "synthesize"}
"""Settings as they were spelled before, which files and command lines may still name."""


def run_study(
    main: Callable[[Config], object],
    config_type: type[Config],
    arguments: Sequence[str] | None = None,
) -> None:
    """Parse the command line into `config_type`, call `main`, and exit.

    A field named ``config`` (a path) is read first as TOML and sets the defaults; flags
    override it. Bad input ends with one line on standard error and exit code 2; Ctrl-C with
    code 130 and a line that says how to go on.

    Parameters
    ----------
    main
        The study itself.
    config_type
        A dataclass whose fields are the flags; their docstrings are the help texts.
    arguments
        The command line without the program's name; ``sys.argv`` by default.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    say_anything()
    try:
        config = parse(config_type, given)
        if config.show_config:
            print(as_toml(config), end="")
            return
        main(config)
    except (InputError, AnalysisInputError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except Exception as error:
        line = machine_fault(error)
        if line is None:
            raise
        print(f"error: {line}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        print(
            "interrupted: what was finished is kept, the same command goes on from there",
            file=sys.stderr,
        )
        sys.exit(INTERRUPTED)


def parse(config_type: type[Config], arguments: Sequence[str]) -> Config:
    """Return the configuration of a TOML file (``--config``) overridden by flags.

    Plugins are loaded on the way, so that what they register is known.

    Raises
    ------
    InputError
        A flag, a key or a value is wrong, or a plugin fails.
    """
    import tyro

    arguments = [_present_flag(argument) for argument in arguments]
    path = _config_path(arguments)
    default = read_config(config_type, path) if path else None
    plugins, arguments = taken_plugins(arguments)
    load_plugins(plugins or (default.plugin if default else ()))
    if plugins:
        arguments = [*arguments, PLUGIN_FLAG, *plugins]
    program = f"studies/{config_type.script}.py" if config_type.script else None
    messages = io.StringIO()
    try:
        with contextlib.redirect_stderr(messages):
            if default is None:
                return tyro.cli(config_type, args=arguments, prog=program)
            return tyro.cli(config_type, args=arguments, default=default, prog=program)
    except SystemExit as stop:
        if not stop.code:
            print(catalogs_text(config_type.catalogs))
            raise
        message = _first_message(messages.getvalue(), config_type)
        raise InputError(f"{message} (--help lists the flags)") from None


def read_config(config_type: type[Config], path: Path) -> Config:
    """Read a study's TOML file; keys are the field names.

    Raises
    ------
    InputError
        The file is missing, is not TOML, or holds an unknown key or a wrong value.
    """
    import msgspec

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not TOML ({error})") from None
    names = [field.name for field in fields(config_type)]
    table = {
        FORMER_NAMES.get(name := key.replace("-", "_"), name): value for key, value in table.items()
    }
    for key in table:
        if key not in names:
            raise InputError(
                f"{path}: unknown key {key!r}{nearest(key, names) or ','} "
                f"expected one of {', '.join(names)}"
            )
    try:
        return msgspec.convert(table, config_type, dec_hook=_from_toml)
    except msgspec.ValidationError as error:
        raise InputError(f"{path}: {_wrong_value(str(error))}") from None


def taken_plugins(arguments: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Return the files of every ``--plugin``, and the other arguments.

    Examples
    --------
    >>> taken_plugins(["--plugin", "a.py", "b.csv", "--budget", "3", "--plugin=c.py"])
    (('a.py', 'b.csv', 'c.py'), ['--budget', '3'])
    """
    plugins: list[str] = []
    rest: list[str] = []
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word == PLUGIN_FLAG:
            found = list(takewhile(lambda each: not each.startswith("-"), left))
            if not found:
                raise InputError(f"{PLUGIN_FLAG}: expected a file")
            plugins += found
            del left[: len(found)]
        elif word.startswith(f"{PLUGIN_FLAG}="):
            plugins.append(word.partition("=")[2])
        else:
            rest.append(word)
    return tuple(plugins), rest


def load_plugins(given: Sequence[str]) -> None:
    """Load plugins by file, and those of installed packages.

    Raises
    ------
    InputError
        One fails.
    """
    from importlib.metadata import entry_points

    if not given and not entry_points(group="moo_jsc.plugins"):
        return
    from moo_jsc.runs.plugins import load_installed_plugins, load_plugin

    load_installed_plugins()
    for each in given:
        load_plugin(each)


def _from_toml(kind: type[Any], value: Any) -> Any:
    if issubclass(kind, Path):
        return kind(value)
    raise NotImplementedError(kind)


def _present_flag(argument: str) -> str:
    """Return a flag as it is spelled today."""
    for former, present in FORMER_NAMES.items():
        if argument in (f"--{former}", f"--no-{former}"):
            return argument.replace(former, present)
    return argument


def _config_path(arguments: Sequence[str]) -> Path | None:
    for position, argument in enumerate(arguments):
        if argument == "--config" and position + 1 < len(arguments):
            return Path(arguments[position + 1])
        if argument.startswith("--config="):
            return Path(argument.partition("=")[2])
    return None


_FRAME = "│╭╮╰╯─|+- "
"""What tyro draws around its messages, and under them where a terminal knows few letters."""


def _first_message(box: str, config_type: type[Settings]) -> str:
    """Return the first paragraph of a framed error message on one line.

    An unknown flag is answered with the nearest one.
    """
    title, *lines = box.splitlines() or [""]
    lines = [each.strip(_FRAME) if each.strip(_FRAME) else "" for each in lines]
    while lines and not lines[0]:
        del lines[0]
    message = " ".join(takewhile(bool, lines)) or title.strip(_FRAME)
    unknown = message.removeprefix(_UNKNOWN)
    if unknown == message:
        return message
    word = unknown.split(",")[0].partition("=")[0]
    flags = [f"--{each.name.replace('_', '-')}" for each in fields(config_type)]
    return f"unknown setting {word}{nearest(word, flags).replace(chr(39), '')}"


_UNKNOWN = "Unrecognized options: "


def _wrong_value(message: str) -> str:
    """Return msgspec's message as a line about a key.

    Examples
    --------
    >>> _wrong_value("Expected `int | null`, got `str` - at `$.epochs`")
    'epochs: expected int, got str'
    """
    said, _, place = message.partition(" - at ")
    key = place.strip("`").removeprefix("$.")
    said = said.replace(" | null", "").replace("`", "")
    return f"{key}: {said[0].lower()}{said[1:]}" if key else said
