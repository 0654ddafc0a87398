"""Infobip, version 3 of its messages, as documented."""

from .server import Emulator

STATUS = {
    "PENDING_ACCEPTED": (1, "PENDING", 26),
    "DELIVERED_TO_OPERATOR": (3, "DELIVERED", 2),
    "DELIVERED_TO_HANDSET": (3, "DELIVERED", 5),
    "UNDELIVERABLE_NOT_DELIVERED": (2, "UNDELIVERABLE", 9),
    "EXPIRED_EXPIRED": (4, "EXPIRED", 15),
    "REJECTED_NOT_ENOUGH_CREDITS": (5, "REJECTED", 12),
    "REJECTED_DESTINATION": (5, "REJECTED", 13),
    "REJECTED_DUPLICATE_MESSAGE_ID": (5, "REJECTED", 18),
}


def status(name):
    group, group_name, number = STATUS[name]
    return {
        "groupId": group,
        "groupName": group_name,
        "id": number,
        "name": name,
        "description": name.replace("_", " ").capitalize(),
    }


class Infobip(Emulator):
    key = "s3cret"

    def is_send(self, request):
        return request.method == "POST" and request.path == "/sms/3/messages"

    def handle(self, request):
        if request.headers.get("authorization") != f"App {self.key}":
            text = {"messageId": "UNAUTHORIZED", "text": "Invalid login details"}
            return 401, {"requestError": {"serviceException": text}}
        if request.path == "/account/1/balance":
            return 200, {"balance": self.credit, "currency": "EUR"}
        if request.path == "/sms/3/logs":
            return 200, {"results": self._rows(request.query.get("messageId"))}
        if not self.is_send(request):
            return 404, {"errorCode": "E404", "description": "Not found"}
        message = request.json()["messages"][0]
        if not message["content"].get("text"):
            return 400, {"errorCode": "E400", "description": "Request is wrong"}
        return 200, {"bulkId": "b1", "messages": [self._send(message)]}

    def _send(self, message):
        target = message["destinations"][0]
        uuid = target["messageId"]
        name = "PENDING_ACCEPTED"
        if uuid in self.accepted:
            name = "REJECTED_DUPLICATE_MESSAGE_ID"
        elif target["to"].endswith("000000"):
            name = "REJECTED_DESTINATION"
        elif self.credit < 1:
            name = "REJECTED_NOT_ENOUGH_CREDITS"
        else:
            self.credit -= 1
            self.accepted[uuid] = {**message, "status": name}
        return {
            "messageId": uuid,
            "destination": target["to"],
            "status": status(name),
            "details": {"messageCount": 1},
        }

    def _rows(self, uuid):
        message = self.accepted.get(uuid)
        return [self._row(uuid, message["status"])] if message else []

    def _row(self, uuid, name):
        return {
            "bulkId": "b1",
            "messageId": uuid,
            "to": self.accepted[uuid]["destinations"][0]["to"],
            "sentAt": "2026-01-01T09:00:00.000+0700",
            "doneAt": "2026-01-01T09:00:05.000+0700",
            "messageCount": 1,
            "price": {"pricePerMessage": 0.01, "currency": "EUR"},
            "status": status(name),
            "error": {"groupId": 0, "id": 0, "name": "NO_ERROR", "permanent": False},
        }

    def report(self, *rows):
        """:param rows: pairs (uuid, name of the state), in one post"""
        url = self.accepted[rows[0][0]]["webhooks"]["delivery"]["url"]
        for uuid, name in rows:
            self.accepted[uuid]["status"] = name
        return self.post(url, data={"results": [self._row(*row) for row in rows]})
