/** The kinds of pieces of which a random workflow is made. */
import type { Kind } from "../piece.ts";
import { atExit } from "./at_exit.ts";
import { childOutput } from "./child_output.ts";
import { counter } from "./counter.ts";
import { lockFile } from "./lock_file.ts";
import { log } from "./log.ts";
import { markedDirectory } from "./marked_directory.ts";
import { optional } from "./optional.ts";
import { ranges } from "./ranges.ts";
import { relay } from "./relay.ts";
import { rotation } from "./rotation.ts";
import { single } from "./single.ts";
import { versions } from "./versions.ts";

/** By name. */
export const KINDS: Readonly<Record<string, Kind>> = {
  atExit,
  childOutput,
  counter,
  lockFile,
  log,
  markedDirectory,
  optional,
  ranges,
  relay,
  rotation,
  single,
  versions,
};
