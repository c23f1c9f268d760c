"""A Semantic Kernel agent that analyses a CSV file in a session, down to a figure.

pip install --requirement requirements.txt
dynsessions exec -- python agent.py
"""

import asyncio
from pathlib import Path

from azure.identity import DefaultAzureCredential
from scripted_model import ScriptedModel
from semantic_kernel.agents import ChatCompletionAgent
from semantic_kernel.core_plugins.sessions_python_tool.sessions_python_plugin import (
    SessionsPythonTool,
)

HERE = Path(__file__).parent


async def analyse():
    # The endpoint comes from ACA_POOL_MANAGEMENT_ENDPOINT.
    sessions = SessionsPythonTool(
        credential=DefaultAzureCredential(),
        enable_dangerous_file_uploads=True,
        allowed_upload_directories={str(HERE)},
    )
    await sessions.upload_file(local_file_path=str(HERE / "sales.csv"))

    agent = ChatCompletionAgent(
        service=ScriptedModel(ai_model_id="scripted"),
        name="analyst",
        instructions="You analyse data with Python. The user's file is /mnt/data/sales.csv.",
        plugins=[sessions],
    )
    question = "How much did the region South earn? Draw the revenue of each month."
    print(await agent.get_response(question))
    await sessions.download_file(remote_file_name="figure.png", local_file_path="figure.png")


asyncio.run(analyse())
