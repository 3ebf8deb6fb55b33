import { assertEquals, assertFalse } from "@std/assert";
import { existsSync } from "node:fs";
import { LineHostBuffer } from "@sluice/sluice/lines";
import { temporaryPath } from "../support/temporary_directory.ts";
import {
  configFlag,
  denoFlags,
  ENDLESS,
  Sluice,
  TestPlan,
} from "./capio/sluice.ts";

/** Starts a command, and waits until it is in the middle of its work. */
type Start = (test: AsyncDisposableStack) => Promise<Sluice>;

const commands: Readonly<Record<string, Start>> = {
  "run": async (test) => {
    const plan = test.use(new TestPlan({ endless: { code: ENDLESS } }));
    const command = start(
      test,
      ...["run", "--capio-dir", plan.data, ...denoFlags],
      plan.path("endless.ts"),
    );
    await command.printed(/running/);
    return command;
  },
  "workflow": async (test) => {
    const plan = test.use(new TestPlan({ endless: { code: ENDLESS } }));
    const command = start(test, "workflow", configFlag, plan.file);
    await command.printed(/running/);
    return command;
  },
  "status --follow": async (test) => {
    const plan = test.use(new TestPlan({ endless: { code: ENDLESS } }));
    const workflow = start(test, "workflow", configFlag, plan.file);
    await workflow.printed(/running/);
    const which = ["--capio-dir", plan.data, "--workflow-name", "test"];
    const command = start(test, "status", ...which, "--follow");
    await command.printed(/endless/);
    return command;
  },
  "lines serve": async (test) => {
    const command = start(test, "lines", "serve", "--port=0");
    await command.printed(/view/);
    return command;
  },
  "lines tail": async (test) => {
    const { host, address } = hostLines(test);
    host.write("a line\n");
    const command = start(test, "lines", "tail", address);
    await command.printed(/a line/);
    return command;
  },
  "lines mirror": async (test) => {
    const { host, address } = hostLines(test);
    const command = start(test, "lines", "mirror", address);
    await command.write("a line\n");
    await command.until(() => host.read().length > 0);
    return command;
  },
  "store set, while nothing comes": async (test) => {
    const path = temporaryPath();
    const command = start(test, "store", "set", `file:${path}`, "key");
    await command.until(() => existsSync(path));
    return command;
  },
  "store get, without an answer": async (test) => {
    const { url, isAsked } = answerTo(test, "/index.json");
    const command = start(test, "store", "get", url, "key");
    await command.until(isAsked);
    return command;
  },
  "store ls, without an answer": async (test) => {
    const { url, isAsked } = answerTo(test);
    const command = start(test, "store", "ls", url);
    await command.until(isAsked);
    return command;
  },
  "store cp, without an answer": async (test) => {
    const { url, isAsked } = answerTo(test, "/index.json");
    const to = `file:${temporaryPath()}`;
    const command = start(test, "store", "cp", url, to, "--key=key");
    await command.until(isAsked);
    return command;
  },
  "tstorage serve": async (test) => {
    const command = start(test, "tstorage", "serve", "--port=0");
    await command.printed(/Serving/);
    return command;
  },
  "tstorage put, without an answer": async (test) => {
    const { port, isConnected } = listen(test);
    const command = start(test, "tstorage", "put", port, "-");
    await command.until(isConnected);
    await command.write("1,7,0,0,0000\n");
    return command;
  },
  "tstorage get, without an answer": async (test) => {
    const { port, isConnected } = listen(test);
    const command = start(test, "tstorage", "get", port);
    await command.until(isConnected);
    return command;
  },
  "tstorage acq, without an answer": async (test) => {
    const { port, isConnected } = listen(test);
    const command = start(test, "tstorage", "acq", port);
    await command.until(isConnected);
    return command;
  },
};

for (const [name, start] of Object.entries(commands)) {
  Deno.test(`${name}: ends with 130 on Ctrl-C, and with 143 on SIGTERM`, async () => {
    for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
      await using test = new AsyncDisposableStack();
      const command = await start(test);
      command.kill(signal);
      const { stderr, ...result } = await command.result;
      assertEquals(result.code, code, stderr);
      assertFalse(/^ +at /m.test(stderr), stderr);
    }
  });
}

function start(test: AsyncDisposableStack, ...args: string[]): Sluice {
  return test.use(new Sluice(...args));
}

function hostLines(test: AsyncDisposableStack) {
  const host = new LineHostBuffer();
  const server = test.use(host.serve({ hostname: "127.0.0.1", port: 0 }));
  return {
    host,
    address: `http://127.0.0.1:${server.addr.port}/sync-stream`,
  };
}

/** A web server that has nothing at a path, and is silent about all others. */
function answerTo(test: AsyncDisposableStack, known?: string) {
  let isAsked = false;
  const over = Promise.withResolvers<void>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      if (new URL(request.url).pathname !== known) {
        isAsked = true;
        await over.promise;
      }
      return new Response(null, { status: 404 });
    },
  );
  test.use(server);
  test.defer(over.resolve);
  const url = `http://127.0.0.1:${server.addr.port}/`;
  return { url, isAsked: () => isAsked };
}

/** A server that takes a connection and says nothing. */
function listen(test: AsyncDisposableStack) {
  let isConnected = false;
  const listener = test.use(Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  listener.accept().then((connection) => {
    test.use(connection);
    isConnected = true;
  }, () => {});
  return {
    port: `--port=${listener.addr.port}`,
    isConnected: () => isConnected,
  };
}
