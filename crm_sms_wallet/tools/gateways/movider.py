"""Movider.

Documented by the vendor: address, fields of request and answer, the shape of errors,
the reports with their three states and the answer they demand. Seen in the code of
customers only: the name of the error of a wrong login, and the answer of the balance.
"""

from .answers import (
    Accepted,
    Balance,
    bad_login,
    bad_number,
    by_words,
    number_of,
)
from .base import GatewayApi


class MoviderApi(GatewayApi):
    BASE_URL = "https://api.movider.co/v1"
    REPORT_NAMES = {
        "uuid": ("uuid",),
        "ref": ("message_id",),
        "state": ("status",),
        "detail": ("detail",),
    }
    REPORT_STATES = {"OK": "delivered", "ERROR": "failed", "EXPIRED": "expired"}

    def _login(self):
        return {"api_key": self.settings.key, "api_secret": self.settings.secret}

    def _send_one(self, message):
        form = {**self._login(), "to": message.number, "text": message.text}
        if message.sender:
            form["from"] = message.sender
        if message.report_url:
            form |= {"callback_url": message.report_url, "callback_method": "POST"}
        answer = self._call("POST", "sms", form=form)
        content = self._content(answer)
        good = content.get("phone_number_list") or []
        bad = content.get("bad_phone_number_list") or []
        if answer.status < 300 and good:
            return Accepted(
                ref=str(good[0].get("message_id") or ""),
                price=number_of(good[0].get("price")),
            )
        if bad:
            text = str(bad[0].get("msg") or "")
            raise by_words(text, bad_number)
        raise self._undocumented(answer)

    def _content(self, answer):
        """:return: dict of the answer
        :raise GatewayError: the documented error, or no answer that can be read"""
        content = answer.json()
        if not isinstance(content, dict):
            raise self._undocumented(answer)
        error = content.get("error")
        if not isinstance(error, dict):
            return content
        name = str(error.get("name") or "")
        text = str(error.get("description") or name)
        known = self._meant(error.get("code"), text)
        if known:
            raise known
        if answer.status >= 500:
            raise self._undocumented(answer, text)
        if name == "ERR_AUTHENTICATION_FAILED":  # UNVERIFIED: seen by customers
            raise bad_login(text)
        raise by_words(f"{name} {text}")

    def _balance(self):
        # UNVERIFIED: the answer is {"type": "...", "amount": 1.23} for customers
        answer = self._call("POST", "balance", form=self._login())
        content = self._content(answer)
        money = number_of(content.get("amount"))
        if money is None:
            raise self._undocumented(answer)
        return Balance(money=money, currency=str(content.get("type") or "")[:8])

    def report_answer(self):
        return "application/json", '{"status":"OK","detail":""}'
