"""Two AutoGen agents that analyse a CSV file: one writes programs, a session runs them.

pip install --requirement requirements.txt
dynsessions exec -- python agent.py
"""

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

from autogen_agentchat.agents import AssistantAgent, CodeExecutorAgent
from autogen_agentchat.conditions import TextMentionTermination
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_core import CancellationToken
from autogen_ext.code_executors.azure import ACADynamicSessionsCodeExecutor
from azure.identity import DefaultAzureCredential
from scripted_model import scripted_model


async def analyse(work):
    executor = ACADynamicSessionsCodeExecutor(
        pool_management_endpoint=os.environ["AZURE_POOL_MANAGEMENT_ENDPOINT"],
        credential=DefaultAzureCredential(),
        work_dir=work,
    )
    token = CancellationToken()
    shutil.copy(Path(__file__).with_name("sales.csv"), work)
    await executor.upload_files(["sales.csv"], token)

    team = RoundRobinGroupChat(
        [
            AssistantAgent("analyst", scripted_model(), system_message="You write Python."),
            CodeExecutorAgent("session", executor),
        ],
        termination_condition=TextMentionTermination("DONE", sources=["analyst"]),
    )
    question = "How much did the region South earn? Draw the revenue of each month."
    result = await team.run(task=question)
    for message in result.messages:
        print(f"{message.source}: {message.content}")

    await executor.download_files(["figure.png"], token)
    shutil.copy(work / "figure.png", "figure.png")


with tempfile.TemporaryDirectory() as directory:
    asyncio.run(analyse(Path(directory)))
