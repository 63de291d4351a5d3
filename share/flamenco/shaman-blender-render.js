// SPDX-License-Identifier: GPL-3.0-or-later
// A Flamenco job type for workers that do not see the shared storage (docs/workers.md): each task
// pulls the checkout, renders on it, and lists its frames as outputs of the checkout.
// For the folder scripts/ beside the Flamenco Manager (Flamenco 3.4 and later).

const JOB_TYPE = {
    label: "Shaman Blender Render",
    description: "Render frames on workers without shared storage; `shaman outputs pull` gets them.",
    settings: [
        {
            key: "frames", type: "string", required: true,
            eval: "f'{C.scene.frame_start}-{C.scene.frame_end}'",
            evalInfo: { showLinkButton: true, description: "Scene frame range" },
            description: "Frames to render, such as 47, 1-30, or 3, 5-10, 47-327.",
        },
        {
            key: "chunk_size", type: "int32", default: 1, visible: "submission",
            description: "Number of frames in one task.",
        },
        // Set by the submission.
        {
            key: "blendfile", type: "string", required: true, visible: "web",
            description: "Path of the .blend in its checkout.",
        },
        {
            key: "scene", type: "string", visible: "web", default: "",
            eval: "C.scene.name", description: "Name of the scene to render; empty: the file's own.",
        },
    ],
};

// The Manager replaces it with its own path only when it hands out a task.
const JOBS = "{jobs}/";

function compileJob(job) {
    const settings = job.settings;
    const place = placeOf(settings.blendfile, checkoutOf(job));
    const scene = settings.scene ? ["--scene", settings.scene] : [];
    for (const chunk of frameChunker(settings.frames, settings.chunk_size || 1)) {
        const task = author.Task(`render-${chunk}`, "blender");
        addCommands(task, place, chunk, scene);
        job.addTask(task);
    }
}

function checkoutOf(job) {
    const named = job.metadata && job.metadata["shaman.checkout"];
    if (named && named.startsWith(JOBS)) return named.slice(JOBS.length);
    throw new Error("this job type needs the checkout that `shaman submit` makes: submit the job"
        + " with `shaman submit --job-type shaman-blender-render`");
}

// Where the .blend is, in its checkout and on a worker.
function placeOf(blendfile, checkout) {
    const inside = JOBS + checkout + "/";
    if (!blendfile.startsWith(inside)) {
        throw new Error("the .blend " + blendfile + " is not in the checkout " + checkout);
    }
    return { checkout, folder: `{shaman_work}/${checkout}`, file: blendfile.slice(inside.length) };
}

function addCommands(task, place, chunk, scene) {
    // A folder of this task's own, so that it lists only its own frames.
    const frames = `{shaman_work}/.frames/${place.checkout}/${chunk.replace(/[^0-9-]/g, "_")}`;
    task.addCommand(author.Command("exec", {
        exe: "{shaman}",
        args: ["checkout", "pull", place.checkout, place.folder],
    }));
    task.addCommand(author.Command("blender-render", {
        exe: "{blender}",
        exeArgs: "{blenderArgs}",
        argsBefore: [],
        blendfile: `${place.folder}/${place.file}`,
        args: scene.concat(["--render-output", `${frames}/######`, "--render-frame",
            chunk.split("-").join("..")]),
    }));
    task.addCommand(author.Command("exec", {
        exe: "{shaman}",
        args: ["outputs", "push", frames, "--checkout", place.checkout],
    }));
}
