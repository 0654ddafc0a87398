/**
 * Keeps the counter page for when there is no network: the page as it was last opened,
 * its scripts and styles. Never an answer of the server about a member.
 */

const CACHE = "crm-counter-1";
const PAGE = /^\/counter(\/\d+)?$/;
const ASSETS = /^\/web\/(assets|static\/lib\/zxing-library)\//;
const PATIENCE = 6000;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
    event.waitUntil(
        (async () => {
            const names = await caches.keys();
            const old = names.filter((name) => /^crm-counter-/.test(name));
            await Promise.all(
                old.filter((name) => name !== CACHE).map((name) => caches.delete(name))
            );
            await self.clients.claim();
        })()
    );
});

function keep(cache, key, response) {
    // a redirect to the log-in, or a refusal, is not the page
    if (response.ok && !response.redirected) {
        return cache.put(key, response.clone());
    }
    return null;
}

self.addEventListener("message", (event) => {
    const urls = (event.data?.keep || []).map((url) => new URL(url, location.origin));
    const own = urls.filter(
        ({origin, pathname}) =>
            origin === location.origin && (PAGE.test(pathname) || ASSETS.test(pathname))
    );
    event.waitUntil(
        (async () => {
            const cache = await caches.open(CACHE);
            await Promise.all(
                own.map(async (url) => {
                    if (PAGE.test(url.pathname) || !(await cache.match(url))) {
                        await keep(cache, url.pathname, await fetch(url));
                    }
                })
            );
        })()
    );
});

/** Let the page say that it was opened without the server. */
async function tellKept(clientId) {
    const client = await self.clients.get(clientId);
    client?.postMessage({kept: true});
}

async function openPage(event, path) {
    const cache = await caches.open(CACHE);
    try {
        const response = await fetch(event.request, {
            signal: AbortSignal.timeout(PATIENCE),
        });
        await keep(cache, path, response);
        return response;
    } catch (error) {
        const kept = (await cache.match(path)) || (await cache.match("/counter"));
        if (kept) {
            event.waitUntil(tellKept(event.resultingClientId));
            return kept;
        }
        throw error;
    }
}

async function openAsset(request, path) {
    const cache = await caches.open(CACHE);
    const kept = await cache.match(path);
    if (kept) {
        return kept;
    }
    const response = await fetch(request);
    await keep(cache, path, response);
    return response;
}

self.addEventListener("fetch", (event) => {
    const {origin, pathname} = new URL(event.request.url);
    if (event.request.method !== "GET" || origin !== location.origin) {
        return;
    }
    if (event.request.mode === "navigate" && PAGE.test(pathname)) {
        event.respondWith(openPage(event, pathname));
    } else if (ASSETS.test(pathname)) {
        event.respondWith(openAsset(event.request, pathname));
    }
});
