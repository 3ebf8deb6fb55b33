import { assertEquals } from "@std/assert";
import {
  Silence,
  type Tick,
} from "../../../../src/capio/agent/server/silence.ts";

const all = new Set(["north", "south", "east"]);
const tick = (...heard: string[]): Tick => ({
  heard: new Set(heard),
  watched: ["south", "east"],
  isReachable: true,
});

Deno.test("a machine is lost after so many silent ticks in a row", () => {
  const silence = new Silence("north", 3);
  assertEquals(silence.count(tick("north", "south", "east")), []);
  assertEquals(silence.count(tick("north", "east")), []);
  assertEquals(silence.count(tick("north", "east")), []);
  assertEquals(silence.of("south"), 2);
  assertEquals(silence.count(tick("north", "east")), ["south"]);
  assertEquals(silence.count(tick("north")), ["south"]);
  assertEquals(silence.of("east"), 1);
});

Deno.test("a heartbeat ends the silence of a machine", () => {
  const silence = new Silence("north", 2);
  for (let i = 0; i < 20; i++) {
    assertEquals(silence.count(tick("north", "east")), []);
    assertEquals(silence.count({ ...tick(), heard: all }), []);
  }
});

Deno.test("a tick in which a machine does not hear itself says nothing of others", () => {
  const silence = new Silence("north", 2);
  for (let i = 0; i < 20; i++) {
    assertEquals(silence.count(tick()), []);
    assertEquals(silence.count(tick("east")), []);
  }
  assertEquals([silence.of("south"), silence.of("east")], [0, 0]);
});

Deno.test("a tick in which the journal is out of reach says nothing of others", () => {
  const silence = new Silence("north", 1);
  const away = { ...tick("north"), isReachable: false };
  for (let i = 0; i < 20; i++) assertEquals(silence.count(away), []);
  assertEquals(silence.count(tick("north", "east")), ["south"]);
});
