from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, new_test_user, tagged

from ..models import mailing_mailing_prepare
from ..tools import sms_parts
from ..tools.credit_quote import CreditQuote
from ..tools.text_findings import TextFindings
from .common_deliveries import fill_wallet
from .common_recipients import CampaignCase


@tagged("post_install", "-at_install")
class TestPrepare(CampaignCase):
    """The cost is known to the satang before anything is sent, and what is sent is
    what was counted."""

    def test_texts_parts_and_cost(self):
        text = "{nickname}: https://shop.example/promo {optout}"
        campaign = self.prepared(body_plaintext=text)
        messages = self.messages(campaign)
        self.assertEqual(len(set(messages.mapped("token"))), len(messages))
        base = self.company._sms_link_base()
        for message in messages:
            name, token = message.partner_id.nickname, message.token
            self.assertEqual(message.text, f"{name}: {base}/s/{token} {base}/u/{token}")
            count = sms_parts.count(message.text)
            self.assertEqual(
                (message.parts, message.encoding), (count.parts, count.encoding)
            )
            self.assertEqual((message.state, message.waiting), ("draft", False))
        self.assertEqual(campaign.sms_parts, sum(messages.mapped("parts")))
        self.assertEqual(campaign.sms_messages, len(messages))
        self.assertAlmostEqual(campaign.sms_cost, sum(messages.mapped("price")))
        self.assertEqual(campaign.credits_after, 1000 - campaign.sms_parts)
        link = self.env["crm.sms.link"].search([("mailing_id", "=", campaign.id)])
        self.assertEqual(link.url, "https://shop.example/promo")

    def test_cost_is_that_of_the_packages(self):
        """Credits of an old package first, then those of the next: exactly what the
        wallet takes when the messages are sent."""
        self.wallet._adjust("less", "correction", -997)
        fill_wallet(self.env, self.company, 100, key="second")
        self.env["crm.sms.credit.lot"].flush_model()
        campaign = self.prepared()
        expected = campaign._credit_quote().take(campaign.sms_parts)
        campaign._launch()
        self.send()
        self.env.invalidate_all()
        messages = self.messages(campaign)
        self.assertEqual(set(messages.mapped("state")), {"accepted"})
        paid = sum(Decimal(str(round(m.cost, 6))) for m in messages)
        self.assertEqual(paid, expected)
        self.assertAlmostEqual(campaign.sms_cost, float(expected), 2)

    def test_link_and_what_is_missing(self):
        campaign = self.campaign(body_plaintext="Look: {link}")
        with self.assertRaisesRegex(UserError, "address"):
            campaign.action_prepare()
        campaign.link_url = "https://shop.example/a"
        campaign.action_prepare()
        self.assertIn("/s/", self.messages(campaign)[0].text)
        campaign.body_plaintext = "{coupon}"
        with self.assertRaisesRegex(UserError, "coupon programme"):
            campaign.action_prepare()
        campaign.body_plaintext = "Hello {nobody}"
        with self.assertRaisesRegex(UserError, "nobody"):
            campaign.action_prepare()
        campaign.body_plaintext = " "
        with self.assertRaisesRegex(UserError, "Write the text"):
            campaign.action_prepare()

    def test_changes_make_it_stale(self):
        changes = [
            {"body_plaintext": "Other"},
            {"holdout_percent": 50},
            {"customer_domain": [["id", "in", self.people[:3].ids]]},
            {"variant_ids": [(0, 0, {"text": "A", "share": 100})]},
            {"link_url": "https://shop.example"},
        ]
        for values in changes:
            campaign = self.prepared()
            self.assertEqual(campaign.prepare_state, "ready")
            campaign.write(values)
            self.assertEqual(campaign.prepare_state, "stale", values)
            with self.assertRaisesRegex(UserError, "Prepare it again"):
                campaign.action_confirm_send()
            with self.assertRaisesRegex(UserError, "Prepare it again"):
                campaign.action_put_in_queue()
        campaign.variant_ids[:1].text = "B"
        campaign.action_prepare()
        self.assertEqual(campaign.prepare_state, "ready")

    def test_title_and_schedule_do_not(self):
        campaign = self.prepared()
        campaign.write({"subject": "Other", "rate_per_minute": 5})
        self.assertEqual(campaign.prepare_state, "ready")

    def test_segment_rule_makes_it_stale(self):
        segment = self.env["crm.segment"].create(
            {
                "name": "Living",
                "company_id": self.company.id,
                "domain": repr([("id", "in", self.people[:4].ids)]),
            }
        )
        segment._refresh_all()
        campaign = self.prepared(
            recipient_choice="segments", include_segment_ids=segment.ids
        )
        self.assertEqual((campaign.prepare_state, campaign.drift_count), ("ready", 0))
        self.env.cr.execute(
            """UPDATE crm_segment_member SET "left" = now() AT TIME ZONE 'UTC'
                     + interval '1 minute' WHERE partner_id = %s""",
            [self.people[0].id],
        )
        campaign.invalidate_recordset()
        self.assertEqual(campaign.drift_count, 1)
        self.assertIn("1 customers", campaign.campaign_warnings)
        segment.domain = repr([("id", "in", self.people.ids)])
        self.assertEqual(campaign.prepare_state, "stale")
        with self.assertRaisesRegex(UserError, "in use"):
            segment.unlink()

    def test_prepared_again_leaves_nothing(self):
        campaign = self.prepared()
        campaign.customer_domain = [["id", "in", self.people[:2].ids]]
        campaign.action_prepare()
        self.assertEqual(len(self.messages(campaign)), 2)
        self.assertEqual(campaign.sms_messages, 2)

    def test_in_the_background(self):
        """Cut off after each batch, it goes on where it was."""
        campaign = self.campaign(self.customers(7, 300))
        self.patch(mailing_mailing_prepare, "CHUNK", 3)
        campaign._begin_prepare()
        turns = 0
        while campaign.prepare_state == "preparing":
            turns += 1
            self.env.flush_all()
            with self.enter_registry_test_mode(), self.registry.cursor() as cursor:
                campaign.with_env(self.env(cr=cursor))._prepare(-1.0)
            self.env.invalidate_all()
        self.assertEqual(campaign.prepare_state, "ready")
        self.assertGreater(turns, 2)
        self.assertEqual(len(self.messages(campaign)), 7)
        self.assertEqual(
            campaign.sms_parts, sum(self.messages(campaign).mapped("parts"))
        )

    def test_wrong_in_the_background(self):
        campaign = self.campaign(body_plaintext="{nobody}")
        campaign._begin_prepare()
        with self.enter_registry_test_mode():
            self.env.ref("crm_sms_wallet.mailing_prepare_cron").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(campaign.prepare_state, "failed")
        self.assertIn("nobody", campaign.prepare_error)

    def test_preview(self):
        campaign = self.campaign(body_plaintext="{nickname} {optout}")
        campaign.sample_partner_id = self.people[2]
        self.assertTrue(campaign.sample_text.startswith("N2 "))
        self.assertIn("1 SMS", campaign.sample_text)
        campaign.body_plaintext = "{nobody}"
        self.assertIn("do not exist", campaign.sample_text)

    def test_advice(self):
        campaign = self.prepared(body_plaintext="x" * 165)
        self.assertEqual(campaign.text_findings["cuts"], {"5": 8})
        self.assertIn("Cut 5 characters", campaign.text_advice)
        campaign = self.prepared(body_plaintext="Sale “now”")
        self.assertEqual(campaign.unicode_characters, "“ ”")
        self.assertFalse(campaign.text_advice)

    def test_rights(self):
        group = "crm_segments.crm_segments_group_"
        ids = {"company_id": self.company.id, "company_ids": [(6, 0, self.company.ids)]}
        viewer = new_test_user(self.env, "c-viewer", f"{group}viewer", **ids)
        officer = new_test_user(self.env, "c-officer", f"{group}officer", **ids)
        campaign = self.prepared()
        seen = campaign.with_user(viewer)
        self.assertEqual(seen.treated_count, 8)
        self.assertTrue(seen.assignment_ids[0].number)
        for name in ("action_prepare", "action_confirm_send", "action_pause"):
            with self.assertRaises(AccessError):
                getattr(seen, name)()
        with self.assertRaises(AccessError):
            seen.write({"subject": "Mine"})
        mine = self.campaigns.with_user(officer).create(
            {
                "subject": "Officer's",
                "mailing_type": "sms",
                "recipient_choice": "customers",
                "customer_domain": [["id", "in", self.people.ids]],
                "body_plaintext": "Hello {optout}",
            }
        )
        mine.action_prepare()
        self.assertEqual(mine.treated_count, 8)
        self.assertEqual(mine.sms_parts, 8)
        with self.assertRaises(UserError):
            mine.write({"prepare_state": "ready"})
        mine._launch()
        self.assertEqual(mine.state, "sending")
        native = self.campaigns.create({"subject": "Odoo's own"})
        self.assertFalse(
            self.campaigns.with_user(officer).search([("id", "=", native.id)])
        )

    def test_foreign_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "c-other",
            "crm_segments.crm_segments_group_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        campaign = (
            self.prepared().with_user(user).with_context(allowed_company_ids=other.ids)
        )
        with self.assertRaises(AccessError):
            campaign.read(["subject"])
        self.assertFalse(
            self.assignments.with_env(campaign.env).search(
                [("mailing_id", "=", campaign.id)]
            )
        )


class TestQuote(BaseCase):
    """A used-up package costs exactly its price, however it is taken."""

    def test_exact(self):
        lots = [(5000, 3499, 5000, 0), (3, 1, 2, "0.333333")]
        for sizes in ([5000], [1] * 5000, [7, 4993], [4999, 1]):
            quote = CreditQuote(lots, "0.75")
            self.assertEqual(sum(map(quote.take, sizes)), Decimal(3499))
            self.assertEqual(quote.take(3), Decimal("0.666667") + Decimal("0.75"))
        self.assertEqual(CreditQuote([], 0.75).take(4), 3)

    def test_best_cut(self):
        findings = TextFindings({"cuts": {"3": 10, "4": 1, "9": 100}})
        self.assertEqual(findings.best_cut(), (9, 111))
        self.assertEqual(TextFindings({"cuts": {"1": 5, "9": 5}}).best_cut(), (1, 5))
        self.assertEqual(TextFindings().best_cut(), (0, 0))


@tagged("post_install", "-at_install")
class TestPeople(CampaignCase):
    """Two customers who were one, and one who wants to be forgotten."""

    def test_merge(self):
        campaign = self.prepared()
        one, two = self.people[:2]
        self.env["base.partner.merge.automatic.wizard"]._merge((one | two).ids, one)
        self.assertEqual(campaign.chosen_count, len(self.people))
        rows = self.assignments.search([("mailing_id", "=", campaign.id)])
        self.assertEqual(len(rows.filtered(lambda row: row.partner_id == one)), 1)

    def test_erase(self):
        campaign = self.prepared()
        person = self.people[0]
        self.env["mailing.trace"]._note_deliveries(campaign)
        number = person.phone_sanitized
        [section] = [s for s in person._crm_all_personal_data() if s.key == "campaigns"]
        self.assertEqual(section.records.mailing_id, campaign)
        person._crm_erase("asked")
        self.env.invalidate_all()
        self.assertFalse(self.assignments.search([("number", "=", number)]))
        self.assertFalse(
            self.env["mailing.trace"].search([("sms_number", "=", number)])
        )
        self.assertEqual(campaign.chosen_count, len(self.people))
