from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models import sms_delivery_send
from ..tools.gateways.base import Report
from ..tools.gateways.generic_http import HttpApi
from .common_deliveries import DeliveryCase, fill_wallet, make_gateway

TRANSPORT = "odoo.addons.crm_sms_wallet.tools.gateways.base"


@tagged("post_install", "-at_install")
class TestSmsDelivery(DeliveryCase):
    """What the shop pays for a message depends on what the gateway said about it, and
    on nothing else."""

    def test_sent_and_paid(self):
        thai = "ก" * 71
        deliveries = self.queue("Hello", "Hello", thai)
        self.assertEqual(deliveries.mapped("parts"), [1, 1, 2])
        self.assertEqual(self.send(), 3)
        self.assertEqual(self.states(deliveries), ["accepted"] * 3)
        self.assertEqual(deliveries.mapped("cost"), [0.75, 0.75, 1.5])
        self.assertEqual((self.wallet.credits, self.wallet.held), (996, 0))
        self.assertTrue(all(deliveries.mapped("ref")))
        self.assertEqual(deliveries.gateway_id, self.gateway)
        self.assertEqual(deliveries.batch_id.state, "settled")
        self.assertEqual(set(self.server.times().values()), {1})
        self.assertEqual(self.send(), 0, "nothing is left")
        self.check_wallet()

    def test_refused_for_good_costs_nothing(self):
        (bad,) = self.queue("Hello", number="+66812000000")
        other = make_gateway(self.env, self.start_server(), self.company, sequence=20)
        (good,) = self.queue("Hello", number="+66812345678")
        self.send()
        self.assertEqual(self.states(bad + good), ["refused", "accepted"])
        self.assertEqual(bad.failure_type, "sms_number_format")
        self.assertEqual(bad.cost, 0)
        self.assertFalse(bad.gateway_id == other, "bad everywhere: no other is asked")
        self.assertEqual((self.wallet.credits, self.wallet.held), (999, 0))
        self.check_wallet()

    def test_next_gateway_after_a_refusal(self):
        """No credit at the first gateway: the second one sends, at once."""
        self.server.credit = 2
        second = self.start_server()
        other = make_gateway(self.env, second, self.company, sequence=20)
        deliveries = self.queue(*["Hello"] * 6)
        self.send()
        self.assertEqual(self.states(deliveries), ["accepted"] * 6)
        self.assertEqual(len(self.server.times()), 2)
        self.assertEqual(len(second.times()), 4)
        self.assertEqual(deliveries.gateway_id, self.gateway + other)
        self.assertTrue(self.gateway.waits_until, "it rests")
        self.check_wallet()

    def test_sender_refused_by_one_gateway(self):
        """The gateway is well, but does not take this sender: only that message goes
        by the other one, and before what was queued behind it."""
        second = self.start_server()
        make_gateway(self.env, second, self.company, sequence=20)
        (barred,) = self.queue("Hello", sender="BARRED")
        rest = self.queue("Hello", "Hello")
        second.behaviour["refuse"] = 0
        self.send()
        self.assertFalse(self.gateway.waits_until)
        self.assertEqual(self.states(rest), ["accepted"] * 2)
        self.assertEqual(len(self.server.times()), 2)
        # the other server knows the same rule, so nobody takes it
        self.assertEqual(barred.state, "sending")
        self.assertTrue(barred.waiting)
        self.assertGreater(barred.not_before, fields.Datetime.now())
        self.assertEqual(self.wallet.held, 0, "nothing is held while it waits")
        self.check_wallet()

    @mute_logger(TRANSPORT)
    def test_unknown_is_never_sent_elsewhere(self):
        """The answer got lost. Whether it was accepted, nobody knows: asking is
        allowed, sending is not."""
        second = self.start_server()
        make_gateway(self.env, second, self.company, sequence=20)
        self.server.fault = "cut"
        deliveries = self.queue("Hello", "Hello")
        self.send()
        self.assertEqual(self.states(deliveries), ["unknown"] * 2)
        self.assertEqual((self.wallet.credits, self.wallet.held), (998, 2))
        self.server.fault = ""
        self.send()
        self.assertFalse(second.times())
        with self.assertRaises(UserError):
            deliveries.action_retry()
        self.reconcile()
        self.assertEqual(self.states(deliveries), ["accepted"] * 2)
        self.assertEqual((self.wallet.credits, self.wallet.held), (998, 0))
        self.assertEqual(set(self.server.times().values()), {1})
        self.check_wallet()

    @mute_logger(TRANSPORT)
    def test_never_seen_is_sent_after_all(self):
        self.server.fault = "cut_before"
        deliveries = self.queue("Hello", "Hello")
        self.send()
        self.assertEqual(self.states(deliveries), ["unknown"] * 2)
        self.server.fault = ""
        self.reconcile()
        self.assertEqual(self.wallet.held, 0, "released until they are sent")
        self.send()
        self.assertEqual(self.states(deliveries), ["accepted"] * 2)
        self.assertEqual(set(self.server.times().values()), {1})
        self.check_wallet()

    @mute_logger(TRANSPORT)
    def test_nothing_is_held_for_ever(self):
        """A gateway that cannot be asked: after some days it counts as sent."""
        self.gateway.http_query_url = False
        self.server.fault = "cut"
        (delivery,) = self.queue("Hello")
        self.send()
        self.reconcile()
        self.assertEqual(delivery.state, "unknown")
        delivery.batch_id.sudo().started_at -= timedelta(days=4)
        self.reconcile()
        self.assertEqual(delivery.state, "accepted")
        self.assertTrue(delivery.failure_text)
        self.assertEqual((self.wallet.credits, self.wallet.held), (999, 0))
        self.check_wallet()

    def test_wallet_runs_dry_and_is_filled(self):
        """In the middle of a campaign: it stops where the credits end, and goes on
        from there."""
        wallet = fill_wallet(self.env, self.company, 0 or 1, "resold", key="more")
        wallet._adjust("less", "test", credits=-991)
        self.assertEqual(wallet.credits, 10)
        deliveries = self.queue(*["Hello"] * 25)
        self.send()
        self.assertEqual(self.states(deliveries), ["accepted"] * 10 + ["queued"] * 15)
        self.assertEqual((wallet.credits, wallet.held), (0, 0))
        self.assertTrue(self.company.sms_credits_missing_since)
        self.send()
        self.assertEqual(len(self.server.times()), 10)
        fill_wallet(self.env, self.company, 100, "resold", key="again")
        self.send()
        self.assertEqual(self.states(deliveries), ["accepted"] * 25)
        self.assertFalse(self.company.sms_credits_missing_since)
        self.assertEqual(set(self.server.times().values()), {1})
        self.assertEqual((wallet.credits, wallet.held), (85, 0))

    def test_gateway_runs_dry_and_is_filled(self):
        """The own account at the gateway is empty: messages wait, none is lost."""
        self.server.credit = 4
        deliveries = self.queue(*["Hello"] * 10)
        self.send()
        self.assertEqual(len(self.server.times()), 4)
        self.assertEqual(sum(deliveries.mapped("waiting")), 6)
        self.assertEqual((self.wallet.credits, self.wallet.held), (996, 0))
        self.server.credit = 100
        self.send()
        self.assertEqual(len(self.server.times()), 4, "the gateway rests")
        self.gateway.action_try_now()
        self.send()
        self.assertEqual(self.states(deliveries), ["accepted"] * 10)
        self.assertEqual(set(self.server.times().values()), {1})
        self.check_wallet()

    def test_money_comes_back_by_the_rule_of_the_gateway(self):
        by_rule = {"accepted": (999, 0.75, False), "delivered": (1000, 0, True)}
        for rule, (credits, cost, refunded) in by_rule.items():
            with self.subTest(charged_on=rule):
                self.gateway.charged_on = rule
                before = self.wallet.credits
                (delivery,) = self.queue("Hello")
                self.send()
                report = Report(delivery.uuid, "", "failed", "phone off")
                for _twice in range(2):
                    self.env["sms.delivery"]._apply_reports(self.gateway, [report])
                delivery.invalidate_recordset()
                self.assertEqual(delivery.state, "failed")
                self.assertEqual(delivery.failure_text, "phone off")
                self.assertEqual((delivery.cost, delivery.refunded), (cost, refunded))
                self.wallet.invalidate_recordset()
                self.assertEqual(self.wallet.credits - before, credits - 1000)
                self.check_wallet()

    def test_report_by_the_gateways_own_id(self):
        (delivery,) = self.queue("Hello")
        self.send()
        report = Report("", delivery.ref, "delivered")
        self.env["sms.delivery"]._apply_reports(self.gateway, [report])
        self.assertEqual(self.states(delivery), ["delivered"])

    def test_report_of_another_gateway_is_not_believed(self):
        (delivery,) = self.queue("Hello")
        self.send()
        other = make_gateway(self.env, self.server, self.company, sequence=20)
        report = Report(delivery.uuid, delivery.ref, "failed")
        self.env["sms.delivery"]._apply_reports(other, [report])
        self.assertEqual(self.states(delivery), ["accepted"])

    def test_report_comes_before_the_answer_is_written(self):
        """The phone was faster than our own transaction."""
        (delivery,) = self.queue("Hello")
        deliveries = self.env["sms.delivery"]
        finish = self.registry["sms.batch"]._finish

        def late_finish(batch, results):
            report = Report(delivery.uuid, "r1", "delivered")
            deliveries._apply_reports(self.gateway, [report])
            return finish(batch, results)

        self.patch(self.registry["sms.batch"], "_finish", late_finish)
        self.send()
        self.assertEqual(delivery.state, "delivered")
        self.assertEqual(delivery.cost, 0.75)
        self.assertEqual((self.wallet.credits, self.wallet.held), (999, 0))
        self.check_wallet()

    def test_trouble_of_one_company_is_its_own(self):
        """Another shop's gateway has an address that may not be called, and a third
        one's answers cannot be written: this shop's messages leave."""
        second, third = self.env["res.company"].create(
            [{"name": "No Address"}, {"name": "Broken"}]
        )
        unusable = make_gateway(self.env, self.server, second)
        make_gateway(self.env, self.server, third)
        for company in (second, third):
            self.queue("Hello", company_id=company.id)
        (mine,) = self.queue("Hello")
        take = self.registry["sms.delivery"]._take
        api = self.registry["crm.sms.gateway"]._api

        def failing_take(model, company, run):
            if company == third:
                raise ZeroDivisionError()
            return take(model, company, run)

        def failing_api(gateway):
            if gateway == unusable:
                raise ValidationError(gateway.name)
            return api(gateway)

        self.patch(self.registry["sms.delivery"], "_take", failing_take)
        self.patch(self.registry["crm.sms.gateway"], "_api", failing_api)
        self.patch(self.env.cr, "rollback", lambda: None)
        with mute_logger("odoo.addons.crm_sms_wallet.models.sms_delivery_send"):
            self.send()
        self.assertEqual(self.states(mine), ["accepted"])
        self.assertEqual(unusable.wait_reason, unusable.name)
        waiting = self.env["sms.delivery"].search(
            [("company_id", "in", (second + third).ids)]
        )
        self.assertEqual(waiting.mapped("state"), ["queued"] * 2)

    def test_codes_do_not_wait_for_a_gateway_in_trouble(self):
        """By the other gateway at once, or not at all: in an hour it opens nothing."""
        self.server.credit = 0
        (code,) = self.queue("123456 is your code", purpose="code")
        (notice,) = self.queue("Your order is ready")
        self.send()
        self.assertEqual(self.states(code + notice), ["refused", "sending"])
        self.assertTrue(notice.waiting)
        make_gateway(self.env, self.start_server(), self.company, sequence=20)
        (code,) = self.queue("234567 is your code", purpose="code")
        self.send()
        self.assertEqual(self.states(code + notice), ["accepted"] * 2)
        self.check_wallet()

    def test_rate(self):
        """A slice is no larger than the gateway may send in a few seconds."""
        calls = []
        send = HttpApi._send_sms_batch

        def noted(gateway_api, messages, **kwargs):
            calls.append(sum(len(message["numbers"]) for message in messages))
            return send(gateway_api, messages, **kwargs)

        self.patch(HttpApi, "_send_sms_batch", noted)
        self.gateway.rate = 50
        self.patch(sms_delivery_send, "SLICE_SECONDS", 0.2)
        deliveries = self.queue(*["Hello"] * 25)
        self.send()
        self.assertEqual(calls, [10, 10, 5])
        self.assertEqual(set(self.states(deliveries)), {"accepted"})

    def test_urgent_first_and_not_before(self):
        later = fields.Datetime.now() + timedelta(hours=1)
        self.queue("Wait", not_before=later)
        self.queue("Buy now", purpose="marketing_sms")
        self.queue("Your order is ready")
        self.queue("123456 is your code", purpose="code")
        self.send()
        sent = [rows[0]["text"] for rows in self.server.accepted.values()]
        self.assertEqual(sent[0], "123456 is your code")
        self.assertEqual(sent[1:], ["Your order is ready", "Buy now"])

    def test_code_is_not_kept(self):
        (code,) = self.queue("123456 is your code for Shop 7", purpose="code")
        self.assertEqual(code.text, "•••••• is your code for Shop 7")
        self.send()
        (row,) = self.server.accepted[code.uuid]
        self.assertEqual(row["text"], "123456 is your code for Shop 7")
        self.env.cr.execute(
            "SELECT secret_text FROM sms_delivery WHERE id = %s", [code.id]
        )
        self.assertEqual(self.env.cr.fetchone(), (None,))
        officer = new_test_user(
            self.env,
            "sms_officer_codes",
            "crm_segments.crm_segments_group_officer,base.group_system",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        with self.assertRaises(AccessError):
            code.with_user(officer).read(["secret_text"])

    def test_code_that_is_too_old_is_not_sent(self):
        (code,) = self.queue("123456 is your code", purpose="code")
        code.queued_at -= timedelta(minutes=20)
        self.send()
        self.assertEqual(self.states(code), ["cancelled"])
        self.assertFalse(self.server.times())

    def test_stopped_meanwhile(self):
        advert, notice = self.queue("Buy", "Order ready")
        advert.purpose = "marketing_sms"
        stop = self.env["crm.sms.stop"]
        stop._stop(self.company, (advert + notice).mapped("number"), "page")
        self.assertEqual(self.states(advert + notice), ["cancelled", "queued"])
        (blocked,) = self.queue("Buy", purpose="marketing_sms", number="+66819999999")
        # Odoo's own list tells nobody: it is looked up when the message leaves
        self.env["phone.blacklist"].sudo().create({"number": blocked.number})
        self.send()
        self.assertEqual(self.states(notice + blocked), ["accepted", "cancelled"])
        self.assertEqual(blocked.failure_type, "sms_optout")
        self.check_wallet()

    def test_retry(self):
        bad, good = self.queue("Hello", "Hello")
        bad.number = "+66812000000"
        self.send()
        self.assertEqual(self.states(bad + good), ["refused", "accepted"])
        bad.sudo().number = "+66812345600"
        with self.assertRaises(UserError):
            good.action_retry()
        bad.action_retry()
        again = bad.retry_ids
        self.assertEqual((again.state, again.text), ("queued", "Hello"))
        self.assertNotEqual(again.uuid, bad.uuid)
        with self.assertRaises(UserError, msg="once"):
            bad.action_retry()
        self.send()
        self.assertEqual(self.states(again + bad), ["accepted", "refused"])

    def test_retry_of_advertising_asks_for_consent(self):
        partner = self.env["res.partner"].create({"name": "Somchai"})
        (advert,) = self.queue(
            "Buy", purpose="marketing_sms", partner_id=partner.id, number="+66812000000"
        )
        self.send()
        self.assertEqual(self.states(advert), ["refused"])
        with self.assertRaises(UserError):
            advert.action_retry()
        self.env["crm.consent"].create(
            {
                "partner_id": partner.id,
                "company_id": self.company.id,
                "purpose": "marketing_sms",
                "given": True,
            }
        )
        advert.action_retry()
        self.assertEqual(advert.retry_ids.purpose, "marketing_sms")

    def test_cancel(self):
        first, second = self.queue("Hello", "Hello")
        first.action_cancel()
        self.send()
        self.assertEqual(self.states(first + second), ["cancelled", "accepted"])
        with self.assertRaises(UserError):
            (first + second).action_cancel()

    def test_rights(self):
        (delivery,) = self.queue("Hello")
        groups = "crm_segments.crm_segments_group_"
        values = {
            "company_id": self.company.id,
            "company_ids": [(6, 0, self.company.ids)],
        }
        viewer = new_test_user(self.env, "sms_viewer", f"{groups}viewer", **values)
        seen = delivery.with_user(viewer)
        self.assertEqual(seen.text, "Hello")
        for action in ("action_retry", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(seen, action)()
        with self.assertRaises(AccessError):
            seen.write({"state": "delivered"})
        with self.assertRaises(AccessError):
            self.env["sms.delivery"].with_user(viewer).create(
                {"company_id": self.company.id, "text": "Hi"}
            )
        other = self.env["res.company"].create({"name": "Other Shop"})
        stranger = new_test_user(
            self.env,
            "sms_stranger",
            f"{groups}manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        theirs = self.env["sms.delivery"].with_context(allowed_company_ids=other.ids)
        theirs = theirs.with_user(stranger)
        self.assertFalse(theirs.search([("id", "=", delivery.id)]))
