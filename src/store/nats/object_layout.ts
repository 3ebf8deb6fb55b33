import {
  isStoredMetadata,
  isStoredSize,
  isStoredTime,
  type JsonValue,
  type Metadata,
} from "../core/mod.ts";

/** Bytes of a chunk, if the server takes as much: what NATS's own tools write. */
export const CHUNK_BYTES = 131_072;

/** What names in the metadata of an object hold what NATS cannot express. */
const JSON_NAME = "sluice.json";
const CREATED_NAME = "sluice.created";

/** The description of an object, as NATS's object store has it (ADR-20). */
export interface ObjectInfo {
  readonly name: string;
  readonly bucket: string;
  /** The id of its bytes: they have a subject of their own. */
  readonly nuid: string;
  readonly size: number;
  readonly chunks: number;
  /** `SHA-256=` and the digest as base64url; empty if nobody knows. */
  readonly digest: string;
  readonly mtime?: string;
  readonly deleted?: boolean;
  readonly description?: string;
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly options?: {
    readonly max_chunk_size?: number;
    readonly link?: { readonly bucket: string; readonly name?: string };
  };
}

/** The name of the stream of a bucket. */
export function streamOf(bucket: string): string {
  return `OBJ_${bucket}`;
}

/** The subject of the bytes with an id; `>` for all. */
export function chunkSubject(bucket: string, nuid: string): string {
  return `$O.${bucket}.C.${nuid}`;
}

/** The subjects of all descriptions of a bucket. */
export function allInfoSubjects(bucket: string): string {
  return `$O.${bucket}.M.>`;
}

/**
 * The name of the object of a key. NATS wants one that is not empty, so the
 * empty key has one that no other has.
 */
export function nameOf(key: string): string {
  return key === "" || key.startsWith("\0") ? `\0${key}` : key;
}

/** The key of an object with a name. */
export function keyOf(name: string): string {
  return name.startsWith("\0") ? name.slice(1) : name;
}

/** The subject of the description of an object. */
export function infoSubject(bucket: string, name: string): string {
  const bytes = new TextEncoder().encode(name);
  return `$O.${bucket}.M.${bytes.toBase64({ alphabet: "base64url" })}`;
}

/** Reads a description; `undefined` if it is none that a store can have. */
export function decodeInfo(bytes: Uint8Array): ObjectInfo | undefined {
  let info: ObjectInfo;
  try {
    info = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof info !== "object" || info === null) return undefined;
  if (typeof info.name !== "string" || info.name === "") return undefined;
  // That of a link has no bytes, and other clients leave the fields out.
  const { size = 0, chunks = 0, nuid = "", digest = "" } = info;
  const isSound = isStoredSize(size) && isStoredSize(chunks) &&
    typeof nuid === "string" && /^[\w-]*$/.test(nuid) &&
    typeof digest === "string";
  return isSound ? { ...info, size, chunks, nuid, digest } : undefined;
}

/** Writes a description. */
export function encodeInfo(info: ObjectInfo): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(info));
}

/**
 * Returns metadata as NATS keeps it: texts are what other clients see, and all
 * else is JSON under one name.
 */
export function natsMetadata(
  metadata: Metadata,
  created: number,
): Record<string, string> {
  const entries = Object.entries(metadata);
  const isText = ([name, value]: [string, JsonValue]) =>
    typeof value === "string" && !name.startsWith("sluice.");
  const others = entries.filter((entry) => !isText(entry));
  return Object.fromEntries([
    ...entries.filter(isText) as [string, string][],
    ...(others.length > 0
      ? [[JSON_NAME, JSON.stringify(Object.fromEntries(others))]]
      : []),
    [CREATED_NAME, String(created)],
  ]);
}

/** Returns the metadata of an object, with whatever client it was written. */
export function metadataOf({ metadata = {} }: ObjectInfo): Metadata {
  const { [JSON_NAME]: json, [CREATED_NAME]: _, ...texts } = metadata;
  return Object.freeze({ ...texts, ...parsed(json) });
}

function parsed(json: string | undefined): Metadata | undefined {
  if (typeof json !== "string") return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return isStoredMetadata(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Returns when the key got its first value, as far as that is known. */
export function createdOf(info: ObjectInfo): number | undefined {
  const created = Number(info.metadata?.[CREATED_NAME] ?? NaN);
  return isStoredTime(created) ? created : undefined;
}
