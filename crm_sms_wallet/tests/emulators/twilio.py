"""Twilio's messages as documented, with signed reports."""

import base64
import hashlib
import hmac

from .server import Emulator


class Twilio(Emulator):
    account, token = "AC" + "0" * 32, "s3cret"

    def is_send(self, request):
        return request.method == "POST" and request.path.endswith("/Messages.json")

    def handle(self, request):
        pair = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            return self._error(401, 20003, "Authenticate")
        base = f"/2010-04-01/Accounts/{self.account}"
        if request.path == f"{base}/Balance.json":
            return 200, {"currency": "USD", "balance": str(self.credit)}
        if request.path == f"{base}/Messages.json":
            return self._send(request.form)
        ref = request.path.rpartition("/")[2].removesuffix(".json")
        if ref in self.accepted:
            return 200, self._message(ref)
        return self._error(404, 20404, "The requested resource was not found")

    def _error(self, status, code, message):
        more = f"https://www.twilio.com/docs/errors/{code}"
        return status, {
            "code": code,
            "message": message,
            "more_info": more,
            "status": status,
        }

    def _send(self, form):
        if not form.get("To"):
            return self._error(400, 21604, "A 'To' phone number is required.")
        if form["To"].endswith("000000"):
            text = f"The 'To' number {form['To']} is not a valid phone number."
            return self._error(400, 21211, text)
        if form["To"].endswith("610610"):
            return self._error(400, 21610, "Attempt to send to unsubscribed recipient")
        if not form.get("From"):
            return self._error(400, 21603, "A 'From' phone number is required.")
        if self.credit <= 0:
            return self._error(402, 20006, "Insufficient funds")
        ref = f"SM{len(self.accepted) + 1:032d}"
        self.accepted[ref] = {**form, "status": "queued"}
        self.credit -= 1
        return 201, self._message(ref)

    def _message(self, ref):
        form = self.accepted[ref]
        return {
            "sid": ref,
            "status": form["status"],
            "to": form["To"],
            "from": form["From"],
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "error_code": None,
            "error_message": None,
        }

    def report(self, ref, status, sign=True, **more):
        """:param sign: False posts it without a signature, a text with that one"""
        form = self.accepted[ref]
        form["status"] = status
        values = {
            "MessageSid": ref,
            "MessageStatus": status,
            "AccountSid": self.account,
            "To": form["To"],
            "From": form["From"],
            **more,
        }
        url = form["StatusCallback"]
        text = url + "".join(f"{name}{values[name]}" for name in sorted(values))
        right = base64.b64encode(
            hmac.new(self.token.encode(), text.encode(), hashlib.sha1).digest()
        ).decode()
        headers = {"X-Twilio-Signature": right if sign is True else sign or ""}
        return self.post(url, form=values, headers=headers)
