import { methodsErrAtCaller, recycledChunks } from "../../internal/mod.ts";
import { bufferIterator } from "../../streams/mod.ts";
import { Slots, STREAM_CHUNK_BYTES, Value } from "../core/mod.ts";
import type { Blob, FileBlobs } from "./file_blobs.ts";
import type { DecodedRecord } from "./file_record.ts";

/** Bytes in one chunk on the way from a file. */
const CHUNK_BYTES = 262_144;

/** Most blobs that this process reads at the same time. */
const MOST_BLOBS = 256;
const readBlobs = new Slots(MOST_BLOBS);

/** A value whose bytes are those of its record or in a file of their own. */
export class FileValue extends Value {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #blobs: FileBlobs;
  /** The file with the bytes, if they are not in the record. */
  readonly #blob: Blob | undefined;

  constructor({ record, data }: DecodedRecord, blobs: FileBlobs) {
    super(record);
    const { blob: name, key, size } = record;
    this.#bytes = data;
    this.#blobs = blobs;
    this.#blob = name === undefined ? undefined : { name, key, size };
  }

  protected read(
    start: number,
    end: number,
    signal?: AbortSignal,
  ): ReadableStream<Uint8Array> {
    const data = this.#blob
      ? this.#readBlob(this.#blob, start, end)
      : this.#bytes.subarray(start, end);
    return bufferIterator(data, { bufferSize: STREAM_CHUNK_BYTES, signal });
  }

  protected override readWhole(
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    if (!this.#blob) return Promise.resolve(this.#bytes.slice());
    return this.#readWholeBlob(this.#blob, signal);
  }

  async #readWholeBlob(blob: Blob, signal: AbortSignal | undefined) {
    // Before the size that the record claims is allocated.
    this.#blobs.check(blob);
    return await super.readWhole(signal);
  }

  async *#readBlob(blob: Blob, start: number, end: number) {
    using _slot = await readBlobs.take();
    using file = await this.#blobs.open(blob);
    await file.seek(start, Deno.SeekMode.Start);
    const part = bufferIterator(file, { maxBytes: end - start });
    yield* recycledChunks(part, CHUNK_BYTES);
  }
}

methodsErrAtCaller(FileValue);
