from odoo import models


class CrmShop(models.Model):
    """Photos that answer the shop's questions, on the profile page."""

    _inherit = "crm.shop"

    def _get_member_photos(self, questions, partner):
        """:param questions: of `_get_questions`
        :return: {name of the field of the form: ir.attachment (superuser)} of the
            photos that the member has given"""
        asked = [each for each in questions if each._get_widget() == "photo"]
        if not asked:
            return {}
        names = {each._get_photo_mark(): each._get_form_name() for each in asked}
        domain = asked[0].concat(*asked[1:])._get_photo_domain(partner)
        photos = self.env["ir.attachment"].sudo()
        photos = photos.search_fetch(domain, ["description"])
        return {names[photo.description]: photo for photo in photos}

    def _get_photo_urls(self, questions, partner):
        """:return: {name of the field of the form: address of the member's photo}"""
        return {
            name: self._get_path(f"profile/photo/{name}")
            for name in self._get_member_photos(questions, partner)
        }
