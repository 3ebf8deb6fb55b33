import {
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  pageRequest,
  withPageValue,
} from "../../../src/cli/capio/status/page_option.ts";
import { UsageError } from "../../../src/cli/command/mod.ts";
import { WatchedPage } from "../../capio/page/watched_page.ts";
import {
  configFlag,
  READER,
  Sluice,
  sluice,
  STREAMED,
  TestPlan,
  WRITER,
  WRITER_FLAGS,
} from "./sluice.ts";

/** The address of the page that a command has told. */
async function pageOf(command: Sluice): Promise<string> {
  const pattern = /Watch the workflow at (http:\S+)\n/;
  const [, url] = await command.until(() => command.stderr.match(pattern));
  return url;
}

const ARGUMENTS: [args: string, parsed: string][] = [
  ["--page plan.json", "--page= plan.json"],
  ["--page 8080 plan.json", "--page=8080 plan.json"],
  ["--page 0.0.0.0:80 plan.json", "--page=0.0.0.0:80 plan.json"],
  ["--page [::1]:80", "--page=[::1]:80"],
  ["--page my-host:80", "--page=my-host:80"],
  ["--page=8080 plan.json", "--page=8080 plan.json"],
  ["plan.json --page", "plan.json --page="],
  ["--page --keep-page 80", "--page= --keep-page 80"],
  ["--page -- 8080", "--page= -- 8080"],
  ["-- --page 8080", "-- --page 8080"],
  ["--silent plan.json", "--silent plan.json"],
];

for (const [args, parsed] of ARGUMENTS) {
  Deno.test(`the address of a page may follow, or not: ${args}`, () => {
    assertEquals(withPageValue(args.split(" ")).join(" "), parsed);
  });
}

const REQUESTS: [page: string, hostname: string, port: number][] = [
  ["", "127.0.0.1", 0],
  ["8080", "127.0.0.1", 8080],
  ["[::1]:80", "::1", 80],
  ["my-host:80", "my-host", 80],
];

for (const [page, hostname, port] of REQUESTS) {
  Deno.test(`the page of --page=${page} listens on ${hostname}, ${port}`, () => {
    const { address } = pageRequest({ page, "keep-page": false }) ?? {};
    assertEquals(address, { hostname, port });
  });
}

Deno.test("an address that is none, and nothing to keep, are wrong usage", () => {
  for (const page of ["port", "65536", ":80", "a:b", "1:2:3", "a b:80"]) {
    assertThrows(
      () => pageRequest({ page, "keep-page": false }),
      UsageError,
      `"--page" must be a port or HOST:PORT, found "${page}"`,
    );
  }
  const alone = '"--keep-page" needs "--page"';
  assertThrows(() => pageRequest({ "keep-page": true }), UsageError, alone);
  assertEquals(pageRequest({ "keep-page": false }), undefined);
});

Deno.test("the page of a workflow shows its steps, files and output, and its end", async () => {
  using plan = new TestPlan({
    writer: { code: WRITER, denoFlags: WRITER_FLAGS },
    reader: { code: READER },
  }, STREAMED);
  await using command = new Sluice(
    "workflow",
    "--page",
    configFlag,
    plan.file,
  );
  await using watched = new WatchedPage(await pageOf(command));
  await watched.connect();
  const begun = await watched.until(({ files }) => files?.[0].size > 0);
  assertEquals(begun.files[0].path, "a.txt");
  await command.printed(/half-way/);

  // A status of another process shows the same, but for the output.
  await using status = new Sluice(
    "status",
    "--page",
    "--capio-dir",
    plan.data,
    "--workflow-name",
    "test",
  );
  await using other = new WatchedPage(await pageOf(status));
  await other.connect();
  const { files, steps } = await other.until(({ files }) => files?.length > 0);
  assertEquals(files[0].writers, ["writer"]);
  // The command itself is no step.
  const names = steps.map(({ name }: { name: string }) => name);
  assertEquals(
    names.filter((name: string) => name !== "reader"),
    ["writer"],
  );

  plan.write("go", "");
  const { head } = await watched.until(({ head }) => head?.ended);
  assertEquals(head.outcome, { kind: "well", text: "All steps ended well" });
  const last = await other.until(({ head }) => head?.ended);
  assertEquals(last.head.outcome.kind, "well");
  const [{ code, stderr }, shown] = await Promise.all([
    command.result,
    status.result,
  ]);
  assertEquals([code, shown.code, shown.stdout], [0, 0, ""], stderr);
});

Deno.test("the page tells what went wrong first, and is kept on request", async () => {
  using plan = new TestPlan({
    writer: {
      code: `
        await Deno.writeTextFile(Deno.args[0] + "/b.txt", "unfinished");
        console.log("reading row 12");
        throw new TypeError("row 12 has no carrier");`,
    },
    reader: { code: "setInterval(() => {}, 1000);" },
  });
  await using command = new Sluice(
    "workflow",
    "--page",
    "--keep-page",
    configFlag,
    plan.file,
  );
  const url = await pageOf(command);
  await command.until(() => /Ctrl-C ends the page/.test(command.stderr));
  await using watched = new WatchedPage(url);
  await watched.connect();
  const { head, steps } = await watched.until(({ head }) => head);
  assertEquals(head.outcome.kind, "failed");
  assertEquals(head.trouble.text, 'Step "writer" failed with exit code 1');
  assertStringIncludes(head.trouble.printed.join(), "row 12 has no carrier");
  assertEquals(head.trouble.lost, ["b.txt"]);
  assertEquals(
    steps.map(({ name, state }: Record<string, string>) => [name, state]),
    [["writer", "failed"], ["reader", "stopped"]],
  );
  command.kill("SIGINT");
  assertEquals((await command.result).code, 1);
});

Deno.test("an address that is taken is refused before any step starts", async () => {
  using plan = new TestPlan({ writer: { code: WRITER } });
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const used = await sluice("workflow", "--page", `${port}`, plan.file);
  assertEquals([used.code, used.stdout], [1, ""]);
  assertMatch(used.stderr, /Cannot listen on "127.0.0.1:\d+": another program/);
});
