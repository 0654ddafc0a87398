from odoo import fields, models


class CrmMemberImportLine(models.Model):
    """A row of a members file that was refused, or a value that was left out."""

    _name = "crm.member.import.line"
    _inherit = ["crm.file.import.line"]
    _description = "Members Import Finding"

    import_id = fields.Many2one(
        "crm.member.import", required=True, index=True, ondelete="cascade"
    )

    def _messages(self, other):
        return {
            **super()._messages(other),
            **self._member_messages(other),
            **self._value_messages(other),
        }

    def _member_messages(self, other):
        """:return: {code: sentence} of what makes a row refused"""
        return {
            "phone_missing": self.env._("The phone number is empty."),
            "phone_bad": self.env._("This is no phone number."),
            "phone_twice": self.env._(
                "The phone number was in row %(row)s already.", row=other
            ),
            "phone_shared": self.env._(
                "Several customers have this phone number. Merge them, or correct the "
                "numbers."
            ),
            "number_twice": self.env._(
                "The member number was in row %(row)s already.", row=other
            ),
            "number_taken": self.env._(
                "Another customer has this member number: %(name)s.", name=other
            ),
            "same_customer": self.env._(
                "Row %(row)s is the same customer here: the row is left out.", row=other
            ),
            "points_negative": self.env._("The points are negative."),
            "points_decimals": self.env._("Points have at most two decimals."),
            "tier_unknown": self.env._("There is no tier of this name."),
            "group_unknown": self.env._("There is no customer group of this name."),
            "branch_unknown": self.env._("There is no branch of this name."),
        }

    def _value_messages(self, other):
        """:return: {code: sentence} of values without which the member comes"""
        return {
            "points_lapsed": self.env._(
                "These points have lapsed already: they are left out."
            ),
            "gender_unknown": self.env._("Neither female, male nor other."),
            "email_bad": self.env._("This is no e-mail address."),
            "answer_unknown": self.env._("Neither yes nor no: no consent is noted."),
            "number_kept": self.env._(
                "The customer keeps the member number %(number)s.", number=other
            ),
        }
