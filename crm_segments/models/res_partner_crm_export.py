from datetime import date

from odoo import api, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "crm.export.source"]

    @api.model
    def _crm_export_default(self):
        return [
            *("member_number", "name", "nickname", "phone", "email"),
            *("customer_lifecycle", "customer_group_id", "category_id"),
            *("state_id", "zip", "customer_order_count", "customer_amount_total_all"),
            *("customer_amount_total", "customer_amount_paid"),
            *("customer_first_order_date", "customer_last_order_date"),
        ]

    @api.model
    def _crm_export_title(self):
        return self.env._("Customers")

    @api.model
    def _crm_export_labels(self):
        return {
            "customer_lifecycle": self.env._("Group by Orders"),
            "category_id": self.env._("Tags"),
            "state_id": self.env._("Province"),
            "zip": self.env._("Postcode"),
            "customer_amount_total_all": self.env._("Total, Any Status"),
            "customer_amount_total": self.env._("Total, Confirmed"),
            "customer_amount_paid": self.env._("Total Paid"),
        }

    @api.model
    def _crm_export_everything(self):
        return Domain("member_number", "!=", False)

    @api.model
    def _crm_export_examples(self):
        choices = dict(
            self._fields["customer_lifecycle"]._description_selection(self.env)
        )
        people = [
            (self.env._("Somchai Jaidee"), self.env._("Chai"), "081 234 5678", "10110"),
            (self.env._("Malee Suksan"), self.env._("Lee"), "+66 89 876 5432", "50200"),
            (self.env._("Anan Thongdee"), self.env._("Nan"), "02 123 4567", "40000"),
        ]
        groups = ("regular", "new", "lapsed")
        return [
            {
                "member_number": f"M{number:06d}",
                "name": name,
                "nickname": nickname,
                "phone": phone,
                "email": f"customer{number}@example.com",
                "zip": postcode,
                "customer_lifecycle": choices.get(group),
                "customer_order_count": number * 2,
                "customer_amount_total_all": number * 1250.5,
                "customer_amount_total": number * 1100.0,
                "customer_amount_paid": number * 1000.0,
                "customer_first_order_date": date(2025, number, 5),
                "customer_last_order_date": date(2026, number, 20),
            }
            for number, ((name, nickname, phone, postcode), group) in enumerate(
                zip(people, groups, strict=True), 1
            )
        ]

    def _crm_erase(self, reason=""):
        pseudonym = super()._crm_erase(reason)
        self.env["crm.export"].sudo()._forget_people()
        return pseudonym
