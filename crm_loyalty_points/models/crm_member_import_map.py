from odoo import api, fields, models

from ..tools.member_columns import TARGETS


class CrmMemberImportMap(models.Model):
    """How the members file of one system is read, kept for the next file."""

    _name = "crm.member.import.map"
    _inherit = ["crm.file.import.map"]
    _description = "Members File Map"

    _key_targets = ("phone",)
    _least_columns = 2

    source = fields.Char(
        required=True,
        help="Names the system the members come from. A member's points are taken over "
        "once for each source.",
    )
    line_ids = fields.One2many("crm.member.import.map.line", "map_id", copy=True)


class CrmMemberImportMapLine(models.Model):
    _name = "crm.member.import.map.line"
    _inherit = ["crm.file.import.map.line"]
    _description = "Members File Map Column"

    map_id = fields.Many2one(
        "crm.member.import.map", required=True, index=True, ondelete="cascade"
    )

    @api.model
    def _selection_target(self):
        labels = {
            "phone": self.env._("Phone"),
            "number": self.env._("Member number"),
            "last_name": self.env._("Last name"),
            "first_name": self.env._("First name"),
            "name": self.env._("Full name"),
            "nickname": self.env._("Nickname"),
            "birthdate": self.env._("Birthday"),
            "gender": self.env._("Gender"),
            "email": self.env._("E-mail"),
            "tags": self.env._("Tags"),
            "group": self.env._("Customer group"),
            "tier": self.env._("Tier"),
            "branch": self.env._("Branch"),
            "joined": self.env._("Joined on"),
            "points": self.env._("Points"),
            "points_expiry": self.env._("Points lapse after"),
            "points_2": self.env._("Points, second part"),
            "points_expiry_2": self.env._("Second part lapses after"),
            "points_3": self.env._("Points, third part"),
            "points_expiry_3": self.env._("Third part lapses after"),
            "consent_marketing_sms": self.env._("Agreed to marketing by SMS"),
            "consent_marketing_email": self.env._("Agreed to marketing by e-mail"),
            "consent_marketing_line": self.env._("Agreed to marketing by LINE"),
        }
        return [(target, labels[target]) for target in TARGETS]


class CrmMemberImportColumn(models.Model):
    """One column of the file of an import and what it means."""

    _name = "crm.member.import.column"
    _inherit = ["crm.file.import.column"]
    _description = "Members Import Column"

    import_id = fields.Many2one(
        "crm.member.import", required=True, index=True, ondelete="cascade"
    )

    @api.model
    def _selection_target(self):
        return self.env["crm.member.import.map.line"]._selection_target()
