from odoo import api, fields, models

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
}


class CrmContactHistory(models.Model):
    """Every message to and from customers, whatever channel it took (X17).

    A view over the tables of the channel modules, which keep their own rows: each
    adds one sub-query, so nothing is stored twice.
    """

    _name = "crm.contact.history"
    _description = "Contact History"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "text"

    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    channel = fields.Selection(selection="_selection_channel", readonly=True)
    direction = fields.Selection([("out", "Sent"), ("in", "Received")], readonly=True)
    date = fields.Datetime(readonly=True)
    text = fields.Char(readonly=True)
    author_id = fields.Many2one("res.users", string="Sent by", readonly=True)
    state = fields.Char(
        readonly=True, help="How far the message got, in the words of its channel."
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)

    @api.model
    def _selection_channel(self):
        """The channels that have a history; modules add theirs.

        :return: list of (key, label)
        """
        return []

    @api.model
    def _contact_history_sources(self):
        """Where the rows come from; modules add theirs.

        Each sub-query selects, in this order: id, partner_id, company_id, channel,
        direction (out, in), date (UTC), text, author_id, state, res_model, res_id.
        An index on the partner column of its table keeps a customer's page fast.

        :return: dict of a name, unique per source, to SQL
        """
        return {}

    @property
    def _table_query(self):
        return union_view(COLUMNS, self._contact_history_sources())

    @api.model
    def _count_by_channel(self, partners):
        """:return: dict of partner id to a dict of channel key to the number of
        messages, for partners that have any"""
        groups = self._read_group(
            [("partner_id", "in", partners.ids)],
            ["partner_id", "channel"],
            ["__count"],
        )
        counts = {}
        for partner, channel, count in groups:
            counts.setdefault(partner.id, {})[channel] = count
        return counts
