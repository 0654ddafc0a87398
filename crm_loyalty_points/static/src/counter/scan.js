/** The camera: the browser's own reader of QR codes where there is one, else the one
 * that comes with Odoo, loaded when it is first needed. */

import {fill, root, show, slot, words} from "./page";

const LIBRARY = "/web/static/lib/zxing-library/zxing-library.js";
const PAUSE = 150;
const LONGEST_SIDE = 960;
// The library cannot read some codes (1 in 60) in one way however sharp the picture, so
// that each picture is read in the next way: how it tells black from white, and size.
const WAYS = [
    ["HybridBinarizer", 1],
    ["GlobalHistogramBinarizer", 1],
    ["HybridBinarizer", 0.75],
    ["GlobalHistogramBinarizer", 0.6],
];
const STATES = {
    NotAllowedError: "denied",
    SecurityError: "denied",
    NotFoundError: "none",
    OverconstrainedError: "none",
    NotReadableError: "busy",
    AbortError: "busy",
};

let running = null;

function loadLibrary() {
    return new Promise((resolve, reject) => {
        if (window.ZXing) {
            resolve(window.ZXing);
            return;
        }
        const script = document.createElement("script");
        script.src = LIBRARY;
        script.onload = () => resolve(window.ZXing);
        script.onerror = reject;
        document.head.append(script);
    });
}

/** @returns {Promise<function>} that reads a video and gives the text it sees, or "" */
async function makeReader() {
    const formats = await window.BarcodeDetector?.getSupportedFormats?.();
    if (formats?.includes("qr_code")) {
        const detector = new window.BarcodeDetector({formats: ["qr_code"]});
        return async (video) => (await detector.detect(video))[0]?.rawValue || "";
    }
    const ZXing = await loadLibrary();
    const canvas = document.createElement("canvas");
    const reader = new ZXing.QRCodeReader();
    const hints = new Map([[ZXing.DecodeHintType.TRY_HARDER, true]]);
    let turn = 0;
    return async (video) => {
        const {videoWidth, videoHeight} = video;
        const [binarizer, part] = WAYS[turn++ % WAYS.length];
        const longest = Math.max(videoWidth, videoHeight);
        const factor = part * Math.min(1, LONGEST_SIDE / longest);
        canvas.width = Math.round(videoWidth * factor);
        canvas.height = Math.round(videoHeight * factor);
        const context = canvas.getContext("2d", {willReadFrequently: true});
        context.drawImage(video, 0, 0, canvas.width, canvas.height);
        const source = new ZXing.HTMLCanvasElementLuminanceSource(canvas);
        const bitmap = new ZXing.BinaryBitmap(new ZXing[binarizer](source));
        try {
            return reader.decode(bitmap, hints).getText();
        } catch {
            return "";
        }
    };
}

function say(state) {
    fill("scan_state", words(`scan_${state}`));
}

async function openCamera() {
    if (!navigator.mediaDevices?.getUserMedia) {
        say(window.isSecureContext ? "none" : "insecure");
        return null;
    }
    try {
        return await navigator.mediaDevices.getUserMedia({
            video: {facingMode: "environment", width: {ideal: 1280}},
        });
    } catch (error) {
        say(STATES[error.name] || "none");
        return null;
    }
}

function showTorch(stream) {
    const [track] = stream.getVideoTracks();
    const able = Boolean(track.getCapabilities?.().torch);
    show("torch", able);
    if (able) {
        running.torch = (lit) => track.applyConstraints({advanced: [{torch: lit}]});
    }
}

/**
 * Open the camera and wait for a code.
 *
 * @returns {Promise<string>} what was read, or "" when somebody closed the camera
 */
export async function scan() {
    // the last one is to be over: its closing would be taken for this one's
    await running?.ended;
    const dialog = slot("scanner");
    const video = dialog.querySelector("video");
    let end = null;
    const ended = new Promise((resolve) => (end = resolve));
    const mine = {open: true, lit: false, ended};
    running = mine;
    show("torch", false);
    say("starting");
    dialog.showModal();
    dialog.addEventListener("close", () => (mine.open = false), {once: true});
    const closed = new Promise((resolve) => {
        dialog.addEventListener("close", () => resolve(""), {once: true});
    });
    const stream = await openCamera();
    try {
        if (!stream) {
            return await closed;
        }
        video.srcObject = stream;
        await video.play();
        showTorch(stream);
        const read = await makeReader();
        say("running");
        while (mine.open) {
            const text = video.videoWidth ? await read(video) : "";
            if (text) {
                return text.trim();
            }
            await new Promise((resolve) => setTimeout(resolve, PAUSE));
        }
        return "";
    } catch {
        say("none");
        return await closed;
    } finally {
        stream?.getTracks().forEach((track) => track.stop());
        video.srcObject = null;
        if (dialog.open) {
            dialog.close();
            await closed;
        }
        end();
    }
}

root.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act === "scan_close") {
        slot("scanner").close();
    } else if (act === "torch" && running?.torch) {
        running.lit = !running.lit;
        running.torch(running.lit);
    }
});
