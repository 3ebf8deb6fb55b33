/**
 * A step of a workflow that makes, reads and removes files for ever: one step
 * makes them, one reads them, one removes them. How far each has come stands in a
 * file outside of the workflow. Each prints how much memory it needs.
 *
 * Arguments: what to do, the directory, that of the files with the progress, how
 * many files, and after how many of them the memory is measured again.
 *
 * @module
 */
import { withCapio } from "@sluice/sluice/capio";

/** Files that are there at one time, at most. */
const MOST_ALIVE = 100;
const BATCH = 20;
const [role, capioDir, progress, count, warm] = Deno.args;
const files = Number(count);
const contents = "x".repeat(100);

await withCapio({
  capioDir,
  appName: role,
  capioClConfigurationFile: `${progress}/workflow.json`,
  scope: "process",
  silent: true,
}, async () => {
  switch (role) {
    case "make":
      return await inBatches(makeFile, () => progressOf("remove") + MOST_ALIVE);
    case "read":
      return await inBatches(readFile, () => progressOf("make"));
    case "remove":
      return await inBatches(removeFile, () => progressOf("read"));
  }
});

async function makeFile(path: string, n: number): Promise<void> {
  if (n % 2) await Deno.writeTextFile(path, contents);
  else Deno.writeTextFileSync(path, contents);
}

async function readFile(path: string, n: number): Promise<void> {
  const text = n % 2
    ? await Deno.readTextFile(path)
    : Deno.readTextFileSync(path);
  if (text !== contents) throw new Error(`"${path}" has another text`);
}

async function removeFile(path: string, n: number): Promise<void> {
  if (n % 2) await Deno.remove(path);
  else Deno.removeSync(path);
}

/** Does something with each file, a batch as soon as `limit` allows it. */
async function inBatches(
  act: (path: string, n: number) => Promise<void>,
  limit: () => number,
): Promise<void> {
  using own = Deno.openSync(`${progress}/${role}`, {
    write: true,
    create: true,
  });
  for (let n = 0; n < files;) {
    const end = Math.min(files, n + BATCH);
    while (limit() < end) await new Promise((done) => setTimeout(done, 1));
    for (; n < end; n++) await act(`${capioDir}/file-${n}`, n);
    own.seekSync(0, Deno.SeekMode.Start);
    own.writeSync(new TextEncoder().encode(String(n).padStart(12)));
    if (n % Number(warm) === 0) report(n);
  }
}

function progressOf(other: string): number {
  try {
    return Number(Deno.readTextFileSync(`${progress}/${other}`));
  } catch {
    return 0;
  }
}

function report(files: number): void {
  gc();
  const { rss: resident, heapUsed: heap } = Deno.memoryUsage();
  console.log(JSON.stringify({ files, resident, heap }));
}

declare function gc(): void;
