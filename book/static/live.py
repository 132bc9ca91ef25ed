"""In the worker of a page: widgets speak with the page as they do with JupyterLab.

They open comms, which are the channels of Jupyter's protocol for widgets; these lead to the page.
"""

import comm
from comm.base_comm import BaseComm
from js import Object, postMessage
from pyodide.ffi import JsBuffer, to_js

from helpers import explorers, load_params


class ToPage(BaseComm):
    """A channel to the widget's other half, which is on the page."""

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        """Send the state of a widget, or what has changed of it."""
        if msg_type == "comm_open" or (data or {}).get("method") == "update":  # no echo
            paths = [name for [name] in data["buffer_paths"]]
            state = data["state"] | dict(zip(paths, buffers or [], strict=True))
            message = {"id": self.comm_id, "state": state}
            postMessage(to_js(message, dict_converter=Object.fromEntries))


comm.create_comm = ToPage


def begin(code):
    """Make an explorer; return the id of its widget."""
    return eval(code, {"explorers": explorers, "load_params": load_params}).model_id


def receive(widget, message):
    """Hand a widget what the page sends to it."""
    data = message.to_py()
    for name, value in data.get("state", {}).items():
        if isinstance(value, JsBuffer):
            data["state"][name] = value.to_bytes()
    comm.get_comm_manager().comms[widget].handle_msg({"content": {"data": data}, "buffers": []})
