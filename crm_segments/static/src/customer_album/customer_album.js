import {Component, onWillStart, useRef, useState, xml} from "@odoo/owl";
import {MAX_MEGABYTES, readPhoto} from "./photo_file";
import {deserializeDate, toLocaleDateString} from "@web/core/l10n/dates";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {FileModel} from "@web/core/file_viewer/file_model";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {url} from "@web/core/utils/urls";
import {useDropzone} from "@web/core/dropzone/dropzone_hook";
import {useFileViewer} from "@web/core/file_viewer/file_viewer_hook";
import {useService} from "@web/core/utils/hooks";
import {user} from "@web/core/user";

const MODEL = "crm.customer.photo";
const AT_ONCE = 40;
const SHOWN = {
    kind: {},
    caption: {},
    taken_on: {},
    own: {},
    create_uid: {fields: {display_name: {}}},
    write_date: {},
};

/** What the viewer of Odoo shows, for a picture in a field of a record. */
class PhotoFile extends FileModel {
    get urlRoute() {
        return `/web/image/${MODEL}/${this.id}/image_1920`;
    }
}

/** The photos of one customer: looked at, added, described and removed. */
export class CustomerAlbum extends Component {
    static template = "crm_segments.CustomerAlbum";
    static props = {customerId: Number};

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.fieldService = useService("field");
        this.viewer = useFileViewer();
        this.root = useRef("root");
        this.fromFiles = useRef("fromFiles");
        this.fromCamera = useRef("fromCamera");
        this.state = useState({
            photos: [],
            total: 0,
            filter: "",
            newKind: "photo",
            progress: "",
        });
        useDropzone(
            this.root,
            (ev) => this.add([...ev.dataTransfer.files]),
            "o_crm_album_dropzone",
            () => this.canAdd && !this.state.progress
        );
        onWillStart(async () => {
            const [fields, canAdd] = await Promise.all([
                this.fieldService.loadFields(MODEL, {fieldNames: ["kind"]}),
                user.hasGroup("crm_segments.crm_segments_group_officer"),
                this.load(),
            ]);
            this.kinds = fields.kind.selection;
            this.filters = [["", _t("All")], ...this.kinds];
            this.canAdd = canAdd;
        });
    }

    async load({filter = this.state.filter, offset = 0} = {}) {
        const domain = [["partner_id", "=", this.props.customerId]];
        if (filter) {
            domain.push(["kind", "=", filter]);
        }
        const {records, length} = await this.orm.webSearchRead(MODEL, domain, {
            specification: SHOWN,
            offset,
            limit: AT_ONCE,
        });
        const before = offset ? this.state.photos : [];
        // what is being typed outlives that something else is drawn anew
        const found = records.map((photo) => ({...photo, draft: photo.caption || ""}));
        Object.assign(this.state, {
            filter,
            photos: [...before, ...found],
            total: length,
        });
    }

    kindLabel(kind) {
        return this.kinds.find(([value]) => value === kind)[1];
    }

    origin(photo) {
        const day = toLocaleDateString(deserializeDate(photo.taken_on));
        return `${day} · ${photo.create_uid.display_name}`;
    }

    thumbnail(photo) {
        return url(`/web/image/${MODEL}/${photo.id}/image_512`, {
            unique: photo.write_date,
        });
    }

    /** In words, for those who do not see the picture. */
    description(photo) {
        return photo.caption || `${this.kindLabel(photo.kind)}, ${this.origin(photo)}`;
    }

    enlarge(photo) {
        const files = this.state.photos.map((each) =>
            Object.assign(new PhotoFile(), {
                id: each.id,
                name: `${this.description(each)}.jpg`,
                mimetype: "image/jpeg",
                checksum: each.write_date,
            })
        );
        this.viewer.open(files[this.state.photos.indexOf(photo)], files);
    }

    onFiles(ev) {
        const files = [...ev.target.files];
        // so that the same file can be chosen again
        ev.target.value = null;
        return this.add(files);
    }

    async add(files) {
        let added = 0;
        for (const [index, file] of files.entries()) {
            this.state.progress = _t("Adding photo %(number)s of %(total)s…", {
                number: index + 1,
                total: files.length,
            });
            try {
                added += await this.addFile(file);
            } catch (error) {
                const reason =
                    error.data?.message || _t("It did not reach the server.");
                this.refuse(file, reason);
            }
        }
        this.state.progress = "";
        if (added) {
            await this.load({filter: ""});
        }
    }

    /** @returns {Number} of photos added: 1 or 0 */
    async addFile(file) {
        const data = await readPhoto(file);
        if (!data) {
            this.refuse(
                file,
                _t("It is larger than %(size)s MB. Send a smaller one.", {
                    size: MAX_MEGABYTES,
                })
            );
            return 0;
        }
        await this.orm.create(MODEL, [
            {
                partner_id: this.props.customerId,
                kind: this.state.newKind,
                image_1920: data,
            },
        ]);
        return 1;
    }

    refuse(file, reason) {
        this.notification.add(reason, {
            title: _t("%(file)s was not added", {file: file.name}),
            type: "danger",
            sticky: true,
        });
    }

    async save(photo, values) {
        await this.orm.write(MODEL, [photo.id], values);
        Object.assign(photo, values);
        this.notification.add(_t("Saved"), {type: "success"});
    }

    remove(photo) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Remove this photo?"),
            body: _t("It cannot be brought back."),
            confirmLabel: _t("Remove"),
            confirmClass: "btn-danger",
            cancelLabel: _t("Keep"),
            confirm: async () => {
                await this.orm.unlink(MODEL, [photo.id]);
                await this.load();
            },
            cancel: () => null,
        });
    }
}

class CustomerAlbumWidget extends Component {
    static components = {CustomerAlbum};
    static template = xml`
        <CustomerAlbum t-key="props.record.resId" customerId="props.record.resId"/>`;
    static props = {...standardWidgetProps};
}

registry
    .category("view_widgets")
    .add("crm_customer_album", {component: CustomerAlbumWidget});
