"""The configuration of the real kernel, which executes this file before it starts."""

import threading

from ipykernel.iostream import OutStream

c = get_config()  # noqa: F821
c.HistoryManager.enabled = False  # sessions have the same setting

header_of_ancestor = OutStream.parent_header.fget


def parent_header(stream):
    """A thread can get the identity of one that has ended, and ipykernel 6.29 keeps who started
    that one. So a thread can be its own ancestor, for whom ipykernel searches without end when the
    thread prints."""
    identity, parents, seen = threading.get_ident(), stream._thread_to_parent, set()
    while identity in parents and identity not in seen:
        seen.add(identity)
        identity = parents[identity]
    if identity in seen:
        del parents[identity]
    return header_of_ancestor(stream)


OutStream.parent_header = OutStream.parent_header.getter(parent_header)
