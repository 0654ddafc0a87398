/** The member in front of the counter: points for a bill or products, rewards. */

import {say} from "../member/member";
import {OfflineError, RefusedError, ask as call} from "./net";
import {ask, button, fill, go, line, make, root, show, slot, words} from "./page";
import {perform} from "./done";

const PREVIEW_PAUSE = 350;

/** Who is served: {ref, name...} or {who} as typed while there was no network. */
let member = null;
let rows = [];
let panel = "bill";
let preview = null;
let previewTimer = null;
let previewNumber = 0;
let searchTimer = null;

const form = root.querySelector('[data-form="give"]');

function showMember() {
    const noted = !member.ref;
    fill("name", noted ? words("noted_for", {who: member.who}) : member.name);
    fill("number", noted ? words("not_looked_up") : member.number);
    fill("tier", member.tier);
    fill("balance", member.balance);
    show("balance_line", !noted);
    fill("lapse", member.lapse && words("lapse", member.lapse));
    root.querySelectorAll('[data-panel="rewards"], [data-act="check_in"]').forEach(
        (element) => (element.hidden = noted)
    );
}

/** Thai digits and thousands marks are understood. */
function readAmount() {
    const thai = (digit) => String(digit.charCodeAt(0) - 0x0e50);
    return form.elements.amount.value.replace(/[,\s]/g, "").replace(/[๐-๙]/g, thai);
}

function getSale() {
    const bill = form.elements.bill.value.trim();
    const sale =
        panel === "products"
            ? {rows: rows.map(({id, quantity}) => ({id, quantity}))}
            : {amount: readAmount()};
    return {...sale, bill, ...(member.ref ? {member: member.ref} : {who: member.who})};
}

function showPreview() {
    show("preview", Boolean(preview));
    if (preview) {
        fill("preview_points", preview.points);
        slot("preview_why").replaceChildren(
            ...preview.why.map((text) => make("li", {text}))
        );
    }
    const points = preview?.points;
    slot("give").textContent = points ? words("give_points", {points}) : words("give");
}

/** Ask, a moment after the last key, what the sale will give. */
function askPreview() {
    clearTimeout(previewTimer);
    preview = null;
    showPreview();
    fill("give_error", "");
    const sale = getSale();
    const ready = panel === "products" ? rows.length : Number(sale.amount) > 0;
    if (!member.ref || !ready) {
        return;
    }
    const number = ++previewNumber;
    previewTimer = setTimeout(async () => {
        let answer = null;
        let refusal = "";
        try {
            answer = await call("preview", sale);
        } catch (error) {
            refusal = error instanceof RefusedError ? error.message : "";
        }
        if (number !== previewNumber) {
            return;
        }
        preview = answer;
        showPreview();
        const known = answer?.known && words("known", answer.known);
        fill("give_error", known || refusal);
    }, PREVIEW_PAUSE);
}

async function redeem(reward) {
    const title = words("redeem_title", reward);
    if (await ask(title, [member.name], words("redeem_yes"))) {
        const label = `${member.name} · ${reward.name}`;
        perform("redeem", {member: member.ref, reward: reward.id}, label);
    }
}

function showRewards(rewards) {
    const items = rewards.map((reward) =>
        line(
            {
                title: reward.name,
                note: reward.refusal || reward.terms,
                value: words("points", reward),
                state: reward.refusal && "locked",
            },
            !reward.refusal && button(words("redeem"), () => redeem(reward))
        )
    );
    slot("rewards").replaceChildren(
        ...(items.length ? items : [line({title: words("no_rewards")})])
    );
}

async function loadRewards() {
    fill("rewards_error", "");
    slot("rewards").replaceChildren(
        ...[1, 2, 3].map(() => make("li", {class: "o_counter_skeleton"}))
    );
    try {
        showRewards((await call("rewards", {member: member.ref})).rewards);
    } catch (error) {
        slot("rewards").replaceChildren();
        const said = error instanceof RefusedError && error.message;
        fill("rewards_error", said || words("offline_simple"));
    }
}

function showPanel(name) {
    panel = name;
    root.querySelectorAll("[data-panel]").forEach((tab) => {
        tab.setAttribute("aria-current", tab.dataset.panel === name);
    });
    root.querySelectorAll("[data-show]").forEach((part) => {
        part.hidden = !part.dataset.show.split(" ").includes(name);
    });
    if (name === "rewards") {
        loadRewards();
    } else {
        askPreview();
    }
}

function showRows() {
    const change = (row, step) => {
        row.quantity += step;
        rows = rows.filter((each) => each.quantity > 0);
        showRows();
        askPreview();
    };
    slot("rows").replaceChildren(
        ...rows.map((row) => {
            const fewer = button("−", () => change(row, -1));
            const more = button("+", () => change(row, 1));
            fewer.setAttribute("aria-label", `${words("fewer")}: ${row.name}`);
            more.setAttribute("aria-label", `${words("more")}: ${row.name}`);
            return line(
                {title: row.name, note: row.price},
                fewer,
                make("b", {text: String(row.quantity)}),
                more
            );
        })
    );
}

/** Serve a member: their view from the server, or {who} without network. */
export function serve(view) {
    member = view;
    form.reset();
    rows = [];
    preview = null;
    showRows();
    slot("products").replaceChildren();
    fill("give_error", "");
    showPreview();
    showMember();
    showPanel("bill");
    go("member");
    form.elements.amount.focus();
    say(view.name || view.who);
}

/** @returns {string} what is missing before anything can be sent, "" if nothing */
function getMissing(sale) {
    if (panel === "products" && !rows.length) {
        return words("product_needed");
    }
    if (panel === "bill" && !(Number(sale.amount) > 0)) {
        return words("amount_needed");
    }
    if (!sale.bill && root.dataset.billNeeded) {
        return words("bill_needed");
    }
    return "";
}

async function give(event) {
    event.preventDefault();
    const sale = getSale();
    const missing = getMissing(sale);
    fill("give_error", missing);
    if (missing) {
        return;
    }
    clearTimeout(previewTimer);
    previewNumber++;
    const doubts = preview?.confirm || [];
    if (doubts.length) {
        if (!(await ask(words("confirm_title"), doubts, words("confirm_yes")))) {
            return;
        }
        sale.confirmed = true;
    }
    const label = [member.name || member.who, sale.bill, sale.amount];
    perform("give", sale, label.filter(Boolean).join(" · "));
}

function addProduct(product) {
    const row = rows.find((each) => each.id === product.id);
    if (row) {
        row.quantity += 1;
    } else {
        rows.push({...product, quantity: 1});
    }
    form.elements.product.value = "";
    slot("products").replaceChildren();
    showRows();
    askPreview();
}

function showProducts(products) {
    const items = products.map((product) =>
        line(
            {title: product.name, note: product.price},
            button("+", () => addProduct(product))
        )
    );
    slot("products").replaceChildren(
        ...(items.length ? items : [line({title: words("no_product")})])
    );
}

function searchProducts() {
    clearTimeout(searchTimer);
    const text = form.elements.product.value.trim();
    if (text.length < 2) {
        slot("products").replaceChildren();
        return;
    }
    searchTimer = setTimeout(async () => {
        try {
            const {products} = await call("products", {text});
            if (text === form.elements.product.value.trim()) {
                showProducts(products);
            }
        } catch (error) {
            fill(
                "give_error",
                error instanceof OfflineError
                    ? words("offline_simple")
                    : words("trouble")
            );
        }
    }, PREVIEW_PAUSE);
}

export function checkIn() {
    perform("check_in", {member: member.ref}, member.name);
}

form.addEventListener("submit", give);
form.elements.product.addEventListener("input", searchProducts);
form.elements.product.addEventListener("keydown", (event) => {
    // a barcode reader ends with Enter: that is no "give points"
    if (event.key === "Enter") {
        event.preventDefault();
        searchProducts();
    }
});
for (const name of ["amount", "bill"]) {
    form.elements[name].addEventListener("input", askPreview);
}
root.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-panel]");
    if (tab) {
        showPanel(tab.dataset.panel);
    }
});
