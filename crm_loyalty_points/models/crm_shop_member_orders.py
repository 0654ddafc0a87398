from odoo import models
from odoo.tools import SQL

from ..tools.points_text import points_text
from ..tools.said_day import said_day
from ..tools.thai_day import page_time
from .crm_shop_member import PAGE_SIZE


class CrmShop(models.Model):
    """The orders of a member in all channels, and the visits."""

    _inherit = "crm.shop"

    def _get_member_orders(self, partner, page=1):
        """The member's own orders in this company, the latest first.

        :return: dict of `orders` (list of dicts, see `_get_member_order_views` of the
            models of orders, with `points`: what the member's card got by it, as text
            with sign, empty for nothing), `page` and `more`
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT model, id FROM (%s) AS orders"
                " ORDER BY moment DESC, model, id DESC LIMIT %s OFFSET %s",
                SQL(" UNION ALL ").join(self._sql_member_orders(partner)),
                PAGE_SIZE + 1,
                (page - 1) * PAGE_SIZE,
            )
        )
        shown = rows[:PAGE_SIZE]
        ids = {}
        for model, id_ in shown:
            ids.setdefault(model, []).append(id_)
        views = {}
        for model, group in ids.items():
            orders = self.env[model].sudo().browse(group)
            for id_, view in orders._get_member_order_views(self).items():
                views[model, id_] = view
        points = self._get_order_points(partner, ids)
        return {
            "orders": [
                {**views[row], "points": points_text(points[row], sign=True)}
                if points.get(row)
                else {**views[row], "points": ""}
                for row in shown
            ],
            "page": page,
            "more": len(rows) > PAGE_SIZE,
        }

    def _sql_member_orders(self, partner):
        """Channels with another model of orders add theirs.

        :return: list of SQL that select `model`, `id` and `moment` (UTC) of the
            orders that the member has placed in this company
        """
        return [
            SQL(
                """SELECT 'sale.order' AS model, o.id, o.date_order AS moment
                     FROM sale_order o
                     JOIN res_partner person ON person.id = o.%s
                    WHERE person.commercial_partner_id = %s AND o.company_id = %s
                      AND o.state IN ('sale', 'cancel')
                      AND o.is_reward_delivery IS NOT TRUE AND %s""",
                SQL.identifier(whose),
                partner.id,
                self.company_id.id,
                self._sql_sale_order_shown(),
            )
            for whose in ("partner_id", "points_claimer_id")
        ]

    def _sql_sale_order_shown(self):
        """:return: SQL on `o`: not shown as an order of another channel"""
        return SQL("TRUE")

    def _get_order_points(self, partner, ids):
        """:param ids: {model: list of ids}
        :return: {(model, id): points that the member's card got or gave}"""
        card = self._get_member_card(partner)
        if not card:
            return {}
        rows = self.env.execute_query(
            SQL(
                """SELECT source_model, source_id, sum(points)::float
                     FROM loyalty_point_entry
                    WHERE card_id = %s AND source_id IS NOT NULL AND (%s)
                 GROUP BY source_model, source_id""",
                card.id,
                SQL(" OR ").join(
                    [SQL("FALSE")]
                    + [
                        SQL("source_model = %s AND source_id = ANY(%s)", model, group)
                        for model, group in ids.items()
                    ]
                ),
            )
        )
        return {(model, id_): points for model, id_, points in rows}

    # -- visits --------------------------------------------------------------------

    def _get_member_visits(self, partner, page=1):
        """When the member came in, or will. Nothing that staff noted about it.

        :return: dict of `visits` (dicts of `day`, `time`, `branch`, `service`,
            `state`, `state_text`; the latest first), `page` and `more`
        """
        self.ensure_one()
        visits = self.env["crm.visit"].sudo()
        found = visits.search_fetch(
            [
                ("partner_id", "child_of", partner.id),
                ("company_id", "=", self.company_id.id),
            ],
            ["start", "state", "branch_id", "product_id"],
            order="start desc, id desc",
            limit=PAGE_SIZE + 1,
            offset=(page - 1) * PAGE_SIZE,
        )
        states = dict(visits._fields["state"]._description_selection(self.env))
        return {
            "visits": [
                self._get_member_visit(visit, states) for visit in found[:PAGE_SIZE]
            ],
            "page": page,
            "more": len(found) > PAGE_SIZE,
        }

    def _get_member_visit(self, visit, states):
        """:return: see `_get_member_visits`"""
        local = self.company_id._get_local_moment(visit.start)
        return {
            "day": said_day(self.env, local.date()),
            "time": page_time(self.env, local),
            "branch": visit.branch_id.name or "",
            "service": visit.product_id.name or "",
            "state": visit.state,
            "state_text": states[visit.state],
        }
