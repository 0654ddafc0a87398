/** What was just done: sent, waiting or refused, with the way back. */

import {say} from "../member/member";
import {OfflineError, RefusedError, ask as call} from "./net";
import {ask, fill, go, root, show, slot, words} from "./page";
import {confirm, entries, forget, remove, send} from "./outbox";

// Beyond this the page says that it waits.
const PATIENCE = 3000;

let current = null;
let ticking = null;

function reset() {
    clearInterval(ticking);
    for (const name of ["done_code", "done_how", "done_error", "done_text"]) {
        fill(name, "");
    }
    for (const name of ["done_balance", "hand_over", "undo"]) {
        show(name, false);
    }
}

function setState(state, title, text) {
    slot("done_box").dataset.state = state;
    fill("done_title", title);
    fill("done_text", text);
    say(`${title} ${text}`);
}

function showPending() {
    reset();
    setState("waiting", words("pending_title"), words("pending_text"));
}

function showRefused(message) {
    reset();
    setState("refused", words("refused_title"), "");
    fill("done_error", message);
}

/** The way back, with the time left for it. */
function showUndo(seconds) {
    const end = Date.now() + seconds * 1000;
    const tick = () => {
        const left = Math.max(Math.ceil((end - Date.now()) / 1000), 0);
        const minutes = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
        slot("undo").textContent = words("undo", {minutes});
        show("undo", left > 0);
        if (!left) {
            clearInterval(ticking);
        }
    };
    clearInterval(ticking);
    tick();
    if (seconds) {
        ticking = setInterval(tick, 1000);
    }
}

function showDone({act, balance, again}) {
    reset();
    current = act;
    const undone = act.state === "undone";
    const kind = undone ? "undone" : `done_${act.kind}`;
    const title = undone ? words("undone_title") : words(kind, act);
    let text = words(`${kind}_text`, act);
    if (act.already) {
        text = words("done_already");
    } else if (again) {
        text = words("done_again");
    }
    setState(undone ? "undone" : "done", title, text);
    if (balance) {
        fill("done_points", balance);
        show("done_balance", true);
    }
    fill("done_code", !undone && act.code);
    fill("done_how", !undone && act.how_to);
    show("hand_over", Boolean(act.hand_over));
    showUndo(act.undo_seconds);
}

/** The server has doubts that the page did not know of. */
export async function decide(key, texts) {
    if (await ask(words("confirm_title"), texts, words("confirm_yes"))) {
        setState("sending", words("sending_title"), "");
        confirm(key);
    } else {
        forget(key);
        remove(key);
        showRefused("");
    }
}

/**
 * Do something once and show how it goes.
 *
 * @param {string} path of the call
 * @param {Object} params
 * @param {string} label for the list of what waits
 */
export function perform(path, params, label) {
    reset();
    current = null;
    setState("sending", words("sending_title"), "");
    go("done");
    const patience = setTimeout(showPending, PATIENCE);
    const shown = () => !root.querySelector('[data-view="done"]').hidden;
    const key = send(path, params, label, async (what) => {
        clearTimeout(patience);
        if (!shown() || slot("done_box").dataset.key !== key) {
            // somebody goes on with the next member: the list of the day tells
            return;
        }
        if (what.pending) {
            showPending();
        } else if (what.error) {
            showRefused(what.error);
        } else if (what.confirm) {
            await decide(key, what.confirm);
        } else {
            showDone(what.answer);
        }
    });
    slot("done_box").dataset.key = key;
}

/**
 * @param {string} key of the act
 * @returns {Promise<Object|null>} the answer; null when it was not undone
 */
export async function undoAct(key, onError) {
    if (!(await ask(words("undo_title"), [], words("undo_yes")))) {
        return null;
    }
    try {
        return await call("undo", {act: key});
    } catch (error) {
        const said = error instanceof RefusedError && error.message;
        const offline = error instanceof OfflineError;
        onError(said || words(offline ? "offline_simple" : "trouble"));
        return null;
    }
}

export async function undo() {
    fill("done_error", "");
    const answer = await undoAct(current.key, (text) => fill("done_error", text));
    if (answer) {
        showDone(answer);
    }
}

export function handOver() {
    perform("use", {code: current.code}, current.title);
}

/** Nobody looks at the last act any more: what becomes of it is told in the list. */
export function leave() {
    clearInterval(ticking);
    const key = slot("done_box").dataset.key;
    if (key && entries().some((entry) => entry.key === key)) {
        forget(key);
    }
    slot("done_box").dataset.key = "";
}
