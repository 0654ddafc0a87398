from odoo import api, fields, models

from .crm_signup_question import BASE_QUESTIONS, NEEDED_QUESTIONS


class CrmShop(models.Model):
    """The sign-up form of the shop."""

    _inherit = "crm.shop"

    question_ids = fields.One2many(
        "crm.signup.question", "shop_id", "Questions at Sign-up"
    )

    signup_url = fields.Char("Sign-up Page", compute="_compute_signup_url")

    @api.depends("slug")
    def _compute_signup_url(self):
        for shop in self:
            shop.signup_url = shop.slug and shop._get_url("join")

    @api.model_create_multi
    def create(self, vals_list):
        shops = super().create(vals_list)
        shops._ensure_base_questions()
        return shops

    def _ensure_base_questions(self):
        """Give each shop the five base questions that it has not, in all languages."""
        questions = self.env["crm.signup.question"].sudo()
        keys = questions._fields["profile_key"]
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        for shop in self:
            known = shop.with_context(active_test=False).sudo().question_ids
            known = set(known.mapped("profile_key"))
            for position, key in enumerate(BASE_QUESTIONS):
                if key in known:
                    continue
                question = questions.create(
                    {
                        "shop_id": shop.id,
                        "kind": "personal",
                        "profile_key": key,
                        "label": key,
                        "required": key in NEEDED_QUESTIONS,
                        "sequence": position + 1,
                    }
                )
                for code in languages:
                    env = self.env(context={**self.env.context, "lang": code})
                    label = dict(keys._description_selection(env))[key]
                    question.with_context(lang=code).label = label

    def _get_questions(self):
        """:return: crm.signup.question (superuser) of the form, in order; a question
        for the e-mail address is put in where the code needs one"""
        self.ensure_one()
        self._ensure_base_questions()
        questions = self.env["crm.signup.question"].sudo()
        found = questions.search([("shop_id", "=", self.id)])
        if self._is_email_proven() and "email" not in found.mapped("profile_key"):
            extra = questions.new(
                {
                    "shop_id": self.id,
                    "kind": "personal",
                    "profile_key": "email",
                    "label": self.env._("E-mail address"),
                    "required": True,
                }
            )
            position = next(
                (i for i, q in enumerate(found) if q.profile_key == "phone"), 0
            )
            return [*found[: position + 1], extra, *found[position + 1 :]]
        return list(found)

    def _is_email_proven(self):
        """:return: whether sign-up sends its code to the visitor's e-mail address"""
        return self._needs_signup_code() and self._get_code_kind() == "email"

    def _get_branches(self):
        """:return: crm.branch (superuser) that visitors choose from"""
        branches = self.env["crm.branch"].sudo()
        domain = [("company_id", "=", self.company_id.id)]
        return branches.search_fetch(domain, ["name"])

    def _get_provinces(self, order=None):
        """:return: res.country.state of the shop's country"""
        states = self.env["res.country.state"].sudo()
        domain = [("country_id", "=", self._get_country().id)]
        return states.search_fetch(domain, ["name"], order=order)

    def _read_typed(self, typed):
        """Check a whole form.

        :param dict typed: see ``crm.signup.question._read_typed``
        :return: (answers, errors): [(question, value)] of what was answered, and
            {name of the field: text}
        """
        answers, errors = [], {}
        for question in self._get_questions():
            value, error = question._read_typed(typed)
            if error:
                errors[question._get_form_name()] = error
            elif value is not None:
                answers.append((question, value))
        return answers, errors

    def _get_profile_fields(self):
        """:return: the profile questions of the form that count for a whole profile"""
        questions = self.env["crm.signup.question"].sudo()
        return questions.search([("shop_id", "=", self.id), ("kind", "=", "personal")])

    @api.model
    def action_open_signup_form(self):
        """:return: action with the sign-up form of the company's shop, which is made
        if there is none"""
        shop = self._of_company().sudo(False) or self.create({})
        shop._ensure_base_questions()
        view = self.env.ref("crm_loyalty_points.crm_shop_view_form_signup")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sign-up Form"),
            "res_model": self._name,
            "res_id": shop.id,
            "views": [(view.id, "form")],
        }

    def action_preview_signup(self):
        """:return: action that opens the sign-up page"""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self._get_url("join")}
