import {ActionHelper} from "@web/views/action_helper";
import {onWillStart} from "@odoo/owl";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";

/**
 * What stands in place of the customers when none was found: a press makes a new one of
 * the text that was searched for.
 */
export class CustomerHelper extends ActionHelper {
    static template = "crm_segments.CustomerHelper";

    setup() {
        super.setup();
        this.action = useService("action");
        onWillStart(async () => {
            this.mayCreate = await user.checkAccessRight("res.partner", "create");
        });
    }

    get typed() {
        const {query, searchItems} = this.env.searchModel;
        const texts = query
            .filter(({searchItemId}) => searchItems[searchItemId].fieldName === "name")
            .map(({autocompleteValue}) => autocompleteValue?.value);
        return texts.at(-1);
    }

    create() {
        return this.action.doAction("crm_segments.res_partner_customer_action_quick", {
            additionalContext: {crm_typed: this.typed},
            onClose: () => this.env.model.load(),
        });
    }
}
