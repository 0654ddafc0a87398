from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KEPT_DAYS = 30


class CrmLineshoppingEvent(models.Model):
    """Storing events: by one statement, so that the service is answered at once."""

    _inherit = "crm.lineshopping.event"

    _todo_idx = models.Index("(shop_id, id) WHERE state = 'new'")
    _age_idx = models.Index("(received_at)")

    @api.model
    def _store_event(self, shop, key, kind, number):
        """Keep an event, unless it was told before, and let the job read the order.

        :return: whether it is new
        """
        told = self.env.execute_query(
            SQL(
                """INSERT INTO crm_lineshopping_event
                      (shop_id, company_id, event_key, kind, order_number, received_at,
                       state)
                   VALUES (%s, %s, %s, %s, %s, %s, 'new')
                   ON CONFLICT DO NOTHING RETURNING id""",
                shop.id,
                shop.sudo().company_id.id,
                key,
                kind or None,
                number,
                fields.Datetime.now(),
            )
        )
        if told:
            shop._wake_job()
        return bool(told)

    @api.autovacuum
    def _gc_events(self):
        old = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.env.cr.execute(
            SQL(
                """DELETE FROM crm_lineshopping_event
                    WHERE state = 'done' AND received_at < %s""",
                old,
            )
        )
