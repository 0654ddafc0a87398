import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("crm_campaign_result", {
    steps: () => [
        {
            content: "Open the campaign",
            trigger: ".o_data_row .o_data_cell:contains('Tea for two')",
            run: "click",
        },
        {
            content: "What it brought stands there in words",
            trigger: ".o_field_widget[name=verdict_text]:contains('likely brought')",
        },
        {
            content: "And as a drawing: one bar per group, with its interval",
            trigger: ".o_crm_interval_row:contains('Message') .o_crm_interval_whisker",
        },
        {
            trigger: ".o_crm_interval_row:contains('Hold-out'):contains('95 %')",
        },
        {
            content: "Group by group",
            trigger: ".o_field_widget[name=group_ids] .o_data_row:contains('Hold-out')",
        },
        {
            content: "Count again",
            trigger: "button[name=action_measure]",
            run: "click",
        },
        {
            content: "The orders that were counted",
            trigger: "button[name=action_open_orders]:contains('Orders')",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row",
        },
        {
            trigger: ".breadcrumb-item:contains('Side by Side') a",
            run: "click",
        },
        {
            content: "Side by side as bars",
            trigger: ".o_switch_view.o_graph",
            run: "click",
        },
        {
            trigger: ".o_graph_canvas_container canvas",
        },
        {
            trigger: ".o_switch_view.o_pivot",
            run: "click",
        },
        {
            trigger: ".o_pivot table:contains('Tea for two')",
        },
    ],
});

registry.category("web_tour.tours").add("crm_campaign_result_empty", {
    steps: () => [
        {
            trigger: ".o_nocontent_help:contains('No campaign has been sent yet')",
        },
    ],
});
