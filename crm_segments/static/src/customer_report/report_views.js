import {ControlPanel} from "@web/search/control_panel/control_panel";
import {GraphSearchModel} from "@web/views/graph/graph_search_model";
import {KanbanRenderer} from "@web/views/kanban/kanban_renderer";
import {ListRenderer} from "@web/views/list/list_renderer";
import {PivotSearchModel} from "@web/views/pivot/pivot_search_model";
import {SearchModel} from "@web/search/search_model";
import {graphView} from "@web/views/graph/graph_view";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {listView} from "@web/views/list/list_view";
import {pivotView} from "@web/views/pivot/pivot_view";
import {registry} from "@web/core/registry";
import {PeriodBar} from "./period_bar";
import {ReportSummary} from "./summary";
import {withPeriod} from "./report_search_model";

class ReportControlPanel extends ControlPanel {
    static template = "crm_segments.ReportControlPanel";
    static components = {...ControlPanel.components, PeriodBar};
}

class ReportListRenderer extends ListRenderer {
    static template = "crm_segments.ReportListRenderer";
    static components = {...ListRenderer.components, ReportSummary};
}

class ReportKanbanRenderer extends KanbanRenderer {
    static template = "crm_segments.ReportKanbanRenderer";
    static components = {...KanbanRenderer.components, ReportSummary};
}

const views = registry.category("views");
views.add("crm_report_list", {
    ...listView,
    ControlPanel: ReportControlPanel,
    Renderer: ReportListRenderer,
    SearchModel: withPeriod(SearchModel),
});
views.add("crm_report_kanban", {
    ...kanbanView,
    ControlPanel: ReportControlPanel,
    Renderer: ReportKanbanRenderer,
    SearchModel: withPeriod(SearchModel),
});
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
