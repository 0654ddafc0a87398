import signal
import time
from itertools import count

from odoo.tests.common import BaseCase, tagged

from odoo.addons.crm_lineshopping_connector.tests.emulators.line_server import (
    LineServer,
)
from odoo.addons.crm_segments.tests.database import cloned_database, committed

from .common_kill import FULL, KilledWorker

MESSAGES = 400 if FULL else 24
ROUNDS = 20
LOOPBACK = "crm_lineshopping_connector.loopback"


@tagged("standard", "post_install", "-at_install")
class TestLineKillPoints(KilledWorker, BaseCase):
    """The sender dies in the middle: around each commit and around calls of LINE. LINE
    writes down what it accepts. Afterwards each message was accepted once, alone or in
    a call to several, and none is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(cloned_database())
        cls.server = cls.enterClassContext(LineServer(orders=0, people=MESSAGES))
        cls.numbers = count(1)
        with committed(cls.database) as env:
            env["ir.config_parameter"].set_param(LOOPBACK, "1")
            env["ir.cron"].search([]).active = False
            company = env["res.company"].create({"name": "Killed Shop"})
            messaging = cls.server.messaging
            channel = env["crm.line.channel"].create(
                {
                    "name": "Killed",
                    "company_id": company.id,
                    "channel_id": messaging.channel_id,
                    "channel_secret": messaging.secret,
                    "access_token": messaging.token,
                    "api_url": cls.server.url,
                    "data_url": cls.server.url,
                }
            )
            cls.channel_id = channel.id
            cls.user_ids = (
                env["crm.line.user"]
                .create(
                    [
                        {
                            "channel_id": channel.id,
                            "user_id": user_id,
                            "friend_state": "friend",
                        }
                        for user_id in cls.server.users
                    ]
                )
                .ids
            )
        cls.start_worker()

    def queue(self):
        """:return: texts of messages that wait: half of them equal ones, which leave
        in calls to several, the others alone"""
        run = next(self.numbers)
        texts = [
            f"Same {run}" if number % 2 else f"Own {run}.{number}"
            for number in range(len(self.user_ids))
        ]
        with committed(self.database) as env:
            env["crm.line.message"]._queue(
                [
                    {
                        "channel_id": self.channel_id,
                        "line_user_id": user_id,
                        "text": text,
                    }
                    for user_id, text in zip(self.user_ids, texts, strict=True)
                ]
            )
            people = env["crm.line.user"].browse(self.user_ids).mapped("user_id")
        return set(zip(people, texts, strict=True))

    def send(self, kill=None):
        return self.worker.run("send_line", kill=kill)

    def finish(self):
        for _round in range(ROUNDS):
            with committed(self.database) as env:
                # nobody waits for the next try here
                env["crm.line.message"].search([("state", "=", "sending")]).write(
                    {"next_try_at": False}
                )
            self.send()
            with committed(self.database) as env:
                if not env["crm.line.message"].search_count(
                    [("state", "in", ("queued", "sending"))]
                ):
                    return
            time.sleep(0.05)  # until the database notices that the process is dead
        self.fail("still open")

    def check(self, expected):
        times = {}
        for row in self.server.messaging.accepted:
            for user_id in row["to"]:
                said = (user_id, row["messages"][0]["text"])
                times[said] = times.get(said, 0) + 1
        self.assertEqual(
            {said: times.get(said, 0) for said in expected}, dict.fromkeys(expected, 1)
        )
        self.assertEqual(self.server.violations, [])
        with committed(self.database) as env:
            states = env["crm.line.message"].search([]).mapped("state")
            self.assertEqual(set(states), {"accepted"})

    def test_sender_is_killed(self):
        self.queue()
        done = self.send()  # the first one warms up, and says how many points there are
        self.assertGreaterEqual(done["commits"], 3)
        self.queue()
        done = self.send()
        points = [
            ["commit", number, when]
            for number in range(1, done["commits"] + 1)
            for when in ("before", "after")
        ]
        points += [
            ["call", number, when]
            for number in (1, done["calls"] // 2, done["calls"])
            for when in ("before", "after")
        ]
        for point in points:
            with self.subTest(point):
                expected = self.queue()
                self.assertEqual(self.send(point).get("signal"), signal.SIGKILL)
                self.finish()
                self.check(expected)


@tagged("standard", "post_install", "-at_install")
class TestLineNoticeKillPoints(KilledWorker, BaseCase):
    """The job that tells members of their points dies in the middle: each entry is
    told once, whatever it was doing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls.enterClassContext(cloned_database())
        cls.numbers = count(1)
        with committed(cls.database) as env:
            env["ir.cron"].search([]).active = False
            company = env["res.company"].create({"name": "Told Shop"})
            program = env["loyalty.program"].create(
                {
                    "name": "Told",
                    "program_type": "loyalty",
                    "applies_on": "both",
                    "company_id": company.id,
                }
            )
            channel = env["crm.line.channel"].create(
                {"name": "Told", "company_id": company.id, "channel_id": "1"}
            )
            cls.cards = []
            for number in range(5):
                partner = env["res.partner"].create({"name": f"Member {number}"})
                card = {"program_id": program.id, "partner_id": partner.id}
                cls.cards.append(env["loyalty.card"].create(card).id)
                env["crm.line.user"].create(
                    {
                        "channel_id": channel.id,
                        "user_id": f"U{number:032x}",
                        "partner_id": partner.id,
                        "friend_state": "friend",
                    }
                )
            channel.notice_ids.filtered(lambda n: n.kind == "points").is_on = True
        cls.start_worker()

    def post(self):
        """:return: {card id: points} of new entries"""
        with committed(self.database) as env:
            given = {card: next(self.numbers) for card in self.cards}
            env["loyalty.point.entry"]._post(
                [
                    {
                        "card_id": card,
                        "kind": "earn",
                        "points": points,
                        "key": f"told:{points}",
                        "reason": "test",
                    }
                    for card, points in given.items()
                ]
            )
            return given

    def told(self):
        """:return: list of what the messages say, each as often as it is said"""
        with committed(self.database) as env:
            messages = env["crm.line.message"].search([], order="id")
            return [message.text.split("\n")[1] for message in messages]

    def test_told_once(self):
        self.post()
        self.worker.run("tell_line")
        done = self.worker.run("tell_line") if self.post() else None
        self.assertGreaterEqual(done["commits"], 3)
        points = [
            ["commit", number, when]
            for number in range(1, done["commits"] + 1)
            for when in ("before", "after")
        ]
        points += [["statement", done["statements"] * part // 4] for part in (1, 2, 3)]
        for point in points:
            with self.subTest(point):
                given = self.post()
                answer = self.worker.run("tell_line", kill=point)
                self.assertEqual(answer.get("signal"), signal.SIGKILL)
                self.worker.run("tell_line")
                said = self.told()
                for number in given.values():
                    self.assertEqual(said.count(f"+{number}"), 1)
