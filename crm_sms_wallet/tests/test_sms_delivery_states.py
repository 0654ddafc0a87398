from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.delivery_states import ENDS, RANK, moves_to
from ..tools.gateways.base import Report
from .common_deliveries import DeliveryCase

ORDER = ["accepted", "failed", "delivered"]
WORDS = ["accepted", "failed", "expired", "delivered", "never_seen"]


def expected_state(answer, words):
    """The reference: what has come furthest, whatever the order.

    :param answer: `accepted`, `unknown` or `refused`: what the sender was told
    :param words: of the reports
    """
    if answer == "refused":
        return "refused"
    reached = [
        "failed" if word == "expired" else word
        for word in words
        if word != "never_seen"
    ]
    if answer == "accepted":
        reached.append("accepted")
    return max(reached, key=ORDER.index, default="unknown")


def expected_credits(state, charged_on):
    """:return: (credits used, credits held)"""
    if state == "unknown":
        return 0, 1
    if state == "refused" or (state == "failed" and charged_on == "delivered"):
        return 0, 0
    return 1, 0


@tagged("post_install", "-at_install")
class TestStates(BaseCase):
    def test_no_way_back(self):
        states = [*RANK, *ENDS]
        for before in states:
            for after in states:
                if moves_to(before, after):
                    self.assertFalse(moves_to(after, before), f"{before} and {after}")
            self.assertFalse(moves_to(before, before))
        for end in ENDS:
            self.assertFalse(any(moves_to(end, state) for state in states))
        self.assertFalse(moves_to("delivered", "failed"))
        self.assertFalse(moves_to("accepted", "cancelled"))


@tagged("post_install", "-at_install")
class TestReports(DeliveryCase):
    """Reports come late, twice and in any order. Whatever comes, state and wallet end
    where a plain reference model says."""

    def sent(self, answer):
        """:return: a message of which the gateway has said so"""
        self.server.fault = "cut" if answer == "unknown" else ""
        number = "+66812000000" if answer == "refused" else "+66812345678"
        (delivery,) = self.queue("Hello", number=number)
        self.send()
        self.server.fault = ""
        return delivery

    def check(self, answer, words, charged_on):
        self.gateway.charged_on = charged_on
        used = self.wallet.credits
        delivery = self.sent(answer)
        self.assertEqual(delivery.state, answer)
        deliveries = self.env["sms.delivery"]
        for word in words:
            deliveries._apply_reports(self.gateway, [Report(delivery.uuid, "", word)])
        self.env.invalidate_all()
        state = expected_state(answer, words)
        self.assertEqual(delivery.state, state)
        used -= self.wallet.credits + self.wallet.held
        held = self.wallet.held
        self.assertEqual((used, held), expected_credits(state, charged_on))
        self.assertEqual(bool(delivery.cost), bool(used))
        # for the next one
        if state == "unknown":
            report = Report(delivery.uuid, "", "delivered")
            deliveries._apply_reports(self.gateway, [report])
        self.env.invalidate_all()
        self.assertEqual(self.wallet.held, 0)
        self.check_wallet()

    @settings(max_examples=25)
    @given(
        answer=st.sampled_from(["accepted", "unknown", "refused"]),
        words=st.lists(st.sampled_from(WORDS), max_size=6),
        charged_on=st.sampled_from(["accepted", "delivered"]),
    )
    def test_any_order(self, answer, words, charged_on):
        self.check(answer, words, charged_on)

    def test_every_order_of_one_of_each(self):
        for words in permutations(ORDER):
            self.check("accepted", words, "delivered")
            self.check("unknown", words, "delivered")

    def test_together_as_one_after_another(self):
        """Many reports in one call: of each message the best one counts."""
        deliveries = self.queue(*["Hello"] * 6)
        self.send()
        reports = [
            Report(delivery.uuid, "", word)
            for number, delivery in enumerate(deliveries)
            for word in [*WORDS[number % 5 :], *WORDS[: number % 5], "accepted"]
        ]
        self.gateway.charged_on = "delivered"
        changed = self.env["sms.delivery"]._apply_reports(self.gateway, reports)
        self.assertEqual(changed, 6)
        self.assertEqual(self.states(deliveries), ["delivered"] * 6)
        self.check_wallet()

    def test_failed_then_delivered_after_all(self):
        """The credit came back, and is used again when the phone was reached."""
        self.gateway.charged_on = "delivered"
        delivery = self.sent("accepted")
        deliveries = self.env["sms.delivery"]
        deliveries._apply_reports(
            self.gateway, [Report(delivery.uuid, "", "expired", "off")]
        )
        self.env.invalidate_all()
        self.assertEqual((self.wallet.credits, delivery.refunded), (1000, True))
        deliveries._apply_reports(
            self.gateway, [Report(delivery.uuid, "", "delivered")]
        )
        self.env.invalidate_all()
        self.assertEqual((self.wallet.credits, delivery.refunded), (999, False))
        self.assertEqual((delivery.cost, delivery.failure_type), (0.75, False))
        self.check_wallet()
