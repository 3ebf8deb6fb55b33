import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  blobName,
  fileName,
  keyNameOfBlob,
} from "../../../src/store/file/file_names.ts";
import { HOSTILE_KEYS } from "../../../src/store/testing/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";

Deno.test("a simple key can be read in its file name", () => {
  assertEquals(fileName("flights-2024_01.csv"), "=flights-2024_01.csv");
  assertEquals(fileName("a/B ü.csv."), "=a%2f%42%20%c3%bc.csv%2e");
});

Deno.test("names differ, even where case does not count, and are safe everywhere", () => {
  const keys = new Set([...HOSTILE_KEYS, ...randomKeys(5_000)]);
  const names = new Set<string>();
  for (const key of keys) {
    const name = fileName(key);
    assertMatch(name, /^=[a-z0-9_.%~-]*$/);
    assert(!name.endsWith("."), name);
    assert(blobName(key).length <= 255, `the name of ${key} is too long`);
    assertEquals(keyNameOfBlob(blobName(key)), name);
    names.add(name.normalize("NFKC").toLowerCase());
  }
  assertEquals(names.size, keys.size);
});

function* randomKeys(count: number): Generator<string> {
  const { below: random } = seededRandom();
  const alphabet = [..."aAbB%/.~=@0_- 24ﬀéÅ👩\0\n"];
  for (let n = 0; n < count; n++) {
    const length = random(10) === 0 ? random(400) : random(5);
    yield Array.from({ length }, () => alphabet[random(alphabet.length)])
      .join("");
  }
}
