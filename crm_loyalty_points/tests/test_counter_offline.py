from unittest.mock import patch

from odoo import http
from odoo.tests import common, tagged

from .counter_browser import HELPERS, CounterBrowserCase

READY = "document.getElementById('counter')?.dataset.ready === '1'"


class Network:
    """The way between browser and server. Nothing passes while it is cut, whoever
    asks: the page, or the script that keeps it.

    :param lost: answers that get lost after the server has done what was asked
    """

    def __init__(self):
        self.cut = False
        self.lost = 0

    def wrap(self, serve):
        def call(app, environ, start_response):
            if self.cut:
                raise ConnectionResetError("the network is cut")
            answer = serve(app, environ, start_response)
            if self.lost and environ["PATH_INFO"] == "/counter/call/give":
                self.lost -= 1
                list(answer)
                raise ConnectionResetError("the answer is lost")
            return answer

        return call


def chromium_that_runs(steps):
    """:param steps: functions of the browser
    :return: context manager: browsers of tests run these in place of a script"""

    class Browser(common.ChromeBrowser):
        def _wait_code_ok(self, code, timeout, error_checker=None):
            for step in steps:
                step(self)

    return patch.object(common, "ChromeBrowser", Browser)


@tagged("post_install", "-at_install")
class TestCounterOffline(CounterBrowserCase):
    """The shop's internet is gone, and somebody closes the page on the phone. It opens
    again, takes bills, and gives their points once when the network is back."""

    def setUp(self):
        super().setUp()
        self.network = Network()
        serve = self.network.wrap(http.Application.__call__)
        self.startPatcher(patch.object(http.Application, "__call__", serve))

    def run_steps(self, *steps):
        with chromium_that_runs(steps):
            self.browser_js(f"/counter?lang={self.lang}", "", READY, login="anna")

    def script(self, text):
        """:return: step: the body of an async function, run on the page"""

        def step(browser):
            code = f"(async () => {{ {HELPERS} {text} }})()"
            params = {"expression": code, "awaitPromise": True}
            answer = browser._websocket_request(
                "Runtime.evaluate", params=params, timeout=60
            )
            self.assertNotIn("exceptionDetails", answer)

        return step

    def reload(self, browser):
        # the next page is known by what this one does not have
        browser._websocket_request(
            "Runtime.evaluate", params={"expression": "window.old = true"}
        )
        browser._websocket_request("Page.reload")
        ready = f"!window.old && {READY}"
        self.assertTrue(browser._wait_ready(ready), "the page does not open")

    def cut(self, browser):
        self.network.cut = True
        self.say_online(browser, False)

    def cut_behind_the_router(self, _browser):
        """The phone is in the Wi-Fi still and believes to be online."""
        self.network.cut = True

    def mend(self, browser):
        self.network.cut = False
        self.say_online(browser, True)

    def say_online(self, browser, online):
        browser._websocket_request("Network.enable")
        browser._websocket_request(
            "Network.emulateNetworkConditions",
            params={
                "offline": not online,
                "latency": 0,
                "downloadThroughput": -1,
                "uploadThroughput": -1,
            },
        )

    def is_kept(self):
        return self.script(
            """
            await navigator.serviceWorker.ready;
            const cache = await caches.open("crm-counter-1");
            let urls = [];
            for (let round = 0; round < 200 && urls.length < 3; round++) {
                await pause(100);
                urls = (await cache.keys()).map((each) => each.url);
            }
            if (urls.length < 3) { throw new Error(`kept: ${urls}`); }
            """
        )

    def note_bill(self, bill):
        return self.script(
            f"""
            await says("network", "No network");
            fits();
            await type("[name=who]", "0812345678");
            await click('[data-form="find"] [type=submit]');
            await until(() => shown(slot("find_offline")), "a word about the network");
            await click('[data-act="note"]');
            await type("[name=amount]", "250");
            await type("[name=bill]", "{bill}");
            await click('[data-slot="give"]');
            await state("waiting");
            await says("network", "1 waiting");
            """
        )

    def all_sent(self):
        return self.script(
            """
            const key = `crm_counter_outbox:${root.dataset.user}`;
            await until(() => localStorage.getItem(key) === "[]", "all was sent");
            await until(() => !shown(slot("network")), "nothing about the network");
            """
        )

    def given(self):
        acts = self.env["crm.counter.act"].search([])
        return self.points(), acts.mapped("bill_number")

    def test_bill_of_a_page_opened_offline(self):
        def nothing_given(_browser):
            self.assertEqual(self.given(), (0, []))

        self.run_steps(
            self.is_kept(),
            self.cut,
            self.reload,
            self.note_bill("OFFLINE"),
            # the phone is put away and taken out again: the bill waits
            self.reload,
            self.script('await says("network", "1 waiting");'),
            nothing_given,
            self.mend,
            self.all_sent(),
        )
        self.assertEqual(self.given(), (25, ["OFFLINE"]))

    def test_answer_lost_when_the_network_is_back(self):
        def lose_an_answer(_browser):
            self.network.lost = 1

        self.run_steps(
            self.is_kept(),
            self.cut,
            self.reload,
            self.note_bill("LOST"),
            lose_an_answer,
            self.mend,
            self.all_sent(),
        )
        self.assertEqual(self.network.lost, 0)
        self.assertEqual(self.given(), (25, ["LOST"]))

    def test_wifi_without_internet(self):
        self.run_steps(
            self.is_kept(),
            self.cut_behind_the_router,
            self.reload,
            self.note_bill("WIFI"),
            self.mend,
            self.reload,
            self.all_sent(),
        )
        self.assertEqual(self.given(), (25, ["WIFI"]))
