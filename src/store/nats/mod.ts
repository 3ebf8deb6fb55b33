/**
 * A store in a bucket of NATS's object store, which several machines share.
 *
 * @module
 */
export { NatsError, type NatsErrorCode } from "../../nats/mod.ts";
export type { NatsTlsOptions } from "../../nats/mod.ts";
export * from "./nats_store.ts";
