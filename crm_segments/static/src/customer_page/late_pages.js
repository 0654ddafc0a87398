import {Component, onWillStart, xml} from "@odoo/owl";
import {FormCompiler} from "@web/views/form/form_compiler";
import {FormController} from "@web/views/form/form_controller";
import {FormRenderer} from "@web/views/form/form_renderer";
import {RelationalModel} from "@web/model/relational_model/relational_model";
import {append, createElement} from "@web/core/utils/xml";
import {formView} from "@web/views/form/form_view";
import {patch} from "@web/core/utils/patch";
import {registry} from "@web/core/registry";
import {toStringExpression} from "@web/views/utils";

const OWN_FIELDS = "field:not(field field)";

/**
 * A customer's page opens with what its head and first tab need. The fields that stand
 * only on tabs marked `late="1"` are read when such a tab is opened, all in one request.
 */
export class CustomerModel extends RelationalModel {
    setup(params) {
        super.setup(...arguments);
        this.latePages = params.latePages;
        this.late = null;
    }

    _getNextConfig() {
        const config = super._getNextConfig(...arguments);
        if (!this.late) {
            this.late = {};
            if (config.resId) {
                config.activeFields = {...config.activeFields};
                for (const name of Object.values(this.latePages).flat()) {
                    if (name in config.activeFields) {
                        this.late[name] = config.activeFields[name];
                        delete config.activeFields[name];
                    }
                }
            }
        } else if (!config.resId) {
            config.activeFields = {...config.activeFields, ...this.late};
            this.late = {};
        }
        return config;
    }

    /** Read the fields of a late tab into the page, once. */
    loadLate(page) {
        return this.mutex.exec(async () => {
            const names = this.latePages[page].filter((name) => name in this.late);
            if (!names.length) {
                return;
            }
            const late = Object.fromEntries(
                names.map((name) => [name, this.late[name]])
            );
            const record = this.root;
            const [values] = await this._loadRecords(
                {...record.config, activeFields: late},
                record.evalContext
            );
            const activeFields = {...record.config.activeFields, ...late};
            names.forEach((name) => delete this.late[name]);
            this._updateConfig(this.config, {activeFields}, {reload: false});
            this._updateConfig(record.config, {activeFields}, {reload: false});
            record._applyDefaultValues();
            record._applyValues(values);
        });
    }
}

export class CustomerFormController extends FormController {
    get modelParams() {
        const {xmlDoc} = this.archInfo;
        const names = (nodes) => nodes.map((node) => node.getAttribute("name"));
        const fields = [...xmlDoc.querySelectorAll(OWN_FIELDS)];
        const soon = names(fields.filter((field) => !field.closest("page[late]")));
        const latePages = {};
        for (const page of xmlDoc.querySelectorAll("page[late]")) {
            const inside = names(fields.filter((field) => page.contains(field)));
            latePages[page.getAttribute("name")] = inside.filter(
                (name) => !soon.includes(name)
            );
        }
        return {...super.modelParams, latePages};
    }
}

registry.category("views").add("crm_customer_form", {
    ...formView,
    Controller: CustomerFormController,
    Model: CustomerModel,
});

class LatePage extends Component {
    static template = xml`<t t-slot="default"/>`;
    static props = {model: Object, name: String, slots: Object};

    setup() {
        onWillStart(() => this.props.model.loadLate?.(this.props.name));
    }
}

patch(FormRenderer, {components: {...FormRenderer.components, LatePage}});

patch(FormCompiler.prototype, {
    compileNotebook(el) {
        const notebook = super.compileNotebook(...arguments);
        for (const page of el.querySelectorAll("page[late]")) {
            const name = toStringExpression(page.getAttribute("name"));
            const slot = [...notebook.children].find(
                (child) => child.getAttribute("name") === name
            );
            if (slot) {
                const late = createElement("LatePage", {
                    model: "__comp__.env.model",
                    name,
                });
                append(late, [...slot.childNodes]);
                append(slot, late);
            }
        }
        return notebook;
    },
});
