"""Infobip, version 3 of its messages. All of this is documented by the vendor.

The address is the account's own (``https://xxxxx.api.infobip.com``). We choose the id
of a message, so that a message whose answer got lost can be asked for, for two days.
"""

from datetime import datetime, timezone

from . import mapping
from .answers import (
    Accepted,
    Balance,
    Report,
    Unknown,
    bad_number,
    by_words,
    digits,
    no_credit,
    not_taken,
    number_of,
    sender_refused,
)
from .base import GatewayApi

# Groups of states.
PENDING, UNDELIVERABLE, DELIVERED, EXPIRED, REJECTED = 1, 2, 3, 4, 5
GROUPS = {
    PENDING: "accepted",
    UNDELIVERABLE: "failed",
    DELIVERED: "delivered",
    EXPIRED: "expired",
    REJECTED: "failed",
}
# "Delivered" to the operator, not yet to the phone.
TO_OPERATOR = "DELIVERED_TO_OPERATOR"
REFUSALS = {
    "REJECTED_NOT_ENOUGH_CREDITS": no_credit,
    "REJECTED_DESTINATION": bad_number,
    "REJECTED_INVALID_DESTINATION": bad_number,
    "REJECTED_PREFIX_MISSING": bad_number,
    "REJECTED_SENDER": sender_refused,
    "REJECTED_SOURCE": sender_refused,
    # what we have sent before, and lost the answer to
    "REJECTED_DUPLICATE_MESSAGE_ID": Unknown,
}


class InfobipApi(GatewayApi):
    BASE_URL = "https://api.infobip.com"
    can_query = True

    def _auth(self):
        return {"Authorization": f"App {self.settings.key}"}

    def _send_one(self, message):
        sms = {
            "sender": message.sender,
            "destinations": [{"to": digits(message.number), "messageId": message.uuid}],
            "content": {"text": message.text},
        }
        if message.report_url:
            sms["webhooks"] = {"delivery": {"url": message.report_url}}
        answer = self._call(
            "POST", "sms/3/messages", headers=self._auth(), data={"messages": [sms]}
        )
        content = self._content(answer)
        ref = mapping.pick_text(content, "messages.0.messageId")
        group = mapping.pick(content, "messages.0.status.groupId")
        if answer.status < 300 and group in (PENDING, DELIVERED):
            parts = mapping.pick_text(content, "messages.0.details.messageCount")
            return Accepted(ref=ref, credit=number_of(parts))
        if group in (UNDELIVERABLE, EXPIRED, REJECTED):
            raise self._refusal(mapping.pick(content, "messages.0.status"))
        raise self._undocumented(answer)

    def _refusal(self, status):
        name = str(status.get("name") or "")
        text = str(status.get("description") or name)
        if name in REFUSALS:
            return REFUSALS[name](text)
        return self._meant(status.get("id"), text) or by_words(f"{name} {text}")

    def _content(self, answer):
        """:return: dict of the answer
        :raise GatewayError: the documented error, or no answer that can be read"""
        content = answer.json()
        if not isinstance(content, dict):
            raise self._undocumented(answer)
        old = mapping.pick_text(content, "requestError.serviceException.text")
        text = old or mapping.pick_text(content, "description")
        if answer.status == 400:
            # the request itself is wrong, so nothing of it was done
            raise by_words(text) if text else not_taken()
        if answer.status >= 300:
            raise self._undocumented(answer, text)
        return content

    def _balance(self):
        answer = self._call("GET", "account/1/balance", headers=self._auth())
        content = self._content(answer)
        money = number_of(content.get("balance"))
        if money is None:
            raise self._undocumented(answer)
        return Balance(money=money, currency=str(content.get("currency") or ""))

    def _query(self, refs):
        """The log keeps two days and lags behind; what is not in it may still come.
        So nothing is ever "never seen" here."""
        found = {}
        for uuid, ref in refs.items():
            answer = self._call(
                "GET",
                "sms/3/logs",
                headers=self._auth(),
                query={"messageId": ref or uuid},
            )
            content = self._content(answer)
            rows = content.get("results") or []
            found |= {
                report.uuid: report for report in map(self._report, rows) if report
            }
        return {uuid: report for uuid, report in found.items() if uuid in refs}

    def _read_report(self, headers, values, body, url):
        rows = self._json_values(body).get("results") or []
        rows = [row for row in rows if isinstance(row, dict)]
        return [report for report in map(self._report, rows) if report]

    def _report(self, row):
        """:return: Report on one row, None for what is not understood"""
        group = mapping.pick(row, "status.groupId")
        name = mapping.pick_text(row, "status.name")
        uuid = mapping.pick_text(row, "messageId")
        state = "accepted" if name == TO_OPERATOR else GROUPS.get(group)
        if not state or not uuid:
            self._report_state(name, {})  # notes the unknown word
            return None
        detail = mapping.pick_text(row, "error.name") or name
        return Report(uuid, uuid, state, detail, self._time(row.get("doneAt")))

    def _time(self, text):
        try:
            at = datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%S.%f%z")
        except ValueError:
            return None
        return at.astimezone(timezone.utc).replace(tzinfo=None)
