import { assertEquals, assertThrows } from "@std/assert";
import { agentCommand } from "../../../src/capio/backend/agent_command.ts";
import type { StartAgentOptions } from "../../../src/capio/backend/backend_options.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const OPTIONS: StartAgentOptions = {
  capioDir: "data",
  workflowName: "flights",
  machine: "north",
  server: { servers: ["one:4222", "two:4223"], user: "me", pass: "secret" },
};

Deno.test("an agent may reach its servers and its directory, and nothing else", () => {
  using directory = new TemporaryDirectory();
  const { args } = agentCommand({ ...OPTIONS, capioDir: directory.path });
  const allowed = args.filter((arg) => /^-A|^--allow/.test(arg));
  assertEquals(
    allowed.map((arg) => arg.replace(/^(--allow-env)=.*/, "$1")),
    [
      "--allow-net=one:4222,two:4223",
      `--allow-read=${directory.path}`,
      `--allow-write=${directory.path}`,
      "--allow-env",
    ],
  );
});

Deno.test("no login stands among the arguments of an agent", () => {
  const logins = [
    { user: "me", pass: "secret" },
    { token: "secret" },
    { credentials: "secret" },
    { nkey: "secret" },
  ];
  for (const login of logins) {
    const server = { servers: "one:4222", ...login };
    const { args, env } = agentCommand({ ...OPTIONS, server });
    assertEquals(args.join(" ").includes("secret"), false);
    assertEquals(JSON.stringify(env).includes("secret"), true);
  }
});

Deno.test("a server has a port, and no login of its own", () => {
  const of = (servers: string | string[]) =>
    agentCommand({ ...OPTIONS, server: { servers } }).args;
  assertEquals(of("one, two:80").includes("--allow-net=one:4222,two:80"), true);
  const error = assertThrows(() => of("nats://me:secret@one"), TypeError);
  assertEquals(String(error).includes("secret"), false);
});

Deno.test("the options of an agent are those of its command", () => {
  const { args } = agentCommand({
    ...OPTIONS,
    capioClConfigurationFile: "cl.json",
    anew: true,
    carryAll: true,
    serverTimeoutSeconds: 5,
    lostAfterSeconds: 2,
    denoFlags: ["--config=deno.json"],
  });
  assertEquals(args.slice(args.indexOf("agent")), [
    "agent",
    "--until-stdin-ends",
    "--capio-dir=data",
    "--workflow-name=flights",
    "--machine=north",
    "--capio-cl=cl.json",
    "--anew",
    "--carry=all",
    "--server-timeout-seconds=5",
    "--lost-after-seconds=2",
  ]);
  assertEquals(args.includes("--config=deno.json"), true);
});

Deno.test("a directory that no permission can name is refused", () => {
  assertThrows(
    () => agentCommand({ ...OPTIONS, capioDir: "a,b" }),
    RangeError,
    'Cannot allow the agent to read "a,b" alone',
  );
});
