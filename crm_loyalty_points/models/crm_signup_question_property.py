import json

from odoo import api, models
from odoo.tools import SQL

PREFIX = "crm_q"
PROPERTY_TYPES = {
    "text": "char",
    "long_text": "text",
    "number": "float",
    "date": "date",
    "choice": "selection",
    "choices": "tags",
    "yes_no": "selection",
}


class CrmSignupQuestion(models.Model):
    """Where the answers to a shop's own questions are: properties of the customer.

    There is one definition of them in a database, and only administrators may write
    it. Each question owns one key in it, which is added and changed here and nowhere
    else; the keys of others are never touched.
    """

    _inherit = "crm.signup.question"

    def _get_property_name(self):
        """:return: key of the answers among the customer's properties, "" for
        personal data and photos"""
        self.ensure_one()
        stored = self.kind == "other" and self.answer_type in PROPERTY_TYPES
        return f"{PREFIX}{self.id}" if stored and self.id else ""

    @api.model
    def _get_property_definition(self):
        """:return: properties.base.definition (superuser) of customers"""
        definitions = self.env["properties.base.definition"].sudo()
        return definitions._get_definition_for_property_field(
            "res.partner", "properties"
        )

    def _sync_properties(self):
        """Bring the properties' definitions in line with these questions."""
        wanted = {
            question._get_property_name(): question._prepare_property()
            for question in self.sudo()
            if question._get_property_name()
        }
        if not wanted:
            return
        definition = self._get_property_definition()
        entries = [
            wanted.pop(entry["name"], entry)
            for entry in definition.properties_definition or []
        ]
        entries += wanted.values()
        if entries != (definition.properties_definition or []):
            definition.properties_definition = entries

    @api.model
    def _drop_properties(self, names):
        """Take the keys of deleted questions, which nobody has answered, off."""
        names = [name for name in names if name.startswith(PREFIX)]
        if not names:
            return
        definition = self._get_property_definition()
        definition.properties_definition = [
            entry
            for entry in definition.properties_definition or []
            if entry["name"] not in names
        ]

    def _sync_indexes(self):
        """Give the answers that filters use often an index each, and take it off the
        others. Odoo asks for a choice in two ways at once, so there are two."""
        table = SQL.identifier("res_partner")
        for question in self.sudo():
            name = question._get_property_name()
            if not name or question.answer_type == "long_text":
                continue
            plain = SQL.identifier(f"res_partner_{name}_idx")
            listed = SQL.identifier(f"res_partner_{name}_any_idx")
            if not question.for_segments:
                self.env.cr.execute(
                    SQL(
                        "DROP INDEX IF EXISTS %s; DROP INDEX IF EXISTS %s",
                        plain,
                        listed,
                    )
                )
                continue
            self.env["res.partner"].flush_model(["properties"])
            answer = SQL("(properties -> %s)", name)
            self.env.cr.execute(
                SQL("CREATE INDEX IF NOT EXISTS %s ON %s (%s)", plain, table, answer)
            )
            self.env.cr.execute(
                SQL(
                    "CREATE INDEX IF NOT EXISTS %s ON %s USING gin (%s jsonb_path_ops)",
                    listed,
                    table,
                    answer,
                )
            )

    def _prepare_property(self):
        """:return: the question as an item of a properties definition, in the
        company's language; choices that are archived stay in it"""
        question = self.with_context(
            lang=self.company_id.partner_id.lang or self.env.lang, active_test=False
        )
        result = {
            "name": self._get_property_name(),
            "string": question.label,
            "type": PROPERTY_TYPES[self.answer_type],
        }
        choices = [[key, label] for key, label in question._get_choices()]
        if result["type"] == "selection":
            result["selection"] = choices
        elif result["type"] == "tags":
            result["tags"] = [[*choice, 1 + i % 11] for i, choice in enumerate(choices)]
        return result

    def _count_answers(self, key=None):
        """:param str key: count only the answers with this choice
        :return: how many customers have answered the question"""
        self.ensure_one()
        if self.answer_type == "photo":
            attachments = self.env["ir.attachment"].sudo()
            return attachments.search_count(self._get_photo_domain())
        name = self._origin._get_property_name() if self._origin else ""
        if not name:
            return 0
        self.env["res.partner"].flush_model(["properties"])
        condition = SQL("properties -> %s <> 'false'::jsonb", name)
        if key:
            condition = SQL(
                "(properties -> %s = %s::jsonb OR properties -> %s @> %s::jsonb)",
                name,
                json.dumps(key),
                name,
                json.dumps([key]),
            )
        rows = self.env.execute_query(
            SQL("SELECT count(*) FROM res_partner WHERE %s", condition)
        )
        return rows[0][0]

    def _get_photo_domain(self, partner=None):
        """:param partner: only this customer's
        :return: domain of the attachments: the photos that answer these questions"""
        domain = [
            ("res_model", "=", "res.partner"),
            ("description", "in", [each._get_photo_mark() for each in self]),
        ]
        return domain + ([("res_id", "=", partner.id)] if partner is not None else [])

    def _get_photo_mark(self):
        return f"crm.signup.question,{self._origin.id}"

    def _set_photo(self, partner, data):
        """Keep a customer's photo instead of the one before.

        :param partner: res.partner
        :param bytes data: of a JPEG, None to keep none
        """
        attachments = self.env["ir.attachment"].sudo()
        attachments.search(self._get_photo_domain(partner)).unlink()
        if data:
            attachments.create(
                {
                    "name": f"{self.label}.jpg",
                    "res_model": "res.partner",
                    "res_id": partner.id,
                    "description": self._get_photo_mark(),
                    "raw": data,
                    "mimetype": "image/jpeg",
                }
            )

    def _write_answers(self, partner, answers):
        """Keep a customer's answers; those to other questions stay.

        :param partner: res.partner
        :param dict answers: {question id: value of the property}
        """
        partner = partner.sudo()
        values = dict(partner.properties._values or {})
        for question in self:
            name = question._get_property_name()
            if name and answers.get(question.id) not in (None, "", []):
                values[name] = answers[question.id]
        if values != (partner.properties._values or {}):
            partner.properties = values

    def _get_answer(self, partner):
        """:return: the value of a customer's answer, None if there is none"""
        self.ensure_one()
        values = partner.sudo().properties._values or {}
        return values.get(self._get_property_name()) or None
