import type { FileIdentity } from "../../overlay/mod.ts";
import { atOnce, type Operation, system } from "../../platform/mod.ts";

/** Opens files of the spool for writing, as `Deno` or as `node:fs` does. */
export interface Opener<Held> {
  /**
   * Opens the file at a location. Only `create`, `createNew` and `truncate` of
   * the options may differ from those of the call.
   */
  open(location: string, options: Deno.OpenOptions): Operation<Held>;
  /** Opens it at once, for a member that has the publication lock. */
  openNow(location: string, options: Deno.OpenOptions): Held;
  close(held: Held): void;
  /** Makes the file empty. */
  truncate(held: Held): void;
  /** Returns what tells the open file from any other. */
  identify(held: Held): FileIdentity;
}

/** Opens files as `Deno` does. */
export const denoOpener: Opener<Deno.FsFile> = {
  // At once also in asynchronous calls: a program that does not await them may
  // end meanwhile.
  open: (...args) => atOnce(() => system.openSync(...args)),
  openNow: (...args) => system.openSync(...args),
  close: (file) => file.close(),
  truncate: (file) => file.truncateSync(),
  identify: (file) => file.statSync(),
};
