/**
 * What was done on this phone and is not known to have arrived. Every act gets its key
 * here and is stored before anything is sent: whatever happens to the network or the
 * page, it is sent until the server has answered, and the server does it once per key.
 */

import {LoggedOutError, RefusedError, TroubleError, ask} from "./net";
import {root} from "./page";

const STORE = `crm_counter_outbox:${root.dataset.user}`;
const FIRST_WAIT = 2000;
const LONGEST_WAIT = 60000;

const watchers = new Set();
// key → function that is told the answer while the page is open
const listeners = new Map();
let sending = false;
let timer = null;
let wait = FIRST_WAIT;
let trouble = null;

function read() {
    try {
        return JSON.parse(localStorage.getItem(STORE)) || [];
    } catch {
        return [];
    }
}

function write(list) {
    localStorage.setItem(STORE, JSON.stringify(list));
    watchers.forEach((watcher) => watcher());
}

function change(key, values) {
    write(read().map((entry) => (entry.key === key ? {...entry, ...values} : entry)));
}

export function remove(key) {
    write(read().filter((entry) => entry.key !== key));
}

/** @returns {Error|null} why the last attempt failed: one of the errors of `net` */
export function getTrouble() {
    return trouble;
}

/** Call `watcher()` whenever something changes. */
export function watch(watcher) {
    watchers.add(watcher);
}

/** @returns {Object[]} {key, path, params, branch, label, state, message}; state is
 *     "waiting", "refused" or "confirm" (a person has to decide) */
export function entries() {
    return read();
}

function newKey() {
    if (crypto.randomUUID) {
        return crypto.randomUUID();
    }
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function tell(key, what) {
    listeners.get(key)?.(what);
    if (!what.pending) {
        listeners.delete(key);
    }
}

/** Whoever sees the refusal now need not find it in the list; others do. */
function settleRefused(entry, message) {
    if (listeners.has(entry.key)) {
        remove(entry.key);
        tell(entry.key, {error: message});
    } else {
        change(entry.key, {state: "refused", message});
    }
}

/** The server has answered: what it says about one entry. */
function settle(entry, answer) {
    if (answer.wait) {
        throw new Error(answer.refused);
    }
    if (answer.confirm) {
        change(entry.key, {state: "confirm", texts: answer.confirm});
        listeners.get(entry.key)?.({confirm: answer.confirm});
        return;
    }
    if (answer.refused) {
        settleRefused(entry, answer.refused);
        return;
    }
    remove(entry.key);
    tell(entry.key, {answer});
}

async function sendOne(entry) {
    try {
        const params = {...entry.params, key: entry.key};
        settle(entry, await ask(entry.path, params, entry.branch));
    } catch (error) {
        if (!(error instanceof RefusedError)) {
            throw error;
        }
        settleRefused(entry, error.message);
    }
}

/** Trouble with one entry stops no other; without network all wait. */
function keepTrouble(error) {
    trouble = error;
    if (!(error instanceof TroubleError)) {
        throw error;
    }
}

/** Send what waits, in the order in which it was done. */
export async function flush() {
    if (sending) {
        return;
    }
    sending = true;
    clearTimeout(timer);
    trouble = null;
    const tried = new Set();
    const next = () =>
        read().find((each) => each.state === "waiting" && !tried.has(each.key));
    try {
        for (let entry = next(); entry; entry = next()) {
            tried.add(entry.key);
            await sendOne(entry).catch(keepTrouble);
        }
    } catch (error) {
        trouble = error;
    }
    if (trouble) {
        for (const entry of read().filter((each) => each.state === "waiting")) {
            tell(entry.key, {pending: true});
        }
        if (!(trouble instanceof LoggedOutError)) {
            timer = setTimeout(flush, wait);
            wait = Math.min(wait * 2, LONGEST_WAIT);
        }
    } else {
        wait = FIRST_WAIT;
    }
    sending = false;
    watchers.forEach((watcher) => watcher());
}

/**
 * Do something once, as soon as the server can be reached.
 *
 * @param {string} path of the call
 * @param {Object} params
 * @param {string} label what the list of waiting things calls it
 * @param {function(Object)} onChange told `{answer}`, `{error}` (refused: its words),
 *     or `{pending: true}` while nothing is known
 * @returns {string} the key
 */
export function send(path, params, label, onChange) {
    const key = newKey();
    const branch = Number(root.dataset.branch);
    listeners.set(key, onChange);
    write([...read(), {key, path, params, branch, label, state: "waiting"}]);
    flush();
    return key;
}

/** A person looked at the doubts of an entry: send it again. */
export function confirm(key) {
    const entry = read().find((each) => each.key === key);
    change(key, {state: "waiting", params: {...entry.params, confirmed: true}});
    flush();
}

/** The page was closed while somebody looked: nobody sees the answer of these now. */
export function forget(key) {
    listeners.delete(key);
}

window.addEventListener("online", () => {
    wait = FIRST_WAIT;
    flush();
});
document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
        flush();
    }
});
