from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hmac as keyed_hash


class CrmPersonKey(models.Model):
    """One row for each phone number and e-mail address by which somebody is recognised.

    Two requests that bring the same new number at the same time conflict on the row:
    the second one, repeated by Odoo, sees the customer of the first.
    """

    _name = "crm.person.key"
    _description = "Phone or E-mail Being Recognised"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    value_hash = fields.Char("Phone or E-mail", required=True, readonly=True)
    uses = fields.Integer("Times Asked", required=True, readonly=True)

    _value_uniq = models.UniqueIndex("(company_id, value_hash)")

    @api.model
    def _lock(self, company, values):
        """Let nobody else recognise people by these until this transaction ends.

        :param values: phone numbers and e-mail addresses, empty ones are left out
        """
        env = self.env(su=True)
        hashes = sorted(
            keyed_hash(env, "crm_person_key", value) for value in set(values) if value
        )
        if hashes:
            self.env.cr.execute(
                SQL(
                    """INSERT INTO crm_person_key AS known
                           (company_id, value_hash, uses)
                       SELECT %s, value, 1 FROM unnest(%s) AS value ORDER BY value
                  ON CONFLICT (company_id, value_hash)
                DO UPDATE SET uses = known.uses + 1""",
                    company.id,
                    hashes,
                ),
                log_exceptions=False,
            )
