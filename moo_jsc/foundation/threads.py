"""One thread: for arrays too small to share, and for results that repeat."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread inside the block, and as before after it.

    Examples
    --------
    >>> import torch
    >>> with one_thread():
    ...     torch.get_num_threads()
    1
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def one_thread_of_all() -> Iterator[None]:
    """Let torch, where it is loaded, and the linear algebra of numpy and scipy do the same.

    Examples
    --------
    >>> from threadpoolctl import threadpool_info
    >>> with one_thread_of_all():
    ...     {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}
    {1}
    """
    from threadpoolctl import threadpool_limits

    torch_too = one_thread() if "torch" in sys.modules else nullcontext()
    with threadpool_limits(1, user_api="blas"), torch_too:
        yield
