from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_sms_wallet.tools.gateways.base import Settings
from odoo.addons.crm_sms_wallet.tools.gateways.simulator import SimulatorApi

ROUGH = {
    **{"seed": 7, "refused_percent": 20, "unknown_percent": 20},
    **{"failed_percent": 20, "late_seconds": 600},
}
START = datetime(2026, 1, 1)


@tagged("post_install", "-at_install")
class TestSimulator(BaseCase):
    """It must behave badly, and in the same way each time: what it says later about a
    message is what it said before."""

    def api(self, **options):
        return SimulatorApi(Settings(options={**ROUGH, **options}))

    def send(self, api, count):
        numbers = [
            {"number": f"+668{n:08d}", "uuid": UUID(int=n + 1).hex}
            for n in range(count)
        ]
        return api._send_sms_batch([{"content": "สวัสดี", "numbers": numbers}])

    def without_stop(self, api, count):
        """:return: results of messages sent one by one"""
        return [
            api._send_sms_batch(
                [
                    {
                        "content": "x",
                        "numbers": [
                            {"number": "+66812345678", "uuid": UUID(int=n).hex}
                        ],
                    }
                ]
            )[0]
            for n in range(1, count + 1)
        ]

    def test_well_behaved_by_default(self):
        api = SimulatorApi(Settings())
        rows = self.send(api, 50)
        self.assertEqual({row["state"] for row in rows}, {"success"})
        self.assertEqual(
            {
                report.state
                for report in api.query({r["uuid"]: None for r in rows}).values()
            },
            {"delivered"},
        )

    def test_same_seed_same_faults(self):
        one, two = (self.without_stop(self.api(), 200) for _time in range(2))
        self.assertEqual(one, two)
        other = self.without_stop(self.api(seed=8), 200)
        self.assertNotEqual([r["state"] for r in one], [r["state"] for r in other])

    def test_all_faults_happen(self):
        api = self.api()
        states = Counter(row["state"] for row in self.without_stop(api, 400))
        self.assertEqual(
            set(states),
            {
                *("success", "unknown", "wrong_number_format"),
                *("insufficient_credit", "server_error"),
            },
        )

    def test_what_it_says_later_fits(self):
        """Accepted never becomes never seen; of the unknown ones some were taken."""
        api = self.api()
        rows = self.without_stop(api, 400)
        later = self.api().query({row["uuid"]: None for row in rows})
        ends = {}
        for row in rows:
            ends.setdefault(row["state"], set()).add(later[row["uuid"]].state)
        self.assertEqual(ends["success"], {"delivered", "failed", "expired"})
        self.assertEqual(ends["wrong_number_format"], {"never_seen"})
        self.assertIn("never_seen", ends["unknown"])
        self.assertIn("delivered", ends["unknown"])

    def test_reports_late_twice_and_in_disorder(self):
        api, shapes = self.api(refused_percent=0, unknown_percent=0), Counter()
        for n in range(1, 400):
            uuid = UUID(int=n).hex
            end = START + timedelta(days=1)
            reports = api.reports_due(uuid, START, START - timedelta(1), end)
            states = [report.state for report in reports]
            shapes[
                "alone"
                if len(states) == 1
                else "twice"
                if len(states) == 3
                else "disorder"
                if states[0] != "accepted"
                else "order"
            ] += 1
            self.assertEqual(sorted(r.at for r in reports), [r.at for r in reports])
        self.assertEqual(set(shapes), {"alone", "twice", "disorder", "order"})

    def test_each_report_is_due_once(self):
        api = self.api()
        uuid = next(
            u for u in (UUID(int=n).hex for n in range(50)) if api.fate(u).reports
        )
        end = START + timedelta(days=1)
        whole = api.reports_due(uuid, START, START - timedelta(1), end)
        steps, since = [], START - timedelta(1)
        for minutes in range(0, 40):
            now = START + timedelta(minutes=minutes)
            steps += api.reports_due(uuid, START, since, now)
            since = now
        self.assertEqual(steps, whole)
