"""Figures and pictures become image values."""

import base64
import io

import pytest
from PIL import Image

DRAW = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\n"
PICTURE = "from PIL import Image\npicture = Image.new('RGB', ({}, 3))\n"


def opened(value, image_format="png"):
    assert value["kind"] == "image"
    assert value["format"] == image_format
    content = base64.b64decode(value["base64"], validate=True)
    picture = Image.open(io.BytesIO(content))
    picture.load()
    assert picture.format == image_format.upper()
    return picture


SHOWN = {
    "plt.show()": DRAW + "plt.show()",
    "a figure left open": DRAW,
    "a figure left open by a program that awaits": DRAW + "import asyncio\nawait asyncio.sleep(0)",
    "display(figure)": DRAW + "figure = plt.gcf(); plt.close()\ndisplay(figure)",
    "a figure as the last expression": DRAW + "figure = plt.gcf(); plt.close()\nfigure",
    "an image beats a value": DRAW + "plt.show()\n3",
    "savefig without close": DRAW + "plt.savefig('x.png')",
    "a displayed PIL image": PICTURE.format(4) + "display(picture)",
    "a PIL image as the last expression": PICTURE.format(4) + "picture",
}


@pytest.mark.parametrize("code", SHOWN.values(), ids=SHOWN.keys())
def test_image_value_from(shared_agent, code):
    result = shared_agent.run(code)
    assert (result.ok, result.stdout, result.stderr) == (True, b"", b"")
    opened(result.value)


def test_an_image_keeps_the_texts_of_the_value_it_was_shown_with(shared_agent):
    value = shared_agent.run(DRAW + "plt.show()\n'a'").value
    opened(value)
    assert (value["repr"], value["characters"]) == ("'a'", "a")
    assert shared_agent.run(DRAW + "plt.show()\n6 * 7").value["text"] == "42"


@pytest.mark.parametrize(
    "code", [DRAW + "plt.show()", PICTURE.format(4) + "picture", DRAW + "plt.show()\nNone"]
)
def test_an_image_without_another_value_has_no_texts(shared_agent, code):
    assert shared_agent.run(code).value.keys() == {"kind", "format", "base64"}


def test_the_last_of_several_images_wins(shared_agent):
    code = PICTURE.format(4) + "display(picture)\ndisplay(Image.new('RGB', (9, 3)))\n1"
    assert opened(shared_agent.run(code).value).size == (9, 3)


def test_a_closed_figure_is_not_shown(shared_agent):
    assert shared_agent.run(DRAW + "plt.close()").value == {"kind": "nothing"}


def test_a_figure_is_shown_once_only(shared_agent):
    opened(shared_agent.run(DRAW).value)
    assert shared_agent.run("1").value == {"kind": "text", "text": "1"}


def test_a_figure_of_a_failing_program_comes_with_its_traceback(shared_agent):
    result = shared_agent.run(DRAW + "1/0")
    assert not result.ok
    assert result.traceback.endswith("ZeroDivisionError: division by zero\n")
    opened(result.value)


def test_a_jpeg_file_shown_is_a_jpeg_value(shared_agent):
    code = (
        PICTURE.format(8) + "picture.save('x.jpg')\nimport IPython\nIPython.display.Image('x.jpg')"
    )
    assert opened(shared_agent.run(code).value, "jpeg").size == (8, 3)


def test_matplotlib_costs_nothing_until_it_is_used(agent):
    loaded = "import sys\n'matplotlib' in sys.modules"
    assert agent.run(loaded).value == {"kind": "text", "text": "False"}
