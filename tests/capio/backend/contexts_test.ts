import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { join, resolve } from "@std/path";
import {
  CapioWorkspace,
  enterCapio,
  type JetStreamBackend,
  withCapio,
} from "../../../src/capio/mod.ts";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { freePort } from "../../support/free_port.ts";
import { hasNatsServer } from "../../support/nats_server.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const config = await stdConfigArgs();
const configFlags = config.length > 0
  ? [`${config[0]}=${resolve(config[1])}`]
  : [];
const capio = new URL("../../../src/capio/mod.ts", import.meta.url).href;

const RULES = {
  name: "test",
  IO_Graph: [
    {
      name: "writer",
      output_stream: ["a.txt"],
      streaming: [
        { name: ["a.txt"], committed: "on_close", mode: "no_update" },
      ],
    },
    { name: "reader", input_stream: ["a.txt"] },
  ],
  permanent: ["*"],
};

/** A program with a context of a machine, in a directory of its own. */
class MachineProgram {
  readonly output: Promise<Deno.CommandOutput>;
  readonly data: string;

  constructor(
    place: string,
    backend: JetStreamBackend,
    appName: string,
    body: string,
  ) {
    const directory = join(place, backend.machine ?? "");
    this.data = join(directory, "data");
    Deno.mkdirSync(this.data, { recursive: true });
    const rules = join(directory, "rules.json");
    Deno.writeTextFileSync(rules, JSON.stringify(RULES));
    const script = join(directory, "program.ts");
    const options = {
      capioDir: this.data,
      workflowName: "test",
      appName,
      capioClConfigurationFile: rules,
      backend: { ...backend, denoFlags: configFlags },
    };
    Deno.writeTextFileSync(
      script,
      `import { withCapio } from ${JSON.stringify(capio)};
      await withCapio(${JSON.stringify(options)}, async () => {
        const path = ${JSON.stringify(join(this.data, "a.txt"))};
        ${body}
      });`,
    );
    this.output = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-check", ...config, script],
      env: { NO_COLOR: "1", TMPDIR: place },
      stdin: "null",
    }).output();
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

Deno.test({
  name:
    "two programs stream a file from machine to machine over a server that one starts",
  ignore: !hasNatsServer,
  async fn() {
    using directory = new TemporaryDirectory();
    const servers = `127.0.0.1:${freePort()}`;
    const backend = (machine: string): JetStreamBackend => ({
      type: "jetstream",
      servers,
      machine,
      user: "me",
      pass: "s:e/c@ret",
    });
    const writer = new MachineProgram(
      directory.path,
      backend("north"),
      "writer",
      `using file = await Deno.create(path);
      await file.write(new TextEncoder().encode("every byte"));`,
    );
    const reader = new MachineProgram(
      directory.path,
      backend("south"),
      "reader",
      `console.log(await Deno.readTextFile(path));`,
    );
    const outputs = await Promise.all([writer.output, reader.output]);
    const errors = outputs.map(({ stderr }) => textOf(stderr)).join("");
    assertEquals(outputs.map(({ code }) => code), [0, 0], errors);
    assertEquals(textOf(outputs[1].stdout), "every byte\n");
    assertEquals(errors.includes("s:e/c@ret"), false);
    assertEquals(
      Deno.readTextFileSync(join(writer.data, "a.txt")),
      "every byte",
    );
    const left = [...Deno.readDirSync(reader.data)].map(({ name }) => name);
    assertEquals(left.includes("a.txt"), false);
    // The server goes with the program that has started it, or it is told.
    const [, pid] = /process (\d+), goes on, because others use it/
      .exec(errors) ?? [];
    if (pid !== undefined) Deno.kill(Number(pid), "SIGKILL");
  },
});

Deno.test({
  name:
    "what is wrong with a server is the error of the context, without a login",
  ignore: !hasNatsServer,
  async fn() {
    using directory = new TemporaryDirectory();
    const open = (backend: Partial<JetStreamBackend>) =>
      withCapio({
        capioDir: directory.path,
        workflowName: "test",
        backend: {
          type: "jetstream",
          servers: `127.0.0.1:${freePort()}`,
          machine: "north",
          denoFlags: configFlags,
          ...backend,
        },
      }, () => {});
    const missing = await assertRejects(
      () => open({ serverExecPath: "no-such-server", pass: "x", user: "me" }),
    );
    assertStringIncludes(`${missing}`, 'there is no program "no-such-server"');
  },
});

Deno.test("a backend is refused where nothing is awaited, and with wrong options", async () => {
  using directory = new TemporaryDirectory();
  const backend: JetStreamBackend = {
    type: "jetstream",
    servers: "broker:4222",
  };
  const options = { capioDir: directory.path, workflowName: "test", backend };
  const message = '"backend" cannot be used here';
  assertThrows(() => enterCapio(options), TypeError, message);
  assertThrows(() => new CapioWorkspace(options), TypeError, message);
  const cases: [object, string][] = [
    [{ machine: "a.b" }, '"backend.machine" must be a name of 1 to 32'],
    [{ type: "kafka" }, '"backend.type" must be "jetstream"'],
    [{ awaitServerTimeoutSeconds: -1 }, "must be a non-negative number"],
  ];
  for (const [wrong, expected] of cases) {
    const error = await assertRejects(() =>
      withCapio(
        { ...options, backend: { ...backend, machine: "north", ...wrong } },
        () => {},
      )
    );
    assertStringIncludes(`${error}`, expected);
  }
  const { workflowName: _, ...unnamed } = options;
  const error = await assertRejects(() => withCapio(unnamed, () => {}));
  assertMatch(`${error}`, /"workflowName" must be the name of a workflow/);
});
