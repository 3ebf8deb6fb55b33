/**
 * First step where the flights come from elsewhere: writes what a server sends
 * to a file.
 *
 * ```sh
 * deno run -A examples/flights/download.ts http://localhost:8000/ flights.csv
 * ```
 *
 * @module
 */
const BYTES_BETWEEN_REPORTS = 10_000_000;

const [url, output] = Deno.args;
if (output === undefined) {
  console.error("Usage: download.ts URL OUTPUT.csv");
  Deno.exit(2);
}

const response = await fetch(url);
if (!response.ok || response.body === null) {
  throw new Error(`Cannot download "${url}": status ${response.status}`);
}
const file = await Deno.open(output, {
  write: true,
  create: true,
  truncate: true,
});
await response.body.pipeThrough(reports()).pipeTo(file.writable);

function reports(): TransformStream<Uint8Array, Uint8Array> {
  let count = 0;
  let reported = -BYTES_BETWEEN_REPORTS;
  return new TransformStream({
    transform(chunk, controller) {
      count += chunk.length;
      controller.enqueue(chunk);
      if (count - reported < BYTES_BETWEEN_REPORTS) return;
      console.log(`${count} bytes`);
      reported = count;
    },
    flush() {
      console.log(`${count} bytes`);
    },
  });
}
