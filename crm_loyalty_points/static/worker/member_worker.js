/* global BASE */
/**
 * Keeps the card and the codes of the member who is signed in on this device, so that
 * they can be shown without a network. `BASE` (the address of the shop's member page)
 * is written above by the server.
 *
 * Only pages that name a member are kept, of one member at a time. A page of the shop
 * for strangers (after signing out) drops all that was kept.
 */
const PREFIX = `crm-member ${BASE} `;
const ASSETS = `crm-member-assets ${BASE}`;
const PATIENCE = 6000;

const isOwn = (url) =>
    url.origin === self.location.origin &&
    (url.pathname === BASE || url.pathname.startsWith(`${BASE}/`));
const isKept = (url) =>
    url.pathname === BASE || /^\/codes(\/\d+)?$/.test(url.pathname.slice(BASE.length));
const isAsset = (url) =>
    url.origin === self.location.origin &&
    (url.pathname.startsWith("/web/assets/") ||
        url.pathname.startsWith("/web/image") ||
        url.pathname.startsWith("/crm_loyalty_points/static/") ||
        (isOwn(url) && url.pathname.endsWith("/image")));

async function forget(except) {
    for (const name of await caches.keys()) {
        if (name.startsWith(PREFIX) && name !== except) {
            await caches.delete(name);
        }
    }
}

/** Keep a page of a member; whatever is there of another one goes. */
async function keep(url, response) {
    if (!response.ok) {
        return;
    }
    const member = response.headers.get("X-Crm-Member");
    if (!member) {
        await forget();
        return;
    }
    const name = PREFIX + member;
    await forget(name);
    if (isKept(url)) {
        const cache = await caches.open(name);
        await cache.put(url.pathname, response);
    }
}

/** A kept page, marked as such; else the card. */
async function recall(url) {
    const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
    for (const path of [url.pathname, BASE]) {
        for (const name of names) {
            const kept = await (await caches.open(name)).match(path);
            if (kept) {
                const html = await kept.text();
                return new Response(html.replace("<body", '<body data-offline="1"'), {
                    headers: {"Content-Type": "text/html; charset=utf-8"},
                });
            }
        }
    }
    return undefined;
}

async function showPage(event, url) {
    const online = fetch(event.request).then((response) => {
        if (response.type !== "opaqueredirect") {
            event.waitUntil(keep(url, response.clone()));
        }
        return response;
    });
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
    const first = await Promise.race([online.catch(() => undefined), late]);
    return first || (await recall(url)) || online;
}

async function showAsset(request) {
    const cache = await caches.open(ASSETS);
    const kept = await cache.match(request);
    if (kept && request.url.includes("/web/assets/")) {
        return kept;
    }
    try {
        const response = await fetch(request);
        if (response.ok) {
            await cache.put(request, response.clone());
        }
        return response;
    } catch (error) {
        if (kept) {
            return kept;
        }
        throw error;
    }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
    const url = new URL(event.request.url);
    if (event.request.method !== "GET") {
        return;
    }
    if (event.request.mode === "navigate") {
        if (isOwn(url)) {
            event.respondWith(showPage(event, url));
        }
    } else if (isAsset(url)) {
        event.respondWith(showAsset(event.request));
    }
});

// The page that started this worker was loaded before: fetch it again, to keep it.
self.addEventListener("message", (event) => {
    const {page, assets} = event.data;
    const url = new URL(page);
    if (!isOwn(url)) {
        return;
    }
    const work = async () => {
        await keep(url, await fetch(page, {credentials: "same-origin"}));
        const wanted = assets.filter((asset) => isAsset(new URL(asset)));
        await Promise.all(wanted.map((asset) => showAsset(new Request(asset))));
        const [source] = event.ports;
        source?.postMessage("kept");
    };
    event.waitUntil(work().catch(() => undefined));
});
