"""What every study can be told, and its settings as a TOML file."""

from __future__ import annotations

import ast
import inspect
import shlex
import textwrap
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import require_writable
from studies.common.checks import require_at_least

DEVICES = ("cpu", "cuda")

PASSING = frozenset({"config", "show_config", "open"})
"""Fields that belong to one call, not to the study."""

ELSEWHERE = PASSING | {"out", "cache", "page", "workers", "scheduler"}
"""Fields that change no result."""


@dataclass(kw_only=True)
class Settings:
    """Settings that all studies share; a study's own ones are added in a subclass."""

    out: Path | None = None
    """Folder for the results; by default one under results/ that is named after the study."""
    cache: Path | None = None
    """Folder of what is kept between studies; by default $MOO_JSC_CACHE, else the user's cache."""
    workers: int = 2
    """Parallel processes, one thread each."""
    device: str = "cpu"
    """Where networks are computed, if the study computes any: cpu or cuda."""
    plugin: tuple[str, ...] = ()
    """Files whose names every study knows: Python (.py) that registers problems, objectives and
    samplers of your own, or costs by layer and format (.csv)."""
    open: bool = False
    """Open the report in a browser."""
    config: Path | None = None
    """TOML file with any of these settings; flags override it."""
    show_config: bool = False
    """Print all settings as such a file and stop."""

    script: ClassVar[str] = ""
    """Name of the study's script, without its ending."""
    catalogs: ClassVar[tuple[str, ...]] = ()
    """What ``--help`` lists by name: problems, networks, objectives, samplers."""

    @property
    def given_folder(self) -> Path | None:
        """Return the results folder that the user asked for."""
        return self.out

    def check(self) -> None:
        """Check the shared settings before anything is computed.

        Raises
        ------
        InputError
            A value is not possible, or the results folder cannot be written to.
        """
        require_at_least("workers", self.workers, 1)
        page = getattr(self, "page", None)
        if page is not None and not page.is_file():
            raise InputError(f"{page}: no such page")
        if self.device not in DEVICES:
            raise InputError(f"device = {self.device!r}: expected one of {', '.join(DEVICES)}")
        if self.device == "cuda":
            import torch

            if not torch.cuda.is_available():
                raise InputError("device = 'cuda': there is no CUDA device, expected cpu")

    def check_folders(self) -> None:
        """Check that results and cache can be written, where the user said where.

        Raises
        ------
        InputError
            One of them cannot.
        """
        for folder in (self.given_folder, self.cache):
            if folder is not None:
                require_writable(folder)


def command_line(settings: Settings) -> str:
    """Return the command that makes the same results again.

    Examples
    --------
    >>> @dataclass
    ... class Config(Settings):
    ...     budget: int = 20
    ...     samplers: tuple[str, ...] = ()
    ...     circuits: bool = True
    ...     script = "compare_samplers"
    >>> command_line(Config(budget=5, samplers=("optuna-tpe", "exhaustive"), workers=1))
    'python studies/compare_samplers.py --budget 5 --samplers optuna-tpe exhaustive'
    >>> command_line(Config(circuits=False))
    'python studies/compare_samplers.py --no-circuits'
    """
    words = ["python", f"studies/{settings.script}.py"]
    for field in fields(settings):
        value = getattr(settings, field.name)
        if value == _default(field) or field.name in ELSEWHERE:
            continue
        words.append(("--no-" if value is False else "--") + field.name.replace("_", "-"))
        if not isinstance(value, bool):
            words += [str(part) for part in (value if isinstance(value, tuple) else (value,))]
    return shlex.join(words)


def as_toml(settings: Settings, *, leaving_out: frozenset[str] = PASSING) -> str:
    """Return the settings as a file for ``--config``, each with what it means.

    Settings without a value are written as comments.

    Examples
    --------
    >>> [line for line in as_toml(Settings(workers=1)).splitlines() if line.startswith("workers")]
    ['workers = 1']
    """
    import tomli_w

    meanings = field_docstrings(type(settings))
    lines = []
    for field in fields(settings):
        if field.name in leaving_out:
            continue
        meaning = " ".join(meanings.get(field.name, "").split())
        lines += [f"# {line}" for line in textwrap.wrap(meaning, 96)]
        value = getattr(settings, field.name)
        if value is None:
            lines.append(f"# {field.name} =")
        else:
            plain = list(value) if isinstance(value, tuple) else value
            plain = str(plain) if isinstance(plain, Path) else plain
            lines.append(tomli_w.dumps({field.name: plain}).strip())
    return "\n".join(lines) + "\n"


def field_docstrings(kind: type[Any]) -> dict[str, str]:
    """Return the text under each field of a dataclass and of those that it extends."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__[:-1]):
        try:
            (body,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        except (OSError, TypeError, SyntaxError):
            continue
        if not isinstance(body, ast.ClassDef):
            continue
        for entry, after in zip(body.body, body.body[1:], strict=False):
            if (
                isinstance(entry, ast.AnnAssign)
                and isinstance(entry.target, ast.Name)
                and isinstance(after, ast.Expr)
                and isinstance(after.value, ast.Constant)
                and isinstance(after.value.value, str)
            ):
                found[entry.target.id] = after.value.value
    return found


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING
