import {
  drawTimeline,
  type DrawTimelineOptions,
  timelineIntervals,
  type WorkflowStatus,
} from "../observe/mod.ts";
import {
  type PageModel,
  pageModel,
  type WorkflowOutcome,
} from "./page_model.ts";
import { type EncodedPage, encodePage } from "./page_updates.ts";
import { type StepEnd, StepReports } from "./step_reports.ts";

/** What a {@linkcode PageSource} knows from its beginning. */
export interface PageSourceOptions {
  readonly steps: readonly string[];
  readonly hiddenApps: ReadonlySet<string>;
  /** When it aborts, all steps are told to stop. */
  readonly signal: AbortSignal | undefined;
}

/** Least time between two pictures of the timeline, in milliseconds. */
const TIMELINE_MILLISECONDS = 1_000;

/** The heading of the page is its title. */
const PAGE_TIMELINE: DrawTimelineOptions = { title: "", mostRows: 60 };

/**
 * Collects what is known of a workflow, and makes the page of it when somebody
 * looks. What changes between two looks is never kept, only the latest.
 */
export class PageSource implements Disposable {
  readonly #options: PageSourceOptions;
  readonly #reports = new StepReports();
  #status: WorkflowStatus | undefined;
  #interrupted: number | undefined;
  #end: { time: number; outcome?: WorkflowOutcome } | undefined;
  #version = 0;
  #changed = Promise.withResolvers<void>();
  #page: { version: number; encoded: EncodedPage } | undefined;
  #timeline = { svg: "", drawn: -Infinity };

  constructor(options: PageSourceOptions) {
    this.#options = options;
    options.signal?.addEventListener("abort", this.#interrupt);
    if (options.signal?.aborted) this.#interrupt();
  }

  /** Grows with each change. */
  get version(): number {
    return this.#version;
  }

  /** Set when nothing changes any more. */
  get isOver(): boolean {
    return this.#end !== undefined;
  }

  show(status: WorkflowStatus): void {
    if (this.isOver) return;
    this.#status = status;
    this.#change();
  }

  print(step: string, lines: readonly string[]): void {
    if (this.isOver || lines.length === 0) return;
    this.#reports.print(step, lines);
    this.#change();
  }

  endStep(step: string, end: StepEnd): void {
    if (this.isOver) return;
    this.#reports.end(step, end, Date.now());
    this.#change();
  }

  end(outcome: WorkflowOutcome | undefined): void {
    if (this.isOver) return;
    this.#end = { time: Date.now(), ...(outcome && { outcome }) };
    this.#change();
  }

  /** Resolves when the version is another one, or when `signal` aborts. */
  async after(version: number, signal: AbortSignal): Promise<void> {
    if (this.#version !== version || signal.aborted) return;
    const aborted = Promise.withResolvers<void>();
    const abort = () => aborted.resolve();
    signal.addEventListener("abort", abort);
    await Promise.race([this.#changed.promise, aborted.promise]);
    signal.removeEventListener("abort", abort);
  }

  /** The present page; all who look at the same time get the same one. */
  encoded(): EncodedPage {
    const before = this.#page;
    if (before?.version === this.#version) return before.encoded;
    const encoded = encodePage(this.#model(), this.#timelineOfPage());
    this.#page = { version: this.#version, encoded };
    return encoded;
  }

  /** Draws the timeline. */
  timeline(options?: DrawTimelineOptions): string {
    const now = this.#end?.time ?? Date.now();
    const status = this.#status;
    if (!status) return drawTimeline([], options);
    const stopped = this.#model().steps
      .filter(({ state }) => state === "stopped").map(({ name }) => name);
    const { hiddenApps } = this.#options;
    const intervals = timelineIntervals(status, now, { stopped, hiddenApps });
    return drawTimeline(intervals, options);
  }

  [Symbol.dispose](): void {
    this.#options.signal?.removeEventListener("abort", this.#interrupt);
  }

  #model(): PageModel {
    return pageModel({
      ...this.#options,
      status: this.#status,
      reports: this.#reports,
      interrupted: this.#interrupted,
      end: this.#end,
    });
  }

  /** A picture that changes all the time cannot be looked at. */
  #timelineOfPage(): string {
    const now = Date.now();
    const { svg, drawn } = this.#timeline;
    if (!this.isOver && now - drawn < TIMELINE_MILLISECONDS) return svg;
    this.#timeline = { svg: this.timeline(PAGE_TIMELINE), drawn: now };
    return this.#timeline.svg;
  }

  readonly #interrupt = () => void (this.#interrupted ??= Date.now());

  #change(): void {
    this.#version++;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
