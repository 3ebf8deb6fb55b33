import { assertEquals } from "@std/assert";
import { Terminal } from "../../src/cli/command/mod.ts";

Deno.test("many lines are printed whole and in order, in few writes", async () => {
  const lines = Array.from({ length: 2500 }, (_, n) => `line ${n}`);
  const { write } = Deno.stdout;
  const written: string[] = [];
  Deno.stdout.write = (bytes) => {
    written.push(new TextDecoder().decode(bytes));
    return Promise.resolve(bytes.length);
  };
  try {
    await new Terminal("stdout").printAll(lines);
  } finally {
    Deno.stdout.write = write;
  }
  assertEquals(written.join(""), lines.map((it) => `${it}\n`).join(""));
  assertEquals(written.length, 3);
});
