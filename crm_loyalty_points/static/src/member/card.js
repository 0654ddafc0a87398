import {mount} from "@crm_loyalty_points/member/member";

/** A tap on the code of the card shows it large on a white screen that stays on. */
mount(".o_card_qr", (button) => {
    const dialog = button.closest(".o_card_face").nextElementSibling;
    if (!dialog?.showModal) {
        return;
    }
    let awake = null;
    button.addEventListener("click", async () => {
        dialog.showModal();
        // Not all browsers have it, and none must: the code is there all the same.
        awake = await navigator.wakeLock?.request("screen").catch(() => null);
    });
    dialog.addEventListener("click", (event) => {
        if (!event.target.closest("form")) {
            dialog.close();
        }
    });
    dialog.addEventListener("close", () => {
        awake?.release();
        awake = null;
        button.focus();
    });
});
