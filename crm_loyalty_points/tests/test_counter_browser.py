import tempfile

from odoo.tests import tagged

from .counter_browser import (
    CounterBrowserCase,
    as_script,
    chromium_with,
    qr_video,
)


class CounterJourney:
    """M6: a cashier with one thumb finds a member, gives points, redeems, uses a code
    and takes it back. On each screen everything fits, and is large enough to press."""

    def test_points_code_and_undo(self):
        reward = self.make_reward()
        self.give_points(self.card, 150)
        code = reward._redeem(self.card, key="browser").code
        self.act(
            f"""
            fits();
            await click('[data-form="find"] [type=submit]');
            await until(() => slot("find_error").textContent, "a word");
            await find("081 234 5678");
            await says("name", "Sri J.");
            await says("balance", "50");
            fits();
            await type("[name=amount]", "250");
            await says("preview_points", "25");
            await click('[data-slot="give"]');
            await until(() => slot("give_error").textContent, "a word about the bill");
            await type("[name=bill]", "B-1");
            await says("preview_points", "25");
            await click('[data-slot="give"]');
            await state("done");
            await says("done_points", "75");
            fits();
            await click('[data-act="undo"]');
            await click('[data-act="ask_yes"]');
            await state("undone");
            await click('[data-act="next"]');

            await click('nav [data-go="code"]');
            await type("[name=code]", {as_script(code)});
            await click('[data-slot="check"]');
            await says("code_title", "Free coffee");
            fits();
            await click('[data-act="use"]');
            await state("done");
            await click('[data-act="undo"]');
            await click('[data-act="ask_yes"]');
            await state("undone");

            await click('nav [data-go="today"]');
            await until(() => slot("acts").querySelectorAll(".o_undone").length === 2,
                "both on the list");
            fits();
            """
        )
        self.assertEqual(self.points(), 50)
        acts = self.env["crm.counter.act"].search([])
        self.assertEqual(acts.mapped("state"), ["undone", "undone"])
        self.assertEqual(acts.redemption_id.state, "issued")

    def test_redeem_and_hand_over(self):
        self.make_reward()
        self.give_points(self.card, 150)
        self.act(
            """
            await find("0812345678");
            await click('[data-panel="rewards"]');
            await click('[data-slot="rewards"] button');
            await click('[data-act="ask_yes"]');
            await state("done");
            await says("done_points", "50");
            await click('[data-slot="hand_over"]');
            await until(() => !shown(slot("hand_over")) &&
                slot("done_box").dataset.state === "done", "it was used");
            """
        )
        redemption = self.env["loyalty.redemption"].search(
            [("card_id", "=", self.card.id)]
        )
        self.assertEqual(redemption.state, "used")
        self.assertEqual(redemption.used_branch_id, self.silom)


@tagged("post_install", "-at_install")
class TestCounterPhone(CounterJourney, CounterBrowserCase):
    """On a phone, in English."""


@tagged("post_install", "-at_install")
class TestCounterWide(CounterJourney, CounterBrowserCase):
    """On a wide screen, in Thai."""

    browser_size = "1280x800"
    lang = "th_TH"


@tagged("post_install", "-at_install")
class TestCounterNetwork(CounterBrowserCase):
    """Doubts and refusals, and what a bad network does: nothing twice, nothing lost."""

    def test_products_doubts_and_a_refusal(self):
        self.env["product.product"].create(
            {"name": "Tea", "list_price": 3000, "barcode": "885", "taxes_id": False}
        )
        self.act(
            """
            await find("0812345678");
            await click('[data-panel="products"]');
            await type("[name=product]", "885");
            await click('[data-slot="products"] button');
            await click('[data-slot="rows"] button:last-child');
            await type("[name=bill]", "P-1");
            await says("preview_points", "600");
            fits();
            await click('[data-slot="give"]');
            await until(() => shown(slot("ask")), "to be asked");
            await click('[data-act="ask_yes"]');
            await state("done");
            await click('[data-act="next"]');
            await find("0812345678");
            await type("[name=amount]", "99");
            await type("[name=bill]", "P-1");
            await says("give_error", "P-1");
            await click('[data-slot="give"]');
            await state("refused");
            await says("done_error", "P-1");
            """
        )
        self.assertEqual(self.points(), 600)

    def test_network_cut_after_the_server_has_done_it(self):
        """The answer is lost and the network stays away; a second bill is noted. When
        the network is back both are given, exactly once."""
        self.act(
            """
            await find("0812345678");
            await type("[name=amount]", "250");
            await type("[name=bill]", "CUT");
            await says("preview_points", "25");
            const real = window.fetch;
            let sent = 0;
            window.fetch = async (url, options) => {
                if (String(url).endsWith("/give") && !sent++) {
                    await (await real(url, options)).text();
                }
                throw new TypeError("network cut");
            };
            await click('[data-slot="give"]');
            await state("waiting");
            fits();
            await says("network", "No network");
            await says("network", "1 waiting");
            await click('[data-act="next"]');
            await type("[name=who]", "0812345678");
            await click('[data-form="find"] [type=submit]');
            await until(() => shown(slot("find_offline")), "a word about the network");
            await click('[data-act="note"]');
            await type("[name=amount]", "100");
            await type("[name=bill]", "NOTED");
            await click('[data-slot="give"]');
            await state("waiting");
            const key = `crm_counter_outbox:${root.dataset.user}`;
            const kept = JSON.parse(localStorage.getItem(key));
            if (kept.length !== 2) { throw new Error("not kept"); }
            sessionStorage.setItem("sent", sent);
            window.fetch = real;
            window.dispatchEvent(new Event("online"));
            await until(() => localStorage.getItem(key) === "[]", "all was sent");
            await click('nav [data-go="today"]');
            await until(() => slot("acts").querySelectorAll(".o_done").length === 2,
                "both on the list");
            """
        )
        self.assertEqual(self.points(), 35)
        acts = self.env["crm.counter.act"].search([])
        self.assertEqual(sorted(acts.mapped("bill_number")), ["CUT", "NOTED"])

    def test_what_was_kept_is_sent_when_the_page_opens_again(self):
        ref = self.card.with_user(self.anna).sudo()._get_counter_ref()
        entry = {
            "key": "kept",
            "path": "give",
            "params": {"member": ref, "amount": "70", "bill": "KEPT"},
            "branch": self.silom.id,
            "label": "kept",
            "state": "waiting",
        }
        self.act(
            f"""
            const key = `crm_counter_outbox:${{root.dataset.user}}`;
            if (!sessionStorage.getItem("opened")) {{
                sessionStorage.setItem("opened", "1");
                localStorage.setItem(key, JSON.stringify([{as_script(entry)}]));
                const frame = document.createElement("iframe");
                frame.src = location.href;
                document.body.append(frame);
            }}
            await until(() => localStorage.getItem(key) === "[]", "it was sent");
            """
        )
        self.assertEqual(self.points(), 7)

    def test_opens_without_network(self):
        self.act(
            """
            await navigator.serviceWorker.ready;
            let kept = null;
            for (let round = 0; round < 100 && !kept; round++) {
                await pause(100);
                const cache = await caches.open("crm-counter-1");
                const keys = (await cache.keys()).map((each) => each.url);
                kept = keys.some((url) => url.endsWith("/counter")) &&
                    keys.filter((url) => url.includes("/web/assets/")).length >= 2;
            }
            if (!kept) { throw new Error("the page is not kept"); }
            const cache = await caches.open("crm-counter-1");
            const page = await (await cache.match("/counter")).text();
            if (!page.includes('id="counter"')) { throw new Error("another page"); }
            for (const {url} of await cache.keys()) {
                if (!/\\/(counter(\\/\\d+)?|web\\/(assets|static)\\/.*)$/.test(url)) {
                    throw new Error(`should not be kept: ${url}`);
                }
            }
            """
        )


@tagged("post_install", "-at_install")
class TestCounterCamera(CounterBrowserCase):
    """The QR of a member card is read by the camera; without one the page says what to
    do instead."""

    def test_scan_the_member_card(self):
        # a code that the library does not read at once
        self.card.code = "0448-3604-44a3"
        with tempfile.NamedTemporaryFile(suffix=".y4m") as video:
            video.write(qr_video(self.env, self.card.code))
            video.flush()
            with chromium_with(
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={video.name}",
            ):
                self.act(
                    """
                    await click('[data-act="scan_member"]');
                    await until(() => shown(one('[data-view="member"]')), "the member");
                    await says("name", "Sri J.");
                    """
                )

    def test_without_a_camera(self):
        self.act(
            """
            const media = navigator.mediaDevices;
            for (const name of ["NotFoundError", "NotAllowedError"]) {
                media.getUserMedia = async () => { throw new DOMException("", name); };
                await click('[data-act="scan_member"]');
                await until(() => shown(slot("scan_state")), "the state");
                await pause(200);
                await click('[data-act="scan_close"]');
                await until(() => !slot("scanner").open, "closed");
            }
            await find("0812345678");
            """
        )
