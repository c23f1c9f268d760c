"""Collects the font files of some directories for sessions to see, with matplotlib's list of them.

    font_set.py STORE INSIDE DIRECTORY...

Run by the Python of the sessions, outside of any sandbox, when a server with --fonts starts. STORE
is the directory of all sets; the name of each set is a hash of its sources, and incomplete sets are
not used. INSIDE is the path of the set in a sandbox; `-` if it is the path on the host. Sessions
see only fonts of the directories: they are copied, except those below /usr, which every session
sees. Links to font files are followed, links to directories are not. The line on stdout is
{"set": "/path", "fonts": 12, "left_out": ["/font: why"]}; on failure it exits with another status
than 0, and the last line on stderr is the reason.
"""

import dataclasses
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import sys
import tempfile
from importlib import metadata, util

ENDINGS = (".ttf", ".otf", ".ttc", ".otc")
BEGINNINGS = (b"\0\1\0\0", b"true", b"OTTO", b"ttcf")
MOST_FONTS = 5000
MOST_REASONS = 3
FONT_CACHE = "share/dynsessions/matplotlib"


def reason_of(error):
    return f"{error.filename}: {error.strerror}"


def is_font(path, left_out):
    if not path.name.lower().endswith(ENDINGS):
        return False
    try:
        if not path.is_file():
            return False
        with open(path, "rb") as file:
            return file.read(4) in BEGINNINGS
    except OSError as error:
        left_out.append(reason_of(error))
        return False


def fonts_below(directory, left_out):
    if not os.path.isdir(directory):
        sys.exit(f"{directory} is no directory")
    for parent, _, names in os.walk(
        directory, onerror=lambda error: left_out.append(reason_of(error))
    ):
        paths = (pathlib.Path(parent, name) for name in sorted(names))
        yield from (path for path in paths if is_font(path, left_out))


def is_seen_by_all(font):
    return str(font.resolve()).startswith("/usr/")


def matplotlib_version():
    return metadata.version("matplotlib") if util.find_spec("matplotlib") else ""


def name_of(fonts, inside):
    facts = [inside, sys.prefix, matplotlib_version()]
    facts += [(str(font), font.stat().st_size, font.stat().st_mtime_ns) for font in fonts]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


def copy_fonts(fonts, target):
    """Returns the path, relative to the set, of each font that was copied."""
    copies = {}
    for number, font in enumerate(fonts):
        if not is_seen_by_all(font):
            copies[font] = f"fonts/{number}-{font.name}"
            shutil.copyfile(font, target / copies[font])
    return copies


def write_font_list(fonts, copies, target, inside):
    """Writes the list of fonts that matplotlib would find in a session, so that it does not search:
    the list of the environment and these fonts. Returns the fonts that it cannot use, with the
    reason."""
    left_out = []
    of_environment = pathlib.Path(sys.prefix, FONT_CACHE)
    if of_environment.is_dir():
        shutil.copytree(of_environment, target, dirs_exist_ok=True)
    os.environ["MPLCONFIGDIR"] = str(target)
    from matplotlib import font_manager

    manager = font_manager.fontManager
    known = {entry.fname for entry in manager.ttflist}
    for font in fonts:
        if str(font) in known:
            continue
        try:
            manager.addfont(font)
        except Exception as error:  # a font can be damaged in any way
            left_out.append(f"{font}: {error}")
            continue
        if font in copies:
            there = f"{inside}/{copies[font]}"
            manager.ttflist[-1] = dataclasses.replace(manager.ttflist[-1], fname=there)
    for stale in target.iterdir():
        stale.unlink()
    name = f"fontlist-v{font_manager.FontManager.__version__}.json"
    font_manager.json_dump(manager, target / name)
    return left_out


def make_set(fonts, target, final, inside):
    (target / "fonts").mkdir()
    copies = copy_fonts(fonts, target)
    left_out = []
    if matplotlib_version():
        (target / "matplotlib").mkdir()
        left_out = write_font_list(fonts, copies, target / "matplotlib", inside or str(final))
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    target.rename(final)
    return left_out


def main():
    store, inside = pathlib.Path(sys.argv[1]), "" if sys.argv[2] == "-" else sys.argv[2]
    left_out = []
    fonts = [font for directory in sys.argv[3:] for font in fonts_below(directory, left_out)]
    if not fonts:
        unread = "".join(f"; {reason}" for reason in left_out[:MOST_REASONS])
        sys.exit("there are no font files in " + ", ".join(sys.argv[3:]) + unread)
    if len(fonts) > MOST_FONTS:
        sys.exit(f"there are {len(fonts)} font files; at most {MOST_FONTS} can be shown")
    store.mkdir(mode=0o711, parents=True, exist_ok=True)
    final = store / name_of(fonts, inside)
    with open(store / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not final.is_dir():
            for leftover in store.glob("making-*"):
                shutil.rmtree(leftover)
            target = pathlib.Path(tempfile.mkdtemp(prefix="making-", dir=store))
            try:
                left_out += make_set(fonts, target, final, inside)
            except BaseException:  # a full disk needs the room
                shutil.rmtree(target, ignore_errors=True)
                raise
    shown = [text.encode("utf-8", "replace").decode() for text in left_out]
    print(json.dumps({"set": str(final), "fonts": len(fonts), "left_out": shown}))


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(reason_of(error))
