// Some libraries bring types of an old Node, and without newer ones Deno takes
// those for every program.
/// <reference types="@types/node" />
import { existsSync } from "node:fs";
import { fromFileUrl, join } from "@std/path";

/** Options of a pair: the default export of the `case.ts` in its folder. */
export interface PairOptions {
  /**
   * Streaming rules for what is not committed at its first close, as CAPIO-CL
   * has them.
   */
  readonly streaming?: readonly StreamingRule[];
  /**
   * Which of the two write the files that they share.
   *
   * @default {["producer"]}
   */
  readonly writers?: readonly ("producer" | "consumer")[];
  /** Files that hold the time at which they were written: their size is compared. */
  readonly dated?: readonly string[];
  /** Why it cannot work while the file is being written, and what is told. */
  readonly live?: NotLive;
  /** Why it runs with `task test:long` alone. */
  readonly onlyLong?: string;
}

/** A rule whose mode, unless it is given, both runs at once set. */
export interface StreamingRule {
  readonly name?: readonly string[];
  readonly dirname?: readonly string[];
  readonly committed: string;
  readonly mode?: "update" | "no_update";
  readonly file_deps?: readonly string[];
  readonly n_files?: number;
}

/** A consumer whose file wants `update`. */
export interface NotLive {
  readonly works: false;
  /** What the library does that needs the whole file. */
  readonly reason: string;
  /** A part of what its user then sees: on standard error, or in the status. */
  readonly sees: string;
}

/** A producer and a consumer, and the libraries that they are made of. */
export interface Pair extends PairOptions {
  /** The name of its folder. */
  readonly name: string;
  /** The libraries of the producer, then those of the consumer. */
  readonly libraries: readonly [readonly string[], readonly string[]];
  readonly producer: string;
  readonly consumer: string;
}

/** Finds the pairs: the folders beside this file. */
export async function findPairs(): Promise<Pair[]> {
  const here = fromFileUrl(new URL(".", import.meta.url));
  const names = [...Deno.readDirSync(here)]
    .filter((entry) => entry.isDirectory)
    .map((entry) => entry.name)
    .sort();
  return await Promise.all(names.map((name) => readPair(join(here, name))));
}

async function readPair(folder: string): Promise<Pair> {
  const producer = join(folder, "producer.ts");
  const consumer = join(folder, "consumer.ts");
  const options = join(folder, "case.ts");
  return {
    ...existsSync(options) && (await import(`file://${options}`)).default,
    name: folder.slice(folder.lastIndexOf("/") + 1),
    libraries: [librariesOf(producer), librariesOf(consumer)],
    producer,
    consumer,
  };
}

/** The packages that a program imports by the names in `deno.json`. */
function librariesOf(program: string): string[] {
  const code = Deno.readTextFileSync(program);
  const specifiers = [...code.matchAll(/^(?:import|\} from) .*?"([^"]+)";$/gm)]
    .map(([, specifier]) => specifier);
  const names = specifiers
    .filter((name) => !name.startsWith(".") && !name.startsWith("node:"))
    .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  return [...new Set(names)];
}
