from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# What each sign-up form asks, unless the shop takes it off; the first name and the
# phone number cannot be taken off.
BASE_QUESTIONS = ("first_name", "last_name", "phone", "birthdate", "branch")
NEEDED_QUESTIONS = ("first_name", "phone")


class CrmSignupQuestion(models.Model):
    """What the shop asks visitors who become members.

    Personal data are written to the field of the profile itself, so that every filter
    finds them. Answers to the shop's other questions are kept as a generated property
    of the customer (see crm_signup_question_property), photos as attachments.
    """

    _name = "crm.signup.question"
    _description = "Question of the Sign-up Form"
    _order = "shop_id, sequence, id"
    _rec_name = "label"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "crm.shop",
        required=True,
        index=True,
        default=lambda self: self.env["crm.shop"]._of_company().sudo(False),
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [("personal", "Personal data"), ("other", "Other question")],
        required=True,
        default="other",
        help="Personal data are kept in the customer's profile, where filters find "
        "them. Answers to other questions are kept beside it.",
    )
    profile_key = fields.Selection(
        [
            ("first_name", "First name"),
            ("last_name", "Last name"),
            ("phone", "Phone number"),
            ("birthdate", "Birthday"),
            ("branch", "Branch"),
            ("nickname", "Nickname"),
            ("gender", "Gender"),
            ("email", "E-mail address"),
            ("address", "Address"),
            ("weight", "Weight"),
            ("height", "Height"),
            ("residence_type", "Kind of residence"),
            ("source", "How you heard of us"),
        ],
        "Personal Data",
    )
    answer_type = fields.Selection(
        [
            ("text", "Text"),
            ("long_text", "Long text"),
            ("number", "A number"),
            ("date", "Date"),
            ("choice", "One choice"),
            ("choices", "Several choices"),
            ("yes_no", "Yes or no"),
            ("photo", "Photo"),
        ],
        "Answer",
    )
    label = fields.Char("Question", translate=True, required=True)
    help = fields.Char(
        "Explanation", translate=True, help="Shown in small letters below the question."
    )
    required = fields.Boolean()
    choice_ids = fields.One2many("crm.signup.choice", "question_id", "Choices")
    source_ids = fields.Many2many(
        "utm.source",
        string="Sources",
        help="Where customers may have heard of the shop: the choices to pick from.",
    )
    for_segments = fields.Boolean(
        "Fast in Filters",
        help="Filters and segments use this answer often: it gets an index of its own, "
        "so that it is found at once among very many customers.",
    )
    is_needed = fields.Boolean(compute="_compute_is_needed")
    answer_count = fields.Integer("Answers", compute="_compute_answer_count")

    _profile_uniq = models.UniqueIndex(
        "(shop_id, profile_key) WHERE profile_key IS NOT NULL",
        "The form asks this already, perhaps archived.",
    )

    @api.depends("profile_key")
    def _compute_is_needed(self):
        for question in self:
            question.is_needed = question.profile_key in NEEDED_QUESTIONS

    def _compute_answer_count(self):
        for question in self:
            question.answer_count = question._count_answers()

    @api.constrains("kind", "profile_key", "answer_type", "choice_ids")
    def _check_kind(self):
        for question in self:
            personal = question.kind == "personal"
            if personal and not question.profile_key:
                raise ValidationError(
                    self.env._("Choose which personal data the question is about.")
                )
            if not personal and not question.answer_type:
                raise ValidationError(
                    self.env._("Choose what kind of answer the question has.")
                )
            if question.answer_type in ("choice", "choices"):
                if not question.choice_ids:
                    raise ValidationError(
                        self.env._(
                            "“%(question)s” needs choices.", question=question.label
                        )
                    )

    @api.constrains("active", "required", "profile_key")
    def _check_needed(self):
        for question in self.filtered("is_needed"):
            if not (question.active and question.required):
                raise ValidationError(
                    self.env._(
                        "Members are found by their phone number and greeted by "
                        "their first name: both are always asked."
                    )
                )

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind == "personal":
            self.answer_type = False
        else:
            self.profile_key = False

    @api.onchange("profile_key")
    def _onchange_profile_key(self):
        if self.profile_key and not self.label:
            keys = dict(self._fields["profile_key"]._description_selection(self.env))
            self.label = keys[self.profile_key]

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            other = vals.get("kind", "other") == "other"
            vals["profile_key" if other else "answer_type"] = False
        questions = super().create(vals_list)
        questions._sync_properties()
        questions.filtered("for_segments")._sync_indexes()
        return questions

    def write(self, vals):
        fixed = {"kind", "answer_type", "profile_key", "shop_id"} & vals.keys()
        for question in self:
            changed = any(
                question._fields[name].convert_to_write(question[name], question)
                != vals[name]
                for name in fixed
            )
            if changed and (question.is_needed or question._count_answers()):
                raise UserError(
                    self.env._(
                        "“%(question)s” has answers: its kind stays as it is. "
                        "Archive it and make a new question.",
                        question=question.label,
                    )
                )
        res = super().write(vals)
        self._sync_properties()
        if "for_segments" in vals:
            self._sync_indexes()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        for question in self:
            if question.profile_key in BASE_QUESTIONS:
                raise UserError(
                    self.env._(
                        "“%(question)s” is one of the five base questions and cannot "
                        "be deleted. Archive it if you do not want to ask it.",
                        question=question.label,
                    )
                )
            if question._count_answers():
                raise UserError(
                    self.env._(
                        "“%(question)s” has answers. Archive it: it is not asked any "
                        "more, and the answers stay readable.",
                        question=question.label,
                    )
                )

    def unlink(self):
        self.check_access("unlink")
        self.filtered("for_segments").for_segments = False
        names = [question._get_property_name() for question in self]
        res = super().unlink()
        self._drop_properties(names)
        return res

    def copy_data(self, default=None):
        data = super().copy_data(default)
        for vals in data:
            vals["label"] = self.env._("%(question)s (copy)", question=vals["label"])
        return data

    def _get_form_name(self):
        """:return: name of the question's field in the form"""
        self.ensure_one()
        return self.profile_key or f"q{self.id}"

    def _get_widget(self):
        """:return: how the question is drawn: text, long_text, number, date, tel,
        email, choice, choices, address or photo"""
        self.ensure_one()
        widgets = {
            "phone": "tel",
            "email": "email",
            "birthdate": "date",
            "branch": "choice",
            "gender": "choice",
            "residence_type": "choice",
            "source": "choice",
            "weight": "number",
            "height": "number",
            "address": "address",
        }
        if self.kind == "personal":
            return widgets.get(self.profile_key, "text")
        return "choice" if self.answer_type == "yes_no" else self.answer_type

    def _get_choices(self):
        """:return: [(key, label)] in the language of the environment"""
        self.ensure_one()
        partners = self.env["res.partner"]
        if self.kind == "other":
            if self.answer_type == "yes_no":
                return [("yes", self.env._("Yes")), ("no", self.env._("No"))]
            return [(f"c{choice.id}", choice.label) for choice in self.choice_ids]
        if self.profile_key in ("gender", "residence_type"):
            field = partners._fields[self.profile_key]
            return field._description_selection(self.env)
        if self.profile_key == "branch":
            branches = self.shop_id._get_branches()
            return [(str(branch.id), branch.name) for branch in branches]
        if self.profile_key == "source":
            return [(str(source.id), source.name) for source in self.source_ids]
        return []


class CrmSignupChoice(models.Model):
    """One of the answers to choose from."""

    _name = "crm.signup.choice"
    _description = "Choice of a Question"
    _order = "question_id, sequence, id"
    _rec_name = "label"

    question_id = fields.Many2one(
        "crm.signup.question", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="question_id.company_id", store=True, index=True
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    label = fields.Char("Choice", translate=True, required=True)

    @api.model_create_multi
    def create(self, vals_list):
        choices = super().create(vals_list)
        choices.question_id._sync_properties()
        return choices

    def write(self, vals):
        res = super().write(vals)
        if {"label", "sequence", "active"} & vals.keys():
            self.question_id._sync_properties()
        return res

    def unlink(self):
        """Choices that were chosen are archived: the answers stay readable."""
        chosen = self.filtered(lambda choice: choice._is_chosen())
        chosen.action_archive()
        questions = self.question_id
        res = super(CrmSignupChoice, self - chosen).unlink()
        questions.exists()._sync_properties()
        return res

    def _is_chosen(self):
        self.ensure_one()
        return bool(self.question_id._count_answers(f"c{self.id}"))
