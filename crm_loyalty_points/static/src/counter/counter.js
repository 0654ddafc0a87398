/** The counter page: which view, which button does what, and the network's state. */

import {
    LoggedOutError,
    OfflineError,
    RefusedError,
    TroubleError,
    ask as call,
    isAway,
    setAway,
    watchNetwork,
} from "./net";
import * as outbox from "./outbox";
import {button, fill, go, line, make, root, show, slot, words} from "./page";
import {checkIn, serve} from "./member";
import {handOver, leave, perform, undo} from "./done";
import {load, showOutbox} from "./today";
import {scan} from "./scan";

const find = root.querySelector('[data-form="find"]');
const code = root.querySelector('[data-form="code"]');
let looked = "";
let loggedOut = false;

/** What the network does, and what waits for it. */
function showNetwork() {
    const list = outbox.entries();
    const waiting = list.filter((entry) => entry.state === "waiting").length;
    const parts = [];
    const trouble = outbox.getTrouble();
    const session = loggedOut || trouble instanceof LoggedOutError;
    if (session) {
        parts.push(words("session"));
    } else if (!navigator.onLine || isAway()) {
        parts.push(words("offline"));
    } else if (trouble instanceof TroubleError) {
        parts.push(words("trouble"));
    }
    if (waiting) {
        parts.push(words("waiting", {count: waiting}));
    }
    if (list.length > waiting) {
        parts.push(words("unclear", {count: list.length - waiting}));
    }
    fill("network", parts.join(" "));
    if (session) {
        const href = `/web/login?redirect=${encodeURIComponent(location.pathname)}`;
        slot("network").append(" ", make("a", {href, text: words("log_in")}));
    }
    showOutbox();
}

/** Run a call of the page; say what is wrong in a slot. */
async function attempt(path, params, errors) {
    fill(errors, "");
    try {
        const answer = await call(path, params);
        fill(errors, answer.refused);
        return answer.refused ? null : answer;
    } catch (error) {
        let text = words("trouble");
        if (error instanceof OfflineError) {
            text = words("offline_simple");
        } else if (error instanceof LoggedOutError) {
            text = words("session");
            loggedOut = true;
            showNetwork();
        } else if (error instanceof RefusedError) {
            text = error.message;
        }
        fill(errors, text);
        return {failed: error};
    }
}

async function busy(form, run) {
    const submit = form.querySelector('[type="submit"]');
    submit.disabled = true;
    try {
        return await run();
    } finally {
        submit.disabled = false;
    }
}

async function findMember() {
    const text = find.elements.who.value.trim();
    show("find_offline", false);
    slot("found").replaceChildren();
    if (!text) {
        fill("find_error", words("who_needed"));
        find.elements.who.focus();
        return;
    }
    const answer = await busy(find, () => attempt("find", {text}, "find_error"));
    if (answer?.failed) {
        const offline = answer.failed instanceof OfflineError;
        show("find_offline", offline);
        if (offline) {
            fill("find_error", "");
        }
    } else if (answer?.members.length === 1) {
        serve(answer.members[0]);
    } else if (answer) {
        slot("found").replaceChildren(
            ...answer.members.map((member) =>
                line(
                    {title: member.name, note: member.number},
                    button(words("choose"), () => serve(member))
                )
            )
        );
    }
}

function startAgain() {
    leave();
    find.reset();
    fill("find_error", "");
    show("find_offline", false);
    slot("found").replaceChildren();
    go("find");
    find.elements.who.focus();
}

function resetCode() {
    looked = "";
    show("code_box", false);
    show("use", false);
    show("check", true);
    fill("code_error", "");
}

async function checkCode() {
    const text = code.elements.code.value.trim();
    resetCode();
    if (!text) {
        fill("code_error", words("code_needed"));
        code.elements.code.focus();
        return;
    }
    const answer = await busy(code, () => attempt("code", {code: text}, "code_error"));
    if (!answer?.code) {
        return;
    }
    const view = answer.code;
    looked = text;
    show("code_box", true);
    fill("code_title", view.title);
    fill("code_member", view.member);
    fill("code_until", view.valid_until && words("until", {day: view.valid_until}));
    fill("code_refusal", view.refusal);
    show("use", !view.refusal);
    show("check", Boolean(view.refusal));
}

function useCode() {
    const title = slot("code_title").textContent;
    perform("use", {code: looked}, title);
    code.reset();
    resetCode();
}

async function keepPage() {
    if (!navigator.serviceWorker) {
        return;
    }
    try {
        await navigator.serviceWorker.register("/counter/worker.js", {
            scope: "/counter",
        });
        const {active} = await navigator.serviceWorker.ready;
        const own = document.querySelectorAll('script[src], link[rel="stylesheet"]');
        const urls = Array.from(own, (element) => element.src || element.href);
        active.postMessage({keep: [location.pathname, ...urls]});
    } catch {
        // a page without a worker works as long as there is a network
    }
}

const ACTS = {
    next: startAgain,
    note: () => serve({who: find.elements.who.value.trim()}),
    check_in: checkIn,
    hand_over: handOver,
    undo,
    use: useCode,
    ask_yes: () => slot("ask").close("yes"),
    ask_no: () => slot("ask").close("no"),
    scan_member: async () => {
        const text = await scan();
        if (text) {
            find.elements.who.value = text;
            await findMember();
        }
    },
    scan_code: async () => {
        const text = await scan();
        if (text) {
            code.elements.code.value = text;
            await checkCode();
        }
    },
};

const VIEWS = {
    find: startAgain,
    code: () => {
        leave();
        code.reset();
        resetCode();
        go("code");
        code.elements.code.focus();
    },
    today: () => {
        leave();
        go("today");
        load();
    },
};

root.addEventListener("click", (event) => {
    const element = event.target.closest("[data-act], [data-go]");
    if (element) {
        (ACTS[element.dataset.act] || VIEWS[element.dataset.go])?.();
    }
});
find.addEventListener("submit", (event) => {
    event.preventDefault();
    findMember();
});
code.addEventListener("submit", (event) => {
    event.preventDefault();
    checkCode();
});
code.elements.code.addEventListener("input", resetCode);
window.addEventListener("online", () => {
    setAway(false);
    showNetwork();
});
window.addEventListener("offline", showNetwork);
outbox.watch(showNetwork);
watchNetwork(() => {
    showNetwork();
    if (!isAway()) {
        outbox.flush();
    }
});
// the worker opened the page as it was kept, though the phone may be in a Wi-Fi
navigator.serviceWorker?.addEventListener("message", ({data}) => setAway(data.kept));

startAgain();
showNetwork();
outbox.flush();
keepPage();
root.dataset.ready = "1";
