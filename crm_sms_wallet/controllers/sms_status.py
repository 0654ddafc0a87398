from odoo.http import request, route

from odoo.addons.sms.controllers.main import SmsController


class SmsStatusController(SmsController):
    @route()
    def update_sms_status(self, message_statuses):
        """Anybody can call this address of Odoo's. Our gateways report elsewhere, with
        a secret: what is said here about our messages is not believed."""
        uuids = {uuid for row in message_statuses for uuid in row.get("uuids") or []}
        ours = request.env["sms.delivery"].sudo().search([("uuid", "in", list(uuids))])
        ours = set(ours.mapped("uuid"))
        kept = [
            {**row, "uuids": [uuid for uuid in row["uuids"] if uuid not in ours]}
            for row in message_statuses
            if set(row.get("uuids") or [""]) - ours
        ]
        return super().update_sms_status(kept) if kept or not ours else "OK"
