import base64
import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import profile_picture

_logger = logging.getLogger(__name__)

PICTURES_PER_TURN = 30


class CrmLineUser(models.Model):
    """The picture somebody has on LINE, beside what they write."""

    _inherit = "crm.line.user"

    picture_due = fields.Boolean(readonly=True, copy=False)

    _picture_due_idx = models.Index("(id) WHERE picture_due")

    def _note_profile(self, *args, **kwargs):
        before = self.picture_url
        result = super()._note_profile(*args, **kwargs)
        if self.picture_url != before:
            self._ask_picture()
        return result

    def _get_chat_guest(self):
        known = self.sudo().guest_id
        guest = super()._get_chat_guest()
        if not known:
            self._ask_picture()
        return guest

    def _ask_picture(self):
        """Only of those who write: nobody sees the others."""
        line_user = self.sudo()
        if line_user.guest_id and line_user.picture_url:
            line_user.picture_due = True
            self.env["crm.line.message"]._wake_fetcher()

    @api.model
    def _fetch_pictures(self, commit):
        """:param commit: as ``ir.cron._commit_progress``"""
        users = self.sudo().search(
            [("picture_due", "=", True)], order="id", limit=PICTURES_PER_TURN
        )
        for line_user in users:
            url = line_user.picture_url
            # whatever breaks: a picture is not worth a second try by itself
            line_user.picture_due = False
            allowed = profile_picture.is_allowed(self.env, url)
            commit()
            if not allowed:
                continue
            try:
                source = profile_picture.fetch(url)
            except OSError as error:
                _logger.info("Picture of a LINE account: %s", type(error).__name__)
                continue
            if source:
                line_user._keep_picture(source)
            commit()

    def _keep_picture(self, source):
        picture = base64.b64encode(source)
        try:
            with self.env.cr.savepoint():
                self.guest_id.image_1920 = picture
                self.conversation_ids.image_128 = picture
                self.env.flush_all()
        # of any kind that is no picture
        except (UserError, ValueError):
            self.env.invalidate_all(flush=False)
