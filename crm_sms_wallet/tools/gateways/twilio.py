"""Twilio. All of this is documented by the vendor.

The account id is the Account SID, the secret the Auth Token, which signs the reports.
"""

import base64
import hashlib
import hmac

from . import mapping
from .answers import (
    Accepted,
    BadSignature,
    Balance,
    Report,
    basic_auth,
    by_words,
    number_of,
)
from .base import GatewayApi


class TwilioApi(GatewayApi):
    BASE_URL = "https://api.twilio.com"
    can_query = True
    signs_reports = True
    CODES = {
        "20003": "bad_login",
        "20005": "bad_login",
        "20429": "refused_here",
        "21211": "bad_number",
        "21265": "bad_number",
        "21266": "bad_number",
        "21604": "bad_number",
        "21614": "bad_number",
        "21610": "barred_number",
        "21408": "country",
        "21602": "refused",
        "21617": "refused",
        "21212": "sender_refused",
        "21603": "sender_refused",
        "21606": "sender_refused",
        "21608": "refused_here",
        "21609": "refused_here",
        "21659": "sender_refused",
        "21660": "sender_refused",
        "30002": "bad_login",
    }
    REPORT_STATES = {
        "QUEUED": "accepted",
        "ACCEPTED": "accepted",
        "SCHEDULED": "accepted",
        "SENDING": "accepted",
        "SENT": "accepted",
        "DELIVERED": "delivered",
        "READ": "delivered",
        "UNDELIVERED": "failed",
        "FAILED": "failed",
        "CANCELED": "failed",
    }

    def _path(self, name):
        return f"2010-04-01/Accounts/{self.settings.account}/{name}.json"

    def _auth(self):
        return basic_auth(self.settings.account, self.settings.secret)

    def _send_one(self, message):
        form = {"To": message.number, "From": message.sender, "Body": message.text}
        if message.report_url:
            form["StatusCallback"] = message.report_url
        answer = self._call(
            "POST", self._path("Messages"), headers=self._auth(), form=form
        )
        content = self._content(answer)
        ref = mapping.pick_text(content, "sid")
        if not ref:
            raise self._undocumented(answer)
        if content.get("status") == "failed":
            raise self._error(answer, content.get("error_code"), content)
        parts = number_of(content.get("num_segments"))
        price = number_of(content.get("price"))  # negative, and mostly not known yet
        return Accepted(ref, parts or None, None if price is None else abs(price))

    def _content(self, answer):
        """:return: dict of the answer
        :raise GatewayError: the documented error, or no answer that can be read"""
        content = answer.json()
        if not isinstance(content, dict):
            raise self._undocumented(answer)
        if answer.status >= 300:
            raise self._error(answer, content.get("code"), content)
        return content

    def _error(self, answer, code, content):
        """:return: what an error means; to be raised"""
        text = f"Twilio {code}" if code else f"Twilio answered {answer.status}"
        known = self._meant(code, text)
        if known:
            return known
        if code and answer.status == 400:
            refusal = by_words(str(content.get("message") or ""))
            refusal.text = text
            return refusal
        return self._undocumented(answer, text)

    def _balance(self):
        answer = self._call("GET", self._path("Balance"), headers=self._auth())
        content = self._content(answer)
        money = number_of(content.get("balance"))
        if money is None:
            raise self._undocumented(answer)
        return Balance(money=money, currency=str(content.get("currency") or ""))

    def _query(self, refs):
        """Only what has an id of Twilio can be asked for."""
        found = {}
        for uuid, ref in refs.items():
            if not ref:
                continue
            path = self._path(f"Messages/{ref}")
            answer = self._call("GET", path, headers=self._auth())
            if answer.status == 404:
                continue
            content = self._content(answer)
            state = self._report_state(content.get("status"))
            if state:
                detail = mapping.pick_text(content, "error_code")
                found[uuid] = Report(uuid, ref, state, detail)
        return found

    def signature(self, url, values):
        """:return: what Twilio signs a form posted to an address with"""
        text = url + "".join(f"{name}{values[name]}" for name in sorted(values))
        key = self.settings.secret.encode()
        return base64.b64encode(
            hmac.new(key, text.encode(), hashlib.sha1).digest()
        ).decode()

    def _read_report(self, headers, values, body, url):
        form = {name: value for name, value in values.items() if name != "uuid"}
        given = headers.get("X-Twilio-Signature") or ""
        wanted = self.signature(url, form)
        if not self.settings.secret or not hmac.compare_digest(
            given.encode(), wanted.encode()
        ):
            raise BadSignature()
        state = self._report_state(form.get("MessageStatus") or form.get("SmsStatus"))
        ref = form.get("MessageSid") or form.get("SmsSid") or ""
        if not state or not (ref or values.get("uuid")):
            return []
        detail = form.get("ErrorCode") or ""
        return [Report(values.get("uuid") or "", ref, state, detail)]

    def report_answer(self):
        # anything but an empty answer would be read as instructions
        return "text/xml", "<Response/>"
