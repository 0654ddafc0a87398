/* global STEPS, WIDTH */
/**
 * Walks through pages for members in a frame as wide as a phone or a screen, since a
 * page cannot go on with a script after it was left. `STEPS` and `WIDTH` are written
 * above by the test.
 */
const PATIENCE = 15000;
const frame = document.createElement("iframe");
frame.style = `width: ${WIDTH}px; height: 844px; border: 0`;
document.body.replaceChildren(frame);

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(check, what) {
    const end = Date.now() + PATIENCE;
    while (Date.now() < end) {
        const found = check(frame.contentDocument);
        if (found) {
            return found;
        }
        await pause(50);
    }
    const body = frame.contentDocument?.body?.innerText || "";
    throw new Error(
        `${what} at ${frame.contentWindow.location}: ${body.slice(0, 400)}`
    );
}

const isShown = (element) => element.getClientRects().length > 0;
const find = (selector, text) => (page) =>
    page.readyState === "complete" &&
    [...page.querySelectorAll(selector)].find(
        (element) => isShown(element) && element.textContent.includes(text || "")
    );

const actions = {
    async open(path) {
        frame.src = path;
        await until(
            (page) =>
                page.readyState === "complete" &&
                frame.contentWindow.location.pathname === path.split("?")[0],
            `open ${path}`
        );
    },
    /** Follow a link that leads on by itself. */
    go(url) {
        frame.src = url;
    },
    async see(selector, text) {
        await until(find(selector, text), `see ${selector} ${text || ""}`);
    },
    async gone(selector) {
        await until(
            (page) => page.readyState === "complete" && !find(selector)(page),
            `gone ${selector}`
        );
    },
    async click(selector, text) {
        const element = await until(find(selector, text), `click ${selector}`);
        element.click();
    },
    async type(selector, value) {
        const element = await until(find(selector), `type ${selector}`);
        element.value = value;
        element.dispatchEvent(new frame.contentWindow.Event("input", {bubbles: true}));
    },
    async check(selector) {
        const element = await until(find(selector), `check ${selector}`);
        if (!element.checked) {
            element.click();
        }
    },
    /** Choose a photo as if it were taken with the phone. */
    async attach(selector) {
        const element = await until(find(selector), `attach ${selector}`);
        const canvas = Object.assign(document.createElement("canvas"), {
            width: 40,
            height: 30,
        });
        const blob = await new Promise((resolve) =>
            canvas.toBlob(resolve, "image/jpeg")
        );
        const files = new frame.contentWindow.DataTransfer();
        files.items.add(
            new frame.contentWindow.File([blob], "photo.jpg", {type: "image/jpeg"})
        );
        element.files = files.files;
    },
    /** A download leaves no trace on the page. */
    async pause(ms) {
        await pause(ms);
    },
    /** Nothing is wider than the screen. */
    async fits() {
        const page = frame.contentDocument;
        const wide = [...page.querySelectorAll("main *, nav, header, footer")].find(
            (element) =>
                isShown(element) && element.getBoundingClientRect().right > WIDTH + 1
        );
        if (wide) {
            throw new Error(`too wide: ${wide.outerHTML.slice(0, 200)}`);
        }
    },
};

(async () => {
    try {
        for (const [name, ...values] of STEPS) {
            await actions[name](...values);
        }
        console.log("test successful");
    } catch (error) {
        console.error(String(error));
    }
})();
