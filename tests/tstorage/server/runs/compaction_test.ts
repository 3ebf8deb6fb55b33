import { assertEquals } from "@std/assert";
import { nextMerge } from "../../../../src/tstorage/server/runs/mod.ts";

const cap = new Uint8Array(8);

/** The ids of the runs that are merged next, of runs with such sizes. */
function merged(
  bytes: readonly number[],
  { reads = [100], isQuiet = false } = {},
): number[] | undefined {
  const runs = bytes.map((bytes, id) => ({
    id,
    put: id + 1,
    records: bytes,
    bytes,
    minCap: cap,
    maxCap: cap,
  }));
  const merge = nextMerge(runs, reads, isQuiet);
  return merge && [merge.oldest, ...merge.newer].map(({ id }) => id);
}

Deno.test("while PUTs come, some runs of similar size are merged", () => {
  assertEquals(merged([]), undefined);
  assertEquals(merged([1, 1, 1, 1, 1, 1, 1]), undefined);
  assertEquals(merged([1, 1, 1, 1, 1, 1, 1, 1]), [0, 1, 2, 3, 4, 5, 6, 7]);
  assertEquals(
    merged([1000, 1, 1, 1, 1, 1, 1, 1, 1]),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
  assertEquals(merged([1000, 300, 100, 30, 10, 3, 1, 1, 1]), undefined);
});

Deno.test("in a quiet time all runs are merged, but none that a GET sees with one that it does not", () => {
  const isQuiet = true;
  assertEquals(merged([7], { isQuiet }), undefined);
  assertEquals(merged([1000, 1], { isQuiet }), [0, 1]);
  // A GET as of PUT 2 sees the first two of them.
  const two = { isQuiet, reads: [2, 100] };
  assertEquals(merged([5, 5, 5, 5], two), [0, 1]);
  assertEquals(merged([5, 5], { isQuiet, reads: [1, 100] }), undefined);
  const eight = [1, 1, 1, 1, 1, 1, 1, 1];
  assertEquals(merged(eight, { reads: [4, 100] }), undefined);
});
