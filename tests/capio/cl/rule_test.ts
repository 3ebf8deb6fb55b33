import { assertThrows } from "@std/assert";
import { CapioClEngine, type CapioClRule } from "../../../src/capio/mod.ts";

const REFUSED: [rule: unknown, error: typeof TypeError, message: string][] = [
  [{ path: "" }, RangeError, '"path" must be a non-empty string, found ""'],
  [{}, TypeError, '"path" must be a non-empty string, found undefined'],
  [
    { path: "a", committed: "on_open" },
    TypeError,
    '"committed" must be "on_close", "on_termination", "on_file" or "on_n_files", found "on_open"',
  ],
  [
    { path: "a", fire: "now" },
    TypeError,
    '"fire" must be "update" or "no_update", found "now"',
  ],
  [
    { path: "a", closeCount: 0 },
    RangeError,
    '"closeCount" must be a positive integer, found 0',
  ],
  [
    { path: "a", committed: "on_n_files" },
    TypeError,
    '"on_n_files" needs "directoryNFileExpected"',
  ],
  ["a", TypeError, '"rule" must be an object, found "a"'],
  [null, TypeError, '"rule" must be an object, found null'],
  [
    { path: "a", comitted: "on_close" },
    TypeError,
    'Cannot use the rule for "a": no rule has a member "comitted"',
  ],
  [
    { path: "a", closeCount: "2" },
    TypeError,
    '"closeCount" must be a positive integer, found "2"',
  ],
  [
    { path: "a", producers: "writer" },
    TypeError,
    '"producers" must be an array of non-empty strings, found "writer"',
  ],
  [
    { path: "a", fileDependencies: ["b", 3] },
    TypeError,
    '"fileDependencies" must be an array of non-empty strings, found [ "b", 3 ]',
  ],
  [
    { path: "a", isPermanent: "yes" },
    TypeError,
    '"isPermanent" must be true or false, found "yes"',
  ],
  [
    { path: "a", committed: "on_file" },
    TypeError,
    '"on_file" needs "fileDependencies"',
  ],
  [
    { path: "a", committed: "on_termination", closeCount: 2 },
    TypeError,
    '"closeCount" does not belong to "on_termination"',
  ],
  [
    { path: "a", closeCount: 2, fileDependencies: ["b"] },
    TypeError,
    '"fileDependencies" does not belong to "on_close"',
  ],
];

for (const [rule, error, message] of REFUSED) {
  Deno.test(`a rule in code is refused: ${JSON.stringify(rule)}`, () => {
    assertThrows(
      () =>
        new CapioClEngine(undefined, {
          capioDir: "/data/run",
          rules: [rule as CapioClRule],
        }),
      error,
      message,
    );
  });
}
