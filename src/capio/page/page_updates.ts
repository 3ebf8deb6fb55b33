import type { PageModel } from "./page_model.ts";

/** A page as JSON, part by part, so that two pages are quickly compared. */
export interface EncodedPage {
  readonly head: string;
  readonly steps: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, string>;
  readonly timeline: string;
}

/** Encodes all parts of a page; the timeline is an SVG. */
export function encodePage(
  { head, steps, files }: PageModel,
  timeline: string,
): EncodedPage {
  return {
    head: JSON.stringify(head),
    steps: new Map(steps.map((step) => [step.name, JSON.stringify(step)])),
    files: new Map(files.map((file) => [file.path, JSON.stringify(file)])),
    timeline: JSON.stringify(timeline),
  };
}

/**
 * Returns the JSON with which a browser that shows one page comes to show
 * another one, or nothing when both are the same:
 * `{ now, head?, steps?, goneSteps?, files?, goneFiles?, timeline? }`.
 *
 * @param before The page that the browser shows; nothing for an empty one.
 * @param now The present time, Unix time in milliseconds.
 */
export function updateBetween(
  before: EncodedPage | undefined,
  after: EncodedPage,
  now: number,
): string | undefined {
  const members = [
    ...(before?.head === after.head ? [] : [`"head":${after.head}`]),
    ...rowMembers("steps", "goneSteps", before?.steps, after.steps),
    ...rowMembers("files", "goneFiles", before?.files, after.files),
    ...(before?.timeline === after.timeline
      ? []
      : [`"timeline":${after.timeline}`]),
  ];
  if (members.length === 0) return undefined;
  return `{${[`"now":${now}`, ...members].join(",")}}`;
}

function rowMembers(
  name: string,
  goneName: string,
  before: ReadonlyMap<string, string> = new Map(),
  after: ReadonlyMap<string, string>,
): string[] {
  const changed: string[] = [];
  for (const [key, row] of after) {
    if (before.get(key) !== row) changed.push(row);
  }
  const gone = [...before.keys()].filter((key) => !after.has(key));
  return [
    ...(changed.length > 0 ? [`"${name}":[${changed.join(",")}]`] : []),
    ...(gone.length > 0 ? [`"${goneName}":${JSON.stringify(gone)}`] : []),
  ];
}
