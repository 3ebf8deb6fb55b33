/**
 * First step: writes the flights as CSV, again and again up to a size, so that
 * the other steps have something to wait for.
 *
 * ```sh
 * deno run -A examples/flights/extract.ts flights.csv 100000000
 * ```
 *
 * @module
 */
import { flightsUrl } from "./dataset.ts";

interface Flight {
  /** Minutes behind schedule; negative when early. */
  delay: number;
  /** Miles. */
  distance: number;
  /** Hour of the day, with a fraction. */
  time: number;
}

const FLIGHTS_A_CHUNK = 4_000;

const [output, size] = Deno.args;
if (output === undefined || !(Number(size) > 0)) {
  console.error("Usage: extract.ts OUTPUT.csv BYTES");
  Deno.exit(2);
}

const file = await Deno.open(output, {
  write: true,
  create: true,
  truncate: true,
});
await ReadableStream.from(csv(Number(size)))
  .pipeThrough(new TextEncoderStream())
  .pipeTo(file.writable);

async function* csv(size: number): AsyncGenerator<string> {
  let rest = size;
  let count = 0;
  let text = "time,delay,distance\n";
  while (rest > 0) {
    const flights = await readFlights();
    console.log(`${count} flights`);
    for (const flight of flights) {
      const line = `${clock(flight.time)},${flight.delay},${flight.distance}\n`;
      rest -= line.length;
      text += line;
      count++;
      if (rest <= 0) break;
      if (count % FLIGHTS_A_CHUNK !== 0) continue;
      yield text;
      text = "";
    }
  }
  yield text;
  console.log(`${count} flights`);
}

/** Reads the file again each time, as one would read the files of many months. */
async function readFlights(): Promise<Flight[]> {
  return JSON.parse(await Deno.readTextFile(flightsUrl));
}

function clock(time: number): string {
  const minutes = Math.round(time * 60);
  const hour = String(Math.floor(minutes / 60)).padStart(2, "0");
  return `${hour}:${String(minutes % 60).padStart(2, "0")}`;
}
