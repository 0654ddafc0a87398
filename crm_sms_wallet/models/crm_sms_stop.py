from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CrmSmsStop(models.Model):
    """Numbers that get no advertising from a company.

    Odoo's own list of blocked numbers knows no companies: one shop's opt-out would
    silence all shops of the database. It is respected here, and never written.
    A row that was lifted stays as a proof, archived.
    """

    _name = "crm.sms.stop"
    _description = "Number that Wants No Advertising"
    _order = "since desc, id desc"
    _rec_name = "number"

    # Without an index of its own: in a shop nobody has counted PostgreSQL would take
    # that one for as good as the unique one, and read the list once for each number.
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    number = fields.Char(
        "Phone", required=True, help="In international form: +66812345678."
    )
    since = fields.Datetime(required=True, default=fields.Datetime.now, readonly=True)
    source = fields.Selection(
        [
            ("page", "Opt-out page"),
            ("manual", "Entered by staff"),
            ("operator", "Blocked by the operator"),
        ],
        required=True,
        default="manual",
        readonly=True,
    )
    reason = fields.Char(help="Why, or who asked: by phone, at the counter...")
    user_id = fields.Many2one("res.users", "Entered By", readonly=True)
    active = fields.Boolean("In Force", default=True, readonly=True)
    lifted_at = fields.Datetime("Lifted", readonly=True)
    lifted_by_id = fields.Many2one("res.users", readonly=True)
    lift_reason = fields.Char("Why Lifted", readonly=True)

    _number_uniq = models.UniqueIndex(
        "(company_id, number) WHERE active IS TRUE",
        "This number is on the list already.",
    )
    _number_form = models.Constraint(
        r"CHECK(number ~ '^\+[1-9][0-9]{6,14}$')",
        "Phone numbers stand here in international form: +66812345678.",
    )

    def init(self):
        # a database may have it from before, see company_id; Odoo would keep it
        self.env.cr.execute("DROP INDEX IF EXISTS crm_sms_stop__company_id_index")

    @api.model
    def _stopped_sql(self, company):
        """Whom a company may not send advertising, for anti-joins.

        :return: SQL selecting ``number``: the company's list, and Odoo's blocked ones
        """
        self.flush_model()
        self.env["phone.blacklist"].flush_model(["number", "active"])
        return SQL(
            """SELECT number FROM crm_sms_stop
                WHERE company_id = %s AND active IS TRUE
                UNION ALL
               SELECT number FROM phone_blacklist WHERE active IS TRUE""",
            company.id,
        )

    @api.model
    def _stopped_among(self, company, numbers):
        """:return: set: those of these numbers that get no advertising"""
        query = SQL(
            "SELECT number FROM (%s) AS stopped WHERE number = ANY(%s)",
            self._stopped_sql(company),
            list(numbers),
        )
        return {number for (number,) in self.env.execute_query(query)}

    @api.model
    def _stop(self, company, numbers, source, reason=None):
        """Put numbers on the list of a company; what waits for them is cancelled.

        :param numbers: in international form; those on the list stay as they are
        :param str source: a key of ``source``
        :return: the new rows
        """
        self.flush_model()
        user_id = self.env.uid if source == "manual" else None
        rows = self.env.execute_query(
            SQL(
                """INSERT INTO crm_sms_stop (company_id, number, since, source, reason,
                          user_id, active, create_uid, create_date, write_uid,
                          write_date)
                   SELECT %(company)s, number, %(now)s, %(source)s, %(reason)s,
                          %(user)s, TRUE, %(uid)s, %(now)s, %(uid)s, %(now)s
                     FROM unnest(%(numbers)s) AS number
                    GROUP BY number
                       ON CONFLICT (company_id, number) WHERE active IS TRUE DO NOTHING
                RETURNING id""",
                company=company.id,
                now=fields.Datetime.now(),
                source=source,
                reason=reason,
                user=user_id,
                uid=self.env.uid,
                numbers=list(numbers),
            )
        )
        self._cancel_waiting(company, numbers)
        return self.browse(id_ for (id_,) in rows)

    @api.model
    def _cancel_waiting(self, company, numbers):
        """Take back the advertising that has not left yet. Modules that queue messages
        extend it."""

    def _lift(self, reason):
        """Take numbers off the list; the rows stay as a proof."""
        self.sudo().write(
            {
                "active": False,
                "lifted_at": fields.Datetime.now(),
                "lifted_by_id": self.env.uid,
                "lift_reason": reason,
            }
        )

    @api.model_create_multi
    def create(self, vals_list):
        """By hand, or from a file: numbers in any form."""
        for vals in vals_list:
            company = self.env["res.company"].browse(
                vals.get("company_id") or self.env.company.id
            )
            vals["number"] = self._international(vals.get("number"), company)
            vals["user_id"] = self.env.uid
            if not self.env.su:
                vals["source"] = "manual"
                for name in ("active", "since", "lifted_at", "lift_reason"):
                    vals.pop(name, None)
        stops = super().create(vals_list)
        for company, group in stops.grouped("company_id").items():
            self._cancel_waiting(company, group.mapped("number"))
        return stops

    @api.model
    def _international(self, number, company):
        """:return: +66812345678 for 081-234-5678
        :raise UserError: when it is no phone number
        """
        country = company.sudo().country_id or self.env.ref("base.th")
        found = self.env.user._phone_format(
            number=number or "", country=country, force_format="E164"
        )
        if not found:
            raise UserError(
                self.env._("“%(number)s” is no phone number.", number=number or "")
            )
        return found

    def write(self, vals):
        """Only the reason is changed by hand; a number comes off by the button."""
        if not self.env.su and vals.keys() - {"reason"}:
            raise UserError(
                self.env._("Take the number off the list and enter it again.")
            )
        return super().write(vals)

    def action_lift(self):
        """:return: where it is said why the numbers come off the list"""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take off the List"),
            "res_model": "crm.sms.stop.lift",
            "view_mode": "form",
            "target": "new",
            "context": {"active_model": self._name, "active_ids": self.ids},
        }
