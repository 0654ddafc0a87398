import {registry} from "@web/core/registry";

// An owner looks at the day, at one branch, and at what is behind a number.
registry.category("web_tour.tours").add("crm_loyalty_points_dashboard", {
    steps: () => [
        {
            content: "Points given are there, in large type",
            trigger: ".o_points_kpi[data-key=given] .o_points_value",
        },
        {
            content: "The styles are there",
            trigger: ".o_points_kpis",
            run({anchor}) {
                if (window.getComputedStyle(anchor).display !== "grid") {
                    throw new Error("the styles of the dashboard were not compiled");
                }
            },
        },
        {
            content: "The chart is drawn",
            trigger: ".o_points_chart canvas[style*=display]",
        },
        {
            content: "What ends soon is said",
            trigger: ".o_points_ending:contains(members)",
        },
        {
            content: "Choose a branch",
            trigger: ".o_points_branch",
            run: "selectByLabel South",
        },
        {
            content: "Its points only",
            trigger: ".o_points_kpi[data-key=given] .o_points_value:contains(/^100$/)",
        },
        {
            content: "Choose the last month",
            trigger: ".o_points_period",
            run: "selectByLabel Last month",
        },
        {
            content: "The points of that month",
            trigger: ".o_points_kpi[data-key=given] .o_points_value:contains(/^40$/)",
        },
        {
            content: "Open what is behind it",
            trigger: ".o_points_kpi[data-key=given]",
            run: "click",
        },
        {
            content: "The entry of that month",
            trigger: ".o_list_view .o_data_row:contains(Suda)",
        },
    ],
});

// Figures that cannot be read: said in words, with a way to try again.
registry.category("web_tour.tours").add("crm_loyalty_points_dashboard_refused", {
    steps: () => [
        {
            content: "It says that nothing is lost; try again",
            trigger: ".o_points_error:contains(Nothing was changed) button",
            run: "click",
        },
        {
            content: "It says so again",
            trigger: ".o_points_error:contains(could not be read)",
        },
    ],
});
