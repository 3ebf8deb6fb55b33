import { assertEquals } from "@std/assert";
import { endedOutside } from "./ended.ts";

const CAPIO = import.meta.resolve("../../../src/capio/mod.ts");

/** A program with a context that it never leaves. */
const PROGRAM = `
  import { enterCapio, withCapio } from "${CAPIO}";
  import fs from "node:fs";
  import process from "node:process";
  const dir = Deno.args[0];
  const report = (name) => {
    fs.writeFileSync(dir + "/" + name, name);
    Deno.writeTextFileSync(dir + "/deno-" + name, name);
  };
  const original = Deno.exit;
  addEventListener("unload", () => report("earlier-unload"));
  process.on("exit", () => report("earlier-exit"));
  const inside = () => {
    addEventListener("unload", () => report("later-unload"));
    process.on("exit", () => report("later-exit"));
    report("body");
  };
`;

const CONTEXTS = {
  "a context of the whole process": `
    enterCapio({ capioDir: dir, scope: "process" });
    inside();`,
  "a context of the whole process inside another one": `
    enterCapio({ capioDir: dir, scope: "process", appName: "outer" });
    enterCapio({ capioDir: dir, scope: "process", appName: "inner" });
    inside();`,
  "a context": `
    enterCapio({ capioDir: dir });
    inside();`,
};

const ENDS = {
  "comes to its natural end": "",
  "calls Deno.exit": "Deno.exit();",
  "calls process.exit": "process.exit();",
  "calls process.exit in an unload listener":
    `addEventListener("unload", () => process.exit());`,
  "calls Deno.exit in an exit listener":
    `process.on("exit", () => Deno.exit());`,
  "closes itself": "close();",
};

for (const [what, enter] of Object.entries(CONTEXTS)) {
  for (const [how, end] of Object.entries(ENDS)) {
    Deno.test(`${what} is left when its program ${how}`, async () => {
      const outside = await endedOutside(`${PROGRAM} inside(); ${end}`);
      const seen = await endedOutside(`${PROGRAM} ${enter} ${end}`);
      assertEquals(seen, outside);
      assertEquals([seen.code, seen.tree["body"]], [0, "body"]);
    });
  }

  Deno.test(`${what} fails with its program`, async () => {
    const { code, tree } = await endedOutside(
      `${PROGRAM} ${enter} process.exit(3);`,
    );
    assertEquals(code, 3);
    assertEquals([tree["body"], tree["deno-body"]], [undefined, undefined]);
  });
}

Deno.test("Deno.exit inside of a context leaves it", async () => {
  const { code, tree } = await endedOutside(`${PROGRAM}
    await withCapio({ capioDir: dir }, async () => {
      await Deno.writeTextFile(dir + "/awaited", "awaited");
      Deno.exit();
    });`);
  assertEquals([code, tree["awaited"]], [0, "awaited"]);
});

Deno.test("after a context Deno.exit, process and close are what they were", async () => {
  const { code, stdout } = await endedOutside(`${PROGRAM}
    const look = () => [
      Object.getOwnPropertyDescriptor(Deno, "exit"),
      Object.getOwnPropertyDescriptor(process, "_exiting"),
      Object.getOwnPropertyDescriptor(process, "emit"),
      Object.getOwnPropertyDescriptor(globalThis, "close"),
    ].map((it) => it && Object.values(it));
    const before = look();
    enterCapio({ capioDir: dir, scope: "process" }).leave();
    const after = look();
    await withCapio({ capioDir: dir }, () => {});
    const later = look();
    for (const [i, values] of before.entries()) {
      for (const now of [after[i], later[i]]) {
        console.log(values?.every((value, j) => value === now[j]) ?? !now);
      }
    }`);
  assertEquals([code, stdout], [0, "true\n".repeat(8)]);
});

Deno.test("a context that a listener leaves is left then", async () => {
  const { code, tree, complaint } = await endedOutside(`${PROGRAM}
    const session = enterCapio({ capioDir: dir, scope: "process" });
    inside();
    process.on("exit", () => {
      session.leave();
      console.log(fs.existsSync(dir + "/body"), process._exiting);
    });
    process.exit(0);`);
  assertEquals([code, complaint], [0, ""]);
  assertEquals(tree["body"], "body");
  assertEquals(tree["later-unload"], "later-unload");
});
