from collections import defaultdict
from datetime import datetime, time
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.tools import split_every

from ..tools.order_plan import Finding
from ..tools.order_returns import Purchase, match_returns

BATCH = 50
CHUNK = 1000


class CrmOrderImport(models.Model):
    """Goods that came back: matched to their purchases, once."""

    _inherit = "crm.order.import"

    def _match_plan_returns(self, plan, orders, partners):
        """Find which returns will take something back, from the orders of the file
        and those of earlier files, and list the others."""
        known = self._known_returns(plan.returns)
        returns = [
            ret for ret in plan.returns if (ret.number, ret.position) not in known
        ]
        purchases = self._stored_purchases(
            {partners[ret.customer] for ret in returns if ret.customer in partners},
            {ret.sku for ret in returns},
        )
        wanted = {(partners.get(r.customer, r.customer), r.sku) for r in returns}
        for order in orders:
            if order.state != "sale":
                continue
            for line in order.live_lines:
                key = (partners.get(order.customer, order.customer), line.sku)
                left = line.quantity - line.returned
                if key in wanted and left > 0:
                    purchases[key].append(Purchase(order.date, None, left))
        matches = match_returns(purchases, self._return_events(returns, partners))
        for row, match in matches.items():
            self._find_unmatched(plan, row, match)

    @api.model
    def _return_events(self, returns, partners):
        """:return: the returns as ``match_returns`` takes them, by row

        A return without a time of day counts to the end of its day.
        """
        return [
            (
                datetime.combine(ret.date, time.max)
                if ret.date.time() == time(12)
                else ret.date,
                ret.row,
                partners.get(ret.customer, ret.customer),
                ret.sku,
                ret.quantity,
            )
            for ret in returns
        ]

    @api.model
    def _find_unmatched(self, plan, row, match):
        if not match.reason:
            return
        ret = next(r for r in plan.returns if r.row == row)
        plan.findings.append(
            Finding(
                row,
                "return",
                match.reason,
                f"{ret.number} {ret.sku} × {ret.quantity:g}",
                f"{match.left:g}",
            )
        )

    def _known_returns(self, returns):
        """:return: set of (number, position) of the returns applied before"""
        known = set()
        for chunk in split_every(CHUNK, {ret.number for ret in returns}):
            rows = (
                self.env["crm.order.return"]
                .sudo()
                .search_fetch(
                    [
                        ("company_id", "=", self.company_id.id),
                        ("source", "=", self.source),
                        ("number", "in", list(chunk)),
                    ],
                    ["number", "position"],
                )
            )
            known.update((row.number, row.position) for row in rows)
        return known

    def _stored_purchases(self, partner_ids, skus):
        """:return: {(partner id, code): [Purchase]} of the confirmed order lines of
        those customers, less what was returned already; ref is the line's id"""
        purchases = defaultdict(list)
        tz = ZoneInfo(self.company_id.customer_tz)
        for chunk in split_every(CHUNK, sorted(partner_ids)):
            lines = self.env["sale.order.line"].search(
                [
                    ("order_partner_id", "in", list(chunk)),
                    ("company_id", "=", self.company_id.id),
                    ("state", "=", "sale"),
                    ("product_id.default_code", "in", list(skus)),
                ],
                order="id",
            )
            for line in lines:
                left = line.product_uom_qty - line.returned_qty
                if left > 0:
                    key = (line.order_partner_id.id, line.product_id.default_code)
                    moment = line.order_id.date_order.replace(tzinfo=ZoneInfo("UTC"))
                    local = moment.astimezone(tz).replace(tzinfo=None)
                    purchases[key].append(Purchase(local, line.id, left))
        return purchases

    def _apply_returns(self, plan):
        """Take the matched returns back from their purchases, each once.

        :return: number of returns that took something back
        """
        known = self._known_returns(plan.returns)
        returns = [
            ret for ret in plan.returns if (ret.number, ret.position) not in known
        ]
        partners = self._find_customers({ret.customer: {} for ret in returns})
        returns = [ret for ret in returns if ret.customer in partners]
        purchases = self._stored_purchases(
            {partners[ret.customer] for ret in returns}, {ret.sku for ret in returns}
        )
        matches = match_returns(purchases, self._return_events(returns, partners))
        taken = [(ret, matches[ret.row].taken) for ret in returns]
        taken = [(ret, parts) for ret, parts in taken if parts]
        for batch in split_every(BATCH, taken):
            for ret, parts in batch:
                self._apply_return(ret, parts)
            self._commit_batch(0, 1)
        return len(taken)

    def _apply_return(self, ret, parts):
        """:param list parts: (sale.order.line id, quantity) as matched"""
        lines = self.env["sale.order.line"]
        self.env["crm.order.return"].sudo().create(
            [
                {
                    "company_id": self.company_id.id,
                    "source": self.source,
                    "number": ret.number,
                    "position": ret.position,
                    "date": ret.date,
                    "order_line_id": line_id,
                    "quantity": quantity,
                }
                for line_id, quantity in parts
            ]
        )
        by_order = {}
        for line_id, quantity in parts:
            line = lines.browse(line_id)
            by_order.setdefault(line.order_id, []).append((line, quantity))
        for order, taken in by_order.items():
            key = f"return:{self.source}:{ret.number}:{ret.position}:{order.id}"
            order._crm_apply_return(taken, key)

    def _apply_row_returns(self, order, plan):
        """Take back what the row of the order itself says was returned."""
        if order.state != "sale":
            return
        lines = [
            (line, planned.returned)
            for line, planned in zip(order.order_line, plan.live_lines, strict=False)
            if planned.returned
        ]
        if lines:
            order._crm_apply_return(lines, f"import:{self.source}:{plan.number}")
