/**
 * The page that LINE opens: gets the token from LINE's script and goes on to where the
 * server says. Nothing that the script says of the user is used but the token itself.
 */
import {mount, say} from "@crm_loyalty_points/member/member";

const AGAIN = "crm_line_again";

class LineOpen {
    constructor(element) {
        this.element = element;
        this.run();
    }

    async run() {
        try {
            if (!window.liff) {
                throw new Error("no script");
            }
            await window.liff.init({liffId: this.element.dataset.liff});
        } catch {
            this.show("offline");
            return;
        }
        if (!window.liff.isLoggedIn()) {
            window.liff.login({redirectUri: window.location.href});
            return;
        }
        const token = window.liff.getIDToken();
        if (!token) {
            this.show("setup");
            return;
        }
        await this.enter(token);
    }

    /** Only now the parameters of the link stand in the address. */
    async enter(token) {
        const query = new URLSearchParams(window.location.search);
        const body = new URLSearchParams({
            csrf_token: document.body.dataset.csrf,
            id_token: token,
            access_token: window.liff.getAccessToken() || "",
            to: query.get("to") || "",
        });
        let answer = null;
        try {
            const url = `${window.location.pathname}/enter`;
            const response = await fetch(url, {
                method: "POST",
                body,
                signal: AbortSignal.timeout(30000),
            });
            answer = await response.json();
        } catch {
            this.show("offline");
            return;
        }
        if (answer.url) {
            sessionStorage.removeItem(AGAIN);
            window.location.replace(answer.url);
        } else if (answer.refused && !sessionStorage.getItem(AGAIN)) {
            this.again();
        } else {
            this.show("refused", answer.message);
        }
    }

    /** LINE's script keeps tokens until after they have expired: get another, once. */
    again() {
        sessionStorage.setItem(AGAIN, "1");
        window.liff.logout();
        if (window.liff.isInClient()) {
            window.location.reload();
        } else {
            window.liff.login({redirectUri: window.location.href});
        }
    }

    show(what, text) {
        sessionStorage.removeItem(AGAIN);
        for (const part of this.element.querySelectorAll("[data-line-state]")) {
            part.hidden = part.dataset.lineState !== what;
        }
        const shown = this.element.querySelector(`[data-line-state="${what}"]`);
        const place = shown.querySelector(".o_line_text");
        if (text) {
            place.textContent = text;
        }
        say(place.textContent);
        this.element.querySelector(".o_line_else").hidden = false;
    }
}

mount(".o_line_open", (element) => new LineOpen(element));
