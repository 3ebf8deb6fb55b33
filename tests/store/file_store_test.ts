import { FileStore } from "../../src/store/mod.ts";
import { testStore } from "../../src/store/testing/mod.ts";
import { temporaryPath } from "./_temporary_directory.ts";

testStore("file", () => new FileStore(temporaryPath()).connect(), {
  transactions: false,
});
