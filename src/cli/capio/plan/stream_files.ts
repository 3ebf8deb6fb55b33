import type { StandardStream } from "../../command/mod.ts";

/** Files in the place of the standard streams of a process. */
export interface StreamFiles {
  readonly stdin?: string;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** Returns a stream into the file that stands for a standard stream, if one does. */
export function fileOfStream(
  files: StreamFiles | undefined,
  stream: StandardStream,
): WritableStream<Uint8Array<ArrayBuffer>> | undefined {
  const path = files?.[stream];
  if (path === undefined) return undefined;
  // It was cut off before, and may be that of both streams.
  return Deno.openSync(path, { append: true }).writable;
}

/** Opens the file that a process is to get on standard input, if it gets one. */
export function openInput(
  files: StreamFiles | undefined,
): Deno.FsFile | undefined {
  return files?.stdin === undefined ? undefined : Deno.openSync(files.stdin);
}

/** Gives a process its standard input; it may read only a part of it. */
export async function feedInput(
  child: Deno.ChildProcess,
  input: Deno.FsFile | undefined,
): Promise<void> {
  if (!input) return;
  try {
    await input.readable.pipeTo(child.stdin);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
