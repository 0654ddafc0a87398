import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

function call(model, method, args) {
    const url = `/web/dataset/call_kw/${model}/${method}`;
    return rpc(url, {model, method, args, kwargs: {}});
}

/** Let the job run, as the server does in the background. */
async function runJob() {
    const domain = [["name", "=", "crm_export_cron"]];
    const [cron] = await call("ir.model.data", "search_read", [domain, ["res_id"]]);
    await call("ir.cron", "method_direct_trigger", [[cron.res_id]]);
}

/** Nobody pressed a button for it, and the server was asked for the file. */
async function waitForDownload() {
    const domain = [["event", "=", "downloaded"]];
    const end = Date.now() + 10000;
    while (Date.now() < end) {
        if (await call("crm.export.log", "search_count", [domain])) {
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error("The file was not downloaded");
}

// What a search found becomes a file, which downloads by itself.
registry.category("web_tour.tours").add("crm_segments_export", {
    steps: () => [
        {
            content: "Search for a customer",
            trigger: ".o_searchview_input",
            run: "edit Tour Customer",
        },
        {
            content: "By name, number or phone",
            trigger:
                ".o_searchview_autocomplete .o-dropdown-item:contains(Tour Customer)",
            run: "click",
        },
        {
            content: "Only those are found",
            trigger: ".o_data_row:contains(Tour Customer)",
        },
        {
            content: "Export all that was found",
            trigger: "button[name=action_crm_export]",
            run: "click",
        },
        {
            content: "Two rows, the usual columns",
            trigger: ".o_field_widget[name=row_count]:contains(2)",
        },
        {
            trigger: ".o_field_widget[name=column_ids] .o_data_row:contains(Postcode)",
        },
        {
            content: "As CSV",
            trigger: ".o_field_widget[name=file_format] input[data-value=csv]",
            run: "click",
        },
        {
            content: "Make the file",
            trigger: "button[name=action_start]",
            run: "click",
        },
        {
            content: "It is made in the background",
            trigger: ".alert-info .o_progressbar",
            run: runJob,
        },
        {
            content: "The page sees by itself that it is ready",
            trigger: ".alert-success:contains(2)",
            timeout: 20000,
            run: waitForDownload,
        },
        {
            content: "It is in the list of exports",
            trigger:
                ".o_menu_sections [data-menu-xmlid='crm_segments.crm_export_menu']",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(.csv) .badge:contains(Ready)",
        },
    ],
});

// The same list on a phone: what was found is exported from the cards too.
registry.category("web_tour.tours").add("crm_segments_export_phone", {
    steps: () => [
        {
            content: "What else can be done with the cards",
            trigger: ".o_kanban_view button.o-control-panel-adaptive-dropdown",
            run: "click",
        },
        {
            content: "Export",
            trigger:
                ".o-control-panel-adaptive-dropdown:not(button) button:contains(Export)",
            run: "click",
        },
        {
            content: "The page of the export opens, for what was found",
            trigger: ".o_form_view button[name=action_start]",
        },
    ],
});
