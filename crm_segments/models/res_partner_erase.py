import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import personal_texts

_logger = logging.getLogger(__name__)

# Stays on the row of an erased person: how the shop counts customers by it.
STAYS = {
    *("name", "first_name", "last_name", "company_id", "type", "lang", "birth_month"),
    *("parent_id", "active", "crm_erased_at", "create_date", "write_date"),
    *("complete_name", "email_normalized", "phone_sanitized"),
}
BLANKED_TYPES = ("char", "text", "html", "date", "datetime", "binary", "float")
ALSO_BLANKED = ("gender", "residence_type", "category_id")
# A text in these is part of a legal document, or of the rows of the partner itself.
NOT_STRUCK = {"res_partner", "account_move_line"}
# What hangs on documents: table, columns that say on which one.
HANGING = (
    ("mail_message", "model", "res_id"),
    ("mail_activity", "res_model", "res_id"),
    ("ir_attachment", "res_model", "res_id"),
    ("rating_rating", "res_model", "res_id"),
)
PLACE = {"model", "res_model", "res_field", "type", "message_type", "mimetype"}
PLACE |= {"store_fname", "checksum", "message_id", "parent_res_model"}


class ResPartner(models.Model):
    """Erasing a person (B11): what names the person goes or stands under a pseudonym,
    sums and ledgers stay as they are."""

    _inherit = "res.partner"

    def _crm_erase(self, reason=""):
        """Erase the personal data of one person, in all installed modules.

        In one transaction: all of it or nothing. Doing it again does no harm and also
        erases what came in meanwhile. The caller has checked who asks.

        :param str reason: a code for the log, nothing personal
        :return: the pseudonym
        :raise UserError: for people whose data cannot be erased, with the reason
        """
        self.ensure_one()
        if blockers := self._crm_erase_blockers():
            raise UserError("\n".join(blockers))
        quiet = self.sudo().with_context(
            tracking_disable=True, mail_notrack=True, mail_create_nosubscribe=True
        )
        persons = quiet._crm_persons()
        persons.lock_for_update()
        texts = persons._crm_texts()
        for section in persons._crm_all_personal_data():
            if section.erase:
                section.erase()
        persons._crm_erase_rows()
        self.env.flush_all()
        persons._crm_strike_out(*texts)
        self.env.invalidate_all()
        _logger.info("Erased the data of partner %s: %s", self.id, reason)
        return quiet.name

    def _crm_erase_blockers(self):
        """Modules add what makes erasing impossible.

        :return: list of texts for the user, empty when nothing is in the way"""
        persons = self._crm_persons()
        blockers = []
        if not persons:
            blockers.append(self.env._("There is nobody to erase."))
        users = persons.user_ids
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        if companies.search_count([("partner_id", "in", persons.ids)], limit=1):
            blockers.append(self.env._("This is a company of yours, not a customer."))
        elif users.filtered(lambda user: user._is_internal() or user._is_public()):
            blockers.append(
                self.env._(
                    "This person logs in to the office. End the access, change the "
                    "user to another contact, and erase then."
                )
            )
        elif users._crm_staff_records().filtered("active"):
            blockers.append(
                self.env._("This person is on the staff list. End the access first.")
            )
        return blockers

    def _crm_erase_warnings(self):
        """Modules add what the person would lose or the shop should settle before.

        :return: list of texts for the user"""
        persons = self._crm_persons()
        warnings = []
        moves = self.env["account.move"].sudo()
        open_invoices = moves.search_count(
            [
                ("commercial_partner_id", "in", persons.ids),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial", "in_payment")),
                ("move_type", "in", ("out_invoice", "out_refund")),
            ]
        )
        if open_invoices:
            warnings.append(
                self.env._("Invoices not settled: %(count)s.", count=open_invoices)
            )
        return warnings

    # -- what a search would find ---------------------------------------------------

    def _crm_texts(self):
        """By what texts these people are found.

        :return: (pattern of what is surely theirs, pattern of that and single names),
            each None when there is nothing"""
        earlier = self._crm_earlier_values()
        phones = [*self.mapped("phone"), *self.mapped("phone_sanitized"), *earlier]
        sure = {*self.mapped("name"), *self.mapped("email"), *self.mapped("vat")}
        sure |= {*self.mapped("street"), *self.mapped("email_normalized"), *earlier}
        sure |= {*self.user_ids.mapped("login"), *self.mapped("member_number")}
        named = [p for p in self if not p.crm_erased_at]
        sure -= {p.name for p in self if p.crm_erased_at}
        single = {p[n] for p in named for n in ("first_name", "last_name", "nickname")}
        code = str(self.env.company.country_id.phone_code or 66)
        return (
            personal_texts.pattern(sure, phones, code),
            personal_texts.pattern(sure | single, phones, code),
        )

    def _crm_earlier_values(self):
        """:return: names, phones and addresses that the log of changes still knows"""
        names = ["name", "phone", "email", "street", "nickname", "vat"]
        values = (
            self.env["mail.tracking.value"]
            .sudo()
            .search(
                [
                    ("mail_message_id.model", "=", "res.partner"),
                    ("mail_message_id.res_id", "in", self.ids),
                    ("field_id.name", "in", names),
                ]
            )
        )
        return {*values.mapped("old_value_char"), *values.mapped("new_value_char")}

    def _crm_strike_out(self, sure, names):
        """Replace the texts by which these people are found, in all that is linked to
        them; the row of the partner itself is empty already."""
        documents = {}
        columns = personal_texts.text_columns(self.env)
        for table, reference in personal_texts.partner_references(self.env):
            where = SQL("row.%s = ANY(%s)", SQL.identifier(reference), self.ids)
            self._crm_note_documents(documents, table, where)
            if table not in NOT_STRUCK:
                personal_texts.strike_out(
                    self.env, table, columns.get(table, {}), names, where
                )
        self._crm_strike_out_messages(columns, sure, names, documents)
        self._crm_strike_out_loose(columns, sure)

    def _crm_note_documents(self, documents, table, where):
        """Add to ``documents`` (model name to ids) the rows of a table."""
        model = self._crm_model_of_table(table)
        if model is None or table == "mail_message":
            return
        rows = self.env.execute_query(
            SQL("SELECT row.id FROM %s AS row WHERE %s", SQL.identifier(table), where)
        )
        documents.setdefault(model, set()).update(id_ for (id_,) in rows)

    @api.model
    def _crm_model_of_table(self, table):
        return next(
            (n for n, m in self.env.registry.items() if m._table == table and m._auto),
            None,
        )

    def _crm_strike_out_messages(self, columns, sure, names, documents):
        """In the messages, files and activities of the documents; what the person
        wrote goes as a whole."""
        cr = self.env.cr
        cr.execute(
            SQL(
                """DELETE FROM mail_message
                    WHERE model = 'res.partner' AND res_id = ANY(%s)""",
                self.ids,
            )
        )
        cr.execute(
            SQL(
                """UPDATE mail_message SET body = %s, email_from = NULL,
                          reply_to = NULL, subject = NULL
                    WHERE author_id = ANY(%s)""",
                personal_texts.STRUCK,
                self.ids,
            )
        )
        here = SQL(
            """row.id IN (SELECT mail_message_id FROM mail_message_res_partner_rel
                           WHERE res_partner_id = ANY(%(ids)s)
                           UNION SELECT mail_message_id FROM mail_notification
                           WHERE res_partner_id = ANY(%(ids)s))""",
            ids=self.ids,
        )
        for table, model, res_id in HANGING:
            if table not in columns:
                continue
            hangs = self._crm_hanging_on(documents, model, res_id)
            texts = {n: t for n, t in columns[table].items() if n not in PLACE}
            where = SQL("(%s OR %s)", hangs, here) if table == "mail_message" else hangs
            personal_texts.strike_out(self.env, table, texts, names, where)
        self._crm_strike_out_sent(columns, sure, names, documents)

    @api.model
    def _crm_hanging_on(self, documents, model, res_id):
        """:return: SQL: what hangs on one of the documents"""
        parts = [
            SQL(
                "(row.%s = %s AND row.%s = ANY(%s))",
                SQL.identifier(model),
                name,
                SQL.identifier(res_id),
                list(ids),
            )
            for name, ids in documents.items()
            if ids
        ]
        return SQL("(%s)", SQL(" OR ").join(parts)) if parts else SQL("FALSE")

    def _crm_strike_out_sent(self, columns, sure, names, documents):
        """In changes noted on documents, and in mails on their way."""
        messages = SQL(
            "SELECT id FROM mail_message AS row WHERE %s OR author_id = ANY(%s)",
            self._crm_hanging_on(documents, "model", "res_id"),
            self.ids,
        )
        on_documents = SQL("row.mail_message_id IN (%s)", messages)
        # others may have the same first name: only mails that these people get
        to_them = SQL(
            """row.email_to ~* %s OR row.id IN (SELECT mail_mail_id
                 FROM mail_mail_res_partner_rel WHERE res_partner_id = ANY(%s))""",
            sure or None,
            self.ids,
        )
        mails = SQL("(%s OR %s)", on_documents, to_them)
        for table, where in (
            ("mail_tracking_value", on_documents),
            ("mail_mail", mails),
        ):
            personal_texts.strike_out(self.env, table, columns[table], names, where)
        self.env.cr.execute(
            SQL("DELETE FROM mail_followers WHERE partner_id = ANY(%s)", self.ids)
        )

    @api.model
    def _crm_loose_tables(self):
        """Tables that are linked to nobody and may hold what was typed or imported
        about anybody. Modules add theirs.

        :return: list of table names"""
        return [
            *("crm_order_import_line", "crm_export", "crm_export_log"),
            *("bus_bus", "mail_blacklist", "phone_blacklist"),
        ]

    def _crm_strike_out_loose(self, columns, sure):
        """By text alone: only by what is surely of this person."""
        if not sure:
            return
        for table in self._crm_loose_tables():
            if table.endswith("_blacklist") or table == "bus_bus":
                self._crm_delete_loose(columns.get(table, {}), table, sure)
            else:
                personal_texts.strike_out(
                    self.env, table, columns.get(table, {}), sure, SQL("TRUE")
                )
        # what full-text search knows of files, e.g. of imported ones
        self.env.cr.execute(
            SQL(
                "UPDATE ir_attachment SET index_content = NULL"
                " WHERE index_content ~* %s",
                sure,
            )
        )

    def _crm_delete_loose(self, columns, table, sure):
        for name in columns:
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE %s::text ~* %s",
                    SQL.identifier(table),
                    SQL.identifier(name),
                    sure,
                )
            )

    # -- single kinds of records ----------------------------------------------------

    def _crm_erase_rows(self):
        """Empty the rows of these partners, and name them by a pseudonym."""
        blank = {
            name: False
            for name, field in self._fields.items()
            if name in ALSO_BLANKED or self._crm_is_blanked(field)
        }
        # what others compute of these follows; nothing is computed of the rest
        cast = {
            n for n, f in self._fields.items() if n in blank and f.company_dependent
        }
        values = {n: v for n, v in blank.items() if n not in cast}
        now = fields.Datetime.now()
        # Odoo refuses to archive a partner while it sees a user, archived or not
        for person in self.with_context(active_test=True):
            pseudonym = self.env._("Erased customer %(number)s", number=person.id)
            person.write({**values, "name": pseudonym})
            person.write(
                {"active": False, "crm_erased_at": person.crm_erased_at or now}
            )
        self.flush_recordset()
        emptied = [
            n
            for n, field in self._fields.items()
            if n in cast or (field.type == "properties" and field.store)
        ]
        for name in emptied:
            self.env.cr.execute(
                SQL(
                    "UPDATE res_partner SET %s = NULL WHERE id = ANY(%s)",
                    SQL.identifier(name),
                    self.ids,
                )
            )
        self.invalidate_recordset()

    @api.model
    def _crm_is_blanked(self, field):
        """:return: whether a field of a partner is emptied when the person is erased"""
        return (
            field.store
            and field.type in BLANKED_TYPES
            and field.name not in STAYS
            and not (field.required or field.inherited)
            and not (field.compute and field.readonly)
        )

    def _crm_erase_files(self):
        files = self.env["ir.attachment"].sudo()
        domain = [("res_model", "=", "res.partner"), ("res_id", "in", self.ids)]
        files.search([*domain, ("res_field", "=", False)]).unlink()

    def _crm_erase_accounts(self):
        """End the logins by the means of Odoo: they cannot be used from now on, and
        a job deletes them."""
        users = self.env["res.users"].sudo().with_context(active_test=False)
        users = users.search([("partner_id", "in", self.ids)])
        fresh = users.filtered(lambda u: not u.login.startswith("__deleted_user_"))
        self.env.cr.execute(
            SQL("DELETE FROM res_device_log WHERE user_id = ANY(%s)", users.ids)
        )
        if fresh:
            fresh.with_context(active_test=True)._deactivate_portal_user()
        users.write({"signature": False})

    def _crm_erase_consents(self):
        consents = self.env["crm.consent"].sudo()
        consents.search([("partner_id", "in", self.ids)]).write({"address": False})

    @api.model
    def _crm_erase_orders(self, orders):
        """Files made for orders go, the links to them end."""
        self._crm_files_of(orders).unlink()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE sale_order SET signed_by = NULL, access_token = NULL
                    WHERE id = ANY(%s)""",
                orders.ids,
            )
        )
        orders.invalidate_recordset()

    def _crm_erase_payments(self):
        """Names and numbers of those who paid, saved cards, bank accounts."""
        self.env.flush_all()
        nothing = {
            "payment_transaction": """partner_name = NULL, partner_email = NULL,
                partner_phone = NULL, partner_address = NULL, partner_zip = NULL,
                partner_city = NULL""",
            "payment_token": "active = FALSE, payment_details = NULL",
            "res_partner_bank": """active = FALSE, acc_holder_name = NULL, note = NULL,
                acc_number = 'ERASED' || id, sanitized_acc_number = 'ERASED' || id,
                clearing_number = NULL""",
        }
        for table, values in nothing.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s WHERE partner_id = ANY(%s)",
                    SQL.identifier(table),
                    SQL(values),
                    self.ids,
                )
            )
        self.env.invalidate_all()
