import { LineHostBuffer } from "@sluice/sluice/lines";

/** A host with a process of its own, which says where it listens. */
const host = new LineHostBuffer({ maxlen: 10_000 });
const server = host.serve({ port: 0 });
console.log(server.addr.port);
await server.finished;
