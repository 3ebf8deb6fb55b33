/**
 * The step of the polyglot workflow that is a Deno program: keeps the flights that
 * were an hour late or more.
 *
 * ```sh
 * deno run -A examples/polyglot/late.ts flights.csv late.csv
 * ```
 *
 * @module
 */
const LATE_MINUTES = 60;

const [input, output] = Deno.args;
if (output === undefined) {
  console.error("Usage: late.ts INPUT.csv OUTPUT.csv");
  Deno.exit(2);
}

let head = true;
let rest = "";
using file = await Deno.open(input);
const target = await Deno.open(output, {
  write: true,
  create: true,
  truncate: true,
});
await file.readable
  .pipeThrough(new TextDecoderStream())
  .pipeThrough(new TransformStream({ transform: keepLate }))
  .pipeThrough(new TextEncoderStream())
  .pipeTo(target.writable);

function keepLate(
  text: string,
  controller: TransformStreamDefaultController<string>,
): void {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  const late = lines.filter(isLate);
  if (late.length > 0) controller.enqueue(`${late.join("\n")}\n`);
}

/** The first line names the columns. */
function isLate(line: string): boolean {
  if (head) return !(head = false);
  return Number(line.split(",", 2)[1]) >= LATE_MINUTES;
}
