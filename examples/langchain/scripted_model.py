"""A chat model that needs no account: it calls the tool with prepared programs and then sums up.

For real use, take `langchain_openai.AzureChatOpenAI` or another chat model instead.
"""

import json

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult

PROGRAMS = (
    "import pandas as pd\nsales = pd.read_csv('/mnt/data/sales.csv')\nprint(sales.head())",
    "by_region = sales.groupby('region')['revenue'].sum()\nint(by_region['South'])",
    """import matplotlib.pyplot as plt
sales.pivot(index='month', columns='region', values='revenue').plot.bar()
plt.ylabel('revenue')
plt.tight_layout()
plt.show()""",
)


class ScriptedModel(BaseChatModel):
    """Runs the programs one after the other, each after the answer to the previous one."""

    tool_name: str = ""

    @property
    def _llm_type(self):
        return "scripted"

    def bind_tools(self, tools, **options):
        return self.model_copy(update={"tool_name": tools[0].name})

    def _generate(self, messages, stop=None, run_manager=None, **options):
        answers = [message for message in messages if isinstance(message, ToolMessage)]
        if len(answers) < len(PROGRAMS):
            call = {
                "name": self.tool_name,
                "args": {"python_code": PROGRAMS[len(answers)]},
                "id": f"call-{len(answers)}",
            }
            message = AIMessage("", tool_calls=[call])
        else:
            revenue = json.loads(answers[1].content)["result"]
            message = AIMessage(f"The region South earned {revenue}. The figure shows each month.")
        return ChatResult(generations=[ChatGeneration(message=message)])
