/**
 * A piece of a random workflow: files with a purpose of their own, the tasks
 * of the steps that make and read them, and what must come of it.
 */
import type { SeededRandom } from "../../support/seeded_random.ts";
import type { Form } from "./file_calls.ts";

/** A kind of pieces; `A` is what a step is told to do. */
export interface Kind<A = unknown> {
  /** It makes no sense without a configuration. */
  readonly needsRules?: boolean;
  /** Decides all that is left to chance. */
  draw(cast: Cast): Piece<A>;
  /** What a step does: ordinary code that knows nothing of sluice. */
  perform(action: A, actor: Actor): Promise<void>;
}

export interface Piece<A = unknown> {
  readonly rules: readonly Rule[];
  readonly tasks: readonly Task<A>[];
  /** Its files may be written again after a reader has got their end. */
  readonly isRewritten?: boolean;
  /** It cannot be played again over what it has left. */
  readonly isOnce?: boolean;
  /** What lies in the directory before, by path. */
  readonly given?: Readonly<Record<string, string>>;
  /** Says what is not as it should be. */
  check(seen: Seen): string[];
}

/** What the configuration says of a path or a glob. */
export interface Rule {
  readonly path: string;
  readonly producers: readonly string[];
  readonly readers?: readonly string[];
  readonly committed: string;
  readonly mode: "update" | "no_update";
  readonly dependencies?: readonly string[];
  /** It is a directory; with a number, for `on_n_files`. */
  readonly directory?: { readonly entries?: number };
  readonly isPermanent: boolean;
}

export interface Task<A> {
  readonly app: string;
  readonly action: A;
  /** It comes after all others of its step, which ends with it. */
  readonly isLast?: boolean;
  /** The step is started with these flags of `deno run`. */
  readonly flags?: readonly string[];
}

/** A step, as far as pieces have to know. */
export interface App {
  readonly name: string;
  /** It waits for nobody of its own stage or of a later one. */
  readonly stage: number;
  /** It performs its tasks all at once: no wait may hold up the thread. */
  readonly isTogether: boolean;
  readonly inWorker: boolean;
  readonly ending: "natural" | "Deno.exit" | "process.exit";
  /** It may be killed at any time. */
  readonly isVictim: boolean;
}

/** Who takes part, for the drawing of one piece. */
export interface Cast {
  readonly random: SeededRandom;
  /** What the names of all its files begin with. */
  readonly name: string;
  readonly apps: readonly App[];
  /** No configuration says anything of any file. */
  readonly isBare: boolean;
  chance(probability: number): boolean;
  /** One of these rules, as far as there are rules. */
  committed(...choices: readonly string[]): string;
  mode(): Rule["mode"];
  isPermanent(probability: number): boolean;
  /** A file is there before; it would be read at once where there are no rules. */
  isGiven(probability: number): boolean;
  /** Up to `most` apps that nobody kills. */
  producers(most: number): App[];
  /** Some of the apps that may wait for all of these. */
  readersOf(producers: readonly App[]): App[];
  /** A form of calls that suits the app. */
  form(app: App): Form;
}

/** What a step has at hand. */
export interface Actor {
  readonly app: string;
  /** The path of a file of the piece. */
  path(name: string): string;
  /** Prints something for the check. */
  tell(outcome: unknown): void;
  pause(milliseconds: number): Promise<void>;
}

/** What there is to check. */
export interface Seen {
  /** The files of the piece before and after, and empty directories with `/`. */
  readonly before: ReadonlyMap<string, string>;
  readonly after: ReadonlyMap<string, string>;
  /** What a step told, with its task for this piece. */
  told(app: string): readonly unknown[];
  isKilled(app: string): boolean;
  /** Somebody was told that a file was written again after this reader's end. */
  isOutOfDate(reader: string): boolean;
  /** The step got to its end, even if it was killed thereafter. */
  hasEnded(app: string): boolean;
}

/** Compares the tree with what is expected of it: a text for each path. */
export function checkTree(
  { after }: Seen,
  expected: Readonly<Record<string, string | undefined>>,
): string[] {
  const problems: string[] = [];
  for (const path of new Set([...after.keys(), ...Object.keys(expected)])) {
    const found = after.get(path);
    if (found === expected[path]) continue;
    problems.push(
      `"${path}" holds ${shown(found)}, expected ${shown(expected[path])}`,
    );
  }
  return problems;
}

/** A text as a report shows it. */
export function shown(text: string | null | undefined): string {
  if (text === undefined || text === null) return "nothing";
  const start = JSON.stringify(text.slice(0, 60));
  return text.length > 60 ? `${text.length} bytes: ${start}…` : start;
}

/** Bytes `from` to `to` of the content that `key` stands for. */
export function contentOf(key: number, from: number, to: number): string {
  const bytes = new Uint8Array(to - from);
  for (let i = from; i < to; i++) {
    bytes[i - from] = 32 + (i * 31 + (i >> 8) * 7 + key * 17) % 95;
  }
  return new TextDecoder().decode(bytes);
}
