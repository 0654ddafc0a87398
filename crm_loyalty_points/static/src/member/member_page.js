import {mount} from "@crm_loyalty_points/member/member";

// -- offline ----------------------------------------------------------------------------

function getAssets() {
    const elements = document.querySelectorAll(
        "link[rel=stylesheet], script[src], img"
    );
    return [...elements].map((element) => element.href || element.src);
}

async function forgetPages(scope) {
    if (!("caches" in window)) {
        return;
    }
    for (const name of await caches.keys()) {
        if (name.startsWith(`crm-member ${scope} `)) {
            await caches.delete(name);
        }
    }
}

async function startWorker(banner) {
    const {worker, scope, keep} = banner.dataset;
    if (!("serviceWorker" in navigator)) {
        return;
    }
    if (!keep) {
        // The member did not want to be remembered here: nothing stays behind.
        const registration = await navigator.serviceWorker.getRegistration(scope);
        await registration?.unregister();
        await forgetPages(scope);
        return;
    }
    await navigator.serviceWorker.register(worker, {scope});
    const registration = await navigator.serviceWorker.ready;
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
        document.body.dataset.kept = "1";
    };
    registration.active.postMessage(
        {page: location.origin + location.pathname, assets: getAssets()},
        [channel.port2]
    );
}

mount(".o_member_offline", (banner) => {
    const show = () => {
        banner.hidden = navigator.onLine && !document.body.dataset.offline;
    };
    window.addEventListener("online", () => {
        if (document.body.dataset.offline) {
            location.reload();
        } else {
            show();
        }
    });
    window.addEventListener("offline", show);
    show();
    if (!document.body.dataset.offline) {
        startWorker(banner).catch(() => {
            // without it the page works as any other, with a network
        });
    }
    mount(".o_member_signout", (form) => {
        form.addEventListener("submit", () => forgetPages(banner.dataset.scope));
    });
});

// -- forms that do something once ---------------------------------------------------------

async function sendOnce(form) {
    const [sending, lost] = ["sending", "lost"].map((name) =>
        form.querySelector(`.o_member_${name}`)
    );
    const buttons = form.querySelectorAll("button");
    buttons.forEach((button) => (button.disabled = true));
    sending.hidden = false;
    lost.hidden = true;
    try {
        const response = await fetch(form.action, {
            method: "POST",
            body: new FormData(form),
            headers: {"X-Member-Once": "1"},
            signal: AbortSignal.timeout(20000),
        });
        if (response.status >= 500) {
            throw new Error(response.statusText);
        }
        const where = response.headers.get("X-Member-Location");
        if (where) {
            location.assign(where);
        } else {
            location.reload();
        }
    } catch {
        // Nobody knows what the server did: the same form asks for the same thing.
        sending.hidden = true;
        lost.hidden = false;
        buttons.forEach((button) => (button.disabled = false));
    }
}

mount(".o_member_once", (form) => {
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        sendOnce(form);
    });
});

// -- codes ----------------------------------------------------------------------------

mount(".o_member_copy", (button) => {
    const [before, after] = [".o_before", ".o_after"].map((name) =>
        button.querySelector(name)
    );
    button.addEventListener("click", async () => {
        try {
            await navigator.clipboard.writeText(button.dataset.copy);
        } catch {
            const field = document.createElement("textarea");
            field.value = button.dataset.copy;
            button.after(field);
            field.select();
            document.execCommand("copy");
            field.remove();
        }
        before.hidden = true;
        after.hidden = false;
        setTimeout(() => {
            before.hidden = false;
            after.hidden = true;
        }, 3000);
    });
});

mount(".o_member_countdown[data-ends]", (element) => {
    const ends = Date.parse(element.dataset.ends);
    const units = [
        ["days", 48 * 3600, 24 * 3600],
        ["hours", 2 * 3600, 3600],
        ["minutes", 0, 60],
    ];
    const show = () => {
        const seconds = (ends - Date.now()) / 1000;
        const [name, , size] = units.find(([, least]) => seconds > least) || ["over"];
        for (const part of element.querySelectorAll("[class^=o_]")) {
            part.hidden = !part.classList.contains(`o_${name}`);
            if (!part.hidden && size) {
                part.querySelector("b").textContent = Math.floor(seconds / size);
            }
        }
    };
    if (ends) {
        show();
        setInterval(show, 30000);
    }
});
