"""What the demo's emulator knows outlives it: the shop of yesterday is there today."""

import os
import pickle
from pathlib import Path

BOOK = ("orders", "people", "gone", "dice", "_last")
MESSAGING = ("menus", "default_menu", "user_menus", "aliases", "_menu_number")
MESSAGING += ("contents", "quota", "keys")


def save(server, path):
    """Replace the file in one go."""
    with server.lock:
        state = {
            "book": {name: getattr(server.book, name) for name in BOOK},
            "users": server.users,
            "messaging": {name: getattr(server.messaging, name) for name in MESSAGING},
        }
        content = pickle.dumps(state)
    draft = Path(f"{path}.{os.getpid()}")
    draft.write_bytes(content)
    draft.chmod(0o600)
    draft.replace(path)


def load(server, path):
    """Take over what a file has, if there is one."""
    try:
        state = pickle.loads(Path(path).read_bytes())
    except FileNotFoundError:
        return
    with server.lock:
        # the same dict is Messaging's and Login's
        server.users.clear()
        server.users.update(state.pop("users"))
        server.login.acting = state["book"]["people"][0].user_id
        for part, values in state.items():
            for name, value in values.items():
                setattr(getattr(server, part), name, value)
