"""What a test in another process, or a hand, asks of the emulator: ``/_control/…``.

GET  truth, events, violations, accepted, requests, quota, menus
POST step      {"count", "move", "number"} -> {"done"}
POST faults    {"share", "kinds", "only", "times", "hold"}; {} for none
POST user      {"acting", "in_client", "logged_in", "endpoint", "id_token_values"}
POST settings  {"moving", "skew", "official"}
"""

import json

from .faults import Faults
from .http_server import Answer


class Control:
    """For LineServer."""

    def __init__(self, server):
        self.server = server

    def handle(self, request):
        """:return: Answer"""
        name = request.path.removeprefix("/_control/")
        method = getattr(self, f"_{request.method.lower()}_{name}", None)
        if not method:
            return Answer(404, "Unknown", "text/plain")
        values = json.loads(request.body) if request.body else {}
        content = method(**values) if request.method == "POST" else method()
        return Answer(200, json.dumps(content, default=str, ensure_ascii=False))

    def _get_truth(self):
        return self.server.truth()

    def _get_violations(self):
        server = self.server
        return {"schema": server.violations, "rate": server.rate_violations}

    def _get_accepted(self):
        return self.server.accepted

    def _get_requests(self):
        return self.server.requests

    def _get_quota(self):
        return self.server.quota

    def _get_menus(self):
        messaging = self.server.messaging
        menus = {name: row["menu"] for name, row in messaging.menus.items()}
        return {"menus": menus, "default": messaging.default_menu}

    def _get_people(self):
        return [vars(person) for person in self.server.people]

    def _post_step(self, count=1, move=None, number=None):
        return {"done": self.server.step(count, move, number)}

    def _post_faults(self, **values):
        self.server.faults = Faults(**values) if values else None

    def _post_user(self, **values):
        for name, value in values.items():
            setattr(self.server.login, name, value)

    def _post_settings(self, **values):
        for name, value in values.items():
            setattr(self.server, name, value)
