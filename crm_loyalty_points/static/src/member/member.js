/**
 * What the scripts of all member pages share. They are small and plain on purpose: the
 * pages work without them where a form can do, and open fast in a chat app's browser.
 */

/** Thrown when the server could not be reached: nothing is known about what it did. */
export class OfflineError extends Error {}

/** Thrown with the server's words, to be shown as they are. */
export class RefusedError extends Error {}

/**
 * Call a JSON route of Odoo.
 *
 * @param {string} url
 * @param {Object} params
 * @param {number} [timeout] milliseconds until the network counts as lost
 * @returns {Promise<any>} the route's result
 */
export async function call(url, params = {}, timeout = 15000) {
    let answer = null;
    try {
        const response = await fetch(url, {
            method: "POST",
            headers: {"Content-Type": "application/json"},
            body: JSON.stringify({jsonrpc: "2.0", method: "call", params}),
            signal: AbortSignal.timeout(timeout),
        });
        answer = await response.json();
    } catch (error) {
        throw new OfflineError(String(error));
    }
    if (answer.error) {
        throw new RefusedError(answer.error.data?.message || answer.error.message);
    }
    return answer.result;
}

/** Tell screen readers what happened. */
export function say(text) {
    const live = document.querySelector(".o_member_live");
    if (live) {
        live.textContent = text;
    }
}

/** Run `start(element)` for each element of a selector once the page is there. */
export function mount(selector, start) {
    const run = () =>
        document.querySelectorAll(selector).forEach((element) => start(element));
    if (document.readyState === "loading") {
        document.addEventListener("DOMContentLoaded", run);
    } else {
        run();
    }
}
