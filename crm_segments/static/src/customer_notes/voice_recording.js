import {browser} from "@web/core/browser/browser";

// Safari plays the first, all others play both.
const FORMATS = ["audio/mp4", "audio/webm"];
const LONGEST_SECONDS = 300;

export const canRecord = () =>
    Boolean(window.MediaRecorder && browser.navigator.mediaDevices?.getUserMedia);

/** Records what is said into a file. */
export class VoiceRecording {
    /** @param {Object} on `done(blob)` with the recording */
    constructor(on) {
        this.on = on;
        this.isDropped = false;
    }

    /**
     * Asks for the microphone, and begins.
     *
     * @throws {DOMException} when the microphone is refused, or there is none
     */
    async start() {
        this.stream = await browser.navigator.mediaDevices.getUserMedia({audio: true});
        if (this.isDropped) {
            this.release();
            return;
        }
        const mimeType = FORMATS.find((type) =>
            window.MediaRecorder.isTypeSupported(type)
        );
        const parts = [];
        this.recorder = new window.MediaRecorder(
            this.stream,
            mimeType ? {mimeType} : {}
        );
        this.recorder.ondataavailable = (ev) => parts.push(ev.data);
        this.recorder.onstop = () => {
            this.release();
            if (!this.isDropped) {
                this.on.done(new window.Blob(parts, {type: this.recorder.mimeType}));
            }
        };
        this.recorder.start();
        this.timer = browser.setTimeout(() => this.stop(), LONGEST_SECONDS * 1000);
    }

    stop() {
        browser.clearTimeout(this.timer);
        if (this.recorder?.state === "recording") {
            this.recorder.stop();
        }
    }

    drop() {
        this.isDropped = true;
        this.stop();
    }

    release() {
        for (const track of this.stream.getTracks()) {
            track.stop();
        }
    }
}
