import { NatsStore } from "../../../src/store/nats/mod.ts";
import { testStore } from "../../../src/store/testing/mod.ts";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";

if (hasNatsServer) {
  const server = await NatsServer.start();
  globalThis.addEventListener("unload", () => void server.kill());
  testStore("nats", () => new NatsStore(server.newBucket()).connect(), {
    transactions: false,
  });
}
