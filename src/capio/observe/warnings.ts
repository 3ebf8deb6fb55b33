import type {
  RewriteStatus,
  SizedReadingStatus,
  StaleReadStatus,
  WorkflowStatus,
} from "./status.ts";

/** The part of a {@linkcode WorkflowStatus} that tells who read too early. */
export type WorkflowReads = Pick<
  WorkflowStatus,
  "rewrites" | "staleReads" | "sizedReadings"
>;

/** What {@linkcode workflowWarnings} found. */
export interface WorkflowWarning {
  /**
   * `order`: a step has certainly read something else than with the steps one
   * after the other. `question`: it asked for something that was made later, and
   * has not come to it otherwise. `size`: it went by the size of a file that has
   * grown since.
   */
  readonly kind: "order" | "question" | "size";
  /** The steps, the file, and what to do, as one line. Names are as they are. */
  readonly text: string;
}

/**
 * Returns what steps have read, or may have read, that they would not have read
 * with the steps one after the other.
 *
 * @example Usage
 * ```ts no-eval
 * import { workflowStatus, workflowWarnings } from "@sluice/sluice/capio";
 *
 * const status = workflowStatus("data");
 * for (const { text } of status ? workflowWarnings(status) : []) {
 *   console.warn(text);
 * }
 * ```
 *
 * @param status The status of the workflow.
 * @returns The warnings; those of the kind `order` come first.
 */
export function workflowWarnings(
  { rewrites, staleReads, sizedReadings }: WorkflowReads,
): WorkflowWarning[] {
  const kindOf = (read: StaleReadStatus) =>
    isCertain(read) ? "order" as const : "question" as const;
  const read = staleReads.map((read) => ({
    kind: kindOf(read),
    text: describeStaleRead(read),
  }));
  return [
    ...rewrites.map((it) => ({
      kind: "order" as const,
      text: describeRewrite(it),
    })),
    ...read.filter(({ kind }) => kind === "order"),
    ...read.filter(({ kind }) => kind === "question"),
    ...sizedReadings.map((it) => ({
      kind: "size" as const,
      text: describeSizedReading(it),
    })),
  ];
}

/** Whether the reader has certainly got something else. */
function isCertain({ kind }: StaleReadStatus): boolean {
  return kind === "read" || kind === "missed";
}

function describeStaleRead(
  { path, reader, writer, kind }: StaleReadStatus,
): string {
  const remedy = `in the output_stream of ${writer} it is waited for`;
  switch (kind) {
    case "read":
      return `${reader} read ${path} before ${writer} wrote it, so out of date or of an earlier run; ${remedy}`;
    case "missed":
      return `${reader} looked for ${path} before ${writer} made it, and did without it; ${remedy}`;
    case "asked":
      return `${reader} asked for the size or the times of ${path} before ${writer} wrote it again, and has not read it since; ${remedy}`;
    case "listed":
      return `${reader} listed the directory of ${path} before ${writer} made it, and has not come to it otherwise`;
  }
}

function describeSizedReading(
  { app, path, told, size, readTo = 0 }: SizedReadingStatus,
): string {
  return `${app} was told that ${path} has ${told} bytes, and ${
    readTo > told ? "did not read it to its end" : "read no further"
  }, but it has ${size} by now; a program that goes by sizes needs the mode "update" for its file`;
}

function describeRewrite(
  { path, reader, writer, kind }: RewriteStatus,
): string {
  switch (kind) {
    case "reopened":
      return `${path} was changed by ${writer} after ${reader} had read it to its end`;
    case "replaced":
      return `${path} was replaced by ${writer} after ${reader} had read from it`;
    case "removed":
      return `${path} was removed or renamed by ${writer} after ${reader} had found it there, which comes later`;
    case "undone":
      return `${path} was written from its beginning by ${writer} after ${reader} had written to it, which comes later`;
    case "overwritten":
      return `${path} was changed by ${writer} in a part that ${reader} had read`;
  }
}
