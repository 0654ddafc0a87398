from datetime import timedelta

from odoo import models

from ..tools.said_day import said_day


class LoyaltyPointEntry(models.Model):
    """The reason in words, where no rule, reward or welcome explains the points."""

    _inherit = "loyalty.point.entry"

    def _why_reason(self):
        """:return: {entry id: sentence}; entries whose reason says no more than their
        kind, or is not known, are left out"""
        named = self._get_named_reasons()
        sentences = {}
        for entry in self:
            text = entry._get_reason_texts().get(entry.reason)
            text = text or named.get((entry.reason, entry.company_id.id))
            text = text or named.get((entry.reason, False))
            if text:
                sentences[entry.id] = text
        return sentences

    def _get_named_reasons(self):
        """:return: {(code, company id or False): name} of the shop's own reasons"""
        reasons = self.env["loyalty.point.reason"].sudo()
        reasons = reasons.with_context(active_test=False)
        return {
            (reason.code, reason.company_id.id): reason.name
            for reason in reasons.search([("code", "in", self.mapped("reason"))])
        }

    def _get_reason_texts(self):
        """:return: {code of a reason that the suite itself gives: sentence}"""
        self.ensure_one()
        values = {"document": self.source_name or self.env._("an order")}
        if self.reason.startswith("health_"):
            return {self.reason: self.env._("Corrected after a check of the points")}
        return {
            "order": self.env._("For %(document)s", **values),
            "order_cancelled": self.env._("%(document)s was cancelled", **values),
            "order_changed": self.env._("%(document)s was changed", **values),
            "reward": self.env._("For the reward %(document)s", **values),
            "reward_cancelled": self.env._(
                "The reward %(document)s was cancelled", **values
            ),
            "reward_expired": self.env._(
                "The reward %(document)s was not used in time", **values
            ),
            "reward_removed": self.env._(
                "A reward was taken off %(document)s", **values
            ),
            "counter": self.env._("At the counter: %(document)s", **values),
            "counter_undone": self.env._(
                "Undone at the counter: %(document)s", **values
            ),
            "given_again": self.env._(
                "Given again: %(document)s counts as it did before", **values
            ),
            "credit_note": self.env._("Credited: %(document)s", **values),
            "goods_returned": self.env._("Goods came back: %(document)s", **values),
            "moved_in": self.env._("Brought from another system"),
            "import_undone": self.env._("The file they came with was undone"),
            "installation": self.env._("Balance when the points ledger began"),
            "generated": self.env._("Given with the card"),
            "update_balance": self.env._("The balance was set by hand"),
            "unattributed": self.env._("Changed by something else than this suite"),
            "merge": self.env._("Two cards of one customer became one"),
            "second_gift": self.env._("Given once to each customer, not twice"),
            "erased": self.env._("The customer's data were erased"),
            "tier_gift": self.env._("Entry gift of the tier"),
            "birthday": self.env._("Birthday bonus of the tier"),
            "expired_card": self.env._("The card had expired"),
            "expired": self.env._(
                "Not used by %(day)s, their last day",
                day=said_day(self.env, self.date - timedelta(days=1)),
            ),
        }
