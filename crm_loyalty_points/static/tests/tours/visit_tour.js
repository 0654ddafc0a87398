import {registry} from "@web/core/registry";

const VISITS = "crm_loyalty_points.crm_visit_menu";

function menu(name, content) {
    return [
        {
            content: "Open the menu of visits",
            trigger: `.o_menu_sections [data-menu-xmlid='${VISITS}']`,
            run: "click",
        },
        {
            content,
            trigger: `.dropdown-item[data-menu-xmlid='crm_loyalty_points.${name}']`,
            run: "click",
        },
    ];
}

function stateIs(name) {
    return {
        content: `The visit is ${name}`,
        trigger: `.o_statusbar_status .o_arrow_button_current:contains(${name})`,
    };
}

// An officer checks a customer in, and finds the visit in the history.
registry.category("web_tour.tours").add("crm_visit_check_in", {
    steps: () => [
        {
            content: "The customer is here",
            trigger: "button[name=action_check_in]",
            run: "click",
        },
        stateIs("Arrived"),
        {
            content: "The customer leaves",
            trigger: "button[name=action_done]",
            run: "click",
        },
        stateIs("Done"),
        {
            content: "Back to the customer",
            trigger: ".o_back_button a, .breadcrumb-item a:contains(Somchai)",
            run: "click",
        },
        {
            content: "Look at the history",
            trigger: ".nav-link[name=history]",
            run: "click",
        },
        {
            content: "The visit is there, and opens",
            trigger:
                "[name=history_ids] .o_data_row:contains(Came In) button[name=action_open]",
            run: "click",
        },
        stateIs("Done"),
        ...menu("crm_visit_menu_today", "Who is expected today"),
        {
            content: "A card per visit",
            trigger:
                ".o_kanban_group:contains(Planned) .o_kanban_record:contains(Malee)",
        },
        {
            content: "Malee comes in",
            trigger: ".o_kanban_record:contains(Malee) button[name=action_arrive]",
            run: "click",
        },
        {
            content: "She is among those who are here",
            trigger:
                ".o_kanban_group:contains(Arrived) .o_kanban_record:contains(Malee)",
        },
        ...menu("crm_visit_menu_all", "The calendar"),
        {
            content: "Visits in the calendar",
            trigger: ".o_calendar_renderer .o_event:contains(Malee)",
        },
        {
            content: "As a graph",
            trigger: ".o_switch_view.o_graph",
            run: "click",
        },
        {
            content: "The graph is drawn",
            trigger: ".o_graph_renderer canvas",
        },
        {
            content: "As a pivot",
            trigger: ".o_switch_view.o_pivot",
            run: "click",
        },
        {
            content: "The table is there",
            trigger: ".o_pivot table",
        },
        ...menu("crm_customer_history_menu", "What was done for everybody"),
        {
            content: "A row opens the visit",
            trigger: ".o_list_view .o_data_row:contains(Malee) td[name=summary]",
            run: "click",
        },
        stateIs("Arrived"),
        ...menu("crm_visit_footfall_menu", "Who came in"),
        {
            content: "The graph is drawn",
            trigger: ".o_graph_renderer canvas",
        },
    ],
});

// The same on a phone: who is expected, a new visit, a medical note.
registry.category("web_tour.tours").add("crm_visit_phone", {
    steps: () => [
        {
            content: "A card per visit",
            trigger: ".o_kanban_record:contains(Malee) .fw-bold",
            run: "click",
        },
        {
            content: "The visit is planned",
            trigger: ".o_statusbar_status:contains(Planned)",
        },
        {
            content: "What else is there",
            trigger: "button:has(.fa-bolt)",
            run: "click",
        },
        {
            content: "Medical notes",
            trigger: ".o-dropdown--menu button[name=action_view_medical]",
            run: "click",
        },
        {
            content: "Write what was found",
            trigger: ".o_field_widget[name=findings] textarea",
            run: "edit Eczema",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Photos can be added now",
            trigger: ".o_field_widget[name=photo_ids]",
        },
    ],
});
