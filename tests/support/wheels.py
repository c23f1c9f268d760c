"""Wheels that tests make themselves, so that pip needs no registry."""

import zipfile


def make_wheel(directory, name, version, code="", needs=(), script=None):
    """A package of one module with its name, with other packages that it needs, and a command that
    calls a function of the module."""
    stem = f"{name}-{version}"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {each}\n" for each in needs)
    files = {
        f"{name}.py": f"__version__ = {version!r}\n{code}",
        f"{stem}.dist-info/METADATA": metadata,
        f"{stem}.dist-info/WHEEL": (
            "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        ),
    }
    if script is not None:
        command, function = script
        entry = f"[console_scripts]\n{command} = {name}:{function}\n"
        files[f"{stem}.dist-info/entry_points.txt"] = entry
    record = f"{stem}.dist-info/RECORD"
    files[record] = "".join(f"{path},,\n" for path in [*files, record])
    wheel = directory / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return wheel
