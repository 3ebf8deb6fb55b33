import { assertEquals, assertThrows } from "@std/assert";
import {
  NATS_VARIABLES,
  natsEnvironment,
  type NatsOptions,
  natsOptionsOf,
} from "../../src/nats/mod.ts";

const OPTIONS: readonly NatsOptions[] = [
  { servers: ["broker:4222"] },
  { servers: ["one:4222", "two:4223"], user: "m/e:@", pass: "s%41 :/@é" },
  { servers: ["broker:4222"], user: "me", pass: "" },
  { servers: ["broker:4222"], token: "a/b@c:d" },
  { servers: ["broker:4222"], credentials: "JWT\nSEED\n", tls: true },
  { servers: ["broker:4222"], nkey: "SUAB", tls: { ca: "PEM\n" } },
];

Deno.test("an environment says all that the options of a server say", () => {
  for (const options of OPTIONS) {
    const variables = natsEnvironment(options);
    const text = (name: keyof typeof NATS_VARIABLES) =>
      variables[NATS_VARIABLES[name]] || undefined;
    const found = natsOptionsOf({
      url: text("url") ?? "",
      credentials: text("credentials"),
      nkey: text("nkey"),
      ca: text("ca"),
    });
    assertEquals(found, options);
  }
});

Deno.test("a server's URL with a path is refused without its login", () => {
  const error = assertThrows(
    () => natsOptionsOf({ url: "nats://me:secret@broker/results" }),
    TypeError,
    'found "nats://broker/results"',
  );
  assertEquals(String(error).includes("secret"), false);
});
