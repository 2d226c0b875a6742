"""Functions of users: what they are, as a hash, and what went wrong in them, as one line."""

from __future__ import annotations

import functools
import inspect
import json
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from moo_jsc.foundation.errors import InputError
from moo_jsc.foundation.files import sha256_of, sha256_of_file


def function_hash(function: Callable[..., Any]) -> str:
    """Return a SHA-256 over a function: the file that it is in, its name and what it closes over.

    The whole file counts, so that helpers beside the function do; what it imports from elsewhere
    does not. A function that was typed in counts by its byte code.

    Parameters
    ----------
    function
        A function, a class, a method of an instance, a `functools.partial` or a callable
        instance.

    Raises
    ------
    InputError
        It holds something (in a closure, a partial, an instance) that is no number, text, array
        or container of those, so that nothing tells whether it is the same another time.

    Examples
    --------
    >>> def scaled(factor):
    ...     return lambda x: factor * x
    >>> function_hash(scaled(2)) == function_hash(scaled(2))
    True
    >>> function_hash(scaled(2)) == function_hash(scaled(3))
    False
    """
    held: list[Any] = []
    inner: Any = function
    while isinstance(inner, functools.partial):
        held += [list(inner.args), dict(inner.keywords)]
        inner = inner.func
    inner = inspect.unwrap(inner)
    if isinstance(inner, type):
        return sha256_of(_class_hash(inner), *(_bytes(inner, part) for part in held))
    if inspect.isbuiltin(inner) or isinstance(inner, np.ufunc):
        return sha256_of(repr(inner), *(_bytes(inner, part) for part in held))
    if inspect.ismethod(inner):
        held.append(_attributes(inner.__self__))
        inner = inner.__func__
    elif not inspect.isfunction(inner):
        return sha256_of(instance_hash(inner), *(_bytes(inner, part) for part in held))
    code = inner.__code__
    held += [cell.cell_contents for cell in inner.__closure__ or ()]
    held += [inner.__defaults__ or (), inner.__kwdefaults__ or {}]
    path = Path(code.co_filename)
    parts = [inner.__qualname__, sha256_of_file(path) if path.is_file() else _code_hash(code)]
    if code.co_name == "<lambda>":
        parts.append(_code_hash(code))
    return sha256_of(*parts, *(_bytes(inner, part) for part in held))


def instance_hash(instance: object) -> str:
    """Return a SHA-256 over the files that an instance's class is in, and over its attributes.

    Raises
    ------
    InputError
        An attribute has no hash, see `function_hash`.

    Examples
    --------
    >>> class Scale:
    ...     def __init__(self, factor):
    ...         self.factor = factor
    >>> instance_hash(Scale(2)) == instance_hash(Scale(2))
    True
    >>> instance_hash(Scale(2)) == instance_hash(Scale(3))
    False
    """
    return sha256_of(_class_hash(type(instance)), _bytes(type(instance), _attributes(instance)))


def what_failed(error: BaseException) -> str:
    r"""Return what an exception says, on one line that begins with its kind.

    Examples
    --------
    >>> what_failed(ValueError("depth = 0\nexpected more"))
    'ValueError: depth = 0'
    """
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def where_failed(error: BaseException, path: Path | str | None = None) -> str:
    """Return the file and line that an exception was raised in; of `path`, if it went through it.

    Examples
    --------
    >>> try:
    ...     json.loads("")
    ... except ValueError as error:
    ...     where_failed(error).rpartition("/")[2].partition(",")[0]
    'decoder.py'
    """
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if path is None or frame.filename == str(path)]
    if isinstance(error, SyntaxError) and error.filename and not inside:
        return f"{error.filename}, line {error.lineno}"
    if not inside:
        return str(path)
    return f"{inside[-1].filename}, line {inside[-1].lineno}"


def _class_hash(kind: type) -> str:
    """Hash what is written in a class, without what a decorator generates."""
    methods = [
        getattr(value, "fget", None) or getattr(value, "__func__", value)
        for value in vars(kind).values()
    ]
    written = [
        function_hash(method)
        for method in methods
        if inspect.isfunction(method) and method.__code__.co_filename != "<string>"
    ]
    return sha256_of(kind.__qualname__, *written)


def _attributes(instance: object) -> dict[str, Any]:
    return {"": type(instance).__qualname__, **getattr(instance, "__dict__", {})}


def _code_hash(code: Any) -> str:
    """Hash byte code without what depends on where it stands."""
    constants = [
        _code_hash(constant) if hasattr(constant, "co_code") else repr(constant)
        for constant in code.co_consts
    ]
    return sha256_of(code.co_code, *code.co_names, *constants)


def _bytes(owner: Any, value: Any) -> str:
    """Return a text that two values share only if they are equal."""
    kind = type(value).__name__
    if value is None or isinstance(value, bool | int | float | str | bytes | np.generic | Path):
        text = f"{kind} {value!r}"
    elif isinstance(value, np.ndarray) and value.dtype != object:
        text = f"{value.dtype} {value.shape} {sha256_of(np.ascontiguousarray(value).tobytes())}"
    elif isinstance(value, list | tuple):
        text = json.dumps([_bytes(owner, part) for part in value])
    elif isinstance(value, dict):
        parts = {str(key): _bytes(owner, part) for key, part in value.items()}
        text = json.dumps(parts, sort_keys=True)
    elif inspect.ismodule(value):
        text = value.__name__
    elif value is owner:
        text = "itself"
    elif callable(value) and not isinstance(value, type):
        text = function_hash(value)
    else:
        raise InputError(
            f"function {getattr(owner, '__qualname__', owner)!r}: it holds a {kind}, which has no "
            "hash; expected numbers, texts and arrays, or a version that says when values change"
        )
    return text
