"""Movider as documented: forms in, JSON out, reports that want an answer."""

from .server import Emulator


class Movider(Emulator):
    key, secret = "key", "s3cret"

    def is_send(self, request):
        return request.method == "POST" and request.path == "/sms"

    def handle(self, request):
        form = request.form
        if (form.get("api_key"), form.get("api_secret")) != (self.key, self.secret):
            return 401, self._error(
                403, "ERR_AUTHENTICATION_FAILED", "Authentication field."
            )
        if request.path == "/balance":
            return 200, {"type": "USD", "amount": self.credit}
        if not self.is_send(request):
            return 404, self._error(404, "ERR_NOT_FOUND", "Not found")
        if not form.get("text") or not form.get("to"):
            return 400, self._error(400, "ERR_BAD_REQUEST", "text is required")
        if self.credit <= 0:
            return 402, self._error(402, "ERR_BALANCE", "Balance is not sufficient")
        answer = {"phone_number_list": [], "bad_phone_number_list": []}
        for number in form["to"].split(","):
            number = number.lstrip("+")
            if number.endswith("000000"):
                row = {"number": number, "msg": "Invalid number"}
                answer["bad_phone_number_list"].append(row)
                continue
            ref = f"mvd{len(self.accepted) + 1}"
            self.accepted[ref] = form
            self.credit -= 1
            row = {"number": number, "message_id": ref, "price": 0.013}
            answer["phone_number_list"].append(row)
        answer |= {"remaining_balance": self.credit, "total_sms": 1}
        return 200, answer

    def _error(self, code, name, description):
        return {"error": {"code": code, "name": name, "description": description}}

    def report(self, ref, status, detail=""):
        form = self.accepted[ref]
        values = {
            "status": status,
            "detail": detail,
            "message_id": ref,
            "message_price": "0.013",
            "to": form["to"].lstrip("+"),
            "sent_date": "2026-01-01T00:00:00Z",
        }
        return self.post(form["callback_url"], form=values)
