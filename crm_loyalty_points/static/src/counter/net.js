/** Calls of the counter page, and what can go wrong with them. */

import {OfflineError, RefusedError} from "../member/member";
import {root} from "./page";

/** Thrown when the user is logged out: nothing was done, and it can be sent again. */
export class LoggedOutError extends Error {}

/** Thrown when the server failed: nobody knows whether it was done. */
export class TroubleError extends Error {}

const TIMEOUT = 15000;
// What the server means to say to people; anything else is its own trouble.
const SAID = /^odoo\.exceptions\.(UserError|ValidationError|AccessError|MissingError)$/;

const watchers = new Set();
let away = false;

/** @returns {boolean} whether the server could not be reached last time */
export function isAway() {
    return away;
}

/** Call `watcher()` whenever the server is lost or found again. */
export function watchNetwork(watcher) {
    watchers.add(watcher);
}

export function setAway(value) {
    if (away !== value) {
        away = value;
        watchers.forEach((watcher) => watcher());
    }
}

/**
 * @param {string} path of the call
 * @param {Object} params
 * @param {number} [branch] default the one of the page
 * @returns {Promise<Object>} what the server answers
 */
export async function ask(path, params = {}, branch = Number(root.dataset.branch)) {
    let answer = null;
    try {
        const response = await fetch(`/counter/call/${path}`, {
            method: "POST",
            headers: {
                "Content-Type": "application/json",
                // whoever else logs in on this phone does not send what waits here
                "X-Counter-User": root.dataset.user,
            },
            body: JSON.stringify({
                jsonrpc: "2.0",
                method: "call",
                params: {branch, ...params},
            }),
            signal: AbortSignal.timeout(TIMEOUT),
        });
        answer = await response.json();
    } catch (error) {
        setAway(true);
        throw new OfflineError(String(error));
    }
    setAway(false);
    if (!answer.error) {
        return answer.result;
    }
    const {name, message} = answer.error.data || {};
    if (/SessionExpired/.test(name)) {
        throw new LoggedOutError(message);
    }
    if (SAID.test(name) || /NotEnoughPoints$/.test(name)) {
        throw new RefusedError(message);
    }
    throw new TroubleError(message || answer.error.message);
}

export {OfflineError, RefusedError};
