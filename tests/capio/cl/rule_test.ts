import { assertThrows } from "@std/assert";
import { CapioClEngine, type CapioClRule } from "../../../src/capio/mod.ts";

const REFUSED: [rule: unknown, error: typeof TypeError, message: string][] = [
  [{ path: "" }, TypeError, '"path" must be a string that is not empty'],
  [{}, TypeError, '"path" must be a string that is not empty'],
  [
    { path: "a", committed: "on_open" },
    TypeError,
    '"committed" must be one of "on_close", "on_termination", "on_file", "on_n_files", found "on_open"',
  ],
  [
    { path: "a", fire: "now" },
    TypeError,
    '"fire" must be "update" or "no_update", found "now"',
  ],
  [
    { path: "a", closeCount: 0 },
    RangeError,
    '"closeCount" must be a whole number from 1, found 0',
  ],
  [
    { path: "a", committed: "on_n_files" },
    RangeError,
    '"directoryNFileExpected" must be a whole number from 1, found undefined',
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
