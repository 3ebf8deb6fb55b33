import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { workflowStatus } from "@sluice/sluice/capio";
import { Surroundings } from "../../support/surroundings.ts";
import { eventually, Step } from "../step.ts";

/** All that a supervising process may do, and more. */
const flags = ["-A"];
const STAMP = { by: "1-00000000", time: 1 };

/** Names of `secret.txt`, which lies beside `capioDir`, to move files over it. */
const NAMES_OUTSIDE = ["/../secret.txt", "x/../../secret.txt", "../secret.txt"];

Deno.test({
  name:
    "forged lines in the journal of a running workflow touch nothing outside and end nobody",
  ignore: Deno.build.os === "windows",
  async fn() {
    using around = new Surroundings();
    const { inside } = around;
    await using writer = new Step({
      capioDir: inside,
      app: "writer",
      flags,
      args: [inside],
      code: `
        const dir = Deno.args[0];
        using file = await Deno.create(dir + "/out.txt");
        await file.write(new TextEncoder().encode("first "));
        for (let go = false; !go;) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          go = await Deno.stat(dir + "/go").then(() => true, () => false);
        }
        await file.write(new TextEncoder().encode("second"));`,
    });
    await eventually(inside, (status) => status?.files[0]?.size === 6);
    const lines = forgedLines(around);
    const journal = join(inside, ".capio/CAPIO/journal");
    Deno.writeTextFileSync(journal, `\n${lines.join("\n")}\n`, {
      append: true,
    });
    plantPayload(around);
    await using reader = new Step({
      capioDir: inside,
      app: "reader",
      flags,
      args: [inside],
      code: `console.log(await Deno.readTextFile(Deno.args[0] + "/out.txt"));`,
    });
    await eventually(inside, (status) => status?.members.length === 3);
    assertEquals(workflowStatus(inside)?.passedOver, lines.length - 2);
    Deno.writeTextFileSync(join(inside, "go"), "");
    const well = { code: 0, signal: null, stderr: "" };
    assertEquals(await writer.result, { ...well, stdout: "" });
    assertEquals(await reader.result, { ...well, stdout: "first second\n" });
    around.assertUntouched();
  },
});

Deno.test({
  name:
    "a journal with forged lines that was left behind keeps no step from beginning",
  ignore: Deno.build.os === "windows",
  async fn() {
    using around = new Surroundings();
    const { inside } = around;
    await using killed = new Step({
      capioDir: inside,
      flags,
      code: "setInterval(() => {}, 1000);",
    });
    await eventually(inside, (status) => status?.members.length === 1);
    killed.kill();
    await killed.result;
    plantPayload(around);
    const journal = join(inside, ".capio/CAPIO/journal");
    Deno.writeTextFileSync(journal, forgedLines(around).join("\n") + "\n", {
      append: true,
    });
    assert(workflowStatus(inside)?.passedOver);
    await using step = new Step({
      capioDir: inside,
      flags,
      args: [inside],
      code: `Deno.writeTextFileSync(Deno.args[0] + "/out.txt", "out");`,
    });
    const { code, stdout } = await step.result;
    assertEquals({ code, stdout }, { code: 0, stdout: "" });
    assertEquals(Deno.readTextFileSync(join(inside, "out.txt")), "out");
    around.assertUntouched();
  },
});

/** Puts files where a publication under the forged names would take them from. */
function plantPayload({ inside, secret }: Surroundings): void {
  const spool = join(inside, ".capio/CAPIO/spool");
  for (const name of [...NAMES_OUTSIDE, secret]) {
    const path = join(spool, name);
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeTextFileSync(path, "overwritten");
  }
}

/** Lines of which only the first two, a join and an end, are events. */
function forgedLines({ secret, home }: Surroundings): string[] {
  const made = { event: "make", kind: "file", complete: true, ...STAMP };
  const end = { event: "end", ending: "lost", ...STAMP };
  const paths = [...NAMES_OUTSIDE, secret, "\0", ".capio/CAPIO/members"];
  const ids = ["../../../home/profile", "../../../../secret.txt", home, "\0"];
  const events: readonly unknown[] = [
    { event: "join", app: "forger", pid: 1, ...STAMP },
    { event: "end", member: STAMP.by, ending: "left", ...STAMP },
    ...paths.map((path) => ({ ...made, path })),
    ...paths.map((path) => ({ ...made, path, kind: "directory" })),
    ...paths.map((to) => ({ event: "rename", from: "out.txt", to, ...STAMP })),
    ...paths.map((path) => ({ event: "remove", path, ...STAMP })),
    ...paths.map((path) => ({ event: "open", path, handle: 1, ...STAMP })),
    ...ids.map((by) => ({ event: "join", app: "a", pid: 1, by, time: 1 })),
    ...ids.map((member) => ({ ...end, member })),
    { event: "rules", document: "{", ...STAMP },
    { event: "rules", rules: [{ path: 1 }, null], ...STAMP },
    { event: "rules", rules: "all", ...STAMP },
    { event: "miss", paths: 7, ...STAMP },
    { event: "close", handle: { toString: null }, ...STAMP },
    { event: "wait", wait: 1, path: null, why: "", ...STAMP },
    { event: "read", path: "out.txt", first: "never", bytes: 1, ...STAMP },
  ];
  return [...events.map((it) => JSON.stringify(it)), "{", "null"];
}
