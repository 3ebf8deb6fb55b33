import { assertEquals, assertRejects } from "@std/assert";
import {
  StoreDeleteEvent,
  StoreModificationEvent,
  StoreProgressEndEvent,
  StoreProgressStartEvent,
  StoreSetEvent,
  StoreUpdateEvent,
} from "../core/mod.ts";
import { plain } from "./comparison.ts";
import { failing, filled } from "./test_data.ts";
import type { StoreTests } from "./store_tests.ts";

/** The promises of events. */
export const eventTests: StoreTests = {
  "set, update and delete emit their events with key and metadata": async (
    store,
  ) => {
    const heard: unknown[] = [];
    const listener = (event: StoreModificationEvent) => {
      assertEquals(event.source, store);
      heard.push([event.constructor, event.key, plain(event.metadata)]);
    };
    store.eventManager.connect(StoreModificationEvent, listener);
    await store.set("a", { data: filled(3, 3), metadata: { n: 1 } });
    await store.setData("a", new Blob(["x"]));
    await store.updateMetadata("a", { m: 2 });
    await store.setMetadata("b", {});
    await store.delete("a");
    await store.delete("a");
    await store.setIfAbsent("b", "not stored");
    await store.setIfAbsent("c", "stored");
    await store.clear();
    await assertRejects(() => store.setData("a", failing(3)));
    store.eventManager.disconnect(StoreModificationEvent, listener);
    const cleared = heard.splice(6);
    assertEquals(cleared.length, 2);
    for (const key of ["b", "c"]) {
      assertEquals(
        cleared.find((it) => (it as unknown[])[1] === key),
        [StoreDeleteEvent, key, {}],
      );
    }
    assertEquals(heard, [
      [StoreSetEvent, "a", { n: 1 }],
      [StoreUpdateEvent, "a", { n: 1 }],
      [StoreUpdateEvent, "a", { n: 1, m: 2 }],
      [StoreSetEvent, "b", {}],
      [StoreDeleteEvent, "a", { n: 1, m: 2 }],
      [StoreSetEvent, "c", {}],
    ]);
  },

  "setting a stream reports its progress in bytes": async (store) => {
    const starts: unknown[] = [];
    const ends: unknown[] = [];
    store.eventManager.connect(StoreProgressStartEvent, (event) => {
      starts.push([event.key, event.steps, event.message]);
    });
    store.eventManager.connect(StoreProgressEndEvent, (event) => {
      ends.push([event.key, event.exitState]);
    });
    await store.set("a", { data: new Blob([filled(9, 9)]), size: 9 });
    await assertRejects(() => store.setData("b", failing(3)));
    assertEquals(starts, [["a", 9, 'Setting "a"'], ["b", -1, 'Setting "b"']]);
    assertEquals(ends, [["a", "normal"], ["b", "exception"]]);
  },
};
