import { assertEquals, assertMatch } from "@std/assert";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import type { StepResult } from "../step.ts";
import { Machines, type TestMachine } from "./machines.ts";

const CL = {
  IO_Graph: [
    { name: "plain", output_stream: ["plain.txt"] },
    { name: "move", output_stream: ["moved.txt"] },
    { name: "empty", output_stream: ["empty.txt"] },
    {
      name: "change",
      output_stream: ["changed.bin"],
      streaming: [{
        name: ["changed.bin"],
        committed: "on_close",
        mode: "no_update",
      }],
    },
    {
      name: "fill",
      output_stream: ["many"],
      streaming: [{
        dirname: ["many"],
        committed: "n_files:21",
        mode: "no_update",
      }],
    },
    {
      name: "after",
      output_stream: ["after.txt"],
      streaming: [{
        name: ["after.txt"],
        committed: "on_file",
        file_deps: ["other.txt"],
        mode: "update",
      }],
    },
    {
      name: "log",
      output_stream: ["log.txt"],
      streaming: [{
        name: ["log.txt"],
        committed: "on_close",
        mode: "no_update",
      }],
    },
    { name: "other", output_stream: ["other.txt"] },
    { name: "fail", output_stream: ["lost.txt"] },
  ],
};

/** A case: what a step on one machine does, and what one on the other prints. */
interface Case {
  readonly title: string;
  readonly app: string;
  /** Has `dir`. */
  readonly write: string;
  readonly read: string;
  readonly printed: string;
}

const CASES: readonly Case[] = [
  {
    title: "a file is read as a whole, with its mode",
    app: "plain",
    write: `
      Deno.writeTextFileSync(dir + "/plain.txt", "plain");
      Deno.chmodSync(dir + "/plain.txt", 0o640);
    `,
    read: `
      const text = await Deno.readTextFile(dir + "/plain.txt");
      const { mode, size } = await Deno.stat(dir + "/plain.txt");
      console.log(text, (mode & 0o777).toString(8), size);
    `,
    printed: "plain 640 5",
  },
  {
    title: "a file that gets its name when it is whole",
    app: "move",
    write: `
      Deno.writeTextFileSync(dir + "/moved.part", "x".repeat(1_000_000));
      Deno.renameSync(dir + "/moved.part", dir + "/moved.txt");
    `,
    read: `
      console.log((await Deno.readTextFile(dir + "/moved.txt")).length);
      try {
        await Deno.stat(dir + "/moved.part");
      } catch (error) {
        console.log(error.name);
      }
    `,
    printed: "1000000\nNotFound",
  },
  {
    title: "files of a directory",
    app: "fill",
    write: `
      Deno.mkdirSync(dir + "/many/below", { recursive: true });
      Deno.writeTextFileSync(dir + "/many/below/deep", "deep");
      for (let n = 0; n < 20; n++) {
        Deno.writeTextFileSync(dir + "/many/" + n, "n" + n);
      }
    `,
    read: `
      const names = [];
      for await (const { name } of Deno.readDir(dir + "/many")) names.push(name);
      const texts = await Promise.all(
        names.filter((it) => it !== "below")
          .map((it) => Deno.readTextFile(dir + "/many/" + it)),
      );
      console.log(names.length, texts.every((it) => it.startsWith("n")));
      console.log(await Deno.readTextFile(dir + "/many/below/deep"));
    `,
    printed: "21 true\ndeep",
  },
  {
    title: "bytes that are changed after they were written",
    app: "change",
    write: `
      using file = Deno.openSync(dir + "/changed.bin", {
        write: true,
        create: true,
      });
      file.writeSync(new TextEncoder().encode("0".repeat(500_000)));
      file.seekSync(100, Deno.SeekMode.Start);
      file.writeSync(new TextEncoder().encode("1"));
    `,
    read: `
      const text = await Deno.readTextFile(dir + "/changed.bin");
      console.log(text.length, text.indexOf("1"));
    `,
    printed: "500000 100",
  },
  {
    title: "a file that is empty",
    app: "empty",
    write: `Deno.writeTextFileSync(dir + "/empty.txt", "");`,
    read: `console.log((await Deno.readFile(dir + "/empty.txt")).length);`,
    printed: "0",
  },
  {
    title: "a log is watched while it grows",
    app: "log",
    write: `
      using file = Deno.openSync(dir + "/log.txt", { write: true, create: true });
      for (let line = 0; line < 20; line++) {
        file.writeSync(new TextEncoder().encode("line\\n"));
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
    `,
    read: `
      const { watch } = (await import("node:fs")).default;
      const file = await Deno.open(dir + "/log.txt");
      let watcher;
      const changed = new Promise((resolve) => {
        watcher = watch(dir + "/log.txt", resolve);
      });
      const isGrowing = Deno.statSync(dir + "/log.txt").size < 100;
      const text = await new Response(file.readable).text();
      if (isGrowing) await changed;
      watcher.close();
      console.log(text.length);
    `,
    printed: "100",
  },
];

Deno.test({
  name: "files of one machine are read on another one",
  ignore: !hasNatsServer,
  async fn(t) {
    await using server = await NatsServer.start();
    await using machines = new Machines(server, CL);
    const [north, south] = await machines.start("north", "south");
    const run = (machine: TestMachine, app: string, code: string) =>
      machine.step({
        app,
        code: `const [dir] = Deno.args; ${code}`,
        silent: true,
      });
    const both = async (
      { app, write, read }: Omit<Case, "title" | "printed">,
    ): Promise<[StepResult, StepResult]> => {
      await using reader = run(south, "read", read);
      await using writer = run(north, app, write);
      return await Promise.all([writer.result, reader.result]);
    };
    for (const { title, printed, ...steps } of CASES) {
      await t.step(title, async () => {
        const results = await both(steps);
        assertEquals(
          results.map(({ code, stderr }) => ({ code, stderr })),
          [{ code: 0, stderr: "" }, { code: 0, stderr: "" }],
        );
        assertEquals(results[1].stdout.trim(), printed);
      });
    }
    await t.step("a file that waits for one of another machine", async () => {
      await using writer = run(
        north,
        "after",
        `Deno.writeTextFileSync(dir + "/after.txt", "after");`,
      );
      assertEquals((await writer.result).code, 0);
      await using reader = run(
        south,
        "read",
        `console.log(await Deno.readTextFile(dir + "/after.txt"));`,
      );
      await using other = run(
        south,
        "other",
        `Deno.writeTextFileSync(dir + "/other.txt", "other");`,
      );
      assertEquals((await other.result).code, 0);
      const { code, stdout, stderr } = await reader.result;
      assertEquals({ code, stdout, stderr }, {
        code: 0,
        stdout: "after\n",
        stderr: "",
      });
    });
    await t.step(
      "a reader gets to know that the writer has failed",
      async () => {
        const [writer, reader] = await both({
          app: "fail",
          write: `
          using file = Deno.openSync(dir + "/lost.txt", {
            write: true,
            create: true,
          });
          file.writeSync(new Uint8Array(10));
          throw new Error("broken");
        `,
          read: `
          try {
            await Deno.readFile(dir + "/lost.txt");
          } catch (error) {
            console.log(error.code, error.message);
          }
        `,
        });
        assertEquals(writer.code, 1);
        assertMatch(reader.stdout, /^WRITER_LOST .*"fail"/);
      },
    );
    assertEquals(await machines.stop(), [0, 0]);
    assertEquals(south.entries(), []);
  },
});
