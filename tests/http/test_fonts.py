"""Fonts of the host that sessions see with --fonts."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from support.emulator import BINARY, run_to_end
from support.executions import value_in
from support.tiers import TIERS, TierServer, directory_for_all, skip_unless_offered

PYTHON = Path(BINARY).parents[1] / "python/bin/python3"
FEW_MODULES = {"DYNSESSIONS_PRELOAD": "json"}

# A family with a box for each of the characters 中 and 文, and for those by which matplotlib measures
# the height of a line.
MAKE_FONT = """
import sys
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

path, family = sys.argv[1:]
pen = TTGlyphPen(None)
pen.moveTo((0, 0)), pen.lineTo((0, 900)), pen.lineTo((900, 900)), pen.lineTo((900, 0)), pen.closePath()
box, empty = pen.glyph(), TTGlyphPen(None).glyph()
font = FontBuilder(1000, isTTF=True)
font.setupGlyphOrder([".notdef", "one", "two"])
font.setupCharacterMap({0x4E2D: "one", 0x6587: "two", ord("l"): "one", ord("p"): "two"})
font.setupGlyf({".notdef": empty, "one": box, "two": box})
font.setupHorizontalMetrics({name: (1000, 0) for name in (".notdef", "one", "two")})
font.setupHorizontalHeader(ascent=900, descent=-100)
font.setupNameTable({"familyName": family, "styleName": "Regular"})
font.setupOS2(sTypoAscender=900, usWinAscent=900, usWinDescent=100)
font.setupPost()
font.save(path)
"""

DRAW = """
import matplotlib.pyplot as plt
plt.rcParams["font.family"] = ["Test CJK"]
plt.figure(figsize=(1, 1)).text(0, 0, "中文")
plt.gcf().canvas.draw()
plt.close()
"""


@pytest.fixture
def fonts():
    """A directory with a font and other files."""
    with directory_for_all() as directory:
        fonts = Path(directory, "fonts")
        (fonts / "deep").mkdir(parents=True)
        state = Path(
            directory, "state"
        )  # the sessions of a root server must be able to enter this directory
        state.mkdir()
        state.chmod(0o777)
        font = fonts / "deep" / "Test CJK.ttf"
        subprocess.run([PYTHON, "-c", MAKE_FONT, str(font), "Test CJK"], check=True)
        (fonts / "secret.txt").write_text("secret")
        (fonts / "no-font.ttf").write_text("secret")
        yield fonts


def without_warnings(session, code):
    result = session.executions(code).json()["result"]
    assert result["stderr"] == "", result["stderr"]
    return result


@pytest.mark.parametrize("preload", ["json", "numpy,pandas,matplotlib.pyplot"])
@pytest.mark.parametrize("tier", TIERS, ids=str)
def test_a_font_of_the_host_is_found_and_drawn(fonts, tier, preload):
    skip_unless_offered(tier)
    environment = {"DYNSESSIONS_PRELOAD": preload}
    directory = str(fonts.parent)
    server = TierServer(tier, directory, "--fonts", str(fonts), environment=environment)
    try:
        session = server.session()
        without_warnings(session, DRAW)
        seen = (
            "import os, pathlib; place = pathlib.Path('~/.local/share/fonts').expanduser(); "
            "sorted(path.name for path in place.iterdir())"
        )
        assert value_in("synchronous", session, seen) == "['0-Test CJK.ttf']"
        write = "open(os.path.expanduser('~/.local/share/fonts/new.ttf'), 'w')"
        assert session.executions(write).json()["status"] == "Failed"
        pillow = (
            "from PIL import ImageFont; ImageFont.truetype(str(next(place.iterdir()))).getname()[0]"
        )
        assert value_in("synchronous", session, pillow) == "'Test CJK'"
    finally:
        server.stop()


def test_without_the_option_it_is_not_there(session):
    answer = session.executions(
        "from matplotlib.font_manager import findfont\n"
        "findfont('Test CJK', fallback_to_default=False)"
    )
    assert answer.json()["status"] == "Failed"


def test_fonts_are_collected_once(fonts, tmp_path):
    script = Path(BINARY).parent / "interpreter/font_set.py"
    command = [PYTHON, "-I", script, tmp_path / "store", "-", fonts]
    first, second = (json.loads(subprocess.check_output(command)) for _ in range(2))
    assert first == second
    assert first["fonts"] == 1
    made = Path(first["set"])
    (fonts / "deep" / "Test CJK.ttf").touch()
    third = json.loads(subprocess.check_output(command))
    assert third["set"] != first["set"]
    assert [path.name for path in (made / "fonts").iterdir()] == ["0-Test CJK.ttf"]


def test_fonts_below_usr_are_not_copied(tmp_path):
    script = Path(BINARY).parent / "interpreter/font_set.py"
    system = "/usr/share/fonts"
    if not any(Path(system).rglob("*.ttf")):
        pytest.skip(f"there are no fonts in {system}")
    made = json.loads(
        subprocess.check_output([PYTHON, "-I", script, tmp_path / "store", "-", system])
    )
    assert list(Path(made["set"], "fonts").iterdir()) == []
    (listed,) = Path(made["set"], "matplotlib").iterdir()
    assert f'"{system}/' in listed.read_text()


@pytest.mark.parametrize(
    "directory, complaint",
    [("/no/such", "--fonts: /no/such is no directory"), ("/usr/bin", "there are no font files in")],
)
def test_a_directory_without_fonts_is_refused(tmp_path, directory, complaint):
    ended = run_to_end(
        *("--port", "0", "--admin-port", "0", "--https-port", "off", "--fonts", directory),
        XDG_STATE_HOME=str(tmp_path),
    )
    assert ended.returncode == 2
    assert complaint in ended.stderr
    assert ended.stdout == ""


def collect(store, *directories, before=()):
    script = Path(BINARY).parent / "interpreter/font_set.py"
    command = [*before, PYTHON, "-I", script, store, "-", *directories]
    return subprocess.run(command, capture_output=True, text=True)


def test_odd_files_among_fonts_are_left_out(fonts, tmp_path):
    (fonts / "damaged.ttf").write_bytes(b"\0\1\0\0 damaged")
    (fonts / "loop.ttf").symlink_to("loop.ttf")
    (fonts / "nowhere.ttf").symlink_to("/nowhere")
    (fonts / "secret.otf").symlink_to("/etc/passwd")
    (fonts / "outside").symlink_to("/usr/share")
    os.mkfifo(fonts / "pipe.ttf")
    (fonts / os.fsdecode(b"odd\xff.ttf")).symlink_to("deep/Test CJK.ttf")
    made = json.loads(collect(tmp_path, fonts).stdout)
    assert made["fonts"] == 3
    (left_out,) = made["left_out"]
    assert left_out.startswith(f"{fonts}/damaged.ttf: ")
    copies = sorted(os.listdir(f"{made['set']}/fonts"))
    assert copies == ["0-damaged.ttf", os.fsdecode(b"1-odd\xff.ttf"), "2-Test CJK.ttf"]


def test_fonts_that_cannot_be_read_are_named(fonts, tmp_path):
    """The other user cannot write into the directory of the set, either."""
    other_user = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    if os.geteuid() != 0:
        pytest.skip("only root can make files that the user of a program cannot read")
    font = fonts / "deep" / "Test CJK.ttf"
    refused = collect(tmp_path, fonts, before=other_user)
    assert refused.returncode != 0
    assert refused.stderr.endswith(": Permission denied\n")
    font.chmod(0)
    refused = collect(tmp_path, fonts, before=other_user)
    assert refused.stderr == f"there are no font files in {fonts}; {font}: Permission denied\n"


def test_a_set_that_cannot_be_finished_leaves_nothing(fonts, tmp_path):
    limit = ("prlimit", "--fsize=100")  # as a full disk, but for one program
    ended = collect(tmp_path / "store", fonts, before=limit)
    assert ended.returncode != 0
    assert ended.stderr.splitlines()[-1].endswith(": File too large")
    assert os.listdir(tmp_path / "store") == ["lock"]


def test_a_damaged_font_is_logged(fonts, emulator_factory):
    (fonts / "damaged.ttf").write_bytes(b"\0\1\0\0 damaged")
    server = emulator_factory("--fonts", str(fonts), "--state-dir", str(fonts.parent / "state"))
    server.await_log(f"matplotlib does not get {fonts}/damaged.ttf")
