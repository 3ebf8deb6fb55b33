import { assertEquals } from "@std/assert";
import {
  GROUP_KEY,
  type KeyLayout,
  PUT_KEY,
  PUTA_KEY,
  WHOLE_KEY,
} from "../../../src/tstorage/data/mod.ts";

Deno.test("the parts of each form of a key stand where the protocol has them", () => {
  const layouts: [KeyLayout<never>, object, number][] = [
    [WHOLE_KEY, { cid: 0, mid: 4, moid: 12, cap: 16, acq: 24 }, 32],
    [PUT_KEY, { mid: 0, moid: 8, cap: 12 }, 20],
    [PUTA_KEY, { mid: 0, moid: 8, cap: 12, acq: 20 }, 28],
    [GROUP_KEY, { cid: 0 }, 4],
  ];
  for (const [layout, at, size] of layouts) {
    assertEquals(layout.at, at);
    assertEquals(layout.size, size);
    assertEquals(layout.parts.map(({ name }) => name), Object.keys(at));
  }
});
