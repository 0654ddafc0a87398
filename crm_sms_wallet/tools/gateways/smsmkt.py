"""SMSMKT.

Documented by the vendor: addresses, the two headers of the login, the fields of a
request, and that the code 000 means done. Seen in the code of customers only: the
other codes, national numbers, and what stands in ``result``. What a report looks like
is known from nowhere: the record's own names and words come first.
"""

from . import mapping
from .answers import (
    Accepted,
    Balance,
    country_not_served,
    local_thai,
    number_of,
)
from .base import GatewayApi

REFS = ("transaction_id", "message_id", "ref_no", "id")
CREDITS = ("credit", "credits", "balance", "remaining_credit")


class SmsMktApi(GatewayApi):
    BASE_URL = "https://portal-otp.smsmkt.com/api"
    # UNVERIFIED: seen in the code of customers
    CODES = {
        "100": "refused",
        "107": "bad_number",
        "110": "barred_number",
        "200": "bad_login",
        "400": "no_credit",
        "500": "bad_login",
        "1004": "bad_login",
    }
    # UNVERIFIED
    REPORT_NAMES = {
        "uuid": ("uuid",),
        "ref": REFS,
        "state": ("status",),
        "detail": ("detail",),
    }
    REPORT_STATES = {
        "SENT": "accepted",
        "DELIVERED": "delivered",
        "SUCCESS": "delivered",
        "FAILED": "failed",
        "FAIL": "failed",
        "EXPIRED": "expired",
    }

    def _auth(self):
        return {"api_key": self.settings.key, "secret_key": self.settings.secret}

    def _send_one(self, message):
        if not message.number.startswith("+66"):
            raise country_not_served("Only Thai numbers.")
        data = {
            "phone": local_thai(message.number),
            "message": message.text,
            "sender": message.sender,
        }
        result = self._result("POST", "send-message", data)
        return Accepted(ref=self._one_of(result, REFS))

    def _result(self, method, path, data=None):
        """:return: what the documented answer holds
        :raise GatewayError: any code but 000"""
        answer = self._call(method, path, headers=self._auth(), data=data)
        content = answer.json()
        if not isinstance(content, dict) or "code" not in content:
            raise self._undocumented(answer)
        code = str(content["code"])
        if code == "000" and answer.status < 300:
            return content.get("result")
        text = str(content.get("detail") or f"Code {code}")
        # a code that nobody knows is no certain refusal, unless the status is
        raise self._meant(code, text) or self._undocumented(answer, text)

    def _one_of(self, result, names):
        """:return: the first of these values in a result, as text"""
        if not isinstance(result, dict | list):
            return str(result or "")
        first = result[0] if isinstance(result, list) and result else result
        return next(
            filter(None, (mapping.pick_text(first, name) for name in names)), ""
        )

    def _balance(self):
        credit = number_of(self._one_of(self._result("GET", "get-credit"), CREDITS))
        return None if credit is None else Balance(credits=credit)
