import { excerpt, showFound } from "./found.ts";
import {
  formatJsonPath,
  type JsonPath,
  linesOf,
  scanJson,
} from "./json_scan.ts";
import { type CapioClProblem, invalidText } from "./capio_cl_error.ts";
import type { Issue, Schema } from "./schema.ts";

/**
 * Parses a JSON text and checks its value against a schema.
 *
 * @throws {CapioClError} If the text is not JSON, or not what the schema
 * describes; it names everything that is wrong, each with its place.
 */
export function parseCheckedJson<Output>(
  given: string,
  schema: Schema<Output>,
  source: string,
): Output {
  // Some editors begin a file with a byte order mark.
  const text = given.replace(/^\ufeff/, "");
  const value = parseJson(text, source);
  const issues: Issue[] = [];
  if (schema(value, (issue) => issues.push(issue))) return value;
  throw invalidText(source, locateIssues(issues, text));
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
    throw invalidText(source, [problem], { cause });
  }
}

function locateIssues(
  issues: readonly Issue[],
  text: string,
): CapioClProblem[] {
  const placeOf = linesOf(text);
  const deepest = issues.reduce(
    (most, it) => Math.max(most, it.path.length),
    0,
  );
  const offsets = new Map<string, number>();
  scanJson(text, (path, offset) => {
    // No issue is deeper, and paths may be very long.
    if (path.length <= deepest) offsets.set(formatJsonPath(path), offset);
  });
  const offsetOf = (path: JsonPath): number => {
    const known = offsets.get(formatJsonPath(path));
    // A missing member has no place of its own, so its parent's is taken.
    return known ?? (path.length === 0 ? 0 : offsetOf(path.slice(0, -1)));
  };
  return issues
    .map((issue) => ({ issue, offset: offsetOf(issue.path) }))
    .sort((one, other) => one.offset - other.offset)
    .map(({ issue, offset }) => ({
      path: formatJsonPath(issue.path),
      ...placeOf(offset),
      expected: issue.expected,
      found: showFound(issue.found),
    }));
}
