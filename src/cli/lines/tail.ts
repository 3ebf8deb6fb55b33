import { LineHostReader, type LineItem } from "../../lines/mod.ts";
import {
  assertNoMore,
  type Command,
  jsonLine,
  parse,
  shownText,
  wholeNumber,
} from "../command/mod.ts";
import {
  CLIENT_HELP,
  CLIENT_OPTIONS,
  clientOptions,
  orUsageError,
  tellOfDelay,
} from "./arguments.ts";

const OPTIONS = {
  ...CLIENT_OPTIONS,
  number: { type: "string", short: "n" },
  json: { type: "boolean", default: false },
} as const;

/** `sluice lines tail`: prints the lines of a host. */
export const tail: Command = {
  name: "tail",
  summary: "Print the lines of a host, and new ones as they come",
  help: `Usage: sluice lines tail ADDRESS [OPTIONS]

Prints the lines that the host keeps and then new ones, until Ctrl-C; it goes on
when the host is restarted, and says so when it does not answer. ADDRESS is the address of a host. A host of
syncstream has no stream of new lines: use --number. On a terminal, control
characters other than colours are shown as escapes such as "\\x1b".

Options:
  -n, --number NUMBER    Print the last NUMBER items, and end
      --json             Print each item as JSON, messages with their type
${CLIENT_HELP}

Example:
  sluice lines tail http://localhost:5000/sync-stream`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OPTIONS, ["ADDRESS"]);
    assertNoMore(positionals, 1);
    const format = values.json ? jsonLine : String;
    const number = values.number === undefined
      ? undefined
      : wholeNumber("--number", values.number, 2 ** 24);
    using reader = orUsageError(() =>
      new LineHostReader(positionals[0], {
        ...clientOptions(values),
        onDelay: tellOfDelay("tail", positionals[0]),
      })
    );
    const items = number === undefined
      ? reader.lines({ stored: true })
      : ReadableStream.from(await reader.read(number));
    try {
      await items
        .pipeThrough(asLines(format))
        .pipeThrough(new TextEncoderStream())
        .pipeTo(Deno.stdout.writable, { signal, preventClose: true });
    } catch (error) {
      // The reader of the output has enough, as in "... | head".
      const isOver = error instanceof Deno.errors.BrokenPipe;
      if (!signal.aborted && !isOver) throw error;
    }
    return 0;
  },
};

function asLines(
  format: (item: LineItem) => string,
): TransformStream<LineItem, string> {
  return new TransformStream({
    transform(item, controller) {
      // A message has several lines.
      const text = shownText(format(item), { breaks: true, colors: true });
      controller.enqueue(text + "\n");
    },
  });
}
