import {registry} from "@web/core/registry";

const PASSWORD = "mali@shop.example.com";

// Somebody opens the invitation from the mail, chooses a password and is in.
registry.category("web_tour.tours").add("crm_loyalty_points_accept_invitation", {
    steps: () => [
        {
            content: "A password",
            trigger: "form.oe_signup_form input[name=password]",
            run: `edit ${PASSWORD}`,
        },
        {
            content: "The same again",
            trigger: "form.oe_signup_form input[name=confirm_password]",
            run: `edit ${PASSWORD}`,
        },
        {
            content: "Go on",
            trigger: "form.oe_signup_form button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Logged in",
            trigger: "form[action='/my/security']",
        },
    ],
});

// The invited editor makes a reward cheaper.
registry.category("web_tour.tours").add("crm_loyalty_points_edit_reward", {
    steps: () => [
        {
            content: "Fewer points",
            trigger: ".o_form_view .o_field_widget[name=required_points] input",
            run: "edit 75",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save:visible",
            run: "click",
        },
        {
            content: "Saved",
            trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible",
        },
    ],
});
