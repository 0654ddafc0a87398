from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.source_view import union_view

COLUMNS = {
    "id": "int8",
    "partner_id": "int4",
    "company_id": "int4",
    "channel": "varchar",
    "direction": "varchar",
    "date": "timestamp",
    "text": "varchar",
    "author_id": "int4",
    "state": "varchar",
    "res_model": "varchar",
    "res_id": "int4",
    "customer_id": "int4",
}


class CrmContactHistory(models.Model):
    """Every message to and from customers and every call, whatever the channel (X17).

    A view over the tables of the channel modules, which keep their own rows: each
    adds one sub-query, so nothing is stored twice.
    """

    _name = "crm.contact.history"
    _description = "Contact History"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "text"

    partner_id = fields.Many2one("res.partner", string="Contact", readonly=True)
    customer_id = fields.Many2one(
        "res.partner",
        readonly=True,
        help="Whose contact was written to.",
    )
    company_id = fields.Many2one("res.company", readonly=True)
    channel = fields.Selection(selection="_selection_channel", readonly=True)
    direction = fields.Selection(
        [("out", "To customer"), ("in", "From customer")], readonly=True
    )
    date = fields.Datetime(readonly=True)
    text = fields.Char(string="What Was Said", readonly=True)
    author_id = fields.Many2one("res.users", string="Who", readonly=True)
    state = fields.Selection(
        selection="_selection_state",
        string="Result",
        readonly=True,
        help="How far the message got, or what came of the call.",
    )
    res_model = fields.Char(string="Document Type", readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", readonly=True
    )

    @api.model
    def _selection_channel(self):
        """The channels that have a history; modules add theirs.

        :return: list of (key, label)
        """
        return []

    @api.model
    def _selection_state(self):
        """How a message or a call ended; modules add what their channel knows.

        :return: list of (key, label)
        """
        return [
            ("waiting", self.env._("Waiting")),
            ("sent", self.env._("Sent")),
            ("delivered", self.env._("Delivered")),
            ("failed", self.env._("Not delivered")),
            ("cancelled", self.env._("Cancelled")),
            ("received", self.env._("Received")),
        ]

    @api.model
    def _contact_history_sources(self):
        """Where the rows come from; modules add theirs.

        Each sub-query selects, in this order: id, partner_id, company_id, channel,
        direction (out, in), date (UTC), text, author_id, state (see
        `_selection_state`), res_model, res_id. An index on the partner column of its
        table keeps a customer's page fast. Who owns a channel that Odoo has too takes
        the key of Odoo's (`email`, `sms`) out of the dict.

        :return: dict of a name, unique per source, to SQL
        """
        return {}

    @property
    def _table_query(self):
        names = SQL(", ").join(SQL.identifier(name) for name in list(COLUMNS)[:-1])
        return union_view(
            COLUMNS,
            {
                key: SQL(
                    """SELECT said.*, holder.commercial_partner_id
                         FROM (%s) AS said(%s)
                         JOIN res_partner holder ON holder.id = said.partner_id
                        WHERE holder.crm_erased_at IS NULL""",
                    query,
                    names,
                )
                for key, query in self._contact_history_sources().items()
            },
        )

    @api.model
    def _count_by_channel(self, customers):
        """:param customers: commercial partners; what their contacts got counts
        :return: dict of customer id to a dict of channel key to the number of messages
            and calls, for customers that have any"""
        groups = self._read_group(
            [("customer_id", "in", customers.ids)],
            ["customer_id", "channel"],
            ["__count"],
        )
        counts = {}
        for customer, channel, count in groups:
            counts.setdefault(customer.id, {})[channel] = count
        return counts

    def action_open(self):
        """:return: action that shows what was said in full; of a call, its record"""
        self.ensure_one()
        model, res_id = self._name, self.id
        if self.channel == "call":
            model, res_id = self.res_model, self.res_id
        return {
            "type": "ir.actions.act_window",
            "name": dict(self._selection_channel()).get(self.channel),
            "res_model": model,
            "res_id": res_id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_open_document(self):
        """:return: action that opens what the message is about"""
        self.ensure_one()
        document = self.env[self.res_model].browse(self.res_id)
        return document._get_records_action(context={})
