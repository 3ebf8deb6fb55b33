import { assertEquals } from "@std/assert";
import { bundle } from "../../../tools/bundle.ts";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const CAPIO = import.meta.resolve("../../../src/capio/mod.ts");

/** Says what a program sees that has the package twice. */
const PROGRAM = `
  import fs from "node:fs";
  import { Worker as Thread } from "node:worker_threads";
  import * as capio from ${JSON.stringify(CAPIO)};
  const [dir, other] = Deno.args;
  const said = {};
  const { stat } = Deno;
  await Deno.writeTextFile(dir + "/x", "12345");
  said.size = capio.capioPath(dir + "/x").size();
  try {
    capio.enterCapio({ capioClConfigurationFile: dir + "/../wrong.json" });
  } catch (error) {
    said.classes = [
      error instanceof capio.CapioClError,
      error instanceof capio.CapioError,
      error instanceof class extends capio.CapioError {},
    ];
  }
  await capio.capioClRule({ path: "*.q", producers: ["me"] })(() =>
    capio.withCapio({ capioDir: other }, async () => {
      await Deno.writeTextFile(other + "/y", "y");
      said.inside = [capio.capioPath(other + "/y").exists(), Deno.stat === stat];
    })
  )();
  {
    using session = capio.enterCapio({ capioDir: other, scope: "process" });
    Deno.writeTextFileSync(other + "/left", "");
    session.leave(true);
  }
  {
    using workspace = new capio.CapioWorkspace({ capioDir: other });
    workspace.fs.writeTextFileSync(other + "/z", "zz");
    said.workspace = [
      workspace.fs.readTextFileSync(other + "/z"),
      capio.capioPath(other + "/z").exists(),
    ];
  }
  said.after = Array.from(Deno.readDirSync(other), ({ name }) => name).sort();
  const joined = "globalThis[Symbol.for('sluice.capio.preload')] !== undefined";
  const worker = new Worker(
    "data:text/javascript," + encodeURIComponent("postMessage(" + joined + ")"),
    { type: "module" },
  );
  said.worker = await new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
  worker.terminate();
  const thread = new Thread(
    'require("node:worker_threads").parentPort.postMessage(' + joined + ")",
    { eval: true },
  );
  said.thread = await new Promise((resolve) => thread.once("message", resolve));
  await thread.terminate();
  try {
    await Deno.stat(dir + "/x/below");
  } catch (error) {
    said.first = error.stack.split("\\n")[1].includes("program.js");
  }
  try {
    Error.stackTraceLimit = 50;
    const filter = () => {
      throw new Error("not this one");
    };
    await fs.promises.cp(dir + "/x", dir + "/x2", { filter });
  } catch (error) {
    said.stack = /Workspace\\.run /.test(error.stack);
  }
  console.log(JSON.stringify(said));`;

Deno.test("a program that has the package beside the published preload has one set of contexts", async () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  for (const name of ["data", "other"]) Deno.mkdirSync(`${path}/${name}`);
  Deno.writeTextFileSync(`${path}/wrong.json`, "{}");
  Deno.writeTextFileSync(`${path}/program.js`, PROGRAM);
  await bundle(new URL(`file://${path}/dist/`));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      ...await stdConfigArgs(),
      `--preload=${path}/dist/preload/preload.js`,
      `${path}/program.js`,
      `${path}/data`,
      `${path}/other`,
    ],
    env: { CAPIO_DIR: `${path}/data`, CAPIO_APP_NAME: "me", NO_COLOR: "1" },
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals([decode(stderr), code], ["", 0]);
  assertEquals(JSON.parse(decode(stdout)), {
    size: 5,
    classes: [true, true, false],
    inside: [true, true],
    workspace: ["zz", false],
    after: ["y", "z"],
    worker: true,
    thread: true,
    first: true,
    stack: true,
  });
  const help = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", `${path}/dist/cli/mod.js`, "run", "-h"],
  }).output();
  assertEquals(
    decode(help.stdout).split("\n", 1),
    ["Usage: sluice run [OPTIONS] [DENO FLAGS] SCRIPT [ARGUMENTS]"],
  );
});
