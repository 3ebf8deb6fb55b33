import {
  globalEventManager,
  ProgressManager,
  TerminalProgressBar,
} from "../../events/mod.ts";
import { LineBatchStream } from "../../streams/mod.ts";
import {
  type Channel,
  COLUMN_VALUE_KINDS,
  type Record,
} from "../../tstorage/mod.ts";
import {
  assertNoMore,
  type Command,
  lastLook,
  parse,
  positiveNumber,
  settle,
} from "../command/mod.ts";
import {
  connect,
  parseFields,
  payloadType,
  SERVER_HELP,
  SERVER_OPTIONS,
} from "./arguments.ts";
import { type CsvFormat, CsvParser } from "./csv_records.ts";
import { Sending } from "./sending.ts";

const OPTIONS = {
  ...SERVER_OPTIONS,
  fields: { type: "string" },
  "max-line": { type: "string" },
} as const;

/** `sluice tstorage put`: stores records from CSV. */
export const put: Command = {
  name: "put",
  summary: "Store the records of a CSV file, all or none",
  help: `Usage: sluice tstorage put [OPTIONS] FILE

Stores the records in FILE, "-" for standard input: all of them, or none if a
line is malformed, the connection is lost, or Ctrl-C or SIGTERM comes before the
end of FILE. The exit code is 0 if they were stored, 130 or 143 if a signal came
first, and 1 with a message if it is not known. The server sets the acquisition
times, unless the file has a column for them. The first line may name the
columns, see "sluice tstorage --help"; it has to where there is a column acq. A
number that its column cannot hold is refused with its line, and so is a leap
second.

Options:
      --fields NAME:TYPE,...  Numbers of the payload, in the order of their
                              columns. Without it, the payload is one column of
                              hexadecimal digits. TYPE is one of
                              ${Object.keys(COLUMN_VALUE_KINDS).join(" ")}
      --max-line CHARS        Longest line that is read (default: 65536 with
                              --fields, else 67109888, the largest payload)

${SERVER_HELP}

Example:
  sluice tstorage put weather.csv --fields celsius:f32,hPa:u16`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OPTIONS, ["FILE"]);
    assertNoMore(positionals, 1);
    const [path] = positionals;
    const fields = parseFields(values.fields);
    const maxLineChars = values["max-line"] === undefined
      ? fields ? FIELDS_LINE_CHARS : PAYLOAD_LINE_CHARS
      : positiveNumber("--max-line", values["max-line"], MOST_LINE_CHARS);
    const { size, readable } = await openInput(path);
    using sending = new Sending(signal);
    const type = payloadType(fields);
    await using channel = await connect(values, type, sending.signal);
    using _bar = new TerminalProgressBar(globalEventManager);
    const progress = new ProgressManager(globalEventManager, {
      message: `Storing ${path}`,
      steps: size,
      unit: "bytes",
    });
    await progress.run(() => {
      const counted = readable.pipeThrough(
        new TransformStream(
          new CountedInput((step) => progress.step({ step }), signal),
        ),
        { signal },
      );
      return store(channel, { path, fields, maxLineChars }, counted, sending);
    });
    settle(signal);
    return 0;
  },
};

type Bytes = Uint8Array<ArrayBuffer>;

/** A line of numbers: even a thousand fields have fewer characters. */
const FIELDS_LINE_CHARS = 65_536;
/** The largest payload has 32 MiB, two digits a byte, and stands behind a key. */
const PAYLOAD_LINE_CHARS = 2 ** 26 + 1024;
/** The longest text that there can be is not much longer. */
const MOST_LINE_CHARS = 2 ** 28;

/** What a file of records is, and how it is read. */
interface Input {
  readonly path: string;
  readonly fields: CsvFormat["fields"];
  readonly maxLineChars: number;
}

/** Counts the bytes of the input, which may have ended because of a signal. */
class CountedInput implements Transformer<Bytes, Bytes> {
  readonly #onBytes: (read: number) => void;
  readonly #signal: AbortSignal;
  #read = 0;

  constructor(onBytes: (read: number) => void, signal: AbortSignal) {
    this.#onBytes = onBytes;
    this.#signal = signal;
  }

  transform(
    chunk: Bytes,
    controller: TransformStreamDefaultController<Bytes>,
  ): void {
    controller.enqueue(chunk);
    this.#read += chunk.length;
    this.#onBytes(this.#read);
  }

  async flush(): Promise<void> {
    await lastLook(this.#signal);
  }
}

async function openInput(path: string) {
  if (path === "-") return { size: -1, readable: Deno.stdin.readable };
  const file = await Deno.open(path);
  const { size, isDirectory } = await file.stat();
  if (isDirectory) {
    file.close();
    throw new Deno.errors.IsADirectory(
      `Expected "${path}" to be a file, found a directory`,
    );
  }
  return { size, readable: file.readable };
}

/** Stores the records of the lines as one request. */
async function store(
  channel: Channel<unknown>,
  { path, fields, maxLineChars }: Input,
  bytes: ReadableStream<Bytes>,
  sending: Sending,
): Promise<void> {
  const batches = bytes.pipeThrough(new TextDecoderStream())
    .pipeThrough(new LineBatchStream({ maxLineChars }));
  const parser = new CsvParser(fields);
  let number = 0;
  let writer: WritableStreamDefaultWriter<Record<unknown>> | undefined;
  try {
    for await (const lines of batches) {
      for (const line of lines) {
        number++;
        const record = parser.parse(line);
        if (record === undefined) continue;
        const { withAcq } = parser;
        writer ??= channel.writable({ withAcq }).getWriter();
        await writer.write(record);
      }
    }
    sending.end();
    await writer?.close();
  } catch (error) {
    await writer?.abort(error);
    sending.assertKnown();
    if (error instanceof Deno.errors.InvalidData) {
      throw new Error(
        `Cannot read the line after line ${number} of "${path}": ${error.message}: raise "--max-line"`,
        { cause: error },
      );
    }
    if (!(error instanceof SyntaxError || error instanceof RangeError)) {
      throw error;
    }
    throw new Error(
      `Cannot read line ${number} of "${path}": ${error.message}`,
      { cause: error },
    );
  }
}
