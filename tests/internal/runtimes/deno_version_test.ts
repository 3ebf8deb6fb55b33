import { assertEquals } from "@std/assert";
import { refusalOf } from "../../../src/internal/runtimes/deno_version.ts";

for (const version of ["2.9.0", "2.9.6", "2.10.0", "3.0.0", "2.9.1+a1b2c3d"]) {
  Deno.test(`Deno ${version} is accepted`, () => {
    assertEquals(refusalOf(version), undefined);
  });
}

for (const version of ["2.8.3", "2.6.0", "1.46.3"]) {
  Deno.test(`Deno ${version} is refused in one line that says what to do`, () => {
    assertEquals(
      refusalOf(version),
      `sluice: Needs Deno 2.9 or later, found ${version}, run "deno upgrade"`,
    );
  });
}
