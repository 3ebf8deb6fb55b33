import { assertEquals, assertStrictEquals } from "@std/assert";
import { beforeLoading, SharedReplacement } from "../../src/internal/mod.ts";

Deno.test("a property stays replaced until its last user lets go, and is then as before", () => {
  const owner = Object.create({ inherited: 1 });
  Object.defineProperty(owner, "own", { get: () => 2, configurable: true });
  const before = Object.getOwnPropertyDescriptors(owner);
  const replacement = new SharedReplacement((replace) => {
    replace(owner, "own", { value: 20 });
    replace(owner, "inherited", { value: 10 });
  });

  const first = replacement.acquire();
  const second = replacement.acquire();
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  assertEquals([owner.own, owner.inherited], [20, 10]);

  second[Symbol.dispose]();
  assertEquals(Object.getOwnPropertyDescriptors(owner), before);
  assertEquals([owner.own, owner.inherited], [2, 1]);
});

Deno.test("a property that other code has replaced since stays replaced", () => {
  const owner = { call: () => "first" };
  const replacement = new SharedReplacement((replace) => {
    replace(owner, "call", { value: () => "ours", writable: true });
  });
  const use = replacement.acquire();
  const theirs = () => "theirs";
  owner.call = theirs;
  use[Symbol.dispose]();
  assertStrictEquals(owner.call, theirs);
});

Deno.test("what a property loads is replaced before it is read first, and not loaded otherwise", () => {
  const owner = {
    get lazy() {
      log.push("load");
      return "loaded";
    },
    get another() {
      return "another";
    },
    plain: 1,
  };
  const log: string[] = [];
  const before = Object.getOwnPropertyDescriptors(owner);
  const replacement = new SharedReplacement((replace) => {
    beforeLoading(owner, ["lazy", "another", "none"], replace, () => {
      log.push("begin");
    });
  });
  const use = replacement.acquire();
  const copy = Object.getOwnPropertyDescriptors(owner);
  assertEquals(log, []);
  assertEquals([owner.lazy, owner.another], ["loaded", "another"]);
  assertEquals(log, ["begin", "load"]);
  use[Symbol.dispose]();
  assertEquals(Object.getOwnPropertyDescriptors(owner), before);

  using _ = replacement.acquire();
  assertEquals(copy.lazy.get?.(), "loaded");
  assertEquals(log, ["begin", "load", "load"]);
});

Deno.test("what is loaded already is replaced at once", () => {
  const owner = { plain: 1 };
  let begun = 0;
  beforeLoading(owner, ["plain"], () => {}, () => begun++);
  assertEquals([begun, owner.plain], [1, 1]);
});
