/**
 * The clients of a host over HTTP: one that writes, one that reads.
 *
 * @module
 */
export type { HostClientOptions } from "./host_client.ts";
export {
  LineHostMirror,
  type LineHostMirrorOptions,
} from "./line_host_mirror.ts";
export { LineHostReader } from "./line_host_reader.ts";
