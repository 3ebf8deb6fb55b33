import type { WorkflowFile } from "../../journal/mod.ts";
import type {
  FileIdentity,
  Place,
  ReadHandle,
  Workspace,
} from "../../overlay/mod.ts";
import { DescriptorReader } from "./descriptor_reader.ts";
import { type PlainDescriptor, registerFile } from "./open_files.ts";
import type { OriginalFs } from "../forms/mod.ts";

/**
 * A descriptor that is open for reading, of a file that is complete as far as
 * this member knows. Its reads are the original's. It goes on in a copy if this
 * member begins to write to the file.
 */
export class ReadDescriptor implements PlainDescriptor, ReadHandle {
  readonly entry: WorkflowFile | undefined;
  readonly #workspace: Workspace;
  readonly #place: Place;
  readonly #fd: number;
  readonly #original: OriginalFs;

  constructor(
    workspace: Workspace,
    place: Place,
    fd: number,
    original: OriginalFs,
    entry?: WorkflowFile,
  ) {
    this.entry = entry;
    this.#workspace = workspace;
    this.#place = place;
    this.#fd = fd;
    this.#original = original;
    workspace.readHandles.add(this);
  }

  identify(): FileIdentity {
    return this.#original.identify(this.#fd);
  }

  goOnIn(location: string, copy: WorkflowFile): void {
    const reader = new DescriptorReader(
      this.#workspace,
      copy,
      this.#place,
      this.#fd,
      this.#original,
    );
    reader.goOnIn(location, copy);
    registerFile(this.#fd, reader);
  }

  close(): void {
    this.#workspace.readHandles.delete(this);
  }
}
