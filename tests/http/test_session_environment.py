"""The surroundings of a program: fonts, language, time, home, packages (CONTRACT.md section 6)."""

import base64
import io

import pytest
from PIL import Image


def output(session, code):
    """Returns what the program prints; it must print no warnings."""
    result = session.executions(code).json()["result"]
    assert result["stderr"] == "", result["stderr"]
    return result["stdout"].replace("\r\n", "\n")


FIGURE = """
import matplotlib.pyplot as plt
plt.figure(figsize=(3, 1))
plt.title({text!r})
plt.show()
"""


def test_plots_are_drawn_in_dejavu(session):
    code = (
        "from matplotlib.font_manager import findfont, FontProperties\n"
        "import os\n"
        "print(os.path.basename(findfont(FontProperties(), fallback_to_default=False)))"
    )
    assert output(session, code) == "DejaVuSans.ttf\n"


def test_letters_beyond_ascii_are_drawn(session):
    """Letters are drawn correctly; if a font lacks one, matplotlib warns and draws a box."""
    texts = ["Grüße, žluťoučký", "Привет", "αβγ ∑∫√", "→ € ✓"]
    drawn = []
    for text in texts:
        properties = session.code_execute(FIGURE.format(text=text)).json()["properties"]
        assert properties["stderr"] == ""  # no warning about a missing glyph
        image = properties["result"]
        drawn.append(Image.open(io.BytesIO(base64.b64decode(image["base64_data"]))).tobytes())
    assert len(set(drawn)) == len(texts)


def test_the_language_is_utf_8(session):
    code = (
        "import locale, os, sys\n"
        "print(os.environ['LANG'], locale.getpreferredencoding(), sys.getfilesystemencoding(),\n"
        "      sys.stdout.encoding, locale.setlocale(locale.LC_ALL, ''))"
    )
    assert output(session, code) == "C.UTF-8 UTF-8 utf-8 UTF-8 C.UTF-8\n"


@pytest.mark.parametrize(
    "command",
    [
        "python3 -c \"print('Grüße, 世界')\"",
        "printf 'Grüße, 世界\\n'",
        "echo 'Grüße, 世界' | sed s/x/y/",
    ],
)
def test_what_a_process_prints_beyond_ascii_arrives(session, command):
    assert output(session, f"!{command}") == "Grüße, 世界\n"


def test_file_names_beyond_ascii_are_kept(session):
    output(session, "open('/mnt/data/Grüße 世界.txt', 'w').close()")
    assert output(session, "import os\nprint(os.listdir('/mnt/data'))") == "['Grüße 世界.txt']\n"
    assert [file["name"] for file in session.list().json()["value"]] == ["Grüße 世界.txt"]


def test_the_clock_shows_utc(session):
    code = (
        "import time, datetime, subprocess\n"
        "print(time.tzname, time.timezone, time.daylight)\n"
        "print(datetime.datetime.now().astimezone().utcoffset())\n"
        "print(subprocess.run(['date', '+%Z %z'], capture_output=True, text=True).stdout)"
    )
    assert output(session, code) == "('UTC', 'UTC') 0 0\n0:00:00\nUTC +0000\n\n"


def test_other_time_zones_are_known(session):
    code = (
        "import datetime, zoneinfo, pandas\n"
        "noon = datetime.datetime(2025, 7, 1, 12, tzinfo=datetime.timezone.utc)\n"
        "print(noon.astimezone(zoneinfo.ZoneInfo('Asia/Seoul')))\n"
        "times = pandas.to_datetime(['2025-01-01 12:00', '2025-07-01 12:00']).tz_localize('UTC')\n"
        "print(*times.tz_convert('Europe/Berlin'))"
    )
    assert output(session, code) == (
        "2025-07-01 21:00:00+09:00\n2025-01-01 13:00:00+01:00 2025-07-01 14:00:00+02:00\n"
    )


def test_home_is_there_and_can_be_written_to(session):
    """CONTRACT.md does not name the home directory; it only states that a program does not start in
    /mnt/data."""
    code = (
        "import os, pathlib, pwd\n"
        "home = pathlib.Path.home()\n"
        "(home / 'note').write_text('kept')\n"
        "print(os.path.expanduser('~/note') == str(home / 'note'), os.environ['HOME'] == str(home),\n"
        "      pwd.getpwuid(os.getuid()).pw_dir == str(home), os.getcwd() != '/mnt/data')"
    )
    assert output(session, code) == "True True True True\n"
    assert output(session, "!cat ~/note") == "kept"


def test_pkg_resources_lists_the_packages(session):
    """The documented way to list packages: CONTRACT.md section 6."""
    code = (
        "import warnings\n"
        "warnings.simplefilter('ignore', DeprecationWarning)\n"
        "import pkg_resources\n"
        "packages = {package.key: package.version for package in pkg_resources.working_set}\n"
        "import numpy, pandas\n"
        "print(packages['numpy'] == numpy.__version__, packages['pandas'] == pandas.__version__)"
    )
    assert output(session, code) == "True True\n"


@pytest.mark.parametrize("command", ["!pip list", "%pip list", "!python3 -m pip list"])
def test_pip_lists_the_packages(session, command):
    lines = output(session, command).splitlines()
    versions = dict(line.split() for line in lines if len(line.split()) == 2)
    wanted = "import importlib.metadata as m\nprint(m.version('numpy'), m.version('pandas'))"
    assert [versions["numpy"], versions["pandas"]] == output(session, wanted).split()


def test_the_python_of_a_shell_is_that_of_the_session(session):
    code = "import sys, numpy\nprint(sys.executable, sys.version_info[:3], numpy.__file__)"
    assert output(session, f'!python3 -c "{code.replace(chr(10), "; ")}"') == output(session, code)


def test_packages_that_are_there_cannot_be_changed(session):
    code = "import numpy, os\ntry:\n    os.remove(numpy.__file__)\nexcept OSError as e:\n    print(e.strerror)"
    assert output(session, code) == "Read-only file system\n"
