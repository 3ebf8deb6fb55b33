/**
 * Connections: the two byte streams between a client and a server, whatever
 * carries them, and sockets as one such pair.
 *
 * @module
 */
export { Connection, type Transport } from "./connection.ts";
export {
  connectSocket,
  socketConnection,
  type SocketOptions,
} from "./socket.ts";
export { type ByteInput, WireReader } from "./wire_reader.ts";
