import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  BaseEvent,
  type ConnectOptions,
  EventError,
  EventManager,
} from "../../src/events/mod.ts";
import { seededRandom } from "../support/seeded_random.ts";

class Animal extends BaseEvent {
  readonly name: string;

  constructor(name: string, source?: unknown) {
    super({ source });
    this.name = name;
  }
}
class Dog extends Animal {}

function recorder() {
  const heard: string[] = [];
  const listen = (label: string) => (event: Animal) => {
    heard.push(`${label}:${event.name}`);
  };
  return { heard, listen };
}

Deno.test("listeners of a superclass also get the events of a subclass", () => {
  const { heard, listen } = recorder();
  const events = new EventManager();
  events.connect(Animal, listen("animal"));
  events.connect(Dog, listen("dog"));
  events.emit(new Dog("rex"));
  events.emit(new Animal("tom"));
  assertEquals(heard, ["animal:rex", "dog:rex", "animal:tom"]);
});

Deno.test("listeners are called by priority, then in the order of connection", () => {
  const { heard, listen } = recorder();
  const events = new EventManager();
  const priorities: [string, ConnectOptions][] = [
    ["a", {}],
    ["b", { priority: 1 }],
    ["c", {}],
    ["d", { priority: Infinity }],
    ["e", { priority: -Infinity }],
    ["f", { priority: 1 }],
  ];
  for (const [label, options] of priorities) {
    events.connect(label < "c" ? Dog : Animal, listen(label), options);
  }
  events.emit(new Dog("x"));
  assertEquals(heard.map((line) => line[0]).join(""), "dbface");
});

Deno.test("connecting a listener again replaces its options and its place", () => {
  const { heard, listen } = recorder();
  const events = new EventManager();
  const first = listen("first");
  events.connect(Animal, first, { priority: 5 });
  events.connect(Animal, listen("second"));
  events.connect(Animal, first);
  events.emit(new Animal("x"));
  assertEquals(heard, ["second:x", "first:x"]);
});

Deno.test("a filter follows dotted paths, and a missing attribute fails it", () => {
  const cases: [filter: Record<string, unknown>, heard: boolean][] = [
    [{ name: "rex" }, true],
    [{ name: "tom" }, false],
    [{ "source.owner.name": "ann" }, true],
    [{ "source.owner.name": "ann", name: "tom" }, false],
    [{ "source.owner.age": undefined }, false],
    [{ "source.owner.name.length": 3 }, false],
    [{ "source.nothing.name": "ann" }, false],
    [{ "": "rex" }, false],
  ];
  for (const [filter, expected] of cases) {
    const events = new EventManager();
    let heard = false;
    events.connect(Animal, () => heard = true, { filter });
    events.emit(new Animal("rex", { owner: { name: "ann" }, nothing: null }));
    assertEquals(heard, expected, JSON.stringify(filter));
  }
});

Deno.test("a handled event reaches no further listener, and can be emitted again", () => {
  const { heard, listen } = recorder();
  const events = new EventManager();
  const stop = (event: Animal) => event.markAsHandled();
  events.connect(Animal, stop, { priority: 1 });
  events.connect(Animal, listen("last"));
  const event = new Animal("x");
  events.emit(event);
  assertEquals(event.handled, true);
  events.disconnect(Animal, stop);
  events.emit(event);
  assertEquals(heard, ["last:x"]);
});

Deno.test("the error of a listener is reported, and the others are called", async () => {
  const { heard, listen } = recorder();
  const reported: unknown[] = [];
  const events = new EventManager({
    onListenerError: (error, event) => {
      reported.push([(error as Error).message, event.source]);
    },
  });
  events.connect(Animal, () => {
    throw new Error("threw");
  });
  // deno-lint-ignore require-await
  events.connect(Animal, async () => {
    throw new Error("rejected");
  });
  events.connect(Animal, listen("last"));
  events.emit(new Animal("x", "here"));
  await Promise.resolve();
  assertEquals(heard, ["last:x"]);
  assertEquals(reported, [["threw", "here"], ["rejected", "here"]]);
});

Deno.test("a listener that another one disconnects is not called any more", () => {
  const { heard, listen } = recorder();
  const events = new EventManager();
  const second = listen("second");
  events.connect(Animal, () => events.disconnect(Animal, second));
  events.connect(Animal, second);
  events.emit(new Animal("x"));
  assertEquals(heard, []);
});

Deno.test("disabling a class silences it and its subclasses until it is enabled", () => {
  const { heard, listen } = recorder();
  const events = new EventManager();
  events.connect(BaseEvent, (event) => listen("all")(event as Animal));
  events.disable(Animal);
  assertEquals([BaseEvent, Animal, Dog].map((cls) => events.isEnabled(cls)), [
    true,
    false,
    false,
  ]);
  events.emit(new Dog("rex"));
  events.enable(Animal);
  events.emit(new Dog("max"));
  assertEquals(heard, ["all:max"]);
});

Deno.test("disconnecting a listener that is not connected is an error", () => {
  const events = new EventManager();
  const listener = () => {};
  events.connect(Dog, listener);
  const error = assertThrows(
    () => events.disconnect(Animal, listener),
    EventError,
    'Cannot disconnect the listener "listener" from "Animal"',
  );
  assertEquals(error.code, "NOT_CONNECTED");
  events.disconnect(Dog, listener);
  assertThrows(() => events.disconnect(Dog, listener), EventError);
});

Deno.test("wrong arguments are refused by name and value", () => {
  const events = new EventManager();
  const wrong = (value: unknown) => value as never;
  const cases: [call: () => unknown, message: string][] = [
    [
      () => events.connect(wrong(Date), () => {}),
      '"cls" must be a class of ev',
    ],
    [() => events.connect(wrong(undefined), () => {}), "found undefined"],
    [
      () => events.connect(Animal, wrong(7)),
      '"listener" must be a function, found 7',
    ],
    [
      () => events.connect(Animal, () => {}, { priority: NaN }),
      '"priority" must be a number, found NaN',
    ],
    [() => events.disable(wrong("Dog")), 'found "Dog"'],
    [
      () => events.events(Animal, { limit: 0 }),
      '"limit" must be a positive integer, found 0',
    ],
    [
      () => events.connect(Animal, () => {}, { filter: wrong(null) }),
      '"filter" must be an object, found null',
    ],
    [
      () => events.events(Animal, { signal: wrong(7) }),
      '"signal" must be an AbortSignal, found 7',
    ],
    [
      () => events.emit(wrong({ name: 1 })),
      '"event" must be an event, found {',
    ],
    [() => events.emit(wrong(null)), '"event" must be an event, found null'],
  ];
  for (const [call, message] of cases) assertThrows(call, Error, message);
});

Deno.test("events() streams what its filter lets through until it is cancelled", async () => {
  const events = new EventManager();
  const dogs = events.events(Dog, { filter: { source: "here" } });
  events.emit(new Animal("tom", "here"));
  events.emit(new Dog("rex", "here"));
  events.emit(new Dog("max", "there"));
  events.emit(new Dog("ben", "here"));
  const names: string[] = [];
  for await (const { name } of dogs) {
    names.push(name);
    if (name === "ben") break;
  }
  assertEquals(names, ["rex", "ben"]);
  events.emit(new Dog("late", "here"));
});

Deno.test("events() ends with the reason of its signal", async () => {
  const events = new EventManager();
  const abort = new AbortController();
  const reader = events.events(Dog, { signal: abort.signal }).getReader();
  const waiting = assertRejects(() => reader.read(), Error, "enough");
  abort.abort(new Error("enough"));
  await waiting;
  const late = events.events(Dog, { signal: abort.signal }).getReader();
  await assertRejects(() => late.read(), Error, "enough");
  events.emit(new Dog("rex"));
});

Deno.test("events() fails when more than the limit is queued, and loses no event unnoticed", async () => {
  const events = new EventManager();
  const reader = events.events(Dog, { limit: 3 }).getReader();
  for (const name of ["a", "b", "c", "d", "e"]) events.emit(new Dog(name));
  const error = await assertRejects(() => reader.read(), EventError);
  assertEquals(error.code, "READER_TOO_SLOW");
});

Deno.test("listeners connected in any order get their events in the order of priority", () => {
  const { below: random } = seededRandom();
  const classes = [BaseEvent, Animal, Dog];
  const events = new EventManager();
  const model: { cls: number; priority: number; order: number }[] = [];
  const listeners: (() => void)[] = [];
  let heard: number[] = [];
  for (let order = 0; order < 300; order++) {
    const gone = random(model.length + 1);
    if (random(3) === 0 && model[gone]?.cls >= 0) {
      events.disconnect(classes[model[gone].cls], listeners[gone]);
      model[gone].cls = -1;
    }
    const cls = random(3);
    const priority = random(5) - 2;
    model.push({ cls, priority, order });
    listeners.push(() => heard.push(order));
    events.connect(classes[cls], listeners[order], { priority });

    const emitted = random(2) + 1;
    heard = [];
    events.emit(new (emitted === 1 ? Animal : Dog)("x"));
    const expected = model
      .filter(({ cls }) => cls >= 0 && cls <= emitted)
      .sort((a, b) => b.priority - a.priority || a.order - b.order)
      .map(({ order }) => order);
    assertEquals(heard, expected);
  }
});
