import { terminalText } from "../../internal/mod.ts";

/** How the process of a step ended. */
export interface StepEnd {
  /** The exit code. */
  readonly code: number;
  /** The signal that killed it, if one did. */
  readonly signal: Deno.Signal | null;
  /**
   * Whether that is a success.
   *
   * @default {code === 0}
   */
  readonly ok?: boolean;
  /** Why it failed, if the code does not say it. */
  readonly why?: string;
}

/** The end of a process, and when it was. */
export interface TimedStepEnd extends StepEnd {
  readonly ok: boolean;
  /** Unix time in milliseconds. */
  readonly time: number;
}

/** What is known of a step from its process. */
export interface StepReport {
  readonly name: string;
  /** The lines that it printed last, the latest one at the end. */
  readonly printed: readonly string[];
  /** How and when it ended, Unix time in milliseconds. */
  readonly end?: TimedStepEnd;
}

/** More would not be looked at on a page. */
const MOST_LINES = 20;
const MOST_LINE_CHARS = 300;

/** What a terminal obeys and does not show: styles, titles, links. */
const TERMINAL_CONTROLS =
  // deno-lint-ignore no-control-regex
  /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g;

/** Keeps the last lines of each step, and how it ended. */
export class StepReports {
  readonly #reports = new Map<string, StepReport>();

  /** Returns what is known of a step. */
  of(step: string): StepReport | undefined {
    return this.#reports.get(step);
  }

  /** Returns the names of all steps of which something is known. */
  names(): Iterable<string> {
    return this.#reports.keys();
  }

  /** Returns the reports of all steps that have ended. */
  ended(): (StepReport & Required<Pick<StepReport, "end">>)[] {
    return [...this.#reports.values()].flatMap((report) =>
      report.end ? [{ ...report, end: report.end }] : []
    );
  }

  /** Adds lines that a step has printed, without their line breaks. */
  print(step: string, lines: readonly string[]): void {
    const report = this.#reports.get(step);
    const latest = lines.slice(-MOST_LINES).map(shownLine);
    const printed = [...report?.printed ?? [], ...latest].slice(-MOST_LINES);
    this.#reports.set(step, { name: step, ...report, printed });
  }

  /** Notes how a step has ended. */
  end(step: string, end: StepEnd, time: number): void {
    const report = this.#reports.get(step);
    const timed = { ok: end.code === 0, ...end, time };
    this.#reports.set(step, { name: step, printed: [], ...report, end: timed });
  }
}

/** A line as a terminal would have shown it in the end, without colours. */
function shownLine(line: string): string {
  // A return writes over the line, as the steps of a progress do.
  const [last = ""] = line.split("\r").filter((part) => part !== "").slice(-1);
  const text = terminalText(
    last.slice(0, 4 * MOST_LINE_CHARS).replaceAll(TERMINAL_CONTROLS, ""),
  );
  return text.length <= MOST_LINE_CHARS
    ? text
    : `${text.slice(0, MOST_LINE_CHARS)}…`;
}
