/**
 * Files that are replaced by another one of their name while, or after, a reader
 * reads them: it gets the last one, or it is told.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { CapioClRule } from "@sluice/sluice/capio";
import { eventually } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

type Mode = NonNullable<CapioClRule["fire"]>;

/** A workflow of a "writer" of `state` and a "reader". */
function workflow(mode: Mode, committed: string): TestWorkflow {
  const rule = { name: ["*"], committed, mode };
  return new TestWorkflow({
    writer: { writes: ["*"], streaming: [rule] },
    reader: { reads: ["*"] },
  });
}

/** Writes the first version, and the second when somebody has read. */
function write(put: string): string {
  return `
    const put = async (text) => { ${put} };
    await put("version 1");
    for (let mayGo = false; !mayGo; await pause(10)) {
      try { mayGo = Deno.statSync(args[0]).isFile; } catch {}
    }
    await put("version 2");
    await pause(100);`;
}

const puts: Record<string, string> = {
  "by a rename": `
    Deno.writeTextFileSync(dir + "/state.tmp", text);
    Deno.renameSync(dir + "/state.tmp", dir + "/state");`,
  "by removal and creation": `
    try { Deno.removeSync(dir + "/state"); } catch {}
    await Deno.writeTextFile(dir + "/state", text);`,
};

const reads: Record<string, string> = {
  "Deno.open": `
    const file = await Deno.open(dir + "/state");
    text += await new Response(file.readable).text();`,
  "fs.createReadStream": `
    const fs = (await import("node:fs")).default;
    for await (const it of fs.createReadStream(dir + "/state", "utf8")) text += it;`,
  "fs.readSync": `
    const fs = (await import("node:fs")).default;
    const fd = fs.openSync(dir + "/state");
    const buffer = new Uint8Array(100);
    for (let n; (n = fs.readSync(fd, buffer)) > 0;) {
      text += new TextDecoder().decode(buffer.subarray(0, n));
    }
    fs.closeSync(fd);`,
};

function reading(how: string): string {
  return `
    let text = "";
    try { ${how} } catch (error) { text += "|" + error.code; }
    console.log(text);`;
}

for (const [how, put] of Object.entries(puts)) {
  for (const [way, read] of Object.entries(reads)) {
    Deno.test(`a file that is replaced ${how} before its commit fails ${way}, or is read with "update"`, async () => {
      for (const mode of ["no_update", "update"] as const) {
        await using flow = workflow(mode, "on_termination");
        const go = `${flow.path}.go`;
        const writer = flow.start("writer", write(put), {
          args: [go],
          flags: ["-A"],
        });
        const reader = flow.start("reader", reading(read));
        await eventually(
          flow.path,
          (status) =>
            status?.waits.some(({ app, path, why }) =>
              app === "reader" && path === "state" &&
              !why.includes("created")
            ) ?? false,
        );
        await Deno.writeTextFile(go, "");
        const { stdout, stderr } = await reader.result;
        await Deno.remove(go);
        const end = await writer.result;
        assertEquals([end.code, end.signal], [0, null], end.stderr);
        assertMatch(
          stdout.trim(),
          mode === "update" ? /^version 2$/ : /^(version 1)?\|REPLACED$/,
        );
        if (mode === "update") assertEquals(stderr, "");
        else {
          assertStringIncludes(
            stderr,
            `sluice: "writer" replaced "state" by another file after "reader" had read from it`,
          );
          assertEquals(stderr.trim().split("\n").length, 1);
        }
        assertEquals(Deno.readTextFileSync(`${flow.path}/state`), "version 2");
      }
    });
  }

  Deno.test(`a committed file that is replaced ${how} after its end was read is told`, async () => {
    await using flow = workflow("no_update", "on_close");
    const go = `${flow.path}.go`;
    const writer = flow.start("writer", write(put), {
      args: [go],
      flags: ["-A"],
    });
    const reader = await flow.start("reader", reading(reads["Deno.open"]))
      .result;
    assertEquals(reader.stdout.trim(), "version 1", reader.stderr);
    await Deno.writeTextFile(go, "");
    const { code, stderr } = await writer.result;
    await Deno.remove(go);
    assertEquals(code, 0);
    assertStringIncludes(
      stderr,
      `sluice: "writer" replaced "state" by another file after "reader" had read from it`,
    );
    assertStringIncludes(stderr, `"update"`);
  });

  Deno.test(`a reader that reads a file again after it was replaced ${how} is not told`, async () => {
    await using flow = workflow("no_update", "on_close");
    const go = `${flow.path}.go`;
    const writer = flow.start("writer", write(put), {
      args: [go],
      flags: ["-A"],
    });
    const reader = flow.start(
      "reader",
      `let text = "";
      for (let last = ""; last !== "version 2"; await pause(20)) {
        last = "";
        try {
          const file = await Deno.open(dir + "/state");
          last = await new Response(file.readable).text();
        } catch (error) {
          if (error.name !== "NotFound" && error.code !== "REPLACED") throw error;
        }
        if (last === "version 1") Deno.writeTextFileSync(args[0], "");
      }`,
      { args: [go], flags: ["-A"] },
    );
    for (const step of [reader, writer]) {
      const { code, stderr } = await step.result;
      assertEquals([code, stderr], [0, ""]);
    }
    await Deno.remove(go);
  });

  Deno.test(`a handle that has read nothing goes on in the file that is put in its place ${how}`, async () => {
    for (const mode of ["no_update", "update"] as const) {
      await using flow = workflow(mode, "on_termination");
      const go = `${flow.path}.go`;
      const text = await flow.runAll({
        writer: write(put),
        reader: `
          import fs from "node:fs";
          const path = dir + "/state";
          const file = await Deno.open(path);
          const handle = await fs.promises.open(path);
          const fds = [fs.openSync(path), fs.openSync(path)];
          await file.seek(8, Deno.SeekMode.Start);
          fs.writeFileSync(args[0], "");
          const buffer = new Uint8Array(7);
          const texts = [fs.readFileSync(fds[0], "utf8")];
          for (const read of [
            () => handle.readFile("utf8"),
            () => fs.readSync(fds[1], buffer) && new TextDecoder().decode(buffer),
            () => new Response(file.readable).text(),
            () => fs.fstatSync(fds[1]).size,
          ]) texts.push(await read());
          console.log(texts.join("|"));
          await handle.close();
          for (const fd of fds) fs.closeSync(fd);`,
      }, { flags: ["-A"], args: [go] });
      Deno.removeSync(go);
      assertEquals(text.reader, "version 2|version 2|version|2|9");
    }
  });

  Deno.test(`Deno.readTextFile gets the last of the files that are replaced ${how}`, async () => {
    for (const mode of ["no_update", "update"] as const) {
      await using flow = workflow(mode, "on_termination");
      const go = `${flow.path}.go`;
      Deno.writeTextFileSync(go, "");
      const text = await flow.runAll({
        writer: write(put).replaceAll("args[0]", JSON.stringify(go)),
        reader: `console.log(await Deno.readTextFile(dir + "/state"));`,
      }, { flags: ["-A"] });
      Deno.removeSync(go);
      assertEquals(text.reader, "version 2");
    }
  });
}

Deno.test("a size under update is that of a finished version, however often the file is written again", async () => {
  await using flow = new TestWorkflow({
    writer: {
      writes: ["state", "done"],
      streaming: [{ name: ["state", "done"], committed: "on_close" }],
    },
    reader: { reads: ["state"] },
  });
  const { reader } = await flow.runAll({
    writer: `
      for (let n = 0; n < 150; n++) {
        using file = await Deno.open(dir + "/state", {
          write: true, create: true, truncate: true });
        await file.write(bytes("half,"));
        await file.write(bytes("whole"));
      }
      await Deno.writeTextFile(dir + "/done", "");`,
    reader: `
      const sizes = new Set();
      const isDone = () => {
        try { return Deno.statSync(dir + "/done").isFile; } catch { return false; }
      };
      do {
        sizes.add((await Deno.stat(dir + "/state")).size);
        sizes.add(Deno.statSync(dir + "/state").size);
        await pause(0);
      } while (!isDone());
      console.log([...sizes].join());`,
  });
  assertEquals(reader, "10");
});
