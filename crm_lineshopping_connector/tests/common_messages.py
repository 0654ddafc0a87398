from .common_line import LineCase


class MessageCase(LineCase):
    """Friends of the shop on LINE, and the sender as the scheduler calls it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("th_TH")

    def friend(self, number=0, lang="th_TH", **values):
        """:param int number: which of the emulator's people
        :return: crm.line.user, linked to a member"""
        person = self.server.book.people[number]
        partner = self.member_of(person, lang=lang)
        return self.env["crm.line.user"].create(
            {
                "channel_id": self.channel.id,
                "user_id": person.user_id,
                "line_name": person.name,
                "partner_id": partner.id,
                "friend_state": "friend",
                **values,
            }
        )

    def queue(self, *line_users, **values):
        """:return: crm.line.message, one per account"""
        return self.env["crm.line.message"]._queue(
            [
                {
                    "channel_id": self.channel.id,
                    "line_user_id": line_user.id,
                    "text": f"Hello {line_user.line_name}",
                    **values,
                }
                for line_user in line_users
            ]
        )

    def send(self):
        """Let the sender work off what waits, without commits."""
        self.env["crm.line.message"]._send_waiting(self.no_commit)
        self.env.invalidate_all()

    @staticmethod
    def no_commit(*_args, **_kwargs):
        return 60.0

    def accepted(self, kind=None):
        """:return: what LINE has accepted"""
        rows = self.server.messaging.accepted
        return [row for row in rows if kind in (None, row["kind"])]
