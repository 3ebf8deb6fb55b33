import { recycledChunks } from "../../internal/mod.ts";
import { bufferIterator } from "../../streams/mod.ts";
import { replacedError, STREAM_CHUNK_BYTES, Value } from "../core/mod.ts";
import type { FileRecord } from "./file_record.ts";

/** Bytes in one chunk on the way from a file. */
const CHUNK_BYTES = 262_144;

/** A value whose bytes are those of its record or in a file of their own. */
export class FileValue extends Value {
  readonly #key: string;
  readonly #bytes: Uint8Array<ArrayBuffer> | string;

  /** Makes a value of its bytes, or of the path of the file that has them. */
  constructor(record: FileRecord, bytes: Uint8Array<ArrayBuffer> | string) {
    super(record);
    this.#key = record.key;
    this.#bytes = bytes;
  }

  protected read(
    start: number,
    end: number,
    signal?: AbortSignal,
  ): ReadableStream<Uint8Array> {
    const data = typeof this.#bytes === "string"
      ? this.#readBlob(this.#bytes, start, end)
      : this.#bytes.subarray(start, end);
    return bufferIterator(data, { bufferSize: STREAM_CHUNK_BYTES, signal });
  }

  protected override readWhole(
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return typeof this.#bytes === "string"
      ? super.readWhole(signal)
      : Promise.resolve(this.#bytes.slice());
  }

  async *#readBlob(path: string, start: number, end: number) {
    using file = await this.#openBlob(path);
    await file.seek(start, Deno.SeekMode.Start);
    const part = bufferIterator(file, { maxBytes: end - start });
    yield* recycledChunks(part, CHUNK_BYTES);
  }

  async #openBlob(path: string): Promise<Deno.FsFile> {
    try {
      return await Deno.open(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw replacedError(this.#key, { cause: error });
    }
  }
}
