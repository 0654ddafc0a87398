/**
 * The page's elements and words. Everything a person reads stands in the page's
 * templates; here it is only found and filled.
 */

/** The element that holds the whole page. */
export const root = document.getElementById("counter");

/** @returns {Element|null} the first element with this slot */
export function slot(name) {
    return root.querySelector(`[data-slot="${name}"]`);
}

/** Write a text into a slot, and hide the slot when there is none. */
export function fill(name, text) {
    const element = slot(name);
    if (element) {
        element.textContent = text || "";
        element.hidden = !text;
    }
}

export function show(name, shown) {
    const element = slot(name);
    if (element) {
        element.hidden = !shown;
    }
}

/**
 * @param {string} name of a text in the page
 * @param {Object} [values] for what stands in {braces}
 */
export function words(name, values = {}) {
    const source = document.getElementById("counter_words").content;
    const text = source.querySelector(`[data-text="${name}"]`)?.textContent || "";
    return text.replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");
}

/**
 * @param {string} tag
 * @param {Object} [attributes] `text` is the content, `click` a handler
 * @param {...Element} children
 */
export function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (name === "text") {
            element.textContent = value;
        } else if (name === "click") {
            element.addEventListener("click", value);
        } else if (value !== undefined && value !== false) {
            element.setAttribute(name, value === true ? "" : value);
        }
    }
    element.append(...children.filter(Boolean));
    return element;
}

/** A line of a list: a title, what is known about it, and buttons. */
export function line({title, note, badge, state, value}, ...buttons) {
    return make(
        "li",
        {class: state ? `o_${state}` : undefined},
        make(
            "div",
            {class: "o_counter_line"},
            make("strong", {text: title}),
            note && make("span", {class: "o_member_help", text: note}),
            badge && make("span", {class: "o_counter_badge", text: badge})
        ),
        value && make("b", {text: value}),
        ...buttons
    );
}

export function button(text, click, extra = "") {
    return make("button", {
        type: "button",
        class: `o_counter_small ${extra}`,
        text,
        click,
    });
}

/** Show one view of the page. */
export function go(name) {
    root.querySelectorAll("[data-view]").forEach((view) => {
        view.hidden = view.dataset.view !== name;
    });
    root.querySelectorAll("nav [data-go]").forEach((tab) => {
        const current =
            tab.dataset.go === name || (tab.dataset.go === "find" && name === "member");
        tab.setAttribute("aria-current", current ? "true" : "false");
    });
    window.scrollTo(0, 0);
}

/**
 * Ask before something that is not to happen by mistake.
 *
 * @param {string} title
 * @param {string[]} texts
 * @param {string} yes words of the button that does it
 * @returns {Promise<boolean>}
 */
export function ask(title, texts, yes) {
    const dialog = slot("ask");
    fill("ask_title", title);
    fill("ask_yes", yes);
    slot("ask_texts").replaceChildren(...texts.map((text) => make("li", {text})));
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
        dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), {
            once: true,
        });
    });
}
