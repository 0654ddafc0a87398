from odoo import models


class CrmSmsWallet(models.Model):
    """The statement of a wallet: what was there, what came and went, what is there."""

    _inherit = "crm.sms.wallet"

    def _get_statement(self, date_from, date_to):
        """:return: dict with `opening` and `closing` (dicts money, credits, held),
        `sums` (list of (label of the kind, entries, money, credits, cost)), `days`
        (list of (date, credits used, cost)) and `entries` (all but single sendings)
        """
        self.ensure_one()
        entries = self.env["crm.sms.wallet.entry"]
        own = [("wallet_id", "=", self.id)]
        period = [*own, ("date", ">=", date_from), ("date", "<=", date_to)]
        return {
            "opening": self._state_at([*own, ("date", "<", date_from)]),
            "closing": self._state_at([*own, ("date", "<=", date_to)]),
            "sums": self._sums(period),
            "days": [
                (day, credits, cost)
                for day, credits, cost in self._used_by_day(period)
                if credits or cost
            ],
            "entries": entries.search(
                [*period, ("kind", "not in", ("hold", "settle", "refund"))],
                order="seq",
            )
            | entries.search([*period, ("kind", "=", "refund"), ("money", "!=", 0)]),
        }

    def _state_at(self, domain):
        last = self.env["crm.sms.wallet.entry"].search(
            domain, order="seq desc", limit=1
        )
        return {
            "money": last.balance_after,
            "credits": last.credits_after,
            "held": last.held_after,
        }

    def _sums(self, domain):
        entries = self.env["crm.sms.wallet.entry"]
        labels = dict(entries._fields["kind"]._description_selection(self.env))
        groups = entries._read_group(
            domain, ["kind"], ["__count", "money:sum", "credits:sum", "cost:sum"]
        )
        return [(labels[kind], *values) for kind, *values in groups]

    def _used_by_day(self, domain):
        """What was settled, less what was given back because it was not delivered."""
        groups = self.env["crm.sms.wallet.entry"]._read_group(
            [*domain, ("kind", "in", ("settle", "refund")), ("money", "=", 0)],
            ["date:day", "kind"],
            ["held:sum", "credits:sum", "cost:sum"],
        )
        days = {}
        for day, _kind, held, credits, cost in groups:
            # A release moves held to free; used is what left both.
            used, spent = days.get(day, (0, 0))
            days[day] = (used - held - credits, spent + cost)
        return [(day, *values) for day, values in sorted(days.items())]
