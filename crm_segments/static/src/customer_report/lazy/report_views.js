import {GraphSearchModel} from "@web/views/graph/graph_search_model";
import {PivotSearchModel} from "@web/views/pivot/pivot_search_model";
import {graphView} from "@web/views/graph/graph_view";
import {pivotView} from "@web/views/pivot/pivot_view";
import {registry} from "@web/core/registry";
import {ReportControlPanel} from "../report_views";
import {withPeriod} from "../report_search_model";

// Odoo loads graphs and pivots in a bundle of their own, when one is opened.
const views = registry.category("views");
views.add("crm_report_graph", {
    ...graphView,
    ControlPanel: ReportControlPanel,
    SearchModel: withPeriod(GraphSearchModel),
});
views.add("crm_report_pivot", {
    ...pivotView,
    ControlPanel: ReportControlPanel,
    SearchModel: withPeriod(PivotSearchModel),
});
