import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

// The owner's evening: who paid last month, who paid least of them, a tag for her, the
// best of each month.
registry.category("web_tour.tours").add("crm_segments_customer_report", {
    url: "/odoo/crm-report",
    steps: () => [
        {
            content: "The report opens on this month: nobody has paid yet",
            trigger:
                ".o_crm_report_number[data-name=customers]:contains(Customers):contains(/0$/)",
        },
        {
            content: "Last month",
            trigger: ".o_crm_period_choice",
            run: "select last_month",
        },
        {
            content: "Two customers paid in it",
            trigger: ".o_crm_report_number[data-name=customers]:contains(/2$/)",
        },
        {
            content: "The best payer comes first",
            trigger:
                ".o_data_row:first td[name=name]:contains(Report Lek), .o_data_row:first:contains(Report Lek)",
        },
        {
            content: "Sort the other way round",
            trigger: "th[data-name=report_paid]",
            run: "click",
        },
        {
            content: "The smallest payer comes first",
            trigger: ".o_data_row:first:contains(Report Noi)",
        },
        {
            content: "Edit her tags in place",
            trigger: ".o_data_row:first td[name=category_id]",
            run: "click",
        },
        {
            content: "Type",
            trigger: ".o_selected_row .o_field_widget[name=category_id] input",
            run: "edit Report tag",
        },
        {
            content: "Choose the tag",
            trigger: ".o-autocomplete--dropdown-item:contains(Report tag)",
            run: "click",
        },
        {
            content: "It is there",
            trigger: ".o_selected_row .o_tag:contains(Report tag)",
        },
        {
            content: "Write a note beside it",
            trigger: ".o_selected_row .o_field_widget[name=note_text] textarea",
            run: "edit Likes tea",
        },
        {
            content: "Meanwhile a colleague puts her into another group",
            trigger: ".o_crm_report_blocks:not(:contains(Report group))",
            async run() {
                const call = (model, method, args) =>
                    rpc(`/web/dataset/call_kw/${model}/${method}`, {
                        model,
                        method,
                        args,
                        kwargs: {},
                    });
                const find = (model, name) =>
                    call(model, "search", [[["name", "=", name]]]);
                const [group] = await find("crm.customer.group", "Report group");
                const customers = await find("res.partner", "Report Noi");
                const values = {customer_group_id: group};
                await call("res.partner", "write", [customers, values]);
            },
        },
        {
            content: "Save",
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            content: "Saved",
            trigger:
                ".o_list_view:not(:has(.o_selected_row)) .o_data_row:first:contains(Likes tea)",
        },
        {
            content: "The figures have been read anew",
            trigger: ".o_crm_report_blocks:contains(Report group)",
        },
        {
            content: "Show the new customers only",
            trigger: ".o_crm_report_number[data-name=report_new]",
            run: "click",
        },
        {
            content: "The filter is on, and the figures are of the list",
            trigger: ".o_searchview_facet:contains(New customers)",
        },
        {
            content: "The graph is of the same period",
            trigger: ".o_switch_view.o_graph",
            run: "click",
        },
        {
            content: "Its period",
            trigger: ".o_graph_view .o_crm_period_choice:value(last_month)",
        },
        {
            content: "So is the pivot",
            trigger: ".o_switch_view.o_pivot",
            run: "click",
        },
        {
            content: "With the amount paid",
            trigger: ".o_pivot_view .o_pivot_cell_value:contains(900.00)",
        },
        {
            content: "The best of each month in one press",
            trigger: ".o_crm_best",
            run: "click",
        },
        {
            content: "Best first",
            trigger: ".o_breadcrumb:contains(Best 10 of Each Month)",
        },
        {
            content: "The customers of a month",
            trigger: ".o_data_row:contains(Report Lek)",
        },
    ],
});
