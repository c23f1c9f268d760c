"""A chat model that needs no account: AutoGen's replay client with prepared answers.

For real use, take `autogen_ext.models.openai.AzureOpenAIChatCompletionClient` instead.
"""

from autogen_ext.models.replay import ReplayChatCompletionClient

ANSWERS = [
    """First the data:
```python
import pandas as pd
sales = pd.read_csv('/mnt/data/sales.csv')
print('South earned', sales[sales['region'] == 'South']['revenue'].sum())
```""",
    """Now the figure:
```python
import matplotlib.pyplot as plt
sales.pivot(index='month', columns='region', values='revenue').plot.bar()
plt.ylabel('revenue')
plt.tight_layout()
plt.savefig('/mnt/data/figure.png')
plt.close()
print('saved')
```""",
    "The figure is saved. DONE",
]


def scripted_model():
    return ReplayChatCompletionClient(ANSWERS)
