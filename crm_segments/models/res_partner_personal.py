from dataclasses import replace

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.personal_data import DELETED, KEPT, PSEUDONYM, PersonalSection

# Of a partner's own row: how Odoo keeps it, not what it says about the person.
NOT_PERSONAL = {
    *("id", "create_uid", "create_date", "write_uid", "write_date", "color", "active"),
    *("commercial_partner_id", "complete_name", "signup_type", "employee", "tz"),
    *("email_normalized", "phone_sanitized", "message_bounce", "is_public"),
    *("partner_share", "type", "crm_erased_at", "recognised_contact"),
}
READABLE = {
    *("char", "text", "html", "date", "datetime", "selection", "boolean", "integer"),
    *("float", "monetary", "many2one", "properties"),
}
# Parts of field names that no reader needs and some could misuse.
SECRET = ("token", "password", "secret", "_key", "key_", "hash")
# Tables that name a partner and say nothing more, or name the shop's own.
UNTOLD = {
    *("res.partner", "res.users", "res.company", "mail.followers", "mail.message"),
    *("mail.notification", "mail.message.reaction", "discuss.channel.member"),
    *("mail.push.device", "res.users.settings.volumes", "product.supplierinfo"),
    *("account.reconcile.model", "account.reconcile.model.line", "stock.warehouse"),
    *("account.move.line", "sale.order.line", "stock.rule", "stock.move"),
    *("discuss.channel.rtc.session", "loyalty.staff.finding"),
    *("crm.customer.match", "crm.customer.match.line"),
}


class ResPartner(models.Model):
    """What this database holds about a person: shown, handed out, and erased by the
    same list."""

    _inherit = "res.partner"

    crm_erased_at = fields.Datetime(
        "Erased On",
        readonly=True,
        copy=False,
        prefetch="profile",
        help="When the personal data of this person was erased. What the law or the "
        "points ledger keeps stands under a pseudonym since.",
    )

    def _crm_persons(self):
        """:return: these people with their addresses, archived ones too (superuser)"""
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        return partners.search([("id", "child_of", self.ids)])

    def _crm_personal_data(self):
        """What the installed modules hold about these people. Modules extend it and
        add their sections; a section both hands out and, if it says how, erases.

        :return: list of ``PersonalSection``; callers have checked the reader's rights
        """
        persons = self._crm_persons()
        sections = [
            *self._crm_data_of_profile(persons),
            *self._crm_data_of_identity(persons),
            *self._crm_data_of_sales(persons),
            *self._crm_data_of_contact(persons),
            *self._crm_data_of_plans(persons),
        ]
        return [section for section in sections if section]

    def _crm_all_personal_data(self):
        """:return: list of ``PersonalSection``: those that modules describe, then the
        records of all other models with a field for a customer"""
        sections = self._crm_personal_data()
        told = {section.records._name for section in sections} | UNTOLD
        return sections + self._crm_data_of_others(self._crm_persons(), told)

    @api.model
    def _crm_section(self, key, label, model, domain, columns=(), **more):
        """:param more: further fields of ``PersonalSection``
        :return: the section, None when the model is not installed"""
        if model not in self.env:
            return None
        model = self.env[model].sudo().with_context(active_test=False)
        if not columns:
            columns = self._crm_readable(model)
        return PersonalSection(key, label, model.search(domain), tuple(columns), **more)

    @api.model
    def _crm_readable(self, model):
        """:return: names of the fields of a model that tell a person something"""
        return [
            name
            for name, field in model._fields.items()
            if field.type in READABLE
            and field.store
            and not (field.inherited or name in models.MAGIC_COLUMNS)
            and not any(part in f"{name}_" for part in SECRET)
        ]

    @api.model
    def _crm_files_of(self, records):
        """:return: attachments of these records, the contents of fields too"""
        attachments = self.env["ir.attachment"].sudo()
        domain = [
            ("res_model", "=", records._name),
            ("res_id", "in", records.ids),
            "|",
            ("res_field", "=", False),
            ("res_field", "in", ["image_1920", "signature"]),
        ]
        return attachments.search(domain)

    # -- the person -------------------------------------------------------------------

    @api.model
    def _crm_data_of_profile(self, persons):
        profile = [n for n in self._crm_readable(persons) if n not in NOT_PERSONAL]
        yield PersonalSection(
            "profile",
            self.env._("Profile and addresses"),
            persons,
            (*profile, "category_id"),
            PSEUDONYM,
            self.env._(
                "Name, phone, e-mail, addresses, birthday, photo, notes, tags and "
                "answers go. Province, branch and customer group stay for reports."
            ),
            persons._crm_erase_files,
            files=self._crm_files_of(persons),
        )
        yield self._crm_section(
            "accounts",
            self.env._("Logins"),
            "res.users",
            [("partner_id", "in", persons.ids)],
            ["login", "create_date", "login_date", "lang", "active"],
            fate=DELETED,
            why=self.env._("The login ends at once and is deleted during the night."),
            erase=persons._crm_erase_accounts,
        )
        yield self._crm_section(
            "consents",
            self.env._("Consents"),
            "crm.consent",
            [("partner_id", "in", persons.ids)],
            [
                *("purpose", "given", "policy_version", "date", "source", "address"),
                "company_id",
            ],
            why=self.env._(
                "What was agreed to and when stays as a proof, without the address."
            ),
            erase=persons._crm_erase_consents,
        )

    @api.model
    def _crm_data_of_identity(self, persons):
        identities = self._crm_section(
            "identities",
            self.env._("Names in shops and marketplaces"),
            "crm.partner.identity",
            [("partner_id", "in", persons.ids)],
            ["source", "external_id", "company_id"],
            fate=DELETED,
        )
        yield self._crm_to_delete(identities)
        yield self._crm_section(
            "figures",
            self.env._("Order figures"),
            "crm.customer.metric",
            [("partner_id", "in", persons.ids)],
            fate=KEPT,
            why=self.env._("Numbers only, so that reports do not change."),
        )

    # -- orders, invoices and payments ----------------------------------------------

    @api.model
    def _crm_data_of_sales(self, persons):
        by_law = self.env._(
            "Kept by law for the accounts, under a pseudonym. Names and numbers in "
            "notes are struck out."
        )
        orders = self._crm_section(
            "orders",
            self.env._("Orders"),
            "sale.order",
            [("partner_id", "in", persons.ids)],
            [
                *("name", "date_order", "state", "partner_id", "partner_shipping_id"),
                *("client_order_ref", "branch_id", "team_id", "import_source"),
                *("import_number", "amount_untaxed", "amount_tax", "amount_total"),
                *("currency_id", "note", "signed_by", "signed_on", "company_id"),
            ],
            why=by_law,
        )
        yield replace(
            orders,
            files=self._crm_files_of(orders.records),
            erase=lambda: self._crm_erase_orders(orders.records),
        )
        yield self._crm_section(
            "order_lines",
            self.env._("Lines of orders"),
            "sale.order.line",
            [("order_id", "in", orders.records.ids)],
            [
                *("order_id", "product_id", "name", "product_uom_qty", "price_unit"),
                *("discount", "price_subtotal", "price_total"),
            ],
            why=by_law,
        )
        yield from self._crm_data_of_invoices(persons, by_law)
        yield from self._crm_data_of_payments(persons)

    @api.model
    def _crm_data_of_invoices(self, persons, by_law):
        invoices = self._crm_section(
            "invoices",
            self.env._("Invoices"),
            "account.move",
            Domain("partner_id", "in", persons.ids)
            | Domain("commercial_partner_id", "in", persons.ids),
            [
                *("name", "move_type", "state", "invoice_date", "invoice_date_due"),
                *("ref", "amount_untaxed", "amount_tax", "amount_total"),
                *("amount_residual", "payment_state", "currency_id", "narration"),
                "company_id",
            ],
            fate=KEPT,
            why=self.env._(
                "Kept by law, with the files made of them; the customer is shown under "
                "a pseudonym, names and numbers in notes are struck out."
            ),
        )
        yield replace(invoices, files=self._crm_files_of(invoices.records))
        yield self._crm_section(
            "invoice_lines",
            self.env._("Lines of invoices"),
            "account.move.line",
            [
                ("move_id", "in", invoices.records.ids),
                ("display_type", "not in", ["line_section", "line_note"]),
            ],
            ["move_id", "name", "quantity", "price_unit", "price_total", "balance"],
            fate=KEPT,
            why=by_law,
        )

    @api.model
    def _crm_data_of_payments(self, persons):
        yield self._crm_section(
            "payments",
            self.env._("Online payments"),
            "payment.transaction",
            [("partner_id", "in", persons.ids)],
            [
                *("reference", "provider_id", "amount", "currency_id", "state"),
                *("create_date", "partner_name", "partner_email", "partner_phone"),
                *("partner_address", "partner_zip", "partner_city", "company_id"),
            ],
            why=self.env._("Amounts stay for the accounts; name and address go."),
            erase=persons._crm_erase_payments,
        )
        yield self._crm_section(
            "saved_cards",
            self.env._("Saved ways to pay"),
            "payment.token",
            [("partner_id", "in", persons.ids)],
            ["payment_details", "provider_id", "create_date", "active"],
            fate=DELETED,
            why=self.env._("They are ended and their numbers go."),
        )
        yield self._crm_section(
            "bank_accounts",
            self.env._("Bank accounts"),
            "res.partner.bank",
            [("partner_id", "in", persons.ids)],
            ["acc_number", "acc_holder_name", "bank_id", "active"],
            fate=DELETED,
            why=self.env._("They are archived and their numbers go."),
        )

    # -- what was said --------------------------------------------------------------

    @api.model
    def _crm_data_of_contact(self, persons):
        said = Domain("author_id", "in", persons.ids)
        said |= Domain("partner_ids", "in", persons.ids)
        on_page = Domain("model", "=", "res.partner")
        said |= on_page & Domain("res_id", "in", persons.ids)
        messages = self._crm_section(
            "messages",
            self.env._("Messages, notes and changes"),
            "mail.message",
            said & Domain("message_type", "!=", "user_notification"),
            [
                *("date", "message_type", "model", "res_id", "author_id", "subject"),
                "body",
            ],
            fate=DELETED,
            why=self.env._(
                "Those on the customer's page go. In messages on orders and invoices, "
                "the person's own words, names and numbers are struck out."
            ),
        )
        yield messages
        yield self._crm_section(
            "changes",
            self.env._("Noted changes"),
            "mail.tracking.value",
            [("mail_message_id", "in", messages.records.ids)],
            [
                *("create_date", "field_id", "old_value_char", "new_value_char"),
                *("old_value_text", "new_value_text"),
            ],
            fate=DELETED,
        )
        calls = self._crm_section(
            "calls",
            self.env._("Phone calls"),
            "crm.contact.call",
            [("partner_id", "in", persons.ids)],
            ["date", "direction", "result", "note", "user_id", "company_id"],
            fate=DELETED,
        )
        yield self._crm_to_delete(calls)
        yield self._crm_section(
            "contact_history",
            self.env._("Contact history"),
            "crm.contact.history",
            [("partner_id", "in", persons.ids)],
            ["date", "channel", "direction", "text", "state", "company_id"],
            fate=DELETED,
        )

    @api.model
    def _crm_data_of_plans(self, persons):
        activities = self._crm_section(
            "activities",
            self.env._("Planned activities"),
            "mail.activity",
            [("res_model", "=", "res.partner"), ("res_id", "in", persons.ids)],
            ["date_deadline", "activity_type_id", "summary", "note"],
            fate=DELETED,
        )
        yield self._crm_to_delete(activities)
        for key, model, label in (
            ("sms", "sms.sms", self.env._("Text messages")),
            ("letters", "snailmail.letter", self.env._("Letters")),
            ("visits_of_website", "website.visitor", self.env._("Website visits")),
        ):
            section = self._crm_section(
                key, label, model, [("partner_id", "in", persons.ids)], fate=DELETED
            )
            yield section and self._crm_to_delete(section)

    # -- everything else ------------------------------------------------------------

    @api.model
    def _crm_to_delete(self, section):
        """:return: the section, its records being deleted with the person"""
        records = section.records
        return replace(section, erase=lambda: records.exists().unlink())

    @api.model
    def _crm_data_of_others(self, persons, told):
        """:param set told: names of the models that a section speaks of already"""
        sections = []
        for name in sorted(set(self.env.registry) - told):
            model = self.env[name]
            if model._transient or model._abstract or not model._auto:
                continue
            owners = [
                Domain(field.name, "in", persons.ids)
                for field in model._fields.values()
                if field.type == "many2one"
                and field.comodel_name == "res.partner"
                and field.store
                and not field.inherited
            ]
            if not owners:
                continue
            section = self._crm_section(
                f"other_{model._table}",
                model._description,
                name,
                Domain.OR(owners),
                why=self.env._("Kept; names and numbers are struck out."),
            )
            if section.records:
                sections.append(section)
        return sections
