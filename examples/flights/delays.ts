/**
 * Second step: counts how late flights are, by the hour of the day.
 *
 * ```sh
 * deno run -A examples/flights/delays.ts flights.csv delays.csv
 * ```
 *
 * @module
 */
import { TextLineStream } from "@std/streams";

const FLIGHTS_BETWEEN_REPORTS = 100_000;
const QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9];

const [input, output] = Deno.args;
if (output === undefined) {
  console.error("Usage: delays.ts INPUT.csv OUTPUT.csv");
  Deno.exit(2);
}

/** For each hour of the day, the number of flights with each delay in minutes. */
const hours = Array.from({ length: 24 }, () => new Map<number, number>());

let count = -1; // The first line names the columns.
using file = await Deno.open(input);
const lines = file.readable
  .pipeThrough(new TextDecoderStream())
  .pipeThrough(new TextLineStream());
for await (const line of lines) {
  if (count++ < 0) continue;
  const delays = hours[Number(line.slice(0, 2))];
  const delay = Number(line.slice(6, line.indexOf(",", 6)));
  delays.set(delay, (delays.get(delay) ?? 0) + 1);
  if (count % FLIGHTS_BETWEEN_REPORTS === 1) console.log(`${count} flights`);
}
console.log(`${count} flights`);

const rows = hours.map((delays, hour) => [hour, ...summary(delays)].join(","));
await Deno.writeTextFile(
  output,
  ["hour,flights,mean,p10,p25,p50,p75,p90", ...rows, ""].join("\n"),
);

function summary(delays: Map<number, number>): (number | string)[] {
  const sorted = [...delays].sort(([one], [other]) => one - other);
  const flights = sorted.reduce((sum, [, count]) => sum + count, 0);
  const sum = sorted.reduce((sum, [delay, count]) => sum + delay * count, 0);
  const quantiles = QUANTILES.map((share) => quantile(sorted, share * flights));
  return [flights, (sum / flights).toFixed(2), ...quantiles];
}

function quantile(sorted: [number, number][], rank: number): number {
  let below = 0;
  for (const [delay, count] of sorted) {
    below += count;
    if (below >= rank) return delay;
  }
  return NaN;
}
