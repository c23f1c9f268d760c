"""A chat model that needs no account: it calls `execute_code` with prepared programs and then sums
up.

For real use, take `semantic_kernel.connectors.ai.open_ai.AzureChatCompletion` instead.
"""

import json
import re

from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.contents import ChatMessageContent, FunctionCallContent, FunctionResultContent

PROGRAMS = (
    "import pandas as pd\nsales = pd.read_csv('/mnt/data/sales.csv')\nprint(sales.head())",
    "int(sales[sales['region'] == 'South']['revenue'].sum())",
    """import matplotlib.pyplot as plt
sales.pivot(index='month', columns='region', values='revenue').plot.bar()
plt.ylabel('revenue')
plt.tight_layout()
plt.savefig('/mnt/data/figure.png')
plt.close()""",
)


class ScriptedModel(ChatCompletionClientBase):
    """Runs the programs one after the other, each after the answer to the previous one."""

    SUPPORTS_FUNCTION_CALLING = True

    async def _inner_get_chat_message_contents(self, chat_history, settings):
        items = [item for message in chat_history.messages for item in message.items]
        results = [item.result for item in items if isinstance(item, FunctionResultContent)]
        if len(results) < len(PROGRAMS):
            call = FunctionCallContent(
                id=f"call-{len(results)}",
                name="SessionsPythonTool-execute_code",
                arguments=json.dumps({"code": PROGRAMS[len(results)]}),
            )
            return [ChatMessageContent(role="assistant", items=[call])]
        revenue = re.search(r"Result:\n(\d+)", str(results[1]))[1]
        text = f"The region South earned {revenue}. The figure shows each month."
        return [ChatMessageContent(role="assistant", content=text)]
