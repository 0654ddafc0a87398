import {X2ManyField, x2ManyField} from "@web/views/fields/x2many/x2many_field";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/**
 * Rows of a database view, each of which stands for a document elsewhere: a press opens
 * what the method named in the option `open` returns, not the row itself.
 */
export class DocumentRowsField extends X2ManyField {
    static props = {...X2ManyField.props, open: {type: String}};

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.canOpenRecord = true;
    }

    async openRecord(row) {
        const action = await this.orm.call(row.resModel, this.props.open, [row.resId]);
        return this.action.doAction(action, {
            onClose: () => this.props.record.load(),
        });
    }
}

export const documentRowsField = {
    ...x2ManyField,
    component: DocumentRowsField,
    extractProps: (fieldInfo, dynamicInfo) => ({
        ...x2ManyField.extractProps(fieldInfo, dynamicInfo),
        open: fieldInfo.options.open,
    }),
};

registry.category("fields").add("crm_document_rows", documentRowsField);
