from odoo import api, models
from odoo.tools import SQL

from odoo.addons.crm_segments.models.crm_customer_metric_dirty import PENDING

# What these say about money and payments does not count for tiers.
UNCOUNTED = {"account.move", "pos.payment"}


class CrmCustomerMetricDirty(models.Model):
    """Whoever's orders changed rises in the same transaction, where orders count."""

    _inherit = "crm.customer.metric.dirty"

    @api.model
    def _queue_pending(self):
        partner_ids = self._get_tier_customers()
        res = super()._queue_pending()
        if partner_ids:
            self.env["loyalty.card"]._rise_customers(partner_ids, {"spend", "orders"})
            # this runs just before the commit, after everything else was written
            self.env.flush_all()
        return res

    @api.model
    def _get_tier_customers(self):
        """:return: ids of the customers whose orders changed in this transaction"""
        policies = self.env["loyalty.program"]._get_tier_policies()
        if not any(basis in ("spend", "orders") for basis, _p in policies.values()):
            return []
        pending = dict(self.env.cr.precommit.data.get(PENDING) or {})
        pairs = pending.pop("pairs", ())
        found = {partner_id for partner_id, _company in pairs if partner_id}
        selects = [
            self.env[name]._metric_customers(list(ids))
            for name, ids in pending.items()
            if name not in UNCOUNTED
        ]
        if selects:
            rows = self.env.execute_query(SQL(" UNION ").join(selects))
            found.update(partner_id for partner_id, _company in rows)
        return sorted(found)
