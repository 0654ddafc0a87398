import {Component, onMounted, status, useState} from "@odoo/owl";
import {formatInteger} from "@web/views/fields/formatters";
import {customerListView} from "@crm_segments/customer_views/customer_views";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";

const VIEWER = "crm_segments.crm_segments_group_viewer";
const WALLET = "crm_sms_wallet.crm_sms_wallet_action_own";

/**
 * The SMS credits of the company, and the way to more of them, above the customers.
 */
export class CustomerCredit extends Component {
    static template = "crm_sms_wallet.CustomerCredit";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({credits: null});
        // the list does not wait for it
        onMounted(() => this.load());
    }

    async load() {
        const mayRead = await user.hasGroup(VIEWER);
        if (!mayRead || status(this) === "destroyed") {
            return;
        }
        const mine = [["company_id", "=", user.activeCompany.id]];
        const wallets = await this.orm.searchRead("crm.sms.wallet", mine, ["credits"]);
        this.state.credits = wallets.length ? wallets[0].credits : 0;
    }

    get credits() {
        return formatInteger(this.state.credits);
    }

    open() {
        return this.action.doAction(WALLET);
    }
}

class CustomerListController extends customerListView.Controller {
    static template = "crm_sms_wallet.CustomerList";
    static components = {...customerListView.Controller.components, CustomerCredit};
}

registry
    .category("views")
    .add(
        "crm_customer_list",
        {...customerListView, Controller: CustomerListController},
        {force: true}
    );
