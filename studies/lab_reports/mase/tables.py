"""Looking values up in a search file, with errors and remarks of one line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from moo_jsc.foundation.errors import InputError

_KIND_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


class SearchFile:
    """A search file and the remarks that were made on the way through it.

    Raises
    ------
    InputError
        It cannot be read, or is not TOML.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.remarks: list[str] = []
        try:
            self.table = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror})") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: not TOML ({error})") from None

    def at(self, *keys: str) -> dict[str, Any]:
        """Return the table under these keys.

        Raises
        ------
        InputError
            There is none.
        """
        table = self.table
        for depth, key in enumerate(keys, start=1):
            found = table.get(key)
            if not isinstance(found, dict):
                raise InputError(f"{self.path}: expected a table [{'.'.join(keys[:depth])}]")
            table = found
        return table

    def runners(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the software or hardware runners, by name.

        Raises
        ------
        InputError
            One of them is no table.
        """
        strategy = self.at("search", "strategy")
        if kind not in strategy:
            return {}
        names = self.at("search", "strategy", kind)
        return {name: self.at("search", "strategy", kind, name) for name in names}

    def value(self, key: str, value: Any, kind: type | tuple[type, ...]) -> Any:
        """Return a value of the right kind.

        Raises
        ------
        InputError
            It is missing or of another kind.
        """
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if type(value) not in kinds:
            raise self.wrong(key, value, " or ".join(_KIND_NAMES[k] for k in kinds))
        return value

    def remark(self, key: str, value: Any, instead: str) -> None:
        """Remember what cannot be honoured."""
        self.remarks.append(f"{key} = {value}: {instead}")

    def wrong(self, key: str, value: Any, expected: str) -> InputError:
        """Return the error for a value."""
        found = "missing" if value is None else f"= {value!r}"
        return InputError(f"{self.path}: {key} {found}, expected {expected}")


def plain(name: str) -> str:
    """Return a name in lower case without dashes and underscores.

    Examples
    --------
    >>> plain("Brute-Force"), plain("brute_force")
    ('bruteforce', 'bruteforce')
    """
    return re.sub(r"[-_]", "", name).lower()


def one_of(names: Mapping[str, Any]) -> str:
    """Return what is expected where one of several names must stand."""
    return f"one of {', '.join(names)}"
