from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.line_api import LineError, LineRefused

# Names asked for in one turn of the job.
PROFILES_PER_TURN = 100
NAME_LENGTH = 100


class CrmLineUser(models.Model):
    """Who is a friend of the Official Account, who blocked it, and how they are called.

    Told by LINE's events, which come late and in any order at times: the one that
    happened last counts.
    """

    _inherit = "crm.line.user"

    profile_at = fields.Datetime(readonly=True, help="When LINE told name and picture.")

    _no_profile_idx = models.Index(
        "(id) WHERE friend_state = 'friend' AND profile_at IS NULL"
    )

    def _on_follow(self, _payload, happened_at):
        if self._set_friend_state("friend", happened_at):
            # somebody who comes back may have another name
            self.profile_at = False

    def _on_unfollow(self, _payload, happened_at):
        self._set_friend_state("blocked", happened_at)

    def _set_friend_state(self, state, happened_at):
        """:return: whether nothing later was known"""
        self.ensure_one()
        if self.friend_at and self.friend_at > happened_at:
            return False
        self.write({"friend_state": state, "friend_at": happened_at})
        return True

    def _note_seen(self, happened_at):
        """Somebody did something on LINE."""
        for line_user in self:
            if not line_user.last_seen_at or line_user.last_seen_at < happened_at:
                line_user.last_seen_at = happened_at

    def _note_profile(self, name="", picture_url=""):
        """Keep what LINE says somebody is called."""
        self.ensure_one()
        values = {"profile_at": fields.Datetime.now()}
        if isinstance(name, str) and name.strip():
            values["line_name"] = name.replace("\x00", "").strip()[:NAME_LENGTH]
        if isinstance(picture_url, str) and picture_url.startswith("https://"):
            values["picture_url"] = picture_url[:500]
        self.write(values)

    @api.model
    def _read_profiles(self, commit):
        """Ask LINE for the names of new friends.

        :param commit: called between two calls, so that none holds a transaction
        """
        users = self.sudo().search(
            [("friend_state", "=", "friend"), ("profile_at", "=", False)],
            limit=PROFILES_PER_TURN,
        )
        for channel, of_channel in users.grouped("channel_id").items():
            try:
                api_of_channel = channel._api()
            except UserError:
                continue
            commit()
            of_channel._read_profiles_of(api_of_channel, commit)
            api_of_channel.close()

    def _read_profiles_of(self, line_api, commit):
        """Ask for one after the other, until LINE does not answer."""
        for line_user in self:
            user_id = line_user.user_id
            commit()
            try:
                answer = line_api.call("GET", f"/v2/bot/profile/{user_id}")
            except LineRefused as error:
                if error.kind not in ("gone", "bad"):
                    return
                # neither a friend nor somebody who lets us see the profile
                line_user._note_profile()
                continue
            except LineError:
                return
            body = answer.body
            line_user._note_profile(body.get("displayName"), body.get("pictureUrl"))
        commit()
