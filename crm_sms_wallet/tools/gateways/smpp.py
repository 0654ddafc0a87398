"""SMPP, through the bridge ``tools/smpp_bridge.py`` on this machine.

SMPP wants a line that stays open, which a worker of Odoo cannot keep. The bridge keeps
it, and a journal: it sends a message of one uuid once, whoever asks how often, and it
knows for sure what it has never seen.
"""

from . import mapping
from .answers import Accepted, Report, number_of
from .base import GatewayApi


class SmppApi(GatewayApi):
    BASE_URL = "http://127.0.0.1:8775"
    can_query = True
    CODES = {
        "bad_number": "bad_number",
        "bad_login": "bad_login",
        "sender": "sender_refused",
        "busy": "refused_here",
        "rejected": "refused_here",
        "no_credit": "no_credit",
    }
    REPORT_NAMES = {
        "uuid": ("uuid",),
        "ref": ("id",),
        "state": ("state",),
        "detail": ("detail",),
    }
    REPORT_STATES = {
        "ACCEPTED": "accepted",
        "DELIVERED": "delivered",
        "FAILED": "failed",
        "EXPIRED": "expired",
        "NEVER_SEEN": "never_seen",
    }

    def _auth(self):
        return {"Authorization": f"Bearer {self.settings.key}"}

    def _send_one(self, message):
        data = {
            "uuid": message.uuid,
            "to": message.number,
            "from": message.sender,
            "text": message.text,
            "report_url": self.settings.report_url,
        }
        answer = self._call("POST", "messages", headers=self._auth(), data=data)
        content = answer.json()
        if not isinstance(content, dict):
            raise self._undocumented(answer)
        if content.get("status") == "accepted":
            parts = mapping.pick_text(content, "credits")
            return Accepted(mapping.pick_text(content, "id"), number_of(parts))
        text = mapping.pick_text(content, "error")
        if content.get("status") == "refused":
            known = self._meant(content.get("code"), text)
            if known:
                raise known
        raise self._undocumented(answer, text)

    def _query(self, refs):
        found = {}
        for uuid in refs:
            answer = self._call("GET", f"messages/{uuid}", headers=self._auth())
            content = answer.json()
            if answer.status != 200 or not isinstance(content, dict):
                raise self._undocumented(answer)
            if content.get("state") == "unknown":
                continue
            state = self._report_state(content.get("state"))
            if state:
                ref = mapping.pick_text(content, "id")
                found[uuid] = Report(uuid, ref, state)
        return found
