from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

# What a published version says stays as members agreed to it.
FIXED = {"shop_id", "kind", "version", "body", "published_at"}


class CrmTerms(models.Model):
    """One version of the shop's terms or privacy policy, in the shop's own words.

    A published version is never edited: members have agreed to it. A change is a new
    version, which each member is asked for at the next visit.
    """

    _name = "crm.terms"
    _description = "Terms and Privacy Policy"
    _order = "shop_id, kind, version desc, id desc"
    _check_company_auto = True

    shop_id = fields.Many2one(
        "crm.shop",
        required=True,
        default=lambda self: self.env["crm.shop"]._of_company().sudo(False),
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [("terms", "Terms"), ("privacy", "Privacy policy")],
        required=True,
        default="terms",
    )
    version = fields.Integer(readonly=True, copy=False, aggregator=None)
    body = fields.Html(
        "Text",
        translate=True,
        sanitize=True,
        help="Shown in full before somebody signs up.",
    )
    published_at = fields.Datetime("Published On", readonly=True, copy=False)
    state = fields.Selection(
        [("draft", "Draft"), ("current", "In force"), ("past", "Replaced")],
        compute="_compute_state",
    )

    _version_uniq = models.UniqueIndex(
        "(shop_id, kind, version)", "There is such a version already."
    )

    @api.depends("kind", "version")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for terms in self:
            terms.display_name = self.env._(
                "%(kind)s, version %(version)s",
                kind=kinds.get(terms.kind, ""),
                version=terms.version or 0,
            )

    @api.depends("published_at", "shop_id", "kind", "version")
    def _compute_state(self):
        for terms in self:
            current = terms.shop_id._get_terms(terms.kind)
            terms.state = (
                "draft"
                if not terms.published_at
                else "current"
                if terms._origin == current
                else "past"
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            shop = vals.get("shop_id") or self.env["crm.shop"]._of_company().id
            vals["version"] = self._next_version(shop, vals.get("kind", "terms"))
            if not self.env.su:
                vals.pop("published_at", None)
        return super().create(vals_list)

    def write(self, vals):
        if "version" in vals or (FIXED & vals.keys() and any(self._published())):
            self._raise_published()
        if "published_at" in vals and not self.env.su:
            self._raise_published()
        return super().write(vals)

    def _update_field_translations(
        self, field_name, translations, digest=None, source_lang=""
    ):
        if field_name in FIXED and any(self._published()):
            self._raise_published()
        return super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        if any(self._published()):
            self._raise_published()

    def action_publish(self):
        """Put the version into force: members are asked for it at their next visit."""
        self.check_access("write")
        for terms in self:
            if is_html_empty(terms.body):
                raise UserError(self.env._("There is no text yet."))
        drafts = self.filtered(lambda terms: not terms.published_at)
        drafts.sudo().write({"published_at": fields.Datetime.now()})
        for shop in drafts.shop_id.sudo():
            shop.policy_version = shop._get_policy_version()

    def action_new_version(self):
        """:return: action that opens a draft of the next version, with this text in
        all its languages"""
        self.ensure_one()
        draft = self.search(
            [
                ("shop_id", "=", self.shop_id.id),
                ("kind", "=", self.kind),
                ("published_at", "=", False),
            ],
            limit=1,
        )
        draft = draft or self.copy()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": draft.id,
            "views": [(False, "form")],
        }

    def _published(self):
        return self.filtered("published_at")

    def _raise_published(self):
        raise UserError(
            self.env._(
                "Members have agreed to the published text as it is. "
                "Make a new version to change it."
            )
        )

    @api.model
    def _next_version(self, shop_id, kind):
        last = self.sudo().search(
            [("shop_id", "=", shop_id), ("kind", "=", kind)],
            order="version desc",
            limit=1,
        )
        return last.version + 1
