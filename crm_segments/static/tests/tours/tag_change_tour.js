import {registry} from "@web/core/registry";

const apply = (field, tag) => [
    {
        content: "Type the tag",
        trigger: `.modal .o_field_widget[name=${field}] input`,
        run: `edit ${tag}`,
    },
    {
        content: "Pick it",
        trigger: `.o-autocomplete--dropdown-item:contains(${tag}):not(:contains(Create))`,
        run: "click",
    },
    {
        content: "The tag is there",
        trigger: `.modal .o_field_widget[name=${field}] .o_tag:contains(${tag})`,
    },
    {
        content: "Press the button",
        trigger: ".modal button[name=action_apply]",
        run: "click",
    },
];
const close = [
    {
        content: "Close the dialog",
        trigger: ".modal footer:visible button:contains(Close)",
        run: "click",
    },
    {content: "The dialog has closed", trigger: "body:not(:has(.modal))"},
];
const count = (number) => ({
    content: "How many customers it concerns is said before",
    trigger: `.modal .o_field_widget[name=customer_count]:contains(/^${number}$/)`,
});

// Tag two ticked customers, then all that were found; tag all again, and take it back.
registry.category("web_tour.tours").add("crm_segments_tag_change", {
    url: "/odoo/crm-customers",
    steps: () => [
        {
            content: "Search",
            trigger: ".o_searchview_input",
            run: "edit Tagtour",
        },
        {trigger: ".o_searchview_input", run: "press Enter"},
        {trigger: ".o_pager_limit:contains(90)"},
        {
            content: "Tick the first",
            trigger: ".o_data_row:contains(Tagtour 000) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Tick the second",
            trigger: ".o_data_row:contains(Tagtour 001) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Tags",
            trigger: ".o_selection_container button:contains(Tags)",
            run: "click",
        },
        count(2),
        ...apply("add_ids", "T third"),
        {trigger: ".modal .o_field_widget[name=changed_count]:contains(2)"},
        ...close,
        {
            content: "The list shows the new tag",
            trigger: ".o_data_row:contains(Tagtour 001) .o_tag:contains(T third)",
        },
        {
            content: "Tick the whole page",
            trigger: "thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "And all pages",
            trigger: ".o_select_domain",
            run: "click",
        },
        {
            content: "By the menu this time",
            trigger: ".o_cp_action_menus button:contains(Actions)",
            run: "click",
        },
        {trigger: ".o-dropdown-item:contains(Change tags)", run: "click"},
        count(90),
        ...apply("add_ids", "T vip"),
        {trigger: ".modal .o_field_widget[name=changed_count]:contains(90)"},
        ...close,
        {trigger: ".o_data_row:contains(Tagtour 005) .o_tag:contains(T vip)"},
        {
            content: "Tick the whole page again",
            trigger: "thead .o_list_record_selector input",
            run: "click",
        },
        {trigger: ".o_select_domain", run: "click"},
        {
            content: "By the button",
            trigger: ".o_selection_container button:contains(Tags)",
            run: "click",
        },
        count(90),
        ...apply("add_ids", "T old"),
        {
            content: "That was the wrong one",
            trigger: ".modal button[name=action_undo]",
            run: "click",
        },
        {trigger: ".modal p:contains(Undone)"},
        ...close,
        {
            trigger:
                ".o_data_row:contains(Tagtour 005):not(:contains(T old)):contains(T vip)",
        },
    ],
});
