import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

/**
 * Customers who may be the one that is being entered. Pressing one opens it instead;
 * what was typed for the new one is dropped.
 */
export class DuplicatesField extends Component {
    static template = "crm_segments.DuplicatesField";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
    }

    get customers() {
        return this.props.record.data[this.props.name].records.map(({resId, data}) => ({
            resId,
            text: [data.complete_name, data.member_number, data.phone, data.email]
                .filter(Boolean)
                .join(" · "),
        }));
    }

    open(resId) {
        return this.action.doAction("crm_segments.res_partner_customer_action", {
            viewType: "form",
            props: {resId},
        });
    }
}

registry.category("fields").add("crm_duplicates", {
    component: DuplicatesField,
    supportedTypes: ["many2many"],
    relatedFields: ["complete_name", "member_number", "phone", "email"].map((name) => ({
        name,
        type: "char",
    })),
});
