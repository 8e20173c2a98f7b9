"""One function of the app, loaded: what the host knows of it, its code, and how that is bound."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from devhost.language_worker.functions import Function
from devhost.language_worker.signature import Signature, signature_of


@dataclass(frozen=True)
class LoadedFunction(Function):
    """One function of the app and its code."""

    function: Callable[..., Any]
    is_async: bool

    @cached_property
    def signature(self) -> Signature:
        """Raises Misbound when bindings and parameters do not fit."""
        return signature_of(self.function, self.bindings)

    @property
    def folder(self) -> str:
        """Where its code is, which is not always where the app is."""
        return str(Path(inspect.getfile(self.function)).parent)
