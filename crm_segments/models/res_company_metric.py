import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, mute_logger


class ResCompany(models.Model):
    _inherit = "res.company"

    customer_metric_day = fields.Date(
        readonly=True,
        copy=False,
        help="The local day of the last full pass over the customers' figures.",
        prefetch="customers",
    )

    @api.constrains("customer_tz")
    def _check_customer_tz(self):
        """The database computes local days, so it must know the zone as well: some
        systems leave old names out of its time zone data.
        """
        for name in set(self.mapped("customer_tz")):
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                    self.env.cr.execute(SQL("SELECT now() AT TIME ZONE %s", name))
            except psycopg2.DataError as error:
                raise ValidationError(
                    self.env._(
                        "The database does not know the time zone %(name)s. "
                        "Choose a city of the same zone.",
                        name=name,
                    )
                ) from error

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & (self._customer_metric_setting_fields() | {"currency_id"}):
            self.env["crm.customer.metric.dirty"]._add_pairs(
                (None, company_id) for company_id in self.ids
            )
        return result
