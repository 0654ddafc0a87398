import {CustomerHelper} from "./customer_helper";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {KanbanRenderer} from "@web/views/kanban/kanban_renderer";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {ListController} from "@web/views/list/list_controller";
import {ListRenderer} from "@web/views/list/list_renderer";
import {listView} from "@web/views/list/list_view";
import {SearchModel} from "@web/search/search_model";
import {registry} from "@web/core/registry";

/**
 * Tells actions and header buttons that the whole result of the search was chosen, and
 * not some rows: Odoo sends the search's domain in both cases, and at most 20,000 ids.
 * The domain is repeated so that a context that lives on in another list says nothing.
 */
const withWholeResult = (Controller) =>
    class extends Controller {
        get wholeResultContext() {
            return {
                crm_whole_result: this.isDomainSelected ? this.props.domain : false,
            };
        }

        get actionMenuProps() {
            const props = super.actionMenuProps;
            return {...props, context: {...props.context, ...this.wholeResultContext}};
        }

        async beforeExecuteActionButton(clickParams) {
            if (clickParams.buttonContext) {
                Object.assign(clickParams.buttonContext, this.wholeResultContext);
            }
            return super.beforeExecuteActionButton(clickParams);
        }
    };

/**
 * Shows the advanced search one comes from as a facet, which can be taken out again.
 */
export class CustomerSearchModel extends SearchModel {
    async load(config) {
        const {crm_customer_search: found, ...context} = config.context || {};
        const dynamicFilters = found ? [found] : config.dynamicFilters;
        return super.load({...config, context, dynamicFilters});
    }
}

const withHelper = (Renderer) =>
    class extends Renderer {
        static components = {...Renderer.components, ActionHelper: CustomerHelper};
    };

export const customerListView = {
    ...listView,
    SearchModel: CustomerSearchModel,
    Controller: withWholeResult(ListController),
    Renderer: withHelper(ListRenderer),
};

export const customerKanbanView = {
    ...kanbanView,
    SearchModel: CustomerSearchModel,
    Controller: withWholeResult(KanbanController),
    Renderer: withHelper(KanbanRenderer),
};

registry.category("views").add("crm_customer_list", customerListView);
registry.category("views").add("crm_customer_kanban", customerKanbanView);
