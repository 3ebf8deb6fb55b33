import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  ResponseStatus,
  serveTStorage,
  statusName,
  TStorageError,
} from "../../../src/tstorage/mod.ts";

Deno.test("every status has its name, and other numbers have none", () => {
  for (const [name, status] of Object.entries(ResponseStatus)) {
    assertEquals(statusName(status), name);
  }
  assertThrows(
    () => statusName(7 as ResponseStatus),
    RangeError,
    '"status" must be a number in ResponseStatus, found 7',
  );
});

Deno.test("an error of a request has a code, and the number of the protocol", () => {
  const error = TStorageError.ofStatus(ResponseStatus.NO_MEMORY, "GET");
  assertEquals(error.name, "TStorageError");
  assertEquals([error.code, error.status], ["NO_MEMORY", 131]);
  assertEquals(
    error.message,
    "GET failed with NO_MEMORY: it is larger than memoryLimit, raise the limit",
  );
});

Deno.test("a file that is no database is an error with its cause", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "not a database ".repeat(1000));
    const error = assertThrows(
      () => serveTStorage({ port: 0, path }),
      TStorageError,
      `Cannot open "${path}" as the SQLite file of a TStorage server`,
    );
    assertEquals([error.code, error.status], ["CANNOT_OPEN", undefined]);
    assert(error.cause instanceof Error);
  } finally {
    await Deno.remove(path);
  }
});
