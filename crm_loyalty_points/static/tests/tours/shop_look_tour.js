import {registry} from "@web/core/registry";

// An editor picks a theme, tries a colour that nobody could read, takes the nearest that
// can be read, and sees each step on the sample page before anything is saved.
registry.category("web_tour.tours").add("crm_shop_look", {
    steps: () => [
        {
            content: "The sample page has the card",
            trigger: ".o_crm_shop_preview :iframe .o_card_face",
            // the first to look at a page waits for its style to be compiled
            timeout: 60000,
        },
        {
            content: "Pick a ready theme",
            trigger:
                ".o_field_widget[name=ready_theme] .o_selection_badge:contains(Coffee)",
            run: "click",
        },
        {
            content: "The sample page follows",
            trigger:
                ".o_crm_shop_preview :iframe body[data-main='#5c3a21'] .o_card_face",
            timeout: 30000,
        },
        {
            content: "A colour on which white cannot be read",
            trigger: ".o_field_widget[name=color_main] input[type=text]",
            run: "edit #06c755 && press Tab",
        },
        {
            content: "The form says why",
            trigger: ".alert .o_field_widget[name=main_hint]:contains(2.2)",
        },
        {
            content: "Take the nearest that can be read",
            trigger: ".o_field_widget[name=use_main_hint] button",
            run: "click",
        },
        {
            content: "Nothing is wrong any more",
            trigger: "body:not(:has(.o_field_widget[name=main_hint]))",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Saved",
            trigger: ".o_form_saved",
        },
    ],
});
