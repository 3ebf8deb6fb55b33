/**
 * A step that does what its first argument says, and tells how each thing came
 * out: ordinary code that knows nothing of sluice. See `random_test.ts`.
 */
import type {
  Action,
  Outcome,
  ReadAction,
  WriteAction,
} from "./random_plan.ts";
import { contentOf } from "./random_plan.ts";

const { dir, actions, isTogether }: {
  dir: string;
  actions: Action[];
  isTogether: boolean;
} = JSON.parse(Deno.args[0]);

if (isTogether) await Promise.all(actions.map(perform));
else for (const action of actions) await perform(action);
tell({ did: "all" });

async function perform(action: Action): Promise<void> {
  await pause(action.pause);
  switch (action.do) {
    case "write":
      return await write(action);
    case "read":
      return await read(action);
    case "junk": {
      const path = `${dir}/${action.path}`;
      await Deno.writeTextFile(path, "of no use to anybody");
      await pause(action.pause);
      await Deno.remove(path);
    }
  }
}

async function write(action: WriteAction): Promise<void> {
  const { how, key, size, chunk } = action;
  const path = `${dir}/${action.path}`;
  const data = contentOf(key, 0, size);
  const finishing = () => tell({ did: "finishing", path: action.path });
  switch (how) {
    case "pieces":
    case "stream": {
      const file = await Deno.open(path, {
        write: true,
        create: true,
        truncate: true,
      });
      if (how === "stream") {
        const writer = file.writable.getWriter();
        for (let i = 0; i < size; i += chunk) {
          await writer.write(data.subarray(i, i + chunk));
        }
        finishing();
        await writer.close();
        break;
      }
      for (let rest = data; rest.length > 0;) {
        rest = rest.subarray(await file.write(rest.subarray(0, chunk)));
        await pause(action.pause / 10);
      }
      finishing();
      file.close();
      break;
    }
    case "using": {
      using file = await Deno.create(path);
      for (let rest = data; rest.length > 0;) {
        rest = rest.subarray(file.writeSync(rest.subarray(0, chunk)));
      }
      finishing();
      break;
    }
    case "twice": {
      const half = size >> 1;
      await Deno.writeFile(path, data.subarray(0, half));
      await pause(action.pause);
      finishing();
      await Deno.writeFile(path, data.subarray(half), { append: true });
      break;
    }
    case "whole":
      finishing();
      await Deno.writeFile(path, data);
      break;
    case "sync":
      finishing();
      Deno.writeFileSync(path, data);
      break;
    case "again": {
      finishing();
      await Deno.writeFile(path, data);
      await pause(action.pause);
      using file = await Deno.create(path);
      for (let rest = data; rest.length > 0;) {
        rest = rest.subarray(await file.write(rest.subarray(0, chunk)));
        await pause(action.pause / 10);
      }
      break;
    }
    case "rename":
      await Deno.writeFile(`${path}.part`, data);
      await pause(action.pause);
      finishing();
      await Deno.rename(`${path}.part`, path);
      break;
    case "directory": {
      const folder = path.slice(0, path.lastIndexOf("/"));
      await Deno.mkdir(`${folder}.part`);
      await Deno.writeFile(path.replace(folder, `${folder}.part`), data);
      finishing();
      await Deno.rename(`${folder}.part`, folder);
    }
  }
  tell({ did: "written", path: action.path });
}

async function read(action: ReadAction): Promise<void> {
  const { path, key, then } = action;
  const position = { at: 0, wrong: 0 };
  try {
    await readAll(action, position);
    if (then === "remove") await Deno.remove(`${dir}/${path}`);
    if (then === "rename") {
      await Deno.rename(`${dir}/${path}`, `${dir}/${path}.taken`);
      const taken = await Deno.readFile(`${dir}/${path}.taken`);
      check(taken, key, { at: 0, wrong: 0 });
      if (taken.length !== position.at) position.wrong++;
    }
    tell({ did: "read", path, end: "whole", ...position });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const end = "code" in error && typeof error.code === "string"
      ? error.code
      : error.name;
    tell({ did: "read", path, end, ...position, message: error.message });
  }
}

async function readAll(
  { path: name, key, how, chunk }: ReadAction,
  position: Position,
): Promise<void> {
  const path = `${dir}/${name}`;
  switch (how) {
    case "pieces": {
      using file = await Deno.open(path);
      const buffer = new Uint8Array(chunk);
      for (let count; (count = await file.read(buffer)) !== null;) {
        check(buffer.subarray(0, count), key, position);
      }
      return;
    }
    case "stream": {
      const file = await Deno.open(path);
      for await (const piece of file.readable) check(piece, key, position);
      return;
    }
    case "sync": {
      using file = Deno.openSync(path);
      const buffer = new Uint8Array(chunk);
      for (let count; (count = file.readSync(buffer)) !== null;) {
        check(buffer.subarray(0, count), key, position);
      }
      return;
    }
    case "whole":
      return check(await Deno.readFile(path), key, position);
    case "text": {
      const text = Deno.readTextFileSync(path);
      return check(new TextEncoder().encode(text), key, position);
    }
    case "early": {
      using file = await Deno.open(path);
      const buffer = new Uint8Array(chunk);
      const count = await file.read(buffer);
      check(buffer.subarray(0, count ?? 0), key, position);
    }
  }
}

interface Position {
  at: number;
  wrong: number;
}

function check(bytes: Uint8Array, key: number, position: Position): void {
  const expected = contentOf(key, position.at, position.at + bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== expected[i]) position.wrong++;
  }
  position.at += bytes.length;
}

function tell(outcome: Outcome): void {
  console.log(JSON.stringify(outcome));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
