import { MemoryStore } from "../../../src/store/mod.ts";
import { testStore } from "../../../src/store/testing/mod.ts";

testStore("memory", () => new MemoryStore().connect());
