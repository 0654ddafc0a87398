import {registry} from "@web/core/registry";

const FILE =
    "Order ID,Date,Customer ID,SKU,Quantity,Price\n" +
    "T1,1/5/2567,tour1,TEA,2,10.50\nT2,31/2/2567,tour1,TEA,1,10.50\n";

/** Choose a file as the file dialog would. */
function chooseFile(input, name, text) {
    const transfer = new window.DataTransfer();
    transfer.items.add(new window.File([text], name, {type: "text/csv"}));
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", {bubbles: true}));
}

// A manager brings the order file of another system: upload, check, import.
registry.category("web_tour.tours").add("crm_segments_order_import", {
    steps: () => [
        {
            content: "A new import",
            trigger: ".o_control_panel_main_buttons button:contains(New)",
            run: "click",
        },
        {
            content: "Choose the file",
            trigger: ".o_field_widget[name=file] input[type=file]:not(:visible)",
            run() {
                chooseFile(this.anchor, "tour.csv", FILE);
            },
        },
        {
            content: "Its columns are understood at once",
            trigger: ".o_notebook td:contains(Order number)",
        },
        {
            content: "Check it",
            trigger: "button[name=action_check]:contains(Check file)",
            run: "click",
        },
        {
            content: "One row was wrong",
            trigger: ".o_notebook .nav-link:contains(Rows not imported)",
            run: "click",
        },
        {
            content: "It is shown with the reason",
            trigger: ".o_notebook td:contains(This is no date)",
        },
        {
            content: "Import the rest",
            trigger: "button[name=action_import]:contains(Import)",
            run: "click",
        },
        {
            content: "Yes, really",
            trigger: ".modal-footer button.btn-primary",
            run: "click",
        },
        {
            content: "It goes on in the background",
            trigger: ".alert:contains(in the background)",
        },
    ],
});
