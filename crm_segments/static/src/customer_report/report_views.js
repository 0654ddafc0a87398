import {ControlPanel} from "@web/search/control_panel/control_panel";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {KanbanRenderer} from "@web/views/kanban/kanban_renderer";
import {ListController} from "@web/views/list/list_controller";
import {ListRenderer} from "@web/views/list/list_renderer";
import {SearchModel} from "@web/search/search_model";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";
import {PeriodBar} from "./period_bar";
import {ReportSummary} from "./summary";
import {withPeriod} from "./report_search_model";

export class ReportControlPanel extends ControlPanel {
    static template = "crm_segments.ReportControlPanel";
    static components = {...ControlPanel.components, PeriodBar};
}

/** What was changed in a row may count elsewhere in the figures above it. */
const withFreshFigures = (Controller) =>
    class extends Controller {
        async onRecordSaved(...args) {
            await super.onRecordSaved(...args);
            this.env.searchModel.trigger("crm_row_saved");
        }

        get modelParams() {
            const params = super.modelParams;
            const {onSavedMulti} = params.hooks;
            params.hooks.onSavedMulti = (...args) => {
                onSavedMulti?.(...args);
                this.env.searchModel.trigger("crm_row_saved");
            };
            return params;
        }
    };

class ReportListRenderer extends ListRenderer {
    static template = "crm_segments.ReportListRenderer";
    static components = {...ListRenderer.components, ReportSummary};

    /** Up and down in turn: Odoo would forget the order before it turns round. */
    onClickSortColumn(column) {
        const [first] = this.props.list.orderBy;
        super.onClickSortColumn(column);
        if (first?.name === column.name && !first.asc && !this.editedRecord) {
            this.props.list.sortBy(column.name);
        }
    }
}

class ReportKanbanRenderer extends KanbanRenderer {
    static template = "crm_segments.ReportKanbanRenderer";
    static components = {...KanbanRenderer.components, ReportSummary};
}

const views = registry.category("views");
views.add("crm_report_list", {
    ...listView,
    Controller: withFreshFigures(ListController),
    ControlPanel: ReportControlPanel,
    Renderer: ReportListRenderer,
    SearchModel: withPeriod(SearchModel),
});
views.add("crm_report_kanban", {
    ...kanbanView,
    Controller: withFreshFigures(KanbanController),
    ControlPanel: ReportControlPanel,
    Renderer: ReportKanbanRenderer,
    SearchModel: withPeriod(SearchModel),
});
