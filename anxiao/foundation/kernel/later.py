"""Modules that are loaded when they are first used: what few requests need delays no start."""

from importlib import import_module
from types import ModuleType
from typing import Any


class Later(ModuleType):
    """Stands for a module of its name; asking it for anything loads that module."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # whoever looks modules over does not load them
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)
