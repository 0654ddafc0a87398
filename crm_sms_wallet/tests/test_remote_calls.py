from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tests import TransactionCase, new_test_user, tagged

from .common_wallet import make_wallet

MANAGER = "crm_segments.crm_segments_group_manager"


@tagged("post_install", "-at_install")
class TestRemoteCalls(TransactionCase):
    """A manager's script makes no credits, messages or what is known about them. Which
    methods can be called at all: `test_sms_remote_calls`."""

    def _attacks(self, wallet):
        """:return: [(model, method, ids, named arguments)], all to be refused"""
        entry = {"wallet_id": wallet.id, "kind": "purchase", "credits": 99}
        message = {
            "company_id": wallet.company_id.id,
            "number": "+66812345678",
            "text": "Hello",
        }
        sent = self.env["sms.delivery"].sudo().create(message)
        return [
            ("crm.sms.wallet", "write", wallet.ids, {"vals": {"credits": 99}}),
            ("crm.sms.wallet", "_purchase", wallet.ids, {"key": "x", "credits": 9}),
            ("crm.sms.wallet", "_topup", wallet.ids, {"key": "x", "money": 9}),
            ("crm.sms.wallet.entry", "create", [], {"vals_list": [entry]}),
            ("crm.sms.credit.lot", "create", [], {"vals_list": [entry]}),
            ("sms.delivery", "create", [], {"vals_list": [message]}),
            ("sms.delivery", "write", sent.ids, {"vals": {"state": "delivered"}}),
            ("sms.delivery", "unlink", sent.ids, {}),
            ("sms.delivery", "_queue", [], {"vals_list": [message]}),
            ("sms.batch", "create", [], {"vals_list": [{}]}),
            ("mailing.assignment", "create", [], {"vals_list": [{}]}),
            ("crm.sms.click", "create", [], {"vals_list": [{}]}),
            ("crm.campaign.result", "_measure", [], {"mailing": 1}),
        ]

    def test_managers_cannot_make_credits_or_messages(self):
        wallet = make_wallet(self.env)
        manager = new_test_user(
            self.env,
            "sms_remote_manager",
            f"base.group_user,{MANAGER}",
            company_id=wallet.company_id.id,
            company_ids=[(6, 0, wallet.company_id.ids)],
        )
        for model, method, ids, named in self._attacks(wallet):
            records = self.env(user=manager)[model]
            args = [ids] if ids else []
            with self.subTest(model=model, method=method):
                with self.assertRaises(UserError):
                    call_kw(records, method, args, named)
        wallet.invalidate_recordset()
        self.assertEqual((wallet.credits, wallet.entry_seq), (0, 0))
