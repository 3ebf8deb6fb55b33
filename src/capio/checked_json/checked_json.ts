import * as v from "valibot";
import { excerpt, showFound } from "./found.ts";
import {
  formatJsonPath,
  type JsonPath,
  linesOf,
  scanJson,
} from "./json_scan.ts";
import { CapioClError, type CapioClProblem } from "./problem.ts";

/**
 * The value of a JSON text that a schema describes.
 *
 * @throws {CapioClError} If the text is not JSON, or not what the schema
 * describes; it names everything that is wrong, each with its place.
 */
export function parseCheckedJson<Output>(
  given: string,
  schema: v.GenericSchema<unknown, Output>,
  source: string,
): Output {
  // Some editors begin a file with a byte order mark.
  const text = given.replace(/^\ufeff/, "");
  const result = v.safeParse(schema, parseJson(text, source));
  if (result.success) return result.output;
  throw new CapioClError(source, locateIssues(result.issues, text));
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const offset = scanJson(text) ?? text.length;
    const problem = {
      path: "$",
      ...linesOf(text)(offset),
      expected: "JSON",
      found: offset >= text.length
        ? "the end of the text"
        : `"${excerpt(text.slice(offset))}"`,
    };
    throw new CapioClError(source, [problem], { cause });
  }
}

function locateIssues(
  issues: readonly v.BaseIssue<unknown>[],
  text: string,
): CapioClProblem[] {
  const placeOf = linesOf(text);
  const paths = issues.map((issue) =>
    (issue.path ?? []).map(({ key }) => key as string | number)
  );
  const deepest = paths.reduce((most, it) => Math.max(most, it.length), 0);
  const offsets = new Map<string, number>();
  scanJson(text, (path, offset) => {
    // Below, nobody is going to ask, and paths may be very long.
    if (path.length <= deepest) offsets.set(formatJsonPath(path), offset);
  });
  const offsetOf = (path: JsonPath): number => {
    const known = offsets.get(formatJsonPath(path));
    // What is missing has no place of its own: its parent has.
    return known ?? (path.length === 0 ? 0 : offsetOf(path.slice(0, -1)));
  };
  return issues
    .map((issue, i) => ({
      issue,
      path: paths[i],
      offset: offsetOf(paths[i]),
    }))
    .sort((one, other) => one.offset - other.offset)
    .map(({ issue, path, offset }) => ({
      path: formatJsonPath(path),
      ...placeOf(offset),
      expected: issue.message,
      found: showFound(issue.input),
    }));
}
