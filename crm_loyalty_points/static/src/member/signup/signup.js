/** Forms of sign-up and log-in: they work without this, and a little better with it. */
import {mount} from "@crm_loyalty_points/member/member";

/** A second tap while the first one is on its way sends nothing. */
function sendOnce(form) {
    let sent = false;
    form.addEventListener("submit", (ev) => {
        if (sent) {
            ev.preventDefault();
        }
        sent = true;
        form.setAttribute("aria-busy", "true");
    });
    // back from the next page, the form may be sent again
    window.addEventListener("pageshow", () => {
        sent = false;
        form.removeAttribute("aria-busy");
    });
}

/** Count down the seconds until a new code can be asked for. */
function waitFirst(button) {
    const label = button.textContent;
    let seconds = Number(button.dataset.memberWait) || 0;
    const tick = () => {
        button.disabled = seconds > 0;
        button.textContent = seconds > 0 ? `${label} (${seconds})` : label;
        if (seconds-- > 0) {
            setTimeout(tick, 1000);
        }
    };
    tick();
}

mount("form[data-member-once]", sendOnce);
mount("[data-member-wait]", waitFirst);
