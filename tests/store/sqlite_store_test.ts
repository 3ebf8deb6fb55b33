import { SqliteStore } from "../../src/store/mod.ts";
import { testStore } from "../../src/store/testing/mod.ts";
import { temporaryPath } from "./_temporary_directory.ts";

testStore("sqlite", () => new SqliteStore(temporaryPath()).connect());
testStore("sqlite in memory", () => new SqliteStore(":memory:").connect());
