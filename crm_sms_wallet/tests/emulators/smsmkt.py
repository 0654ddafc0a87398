"""SMSMKT as its clients know it. What is a guess is marked in the adapter."""

from .server import Emulator


class SmsMkt(Emulator):
    key, secret = "key", "s3cret"

    def is_send(self, request):
        return request.method == "POST" and request.path == "/send-message"

    def handle(self, request):
        login = (request.headers.get("api_key"), request.headers.get("secret_key"))
        if login != (self.key, self.secret):
            return 200, self._answer("1004", "Invalid api_key or secret_key")
        if request.path == "/get-credit":
            return 200, self._answer("000", "OK.", {"credit": str(self.credit)})
        if not self.is_send(request):
            return 404, self._answer("404", "Not found")
        message = request.json()
        phone = message.get("phone", "")
        if not message.get("message") or not phone:
            return 200, self._answer("100", "Missing parameter")
        if not phone.startswith("0") or phone.endswith("000000"):
            return 200, self._answer("107", "Invalid phone number")
        if phone.endswith("110110"):
            return 200, self._answer("110", "Number is barred")
        if phone.endswith("999999"):
            return 200, self._answer("777", "Something that nobody has seen before")
        if self.credit < 1:
            return 200, self._answer("400", "Credit not enough")
        ref = f"MKT{len(self.accepted) + 1}"
        self.accepted[ref] = message
        self.credit -= 1
        return 200, self._answer("000", "OK.", {"transaction_id": ref})

    def _answer(self, code, detail, result=None):
        return {"code": code, "detail": detail, "result": result or {}}

    def report(self, ref, status, url):
        values = {"transaction_id": ref, "status": status}
        return self.post(url, form=values)
