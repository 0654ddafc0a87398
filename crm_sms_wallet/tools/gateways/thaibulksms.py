"""ThaiBulkSMS, version 2 of its interface.

Documented by the vendor (its own command line client): address, login, the fields of a
request, the credit. Seen in the code of customers only: that the answer lists good and
bad numbers with these names, and what a report looks like. Codes of errors are known
from nowhere, so the fields for own codes and report words of the record come first.
"""

from .answers import (
    Accepted,
    Balance,
    bad_number,
    basic_auth,
    by_words,
    number_of,
)
from .base import GatewayApi


class ThaiBulkSmsApi(GatewayApi):
    BASE_URL = "https://api-v2.thaibulksms.com"
    # UNVERIFIED: names and words as customers have seen them
    REPORT_NAMES = {
        "uuid": ("uuid",),
        "ref": ("message_id", "Transaction"),
        "state": ("status", "Status"),
        "detail": ("error", "detail"),
    }
    REPORT_STATES = {
        "SENT": "accepted",
        "ACCEPTED": "accepted",
        "SUBMITTED": "accepted",
        "DELIVERED": "delivered",
        "DELIVRD": "delivered",
        "SUCCESS": "delivered",
        "FAILED": "failed",
        "UNDELIVERED": "failed",
        "UNDELIV": "failed",
        "REJECTED": "failed",
        "EXPIRED": "expired",
    }

    def _auth(self):
        return basic_auth(self.settings.key, self.settings.secret)

    def _send_one(self, message):
        form = {
            "msisdn": message.number,
            "message": message.text,
            "sender": message.sender,
            "force": self.settings.route,
        }
        if message.report_url:
            form["callback_url"] = message.report_url
        answer = self._call("POST", "sms", headers=self._auth(), form=form)
        content = answer.json()
        if not isinstance(content, dict):
            raise self._undocumented(answer)
        self._raise_error(answer, content)
        good = content.get("phone_number_list") or []
        bad = content.get("bad_phone_number_list") or []
        if answer.status < 300 and good:
            return Accepted(
                ref=str(good[0].get("message_id") or ""),
                credit=number_of(good[0].get("used_credit")),
            )
        if bad:
            # the status says 2xx all the same: it is not sent
            text = str(bad[0].get("message") or "")
            raise by_words(text, bad_number)
        raise self._undocumented(answer)

    def _raise_error(self, answer, content):
        """:raise GatewayError: when the answer is the documented error"""
        error = content.get("error")
        if not isinstance(error, dict):
            return
        text = str(error.get("description") or error.get("name") or "")
        known = self._meant(error.get("code"), text)
        if known:
            raise known
        if answer.status >= 500 or answer.status in (401, 402, 403, 429):
            raise self._undocumented(answer, text)
        raise by_words(f"{error.get('name') or ''} {text}".strip())

    def _balance(self):
        answer = self._call("GET", "credit", headers=self._auth())
        content = answer.json()
        if not isinstance(content, dict):
            raise self._undocumented(answer)
        self._raise_error(answer, content)
        # UNVERIFIED: whether the two stand at the top or below remaining_credit
        below = content.get("remaining_credit")
        amounts = below if isinstance(below, dict) else content
        credit = number_of(amounts.get(self.settings.route))
        if credit is None:
            raise self._undocumented(answer)
        return Balance(credits=credit)
