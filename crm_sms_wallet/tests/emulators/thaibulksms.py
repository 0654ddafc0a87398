"""ThaiBulkSMS v2 as its clients know it. What is a guess is marked in the adapter."""

import base64

from .server import Emulator


class ThaiBulkSms(Emulator):
    key, secret = "key", "s3cret"

    def is_send(self, request):
        return request.method == "POST" and request.path == "/sms"

    def handle(self, request):
        pair = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            return 401, self._error(103, "ERROR_UNAUTHORIZED", "Invalid API key")
        if request.path == "/credit":
            return 200, {"remaining_credit": {"standard": self.credit, "corporate": 7}}
        if not self.is_send(request):
            return 404, self._error(404, "ERROR_NOT_FOUND", "No such page")
        form = request.form
        if not form.get("msisdn") or not form.get("message"):
            return 400, self._error(110, "ERROR_PARAMETER", "Message is required")
        if self.credit < 1:
            return 402, self._error(300, "ERROR_CREDIT", "Insufficient credit")
        if form.get("sender") == "BARRED":
            return 400, self._error(120, "ERROR_SENDER", "Sender is not registered")
        return self._send(form)

    def _error(self, code, name, description):
        return {"error": {"code": code, "name": name, "description": description}}

    def _send(self, form):
        answer = {
            "remaining_credit": self.credit,
            "total_use_credit": 0,
            "credit_type": form.get("force", "standard"),
            "phone_number_list": [],
            "bad_phone_number_list": [],
        }
        for number in form["msisdn"].split(","):
            if number.endswith("000000"):
                row = {"number": number, "message": "Invalid phone number"}
                answer["bad_phone_number_list"].append(row)
                continue
            ref = f"TBS{len(self.accepted) + 1}"
            self.accepted[ref] = form
            self.credit -= 1
            row = {"number": number, "message_id": ref, "used_credit": 1}
            answer["phone_number_list"].append(row)
            answer["total_use_credit"] += 1
        # good or bad: the status is the same
        return 201, answer

    def report(self, ref, status, **more):
        """Report by GET, as the dashboard lets the shop choose.

        :return: (status, text) of the answer"""
        url = more.pop("url", None) or self.accepted[ref]["callback_url"]
        form = self.accepted[ref]
        values = {"message_id": ref, "status": status, "msisdn": form["msisdn"]}
        return self.get(url, {**values, **more})
