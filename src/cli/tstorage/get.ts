import {
  globalEventManager,
  ProgressManager,
  TerminalProgressBar,
} from "../../events/mod.ts";
import type { Record } from "../../tstorage/mod.ts";
import { assertNoMore, type Command, parse } from "../command/mod.ts";
import { connect, parseFields, payloadType } from "./arguments.ts";
import { type CsvFormat, csvHeader, formatCsvRecord } from "./csv_records.ts";
import { keyRange, QUERY_HELP, QUERY_OPTIONS } from "./key_range.ts";

const OPTIONS = {
  ...QUERY_OPTIONS,
  fields: { type: "string" },
  output: { type: "string", short: "o" },
} as const;

/** `sluice tstorage get`: prints records as CSV. */
export const get: Command = {
  name: "get",
  summary: "Print the records of a range as CSV",
  help: `Usage: sluice tstorage get [OPTIONS]

Prints a line with the names of the columns, then a line for each record, in the
order of the server.

Options:
      --fields NAME:TYPE,...  Numbers of the payload, as for "put"
      --iso                   Print times as 2024-01-01T00:00:00Z
  -o, --output FILE           Write to FILE

${QUERY_HELP}

Example:
  sluice tstorage get --fields celsius:f32 --min 1,7 --max 2,8 -o seven.csv`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OPTIONS, []);
    assertNoMore(positionals, 0);
    const fields = parseFields(values.fields);
    const [min, max] = keyRange(values);
    const channel = await connect(values, payloadType(fields), signal);
    await using _channel = channel;
    const file = values.output && await Deno.create(values.output);
    const output = file ? file.writable : Deno.stdout.writable;
    // A bar would stand between the records on one terminal.
    const isBeside = !file && Deno.stdout.isTerminal();
    using _bar = isBeside
      ? undefined
      : new TerminalProgressBar(globalEventManager);
    const progress = new ProgressManager(globalEventManager, {
      message: "Reading records",
    });
    const lines = csvLines(
      { fields, withAcq: true },
      values.iso,
      (records) => progress.step({ step: records }),
    );
    try {
      await progress.run(() =>
        channel.records(min, max)
          .pipeThrough(lines)
          .pipeThrough(new TextEncoderStream())
          .pipeTo(output, {
            signal,
            // Other code uses standard output too.
            preventClose: !file,
            preventAbort: !file,
          })
      );
    } catch (error) {
      // The reader of the output has enough, as in "... | head".
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
    return 0;
  },
};

const CHUNK_RECORDS = 1000;

/** Formats records as chunks of many lines, and calls `onRecords` after each. */
function csvLines(
  format: CsvFormat,
  iso: boolean,
  onRecords: (count: number) => void,
): TransformStream<Record<unknown>, string> {
  let text = csvHeader(format) + "\n";
  let count = 0;
  return new TransformStream({
    transform(record, controller) {
      text += formatCsvRecord(record, format, iso) + "\n";
      if (++count % CHUNK_RECORDS > 0) return;
      controller.enqueue(text);
      text = "";
      onRecords(count);
    },
    flush(controller) {
      controller.enqueue(text);
    },
  });
}
