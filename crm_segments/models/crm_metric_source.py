from odoo import api, models
from odoo.tools import SQL


class CrmMetricSource(models.AbstractModel):
    """Mixin of the models whose changes make customers' figures stale.

    It listens below create() and write(), where Odoo sends values to the database:
    stored computed fields, such as an order's total after a line was edited or an
    invoice's residual after a reconciliation, never pass through write().
    """

    _name = "crm.metric.source"
    _description = "Source of Customer Metrics"

    def _metric_trigger_fields(self):
        """:return: set of stored fields whose change makes the figures stale"""
        return set()

    def _metric_owner_fields(self):
        """:return: set of the stored fields that decide whose figures they are"""
        return {"partner_id", "company_id"}

    def _metric_link_fields(self):
        """:return: set of many2many fields that count as triggers"""
        return set()

    @api.model
    def _metric_customers(self, ids):
        """The customers concerned by some records.

        :param list ids: ids of records of this model
        :return: SQL that selects (commercial partner id, company id)
        """
        return SQL(
            """SELECT p.commercial_partner_id, s.company_id
                 FROM %s s JOIN res_partner p ON p.id = s.partner_id
                WHERE s.id = ANY(%s)""",
            SQL.identifier(self._table),
            ids,
        )

    def _metric_creates_matter(self):
        """:return: whether a record counts from its creation on"""
        return True

    def _queue_metrics(self):
        """Queue the customers these records belong to at the commit."""
        self.env["crm.customer.metric.dirty"]._add_records(self)

    def _queue_metrics_now(self):
        """Queue the customers these records belong to now, before they change."""
        if self:
            self.env["crm.customer.metric.dirty"]._add_pairs(
                self.env.execute_query(self._metric_customers(list(self._ids)))
            )

    @api.model
    def _create(self, data_list):
        records = super()._create(data_list)
        if self._metric_creates_matter():
            records._queue_metrics()
        return records

    def _write_multi(self, vals_list):  # pylint: disable=missing-return
        names = set().union(*vals_list)
        owner_changes = names & self._metric_owner_fields()
        if owner_changes:
            self._queue_metrics_now()
        super()._write_multi(vals_list)
        if owner_changes or names & self._metric_trigger_fields():
            self._queue_metrics()

    def write(self, vals):
        linked = self._metric_link_fields() & set(vals)
        if linked:
            self._queue_metrics_now()
        result = super().write(vals)
        if linked:
            self._queue_metrics()
        return result

    def unlink(self):
        self._queue_metrics_now()
        return super().unlink()
