import {
  LineHostBuffer,
  type LineHostBufferOptions,
} from "../../../src/lines/mod.ts";

/** A served host, and the protocol written by hand. */
export function serveHost(options: LineHostBufferOptions = {}) {
  const host = new LineHostBuffer(options);
  const server = host.serve({ hostname: "127.0.0.1", port: 0 });
  const address = `http://127.0.0.1:${server.addr.port}${host.apiRoute}`;
  const ask = async (method: string, path: string, init: RequestInit = {}) => {
    const response = await fetch(address + path, { method, ...init });
    return { status: response.status, body: await response.json(), response };
  };
  const post = (
    body: string,
    headers: Record<string, string> = {},
    path = "",
  ) =>
    ask("POST", path, {
      body,
      headers: { "Content-Type": "application/json", ...headers },
    });
  const text = (value: string, headers: Record<string, string> = {}) =>
    post(JSON.stringify({ type: "str", data: { value } }), headers);
  return {
    host,
    address,
    port: server.addr.port,
    ask,
    post,
    text,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The body of a reply without data. */
export const OK = { message: "success" };

/** A message in the serialized form of syncstream. */
export const ERROR =
  '{"/is_syncsdata": true, "/type": "GroupedMessage", "type": "error", "data": ["Error: a", "    at b"]}';
