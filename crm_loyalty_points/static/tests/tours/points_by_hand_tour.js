import {registry} from "@web/core/registry";

// An officer gives a member more points than allowed alone: a request is made.
registry.category("web_tour.tours").add("crm_loyalty_points_give", {
    steps: () => [
        {
            content: "Give points on the card",
            trigger: "button[name=action_adjust_points]",
            run: "click",
        },
        {
            content: "A hundred and fifty",
            trigger: ".modal .o_field_widget[name=points] input",
            run: "edit 150",
        },
        {
            content: "A reason",
            trigger: ".modal .o_field_widget[name=reason_id] input",
            run: "edit Gift",
        },
        {
            content: "It is in the list",
            trigger: ".modal .o-autocomplete--dropdown-item:contains(Gift)",
            run: "click",
        },
        {
            content: "The balance after is shown",
            trigger: ".modal .o_field_widget[name=balance_after]:contains(150)",
        },
        {
            content: "Give them",
            trigger: ".modal button[name=action_apply]:contains(Give)",
            run: "click",
        },
        {
            content: "A manager has been asked",
            trigger: ".o_notification:contains(a manager has been asked)",
        },
        {
            content: "The form is closed",
            trigger: "body:not(:has(.modal))",
        },
    ],
});

// A manager reads the request and approves it.
registry.category("web_tour.tours").add("crm_loyalty_points_approve", {
    steps: () => [
        {
            content: "Open the request",
            trigger: ".o_data_row td:contains(Somchai)",
            run: "click",
        },
        {
            content: "Approve",
            trigger: "button[name=action_approve]",
            run: "click",
        },
        {
            content: "Yes, really",
            trigger: ".modal-footer button.btn-primary",
            run: "click",
        },
        {
            content: "It is approved",
            trigger: ".o_arrow_button_current:contains(Approved)",
        },
    ],
});
