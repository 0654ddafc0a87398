"""What Odoo's own code takes for a gateway: it puts messages into our queue."""

import re

from odoo.addons.sms.tools.sms_api import SmsApiBase

E164 = re.compile(r"\+[1-9]\d{6,14}")
# In the context of a test of a mailing: the one who waits is told that it was sent.
TEST_MARK = "crm_sms_test_of_mailing"


class QueueApi(SmsApiBase):
    """Messages of a company with a gateway of ours. What becomes of them comes back by
    ``sms.tracker``; until then they are being processed."""

    def _send_sms_batch(self, messages, delivery_reports_url=False):
        results, wanted = [], []
        for message in messages:
            for target in message["numbers"]:
                state = self._refusal(target.get("number"), message["content"])
                if not state:
                    wanted.append((target, message["content"]))
                    state = "success" if self._is_test() else "processing"
                results.append({"uuid": target["uuid"], "state": state})
        self._queue(wanted)
        return results

    def _is_test(self):
        return bool(self.env.context.get(TEST_MARK))

    def _refusal(self, number, text):
        if not number:
            return "sms_number_missing"
        if not E164.fullmatch(number):
            return "wrong_number_format"
        return "" if text else "server_error"

    def _queue(self, wanted):
        """:param wanted: [(number and uuid, text)]"""
        deliveries = self.env["sms.delivery"].sudo()
        uuids = [target["uuid"] for target, _text in wanted]
        known = set(deliveries.search([("uuid", "in", uuids)]).mapped("uuid"))
        origins = self.env["sms.sms"].sudo().search([("uuid", "in", uuids)])
        by_uuid = {origin.uuid: origin for origin in origins}
        deliveries._queue(
            [
                {
                    "uuid": target["uuid"],
                    "company_id": self.company.id,
                    "number": target["number"],
                    "text": text,
                    "native": True,
                    **self._about(by_uuid.get(target["uuid"], origins.browse())),
                }
                for target, text in wanted
                if target["uuid"] not in known
            ]
        )

    def _about(self, origin):
        """:return: what Odoo's message says about customer, document and mailing"""
        message, mailing = origin.mail_message_id, origin.mailing_id
        values = {
            "partner_id": origin.partner_id.id,
            "mailing_id": mailing.id,
            "purpose": "marketing_sms" if mailing else "service",
            "res_model": message.model,
            "res_id": message.res_id,
        }
        author = origin.create_uid
        return {**values, "user_id": author.id} if author else values
