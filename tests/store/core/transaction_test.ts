import { assert, assertEquals, assertRejects } from "@std/assert";
import { EventManager } from "../../../src/events/mod.ts";
import {
  DummyTransactionContext,
  MemoryStore,
  SimpleTransactionContext,
  StoreEvent,
  StoreKeyEvent,
  StoreSetEvent,
  StoreTransactionEndEvent,
  StoreTransactionStartEvent,
  type TransactionalStore,
} from "../../../src/store/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";

/** A store that does nothing but say when it is asked to. */
class LoggingStore implements TransactionalStore {
  readonly eventManager = new EventManager();
  readonly log: string[] = [];
  failing = "";

  constructor() {
    this.eventManager.connect(StoreEvent, (event) => {
      this.log.push(
        event instanceof StoreKeyEvent ? event.key : event.constructor.name,
      );
    });
  }

  beginTransaction() {
    this.#do("begin");
  }

  async commitTransaction() {
    await Promise.resolve();
    this.#do("commit");
  }

  rollbackTransaction() {
    this.#do("rollback");
  }

  set(key: string) {
    const event = new StoreSetEvent({ source: this, key, metadata: {} });
    this.eventManager.emit(event);
  }

  #do(action: string) {
    this.log.push(action);
    if (this.failing === action) throw new Error(`cannot ${action}`);
  }
}

Deno.test("the methods of a store are called around its events", async () => {
  const store = new LoggingStore();
  const result = await new SimpleTransactionContext(store).run(() => {
    store.set("a");
    return "done";
  });
  assertEquals(result, "done");
  assertEquals(store.log, [
    "begin",
    "StoreTransactionStartEvent",
    "commit",
    "StoreTransactionEndEvent",
    "a",
  ]);
});

Deno.test("events are held back for a store without transaction methods, too", async () => {
  const store = { eventManager: new EventManager() };
  const heard: string[] = [];
  store.eventManager.connect(StoreEvent, (event) => {
    heard.push(event.constructor.name);
  });
  const event = new StoreSetEvent({ source: store, key: "a", metadata: {} });
  const elsewhere = new StoreSetEvent({ source: {}, key: "b", metadata: {} });
  await new SimpleTransactionContext(store).run(() => {
    store.eventManager.emit(event);
    store.eventManager.emit(elsewhere);
  });
  assertEquals(heard, [
    "StoreTransactionStartEvent",
    "StoreSetEvent",
    "StoreTransactionEndEvent",
    "StoreSetEvent",
  ]);
});

Deno.test("a subclass may begin, commit and roll back in its own way", async () => {
  class OwnContext extends SimpleTransactionContext {
    readonly log: string[] = [];
    protected override begin() {
      this.log.push("begin");
      return Promise.resolve();
    }
    protected override commit() {
      this.log.push("commit");
      return Promise.resolve();
    }
    protected override rollback() {
      this.log.push("rollback");
      return Promise.resolve();
    }
  }
  const store = new LoggingStore();
  const context = new OwnContext(store);
  await context.run(() => context.run(() => {}));
  await assertRejects(() => context.run(() => Promise.reject(new Error("no"))));
  assertEquals(context.log, ["begin", "commit", "begin", "rollback"]);
  assert(!store.log.includes("begin"));
});

Deno.test("a subclass may write to the store while it begins and commits", async () => {
  await using store = await new MemoryStore().connect();
  class Noting extends SimpleTransactionContext {
    protected override async begin() {
      await super.begin();
      await store.setMetadata("begun", {});
    }
    protected override async commit() {
      await store.setMetadata("committed", {});
      await super.commit();
    }
  }
  const context = new Noting(store);
  await context.run(() => {});
  assertEquals(await Array.fromAsync(store.queryKeys()), [
    "begun",
    "committed",
  ]);
  const transaction = await context.enter();
  await store.delete("committed");
  await transaction.rollback();
  assertEquals(await store.exists("committed"), true);
});

Deno.test("an error of begin, commit or rollback is thrown, and the next transaction runs", async () => {
  const expected = {
    begin: ["begin"],
    commit: [
      "begin",
      "StoreTransactionStartEvent",
      "commit",
      "rollback",
      "StoreTransactionEndEvent",
    ],
    rollback: [
      "begin",
      "StoreTransactionStartEvent",
      "rollback",
      "StoreTransactionEndEvent",
    ],
  };
  for (const [action, log] of Object.entries(expected)) {
    const store = new LoggingStore();
    const context = new SimpleTransactionContext(store);
    store.failing = action;
    const body = () => {
      store.set("lost");
      if (action === "rollback") throw new Error("no");
    };
    await assertRejects(() => context.run(body), Error, `cannot ${action}`);
    assertEquals(store.log, log);
    store.failing = "";
    await context.run(() => store.set("kept"));
    assertEquals(store.log.at(-1), "kept");
  }
});

Deno.test("a commit that fails is the reason, also when the rollback fails too", async () => {
  const store = new LoggingStore();
  const context = new SimpleTransactionContext(store);
  const runs = {
    run: () => context.run(() => void (store.failing = "commit")),
    enter: async () => {
      await using transaction = await context.enter();
      store.failing = "commit";
      await transaction.commit();
    },
  };
  for (const run of Object.values(runs)) {
    store.failing = "";
    store.rollbackTransaction = () => {
      throw new Error("cannot rollback");
    };
    const error = await assertRejects(run, Error, "cannot commit");
    assertEquals(error.name, "Error");
  }
});

Deno.test("the events of a transaction have its notes and how it ended", async () => {
  const store = await new MemoryStore().connect();
  const heard: string[] = [];
  store.eventManager.connect(StoreTransactionStartEvent, ({ notes }) => {
    heard.push(`start ${notes}`);
  });
  store.eventManager.connect(StoreTransactionEndEvent, ({ notes, state }) => {
    heard.push(`end ${notes} ${state}`);
  });
  await store.transaction("one").run(() => {});
  const failing = store.transaction("two").run(() => {
    throw new Error("no");
  });
  await assertRejects(() => failing);
  assertEquals(heard, [
    "start one",
    "end one done",
    "start two",
    "end two failed",
  ]);
});

Deno.test("a store without transactions has one context", () => {
  const [one, two] = [{}, {}];
  const context = new DummyTransactionContext(one);
  assert(new DummyTransactionContext(one) === context);
  assert(new DummyTransactionContext(two) !== context);
});

Deno.test("transactions and writes run in the order in which they came", async () => {
  const { below: random } = seededRandom();
  await using store = await new MemoryStore().connect();
  await store.setMetadata("count", { n: 0 });
  let open = 0;
  let committed = 0;
  const add = async () => {
    const { n } = await store.getMetadata("count");
    for (let turns = random(4); turns > 0; turns--) await Promise.resolve();
    await store.setMetadata("count", { n: Number(n) + 1 });
  };
  const tasks = Array.from({ length: 200 }, (_, n) => {
    const fails = random(3) === 0;
    if (random(4) === 0) return store.setMetadata(`single ${n}`, {});
    return store.transaction(String(n)).run(async () => {
      assertEquals(++open, 1);
      await store.transaction("nested").run(add);
      open--;
      if (fails) throw new Error("no");
      committed++;
    });
  });
  await Promise.allSettled(tasks);
  assertEquals(await store.getMetadata("count"), { n: committed });
});
