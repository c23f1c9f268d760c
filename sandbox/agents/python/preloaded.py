"""Modules that the zygote has loaded and that a program has not imported yet.

An import leaves more than a module behind: numpy adds filters for warnings, a submodule becomes an
attribute of its package, and `matplotlib.use()` switches backends at once if pyplot is loaded. Such
effects are undone here after the preloading and repeated when a program imports the module, so that
they happen at the same line as in a Jupyter kernel.
"""

import importlib
import sys
import types
import warnings


class PreloadedModule(types.ModuleType):
    """Wakes when one of its attributes is looked up. An import looks up __spec__. Functions that
    search all of sys.modules look up other attributes with underscores, which therefore do not wake
    it."""

    def __getattribute__(self, name):
        if name.startswith("__") and name != "__spec__":
            return super().__getattribute__(name)
        if name == "switch_backend" and self is sys.modules.get("matplotlib.pyplot"):
            return set_backend  # matplotlib.use() does not import pyplot
        Preloaded.wake(self)
        return getattr(self, name)


def set_backend(name):
    sys.modules["matplotlib"].rcParams["backend"] = name


class Preloaded:
    """One of the modules to preload. Waking it wakes the modules that were loaded before it, since
    it can depend on them."""

    _asleep = []

    def __init__(self, name):
        before = list(warnings.filters)
        self.module = importlib.import_module(name)
        self._filters = [each for each in warnings.filters if each not in before]
        self._package, _, self._name = name.rpartition(".")

    def put_to_sleep(self):
        if type(self.module) is not types.ModuleType:
            return
        Preloaded._asleep.append(self)
        warnings.filters[:] = [each for each in warnings.filters if each not in self._filters]
        warnings._filters_mutated()
        if self._package:
            vars(sys.modules[self._package]).pop(self._name, None)
        self.module.__class__ = PreloadedModule

    @classmethod
    def wake(cls, module):
        while cls._asleep:
            preloaded = cls._asleep.pop(0)
            preloaded._wake()
            if preloaded.module is module:
                return
        module.__class__ = types.ModuleType

    def _wake(self):
        self.module.__class__ = types.ModuleType
        warnings.filters[:0] = self._filters
        warnings._filters_mutated()
        if self._package:
            setattr(sys.modules[self._package], self._name, self.module)
