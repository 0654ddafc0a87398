import {registry} from "@web/core/registry";

// An officer redeems a reward for a member and uses it at once.
registry.category("web_tour.tours").add("crm_loyalty_points_redeem", {
    steps: () => [
        {
            content: "Redeem on the card",
            trigger: "button[name=action_redeem]",
            run: "click",
        },
        {
            content: "What the member may not have says why",
            trigger: ".modal .o_data_row:contains(Big gift):contains(more are needed)",
        },
        {
            content: "Redeem the coffee",
            trigger:
                ".modal .o_data_row:contains(Free coffee) button[name=action_redeem]",
            run: "click",
        },
        {
            content: "Yes, really",
            trigger: ".modal:contains(spent now) .modal-footer button.btn-primary",
            run: "click",
        },
        {
            content: "The code is shown",
            trigger: ".o_form_view .o_field_widget[name=code]:contains(044)",
        },
        {
            content: "Use it",
            trigger: ".o_statusbar_buttons button:contains(Use)",
            run: "click",
        },
        {
            content: "At this branch",
            trigger: ".modal button[name=action_use]",
            run: "click",
        },
        {
            content: "It is used",
            trigger: ".o_arrow_button_current:contains(Used)",
        },
    ],
});

// The list of rewards and the redemptions open, with a way from one to the other.
registry.category("web_tour.tours").add("crm_loyalty_points_rewards", {
    steps: () => [
        {
            content: "Open a reward",
            trigger: ".o_kanban_record:contains(Free coffee)",
            run: "click",
        },
        {
            content: "Who redeemed it",
            trigger: "button[name=action_view_redemptions]:contains(1)",
            run: "click",
        },
        {
            content: "The member",
            trigger: ".o_data_row:contains(Somchai):contains(Used)",
        },
    ],
});
