import { assertEquals } from "@std/assert";
import { formatBytes } from "../../../src/internal/mod.ts";

Deno.test("sizes have units that keep them short", () => {
  const sizes = [0, 999, 1000, 999_949, 999_950, 1e9, 5e15];
  assertEquals(sizes.map(formatBytes), [
    "0 B",
    "999 B",
    "1.0 kB",
    "999.9 kB",
    "1.0 MB",
    "1.0 GB",
    "5000.0 TB",
  ]);
});
