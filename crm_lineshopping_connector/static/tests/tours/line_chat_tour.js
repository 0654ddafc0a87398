import {registry} from "@web/core/registry";

const conversation = ".o-mail-DiscussSidebarChannel:contains(Somchai)";
const said = (text) => `.o-mail-Message:contains(${text})`;

registry.category("web_tour.tours").add("line_chat_answer", {
    steps: () => [
        {
            content: "The conversation stands under LINE, with what is unread",
            trigger: `${conversation} .badge:contains(3)`,
        },
        {trigger: conversation, run: "click"},
        {trigger: said("Are you open today?")},
        {
            content: "The picture was fetched from LINE",
            trigger: ".o-mail-Message img.o-mail-AttachmentImage",
        },
        {
            content: "Where the customer is",
            trigger: ".o-mail-Message a[href*='google.com/maps']",
        },
        {
            content: "Whose chat it is",
            trigger: ".o_line_customer:contains(Somchai Customer)",
        },
        {trigger: ".o_line_take", run: "click"},
        {trigger: ".o_line_assigned:contains(I answer)"},
        {
            trigger: ".o-mail-Composer-input",
            run: "edit Yes, until 8 pm",
        },
        {trigger: ".o-mail-Composer-input", run: "press Enter"},
        {
            content: "It waits for the sender",
            trigger: `${said("Yes, until 8 pm")} .o_line_delivery[data-state=queued]`,
        },
        {
            content: "Nothing that was sent can be changed",
            trigger: said("Yes, until 8 pm"),
            run: "hover",
        },
        {trigger: "body:not(:has(.o-mail-Message-actions [name=edit]))"},
    ],
});

registry.category("web_tour.tours").add("line_chat_sent", {
    steps: () => [
        {
            content: "LINE has it",
            trigger: `${said("Yes, until 8 pm")} .o_line_delivery[data-state=accepted]`,
        },
        {
            content: "The customer has blocked the shop since: nothing can be written",
            trigger: ".o_line_chat_bar .alert:contains(blocked)",
        },
        {trigger: ".o-mail-Composer-input[readonly]"},
    ],
});

registry.category("web_tour.tours").add("line_chat_phone", {
    steps: () => [
        {trigger: ".o_kanban_record:contains(Somchai)", run: "click"},
        {trigger: said("Are you open today?")},
        {trigger: ".o_line_chat_bar .o_line_assigned"},
        {
            content: "All of it is inside of the screen",
            trigger: ".o-mail-Composer-input",
            run() {
                for (const name of [".o_line_chat_bar", ".o-mail-Composer"]) {
                    const {left, right} = document
                        .querySelector(name)
                        .getBoundingClientRect();
                    if (left < 0 || right > window.innerWidth) {
                        throw new Error(`${name} lies outside of the screen`);
                    }
                }
            },
        },
        {trigger: ".o-mail-Composer-input", run: "edit Typed on a phone"},
        {trigger: ".o-mail-Composer-actions button[name=send-message]", run: "click"},
        {trigger: `${said("Typed on a phone")} .o_line_delivery`},
    ],
});
