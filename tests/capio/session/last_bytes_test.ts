import { assertEquals } from "@std/assert";
import { delay } from "@std/async";
import {
  type SeededRandom,
  seededRandom,
} from "../../support/seeded_random.ts";
import { TestWorkflow } from "../test_workflow.ts";

const ROUNDS = 12;

/** Ways to write `line` to the file, `dir + "/out.txt"`; the last step may differ. */
const WRITERS = {
  "a descriptor that stays open": {
    begin: `const fd = fs.openSync(path, "w");`,
    write: "fs.writeSync(fd, line);",
  },
  "a descriptor that is closed at the end": {
    begin: `const fd = fs.openSync(path, "w");`,
    write: "fs.writeSync(fd, line);",
    last: "fs.closeSync(fd);",
  },
  "a file that stays open": {
    begin: `const file = Deno.openSync(path, { write: true, create: true });`,
    write: "file.writeSync(bytes(line));",
  },
  "a file that is closed at the end": {
    begin: `const file = Deno.openSync(path, { write: true, create: true });`,
    write: "file.writeSync(bytes(line));",
    last: "file.close();",
  },
  "a stream that is flushed at the end": {
    begin: `
      const stream = fs.createWriteStream(path);
      await new Promise((resolve) => stream.once("open", resolve));`,
    write: `
      if (isEnd) fs.writeSync(stream.fd, line);
      else await new Promise((resolve) => stream.write(line, resolve));`,
  },
  "a buffer that is written at the end": {
    begin: `let buffer = "";`,
    write: "buffer += line;",
    last: "fs.writeFileSync(path, buffer);",
  },
  "a file that is renamed at the end": {
    begin: `const file = Deno.createSync(path + ".new");`,
    write: "file.writeSync(bytes(line));",
    last: `file.close(); Deno.renameSync(path + ".new", path);`,
  },
  "appends of Node": {
    write: "fs.appendFileSync(path, line);",
    closesOften: true,
  },
  "appends of Deno": {
    write: "Deno.writeTextFileSync(path, line, { append: true });",
    closesOften: true,
  },
};

const LISTENERS = {
  "an unload listener": `addEventListener("unload", atEnd);`,
  "onunload": "globalThis.onunload = atEnd;",
  "an exit listener": `process.on("exit", atEnd);`,
  "process.emit": `
    const { emit } = process;
    process.emit = function (...args) {
      const result = emit.apply(this, args);
      if (args[0] === "exit") atEnd();
      return result;
    };`,
};

const ENDS = {
  "its natural end": "",
  "Deno.exit": "Deno.exit();",
  "process.exit": "process.exit(0);",
  "Deno.exit in a listener": `addEventListener("unload", () => Deno.exit());`,
  "process.exit in a listener": `process.on("exit", () => process.exit());`,
};

const READERS = {
  "readable": `
    const file = await Deno.open(path);
    const text = await new Response(file.readable).text();`,
  "a read stream": `
    let text = "";
    for await (const chunk of fs.createReadStream(path, "utf8")) text += chunk;`,
  "readTextFile": "const text = await Deno.readTextFile(path);",
  "readFileSync": `const text = fs.readFileSync(path, "utf8");`,
  "a loop of reads": `
    const file = await Deno.open(path);
    const buffer = new Uint8Array(50);
    let text = "";
    for (let count; (count = await file.read(buffer)) !== null;) {
      text += new TextDecoder().decode(buffer.subarray(0, count));
    }`,
};

interface Round {
  readonly writer: keyof typeof WRITERS;
  readonly listener: keyof typeof LISTENERS;
  readonly end: keyof typeof ENDS;
  readonly reader: keyof typeof READERS;
  readonly committed: string;
  readonly mode: string;
  readonly before: number;
  readonly after: number;
  readonly pause: number;
  /** How long each step comes late, in ms. */
  readonly late: { writer: number; reader: number };
}

Deno.test("a reader gets every byte that a program writes until its very end", async () => {
  const random = seededRandom();
  for (let i = 0; i < ROUNDS; i++) {
    const round = makeRound(random);
    const about = `SLUICE_SEED=${random.seed} ${JSON.stringify(round)}`;
    const { text, files } = await play(round);
    assertEquals(text, linesOf(round).join(""), about);
    assertEquals(files, ["out.txt"], about);
  }
});

function makeRound({ pick, below }: SeededRandom): Round {
  const writer = pick(keysOf(WRITERS));
  // Each close would commit it.
  const isClosedOften = "closesOften" in WRITERS[writer];
  const committed = pick(["on_close", "on_termination"]);
  const end = pick(keysOf(ENDS));
  const listener = pick(keysOf(LISTENERS));
  return {
    writer,
    listener: isCalled(listener, end) ? listener : "onunload",
    end,
    reader: pick(keysOf(READERS)),
    committed: isClosedOften ? "on_termination" : committed,
    mode: pick(["no_update", "update"]),
    before: below(30),
    after: 1 + below(30),
    pause: below(4),
    late: { writer: below(200), reader: below(200) },
  };
}

/** Outside not every listener is called at every end. */
function isCalled(listener: Round["listener"], end: Round["end"]): boolean {
  if (end === "process.exit in a listener") return listener !== "process.emit";
  return !end.startsWith("Deno.exit") || /unload/.test(listener);
}

function linesOf({ before, after }: Round): string[] {
  return Array.from({ length: before + after }, (_, i) => `${i} of the log\n`);
}

async function play(
  round: Round,
): Promise<{ text: string; files: string[] }> {
  const { committed, mode, late } = round;
  const rule = { name: ["out.txt"], committed, mode };
  await using workflow = new TestWorkflow({
    writer: { writes: ["out.txt"], streaming: [rule] },
    reader: { reads: ["out.txt"] },
  });
  const start = async (app: "writer" | "reader", code: string) => {
    await delay(late[app]);
    return await workflow.run(app, code, { flags: ["-A"] });
  };
  const [text] = await Promise.all([
    start("reader", codeOfReader(round)),
    start("writer", codeOfWriter(round)),
  ]);
  return { text: JSON.parse(text), files: workflow.list() };
}

function codeOfReader({ reader }: Round): string {
  return `
    const { default: fs } = await import("node:fs");
    const path = dir + "/out.txt";
    ${READERS[reader]}
    console.log(JSON.stringify(text));`;
}

function codeOfWriter(round: Round): string {
  const { before, pause, writer, listener, end } = round;
  const { begin = "", write, last = "" }: {
    begin?: string;
    write: string;
    last?: string;
  } = WRITERS[writer];
  const isAwaited = write.includes("await");
  const atEnd = isAwaited ? write.replace(/else .*/, "") : write;
  return `
    const { default: fs } = await import("node:fs");
    const { default: process } = await import("node:process");
    const path = dir + "/out.txt";
    const lines = ${JSON.stringify(linesOf(round))};
    ${begin}
    let isEnd = false;
    function atEnd() {
      isEnd = true;
      for (const line of lines.slice(${before})) { ${atEnd} }
      ${last}
    }
    ${LISTENERS[listener]}
    for (const line of lines.slice(0, ${before})) {
      ${write}
      if (${pause} > 0) await pause(${pause});
    }
    ${ENDS[end]}`;
}

function keysOf<T extends object>(object: T): (keyof T)[] {
  return Object.keys(object) as (keyof T)[];
}
