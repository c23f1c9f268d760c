"""A LangChain agent that analyses a CSV file in a session, down to a figure.

pip install --requirement requirements.txt
dynsessions exec -- python agent.py
"""

import base64
import os
from pathlib import Path

from langchain.agents import create_agent
from langchain_azure_dynamic_sessions import SessionsPythonREPLTool
from scripted_model import ScriptedModel

tool = SessionsPythonREPLTool(
    pool_management_endpoint=os.environ["AZURE_DYNAMIC_SESSIONS_POOL_MANAGEMENT_ENDPOINT"]
)
file = tool.upload_file(local_file_path=str(Path(__file__).with_name("sales.csv")))

agent = create_agent(
    ScriptedModel(),
    [tool],
    system_prompt=f"You analyse data with Python. The user's file is {file.full_path}.",
)
question = "How much did the region South earn? Draw the revenue of each month."
messages = agent.invoke({"messages": [{"role": "user", "content": question}]})["messages"]

# The model sees the result of a program as text; the program that uses the agent gets all of it.
for message in messages:
    result = (getattr(message, "artifact", None) or {}).get("result")
    if isinstance(result, dict) and result["type"] == "image":
        Path("figure.png").write_bytes(base64.b64decode(result["base64_data"]))
print(messages[-1].content)
tool.close()
