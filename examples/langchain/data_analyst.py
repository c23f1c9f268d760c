"""A data analyst as a graph (LangGraph): a model writes programs, a session runs them, and the state
keeps the figures, which are too large for the model.

    pip install --requirement requirements.txt
    dynsessions exec -- python data_analyst.py
"""

import base64
import operator
import os
from pathlib import Path
from typing import Annotated, TypedDict

from langchain_azure_dynamic_sessions import SessionsPythonREPLTool
from langchain_core.messages import AnyMessage, HumanMessage
from langgraph.graph import END, START, StateGraph, add_messages
from scripted_model import ScriptedModel

tool = SessionsPythonREPLTool(
    pool_management_endpoint=os.environ["AZURE_DYNAMIC_SESSIONS_POOL_MANAGEMENT_ENDPOINT"]
)
model = ScriptedModel().bind_tools([tool])


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]
    figures: Annotated[list[bytes], operator.add]


def call_model(state):
    return {"messages": [model.invoke(state["messages"])]}


def run_programs(state):
    calls = state["messages"][-1].tool_calls
    answers = [tool.invoke({**call, "type": "tool_call"}) for call in calls]
    results = [answer.artifact["result"] for answer in answers]
    figures = [
        base64.b64decode(result["base64_data"])
        for result in results
        if isinstance(result, dict) and result["type"] == "image"
    ]
    return {"messages": answers, "figures": figures}


def next_step(state):
    return "run_programs" if state["messages"][-1].tool_calls else END


graph = StateGraph(State)
graph.add_node("call_model", call_model)
graph.add_node("run_programs", run_programs)
graph.add_edge(START, "call_model")
graph.add_conditional_edges("call_model", next_step, ["run_programs", END])
graph.add_edge("run_programs", "call_model")
analyst = graph.compile()

tool.upload_file(local_file_path=str(Path(__file__).with_name("sales.csv")))
question = HumanMessage("How much did the region South earn? Draw the revenue of each month.")
final = analyst.invoke({"messages": [question], "figures": []})
for number, figure in enumerate(final["figures"], start=1):
    Path(f"figure-{number}.png").write_bytes(figure)
print(final["messages"][-1].content)
tool.close()
