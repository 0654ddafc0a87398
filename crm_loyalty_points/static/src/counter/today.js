/** The list of the day, with what waits on this phone. */

import {OfflineError, RefusedError, ask as call} from "./net";
import {button, fill, line, make, show, slot, words} from "./page";
import {confirm, entries, remove} from "./outbox";
import {undoAct} from "./done";

/** Show what was done here that the server has not answered. */
export function showOutbox() {
    const list = entries();
    show("outbox_box", list.length > 0);
    slot("outbox").replaceChildren(
        ...list.map((entry) => {
            const buttons = [];
            if (entry.state === "confirm") {
                buttons.push(button(words("confirm"), () => confirm(entry.key)));
            }
            if (entry.state !== "waiting") {
                buttons.push(button(words("forget"), () => remove(entry.key)));
            }
            return line(
                {
                    title: entry.label,
                    note: (entry.texts || [entry.message || ""]).join(" "),
                    badge: words(`state_${entry.state}`),
                    state: entry.state,
                },
                ...buttons
            );
        })
    );
    fill("waiting_count", list.length ? String(list.length) : "");
}

function showActs(acts, reload) {
    show("today_empty", !acts.length);
    slot("acts").replaceChildren(
        ...acts.map((act) =>
            line(
                {
                    title: [words(`kind_${act.kind}`), act.title]
                        .filter(Boolean)
                        .join(" · "),
                    note: [act.time, act.member, act.amount]
                        .filter(Boolean)
                        .join(" · "),
                    badge: act.state === "undone" && words("state_undone"),
                    state: act.state,
                    value: act.points,
                },
                act.undo_seconds > 0 &&
                    button(words("undo_short"), async () => {
                        const fail = (text) => fill("today_error", text);
                        if (await undoAct(act.key, fail)) {
                            await reload();
                        }
                    })
            )
        )
    );
}

/** Read the list of the day from the server. */
export async function load() {
    showOutbox();
    fill("today_error", "");
    if (!slot("acts").children.length) {
        slot("acts").replaceChildren(
            ...[1, 2, 3].map(() => make("li", {class: "o_counter_skeleton"}))
        );
    }
    try {
        const {acts, totals} = await call("today");
        for (const [name, value] of Object.entries(totals)) {
            const element = slot(`total_${name}`);
            if (element) {
                element.textContent = value;
            }
        }
        showActs(acts, load);
    } catch (error) {
        slot("acts")
            .querySelectorAll(".o_counter_skeleton")
            .forEach((e) => e.remove());
        const said = error instanceof RefusedError && error.message;
        const offline = error instanceof OfflineError;
        fill("today_error", said || words(offline ? "offline_simple" : "trouble"));
    }
}
