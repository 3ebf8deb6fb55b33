/**
 * How many times as fast is the client of TStorage as that of an unchanged
 * clone, whose directory is `UNCHANGED`? One iteration runs a work of 2 000 000
 * records in a process of each version, one right after the other. The report at
 * the end has the median of the ratios, and how many times as long as a bare
 * socket the work takes. Without `UNCHANGED` both versions are the same, which
 * shows the spread.
 */
import { TextLineStream } from "@std/streams";
import { fileURLToPath } from "node:url";
import { stdConfigArgs } from "../tools/std_config.ts";
import { startCannedServer } from "./canned_tstorage.ts";
import { median } from "./median.ts";

const WORK = fileURLToPath(import.meta.resolve("./tstorage_client_work.ts"));
const here = fileURLToPath(new URL("..", import.meta.url));
const unchanged = Deno.env.get("UNCHANGED") ?? here;
const pairs = Number(Deno.env.get("PAIRS") ?? 15);

/** The work of this version, the same of the unchanged one, and its floor. */
const COMPARED: readonly (readonly [string, string, string])[] = [
  ["put", "put", "socket, written"],
  ["put, rows", "put, rows", "socket, written"],
  ["put, containers", "put, containers", "socket, written"],
  ["writable, arrays", "writable, records", "put"],
  ["writable, records", "writable, records", "put"],
  // What the runtime alone takes for a record a write: an await, and a stream.
  ["writable, records", "writable, records", "awaits alone"],
  ["writable, records", "writable, records", "stream to nowhere"],
  ["writable, columns", "writable, columns", "socket, written"],
  ["get", "get", "socket, read"],
  ["getStream", "getStream", "socket, read"],
  ["getStream, rows", "getStream, rows", "socket, read"],
  ["records", "records", "socket, read"],
  ["batches", "batches", "socket, read"],
];

const server = await startCannedServer();
const config = await stdConfigArgs();
const versions = [startWorker(here), startWorker(unchanged)] as const;
/** Milliseconds of the three works of each iteration, by the work compared. */
const measured = COMPARED.map((): number[][] => []);

for (const [i, [work, before, floor]] of COMPARED.entries()) {
  Deno.bench({
    name: `${work}: this version, ${before}: unchanged, ${floor}`,
    group: work,
    n: pairs,
    warmup: 3,
    async fn() {
      const [now, then] = versions;
      const times = [await now(work), await then(before), await now(floor)];
      measured[i].push(times);
    },
  });
}

addEventListener("unload", () => {
  for (const [i, [work, , floor]] of COMPARED.entries()) {
    console.log(summary(work, floor, measured[i].slice(-pairs)));
  }
  server[Symbol.dispose]();
});

function summary(work: string, floor: string, times: number[][]): string {
  const ms = (i: number) => median(times.map((each) => each[i])).toFixed(0);
  const ratio = (i: number, j: number) =>
    median(times.map((each) => each[i] / each[j])).toFixed(2);
  return `${work}: ${ms(0)} ms, unchanged ${ms(1)} ms: ` +
    `${ratio(1, 0)} times as fast; ${floor} ${ms(2)} ms: ` +
    `${ratio(0, 2)} times as long`;
}

/** Starts a process of a version; it ends with this one. */
function startWorker(directory: string): (work: string) => Promise<number> {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      ...config,
      WORK,
      directory,
      String(server.port),
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  const reader = process.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  return async (work) => {
    await writer.write(new TextEncoder().encode(work + "\n"));
    const { value } = await reader.read();
    return Number(value);
  };
}
