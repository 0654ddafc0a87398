from odoo import models


class CrmShop(models.Model):
    """Photos that answer the shop's questions, on the profile page."""

    _inherit = "crm.shop"

    def _get_member_photos(self, questions, partner):
        """:param questions: of `_get_questions`
        :return: {name of the field of the form: ir.attachment (superuser)} of the
            photos that the member has given"""
        names = {
            question._get_photo_mark(): question._get_form_name()
            for question in questions
            if question._get_widget() == "photo"
        }
        if not names:
            return {}
        photos = (
            self.env["ir.attachment"]
            .sudo()
            .search_fetch(
                [
                    ("res_model", "=", partner._name),
                    ("res_id", "=", partner.id),
                    ("description", "in", list(names)),
                ],
                ["description"],
            )
        )
        return {names[photo.description]: photo for photo in photos}

    def _get_photo_urls(self, questions, partner):
        """:return: {name of the field of the form: address of the member's photo}"""
        return {
            name: self._get_path(f"profile/photo/{name}")
            for name in self._get_member_photos(questions, partner)
        }
