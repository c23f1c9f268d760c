"""Saves the variables of a kernel as a text for a snapshot, and restores them.

cloudpickle, where the environment has it, saves functions and classes of the program too; without
it they are left out. Restored functions see the variables of the kernel as they did before. What
cannot be saved is left out by name, with the reason. The text never leaves the sandbox as anything
but text: the server keeps it and gives it to another interpreter.
"""

import base64
import io
import json
import pickle
import types

MAX_PICKLE_BYTES = 20 << 20  # base64 makes 27 MiB of it, and a result has at most 32
MAX_REASON = 200
NAMESPACE = "the variables of the kernel"  # the persistent id of the namespace

_MISSING = object()


class PlainPickler(pickle.Pickler):
    """Refuses functions and classes of the program itself, which could not be loaded elsewhere."""

    def __init__(self, file):
        super().__init__(file)
        self.globals_ref = {}

    def reducer_override(self, thing):
        is_definition = isinstance(thing, (type, types.FunctionType))
        if is_definition and getattr(thing, "__module__", None) == "__main__":
            raise pickle.PicklingError("functions and classes need the package cloudpickle")
        return NotImplemented


def pickler_class():
    try:
        from cloudpickle import Pickler
    except ImportError:
        return PlainPickler
    return Pickler


def pickled(namespace, values):
    """Functions whose globals are the namespace get the one of the kernel that loads them."""

    class NamespacePickler(pickler_class()):
        def persistent_id(self, thing):
            return NAMESPACE if thing is namespace else None

    file = io.BytesIO()
    pickler = NamespacePickler(file)
    pickler.globals_ref[id(namespace)] = namespace
    pickler.dump(values)
    return file.getvalue()


class NamespaceUnpickler(pickle.Unpickler):
    def __init__(self, file, namespace):
        super().__init__(file)
        self._namespace = namespace

    def persistent_load(self, name):
        if name != NAMESPACE:
            raise pickle.UnpicklingError("an unknown persistent id")
        return self._namespace


def reason_of(error):
    return f"{type(error).__name__}: {error}"[:MAX_REASON]


def variables_of(shell):
    """Returns the variables that programs have made, without those of IPython."""
    hidden = shell.user_ns_hidden
    return {
        name: value
        for name, value in shell.user_ns.items()
        if not name.startswith("_") and hidden.get(name, _MISSING) is not value
    }


def save(shell):
    """Returns the variables as the text that agent_frames.h describes."""
    sizes, omitted, variables = {}, [], variables_of(shell)
    for name, value in variables.items():
        try:
            sizes[name] = len(pickled(shell.user_ns, value))
        except Exception as error:  # an object's own methods can raise anything
            omitted.append({"name": name, "why": reason_of(error)})
    for name in sorted(sizes, key=sizes.get, reverse=True):
        if sum(sizes.values()) <= MAX_PICKLE_BYTES:
            break
        del sizes[name]
        omitted.append(
            {"name": name, "why": f"the variables have at most {MAX_PICKLE_BYTES >> 20} MiB"}
        )
    data = b""
    if sizes:
        # Pickled together, so that variables that share an object still share it afterwards.
        data = pickled(shell.user_ns, {name: variables[name] for name in sizes})
    text = base64.b64encode(data).decode("ascii")
    return json.dumps({"pickle": text, "saved": list(sizes), "omitted": omitted})


def restore(shell, text):
    state = json.loads(text)
    data = base64.b64decode(state.get("pickle", ""))
    if data:
        shell.user_ns.update(NamespaceUnpickler(io.BytesIO(data), shell.user_ns).load())
    shell.user_ns.update(state.get("values", {}))
