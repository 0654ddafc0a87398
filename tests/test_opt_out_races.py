from itertools import count

from odoo import fields
from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_segments.tests.database import (
    cloned_database,
    committed,
    run_together,
    with_retry,
)
from odoo.addons.crm_sms_wallet.tools import sms_links


@tagged("standard", "post_install", "-at_install")
class TestOptOutRaces(BaseCase):
    """A telephone sends the tap twice, and the sender runs meanwhile: one word is
    logged, and what had not left by then never leaves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(cloned_database())
        cls.numbers = count()

    def new_messages(self):
        """:return: (id of the message that is tapped, ids of others that wait)"""
        with committed(self.database) as env:
            number = f"+66814{next(self.numbers):06}"
            customer = env["res.partner"].create({"name": "Tap", "phone": number})
            customer._crm_record_consent("marketing_sms")
            values = {
                "company_id": env.company.id,
                "partner_id": customer.id,
                "number": number,
                "text": "Tea",
                "purpose": "marketing_sms",
                "queued_at": fields.Datetime.now(),
            }
            sent = env["sms.delivery"].create(
                {**values, "state": "accepted", "token": sms_links.token()}
            )
            waiting = env["sms.delivery"].create(
                [{**values, "state": "queued", "waiting": True} for _n in range(5)]
            )
            return sent.id, waiting.ids

    def test_taps_at_once(self):
        for _round in range(4):
            sent_id, waiting = self.new_messages()

            def tap(env, sent_id=sent_id):
                env["sms.delivery"].browse(sent_id)._opt_out()

            results = run_together(self.database, *[with_retry(tap)] * 4)
            self.assertEqual(results, [None] * 4)
            with committed(self.database) as env:
                sent = env["sms.delivery"].browse(sent_id)
                words = sent.partner_id.consent_ids.sorted("id").mapped("given")
                self.assertEqual(words, [True, False])
                stops = env["crm.sms.stop"].search([("number", "=", sent.number)])
                self.assertEqual(len(stops), 1)
                states = env["sms.delivery"].browse(waiting).mapped("state")
                self.assertEqual(set(states), {"cancelled"})

    def test_tap_while_a_slice_is_taken(self):
        """Each message is either taken or cancelled, never both."""
        for _round in range(4):
            sent_id, waiting = self.new_messages()

            def tap(env, sent_id=sent_id):
                env["sms.delivery"].browse(sent_id)._opt_out()

            def take(env, waiting=waiting):
                """What a sender does before it talks to a gateway."""
                env.cr.execute(
                    """UPDATE sms_delivery SET state = 'sending', waiting = FALSE
                        WHERE id IN (SELECT id FROM sms_delivery
                                      WHERE id = ANY(%s) AND waiting LIMIT 2
                                        FOR UPDATE SKIP LOCKED)
                    RETURNING id""",
                    [waiting],
                )
                return [id_ for (id_,) in env.cr.fetchall()]

            _done, taken = run_together(
                self.database, with_retry(tap), with_retry(take)
            )
            self.assertIsNone(_done)
            self.assertIsInstance(taken, list)
            with committed(self.database) as env:
                for delivery in env["sms.delivery"].browse(waiting):
                    state = "sending" if delivery.id in taken else "cancelled"
                    self.assertEqual(delivery.state, state)
