import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { CapioClError, parseCapioClSettings } from "../../../src/capio/mod.ts";
import { mutated, propertyOptions } from "./_arbitraries.ts";

const DOCUMENTED = `
monitor.filesystem.enabled = true

[monitor.mcast]
enabled = true
commit.ip   = "224.224.224.7"
commit.port = 4001
delay_ms = 0
homenode.ip   = "ff02::1"
homenode.port = 4002
`;

Deno.test("all settings are read", () => {
  assertEquals(parseCapioClSettings(DOCUMENTED), {
    monitor: {
      filesystem: { enabled: true },
      mcast: {
        enabled: true,
        commit: { ip: "224.224.224.7", port: 4001 },
        homenode: { ip: "ff02::1", port: 4002 },
        delayMs: 0,
      },
    },
  });
});

Deno.test("settings left out have the documented defaults", () => {
  assertEquals(parseCapioClSettings(""), {
    monitor: {
      filesystem: { enabled: false },
      mcast: {
        enabled: false,
        commit: { ip: "224.224.224.1", port: 12345 },
        homenode: { ip: "224.224.224.2", port: 12345 },
        delayMs: 300,
      },
    },
  });
});

Deno.test("settings may stand under the name that the original documents", () => {
  const settings = parseCapioClSettings(
    "[capiocl.monitor.mcast]\ndelay_ms = 7",
  );
  assertEquals(settings.monitor.mcast.delayMs, 7);
});

const INVALID: [text: string, problem: string][] = [
  [
    "monitor.filesystem.enabled = 1",
    "$.monitor.filesystem.enabled: expected true or false, found 1",
  ],
  [
    "monitor.mcast.commit.port = 70000",
    "$.monitor.mcast.commit.port: expected a port from 1 to 65535, found 70000",
  ],
  [
    'monitor.mcast.commit.ip = "here"',
    '$.monitor.mcast.commit.ip: expected an IP address, found "here"',
  ],
  [
    "monitor.mcast.delay_ms = -1",
    "$.monitor.mcast.delay_ms: expected a number of milliseconds, found -1",
  ],
  [
    "monitor.tcp.enabled = true",
    '$.monitor.tcp: expected no member but "filesystem", "mcast", found "tcp"',
  ],
  ["monitor = 1979-05-27", "$.monitor: expected an object, found a date"],
  [
    "monitor = \n",
    "$ (line 1, column 11): expected TOML, found the end of the line",
  ],
];

for (const [text, problem] of INVALID) {
  Deno.test(`settings are refused: ${JSON.stringify(text)}`, () => {
    const error = assertThrows(
      () => parseCapioClSettings(text, { source: '"s.toml"' }),
    );
    assert(error instanceof CapioClError);
    assertEquals(error.message, `Invalid "s.toml": ${problem}`);
  });
}

Deno.test("damaged settings are parsed or refused, never anything else", () => {
  fc.assert(
    fc.property(mutated(fc.constant(DOCUMENTED)), (text) => {
      try {
        parseCapioClSettings(text);
      } catch (error) {
        if (!(error instanceof CapioClError)) throw error;
      }
    }),
    propertyOptions(1000),
  );
});
