from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import payment_sources
from ..tools.source_view import MAX_SOURCES


class CrmCustomerPayment(models.Model):
    """What customers paid, payment by payment, on the day it was paid (R5).

    A view over the tables of the modules that know of payments: each adds a sub-query.
    Over all days the rows of a customer add up to ``amount_paid`` of its metrics; what
    was paid back is negative.
    """

    _name = "crm.customer.payment"
    _inherit = "crm.customer.row"
    _description = "Customer Payment"
    _auto = False
    _order = "day desc, id desc"
    _rec_name = "customer_id"
    _depends = {
        "account.move": ["partner_id", "state", "move_type", "invoice_date", "date"],
        "account.move.line": ["move_id", "display_type"],
        "account.partial.reconcile": ["customer_payment_day", "amount"],
        "payment.transaction": ["state", "amount", "operation", "last_state_change"],
        "res.partner": ["commercial_partner_id"],
        "sale.order": ["partner_id", "date_order", "currency_rate"],
    }

    customer_id = fields.Many2one("res.partner", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Contact", readonly=True, help="The contact of the order."
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        selection="_selection_kind", string="Paid By", readonly=True
    )
    day = fields.Date("Paid On", readonly=True, help="In the time zone of the company.")
    amount = fields.Monetary(
        readonly=True, help="In company currency; negative when it was paid back."
    )

    @api.model
    def _selection_kind(self):
        """The kinds of payments; modules add theirs.

        :return: list of (key, label)
        """
        return [
            ("invoice", self.env._("Invoice")),
            ("online", self.env._("Online payment")),
        ]

    @api.model
    def _customer_payment_sources(self, scope=None):
        """Where the rows come from; modules add theirs.

        Each selects the columns of ``tools.payment_sources.COLUMNS``.

        :param scope: ``tools.payment_sources.Scope``, for a few days of one company;
            default all
        :return: dict of a name, unique per source, to SQL
        """
        now = fields.Datetime.now()
        return {
            "invoice": payment_sources.invoices(now, scope),
            "online": payment_sources.transactions(now, scope),
        }

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(
            SQL(
                """SELECT s.id::int8 * %s + %s AS id, s.kind::varchar AS kind,
                          p.commercial_partner_id AS customer_id, s.partner_id,
                          s.company_id, s.day, s.amount
                     FROM (%s) AS s(%s) JOIN res_partner p ON p.id = s.partner_id""",
                MAX_SOURCES,
                number,
                query,
                SQL(", ").join(map(SQL.identifier, payment_sources.COLUMNS)),
            )
            for number, (_name, query) in enumerate(
                sorted(self._customer_payment_sources().items())
            )
        )

    @api.model
    def _scope_rows(self, scope):
        """:param scope: ``tools.payment_sources.Scope``
        :return: SQL of (partner_id, day, amount), the payments of the scope"""
        flush = SQL().join(
            SQL(to_flush=self.env[model]._fields[name])
            for model, names in self._depends.items()
            for name in names
        )
        return SQL(" UNION ALL ").join(
            SQL("SELECT partner_id, day, amount FROM (%s) AS source%s", query, flush)
            for query in self._customer_payment_sources(scope).values()
        )
