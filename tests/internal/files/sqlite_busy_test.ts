import { assert, assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { isSqliteBusy } from "../../../src/internal/mod.ts";
import { temporaryPath } from "../../support/temporary_directory.ts";

Deno.test("isSqliteBusy recognizes the lock of another connection", () => {
  const path = temporaryPath();
  const one = new DatabaseSync(path);
  const two = new DatabaseSync(path);
  one.exec("BEGIN EXCLUSIVE");
  const begin = two.prepare("BEGIN EXCLUSIVE");
  const busy = assertThrows(() => begin.run());
  assert(isSqliteBusy(busy));
  const malformed = assertThrows(() => one.prepare("BEGINNING"));
  assertEquals(isSqliteBusy(malformed), false);
  assertEquals(isSqliteBusy("busy"), false);
  one.close();
  two.close();
});
