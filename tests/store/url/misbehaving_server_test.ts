import { assert, assertEquals, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { KeyError, StoreError, UrlStore } from "../../../src/store/mod.ts";
import { type RawAnswer, type RawRequest, RawServer } from "./_raw_server.ts";

const CONTENT = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 251);
const OTHER = CONTENT.map((byte) => byte ^ 1);
const MORE = Uint8Array.from([...CONTENT, ...OTHER]);
const TAG = { ETag: '"one"' };

/** A good server of static files. */
function good(
  { range }: RawRequest,
  content: Uint8Array = CONTENT,
  tags: Record<string, string> = TAG,
): RawAnswer {
  if (!range) {
    const headers = { ...tags, "Content-Length": content.length };
    return { status: 200, headers, body: content };
  }
  const end = Math.min(range[1] + 1, content.length);
  return {
    status: 206,
    headers: {
      ...tags,
      "Content-Length": end - range[0],
      "Content-Range": `bytes ${range[0]}-${end - 1}/${content.length}`,
    },
    body: content.slice(range[0], end),
  };
}

/** The answer of a good server to GET, and another one to HEAD. */
function butHead(answer: Partial<RawAnswer> | undefined) {
  return (request: RawRequest): RawAnswer | undefined =>
    request.method !== "HEAD"
      ? good(request)
      : answer && { status: 200, headers: TAG, ...answer };
}

/** A good server, but for its answers to GET. */
function butGet(answer: (request: RawRequest) => RawAnswer | undefined) {
  return (request: RawRequest): RawAnswer | undefined =>
    request.method === "HEAD" ? good(request) : answer(request);
}

/** Ends in the middle of what is asked for, the first time. */
function cut(tags: Record<string, string>, then: Uint8Array = CONTENT) {
  return butGet((request) => {
    const whole = good(request, then, tags);
    if (request.before > 0) return whole;
    const body = CONTENT.slice(request.range?.[0] ?? 0).slice(0, 400);
    return { ...good(request, CONTENT, tags), body };
  });
}

const gzip = gzipSync(CONTENT);
const coded = (body: Uint8Array, coding = "gzip") => ({
  status: 200,
  headers: { "Content-Encoding": coding, "Content-Length": body.length },
  body,
});

/** What a server does, and whether the content comes right, or may not. */
type Case = readonly [
  right: "right" | "error" | "either",
  answer: (request: RawRequest) => RawAnswer | undefined,
];

const CASES: Readonly<Record<string, Case>> = {
  "HEAD without a length": ["right", butHead({})],
  "HEAD is not allowed": ["right", butHead({ status: 405 })],
  "HEAD is forbidden, as with a signature for GET": [
    "right",
    butHead({ status: 403 }),
  ],
  "HEAD says that there is nothing": ["right", butHead({ status: 404 })],
  "HEAD fails": ["right", butHead({ status: 500 })],
  "HEAD is not implemented": ["right", butHead({ status: 501 })],
  "HEAD hangs up": ["right", butHead(undefined)],
  "HEAD says that the file is empty": [
    "right",
    butHead({ headers: { ...TAG, "Content-Length": 0 } }),
  ],
  "HEAD says too few bytes": [
    "right",
    butHead({ headers: { ...TAG, "Content-Length": 900 } }),
  ],
  "HEAD says too many bytes": [
    "right",
    butHead({ headers: { ...TAG, "Content-Length": 1100 } }),
  ],
  "HEAD says more bytes than there is memory": [
    "right",
    butHead({ headers: { ...TAG, "Content-Length": 1e14 } }),
  ],
  "HEAD says too few bytes, and ranges do not say of how many they are": [
    "right",
    (request) => {
      const { method, range } = request;
      if (method === "HEAD") {
        return { status: 200, headers: { ...TAG, "Content-Length": 650 } };
      }
      const answer = good(request);
      if (!range) return answer;
      const of = `bytes ${range[0]}-${Math.min(range[1], 999)}/*`;
      return { ...answer, headers: { ...answer.headers, "Content-Range": of } };
    },
  ],
  "HEAD has no content": ["right", butHead({ status: 204 })],
  "HEAD has another tag than GET": [
    "right",
    butHead({ headers: { ETag: '"head"', "Content-Length": 1000 } }),
  ],
  "all in chunks, without a length": [
    "right",
    () => ({ status: 200, headers: TAG, body: CONTENT, chunked: true }),
  ],
  "no length, and the connection ends behind the content": [
    "right",
    () => ({ status: 200, headers: TAG, body: CONTENT }),
  ],
  "no ranges": ["right", (request) => good({ ...request, range: undefined })],
  "ranges of at most 300 bytes": [
    "right",
    (request) => {
      const { range } = request;
      if (!range) return good(request);
      return good({
        ...request,
        range: [range[0], Math.min(range[1], range[0] + 299)],
      });
    },
  ],
  "several ranges, as long as the one": [
    "either",
    (request) => {
      const answer = good(request);
      const { range } = request;
      if (!range) return answer;
      const body = answer.body as Uint8Array;
      const part = `--B\r\nContent-Range: bytes ${
        range.join("-")
      }/1000\r\n\r\n`;
      const bytes = [...new TextEncoder().encode(part), ...body];
      return {
        ...answer,
        headers: {
          ...TAG,
          "Content-Type": "multipart/byteranges; boundary=B",
          "Content-Length": body.length,
        },
        body: Uint8Array.from(bytes.slice(0, body.length)),
      };
    },
  ],
  "a part of the file, though all of it is asked for": [
    "right",
    (request) =>
      request.range || request.method === "HEAD"
        ? good(request)
        : good({ ...request, range: [0, 499] }),
  ],
  "a partial answer without a range": [
    "either",
    butGet(({ range }) => ({
      status: range ? 206 : 200,
      headers: { "Content-Length": 1000 },
      body: CONTENT,
    })),
  ],
  "a partial answer from a later byte": [
    "either",
    butGet((request) => {
      const { range } = request;
      return range
        ? good({ ...request, range: [range[0] + 1, range[1] + 1] })
        : good(request);
    }),
  ],
  "a partial answer with another range than its bytes": [
    "either",
    butGet((request) => {
      const { headers, ...rest } = good(request);
      if (!request.range) return { headers, ...rest };
      return {
        ...rest,
        headers: { ...headers, "Content-Range": "bytes 0-999/1000" },
      };
    }),
  ],
  "several ranges at once": [
    "either",
    butGet((request) =>
      request.range
        ? {
          status: 206,
          headers: { "Content-Type": "multipart/byteranges; boundary=x" },
          body: "--x\r\nContent-Range: bytes 0-9/1000\r\n\r\n0123456789\r\n",
        }
        : good(request)
    ),
  ],
  "a range that cannot be satisfied, whatever is asked for": [
    "either",
    butGet((request) => request.range ? { status: 416 } : good(request)),
  ],
  "gzip, though it is not asked for": ["right", () => coded(gzip)],
  "gzip in two parts": [
    "right",
    () =>
      coded(Uint8Array.from([
        ...gzipSync(CONTENT.slice(0, 300)),
        ...gzipSync(CONTENT.slice(300)),
      ])),
  ],
  "gzip, and ranges of it": [
    "right",
    (request) => {
      const { headers, ...rest } = good(request, gzip, {});
      return { headers: { ...headers, "Content-Encoding": "gzip" }, ...rest };
    },
  ],
  "gzip for GET only": [
    "right",
    (request) => request.method === "HEAD" ? good(request) : coded(gzip),
  ],
  "gzip that is cut": ["error", () => coded(gzip.subarray(0, -9))],
  "gzip that is none": ["error", () => coded(CONTENT)],
  "an unknown coding": ["error", () => coded(CONTENT, "exi")],
  "a connection that is lost in the middle": ["right", cut(TAG)],
  "a connection that is lost in the middle, with a time": [
    "right",
    cut({ "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT" }),
  ],
  "a connection that is lost in the middle, with a weak tag": [
    "either",
    cut({ ETag: 'W/"one"' }, OTHER),
  ],
  "a connection that is lost in the middle, with the time of this moment": [
    "either",
    cut({
      "Last-Modified": new Date().toUTCString(),
      Date: new Date().toUTCString(),
    }, OTHER),
  ],
  "a connection that is lost in the middle, without a tag": [
    "either",
    cut({}),
  ],
  "a connection that is lost in the middle, and other bytes then": [
    "either",
    (request) =>
      request.method === "HEAD"
        ? good(request, request.before > 0 ? OTHER : CONTENT, {
          ETag: request.before > 0 ? '"two"' : '"one"',
        })
        : request.before === 0
        ? {
          ...good(request),
          body: CONTENT.slice(request.range?.[0] ?? 0).slice(0, 400),
        }
        : good(request, OTHER, { ETag: '"two"' }),
  ],
  "a connection that is lost again and again": [
    "error",
    butGet((request) => ({ ...good(request), body: "" })),
  ],
  "a chunk without end": [
    "error",
    butGet(() => ({
      status: 200,
      headers: TAG,
      body: CONTENT.slice(0, 400),
      chunked: "without end",
    })),
  ],
  "fewer bytes than it said, in chunks": [
    "either",
    butGet(({ range }) => ({
      status: range ? 206 : 200,
      headers: TAG,
      body: CONTENT.slice(0, 400),
      chunked: true,
    })),
  ],
  "more bytes than it said, in chunks": [
    "either",
    butGet(() => ({
      status: 200,
      headers: TAG,
      body: MORE,
      chunked: true,
    })),
  ],
  "no time, once": [
    "right",
    (request) =>
      request.before === 0
        ? { status: 503, headers: { "Retry-After": 0, "Content-Length": 0 } }
        : good(request),
  ],
  "no time, ever": [
    "error",
    () => ({ status: 503, headers: { "Content-Length": 0 } }),
  ],
  "no time for an hour": [
    "error",
    () => ({ status: 429, headers: { "Retry-After": 3600 } }),
  ],
  "no content": ["error", () => ({ status: 204 })],
  "a transformed content": [
    "error",
    () => ({ status: 203, headers: { "Content-Length": 4 }, body: "html" }),
  ],
  "an answer that is not HTTP": ["error", () => ({ status: 7 })],
};

/** The other content is whole, too, if it is what is there now. */
function assertRight(bytes: Uint8Array, name: string, from = 0, to = 1000) {
  const expected = [CONTENT, OTHER].map((each) => each.slice(from, to));
  // Without the answer to HEAD there is no doubt that this is all of it.
  if (name.startsWith("more bytes")) expected.push(MORE.slice(from, to * 2));
  assert(
    expected.some((each) => `${each}` === `${bytes}`),
    `${name}: ${bytes.length} wrong bytes of ${from} to ${to}`,
  );
}

Deno.test("a server that misbehaves gives the whole right content, or an error", async () => {
  await Promise.all(
    Object.entries(CASES).map(async ([name, [right, answer]]) => {
      let isWithout = true;
      await using server = new RawServer((request) =>
        request.path.endsWith("/index.json") && isWithout
          ? { status: 404, headers: { "Content-Length": 0 } }
          : answer(request)
      );
      const options = { retries: right === "error" ? 1 : 2 };
      const reads: Readonly<
        Record<string, (store: UrlStore) => Promise<void>>
      > = {
        whole: async (store) => {
          assertRight(await store.toBytes("a"), name);
        },
        range: async (store) => {
          const range = await store.getDataRange("b", 100, 700);
          const bytes = await new Response(range as BodyInit).bytes();
          assertRight(bytes, name, 100, 700);
        },
        end: async (store) => {
          const range = await store.getDataRange("d", 600, 2000);
          const bytes = await new Response(range as BodyInit).bytes();
          assertRight(bytes, name, 600);
        },
        stream: async (store) => {
          const stream = await store.getData("c");
          assertRight(await new Response(stream as BodyInit).bytes(), name);
        },
      };
      for (const [kind, read] of Object.entries(reads)) {
        // What one read has learnt of the server is not known to the next one.
        isWithout = true;
        await using store = await new UrlStore(server.url, options).connect();
        isWithout = false;
        try {
          await read(store);
          assert(right !== "error", `${name}: expected an error of ${kind}`);
        } catch (error) {
          // A stream cannot begin again when its size turns out to be another.
          const isReplaced = error instanceof StoreError &&
            error.code === "REPLACED";
          const isExpected = right !== "right" ||
            (isReplaced && kind !== "whole");
          if (error instanceof StoreError && isExpected) continue;
          throw new Error(`${name}, ${kind}`, { cause: error });
        }
      }
    }),
  );
});

Deno.test("an empty file is empty, whatever is said of its length", async () => {
  const empty = new Uint8Array();
  const answers: Readonly<Record<string, Case[1]>> = {
    "HEAD without a length": ({ method, range }): RawAnswer => {
      if (method === "HEAD") return { status: 200 };
      if (!range) return { status: 200, headers: { "Content-Length": 0 } };
      return { status: 416, headers: { "Content-Range": "bytes */0" } };
    },
    "all with a length": () => ({
      status: 200,
      headers: { "Content-Length": 0 },
    }),
    "a range that cannot be satisfied": ({ range }) =>
      range
        ? { status: 416 }
        : { status: 200, headers: { "Content-Length": 0 } },
    "in chunks": () => ({ status: 200, body: empty, chunked: true }),
  };
  for (const [name, answer] of Object.entries(answers)) {
    await using server = new RawServer((request) =>
      request.path.endsWith("/index.json") ? { status: 404 } : answer(request)
    );
    await using store = await new UrlStore(server.url).connect();
    const value = await store.get("a");
    assertEquals([value.size, await value.bytes()], [0, empty], name);
    assert(await store.exists("a"));
  }
});

Deno.test("GET decides where HEAD gets no answer or an error, at the first request, too", async () => {
  for (const status of [undefined, 500]) {
    await using server = new RawServer((request) =>
      request.method !== "HEAD"
        ? good(request)
        : status
        ? { status }
        : undefined
    );
    const store = new UrlStore(server.url, { index: false, retries: 0 });
    await using _store = await store.connect();
    assertEquals(await store.toBytes("a"), CONTENT);
  }
});

Deno.test("a file that is not there is missing, whatever is said of HEAD", async () => {
  for (const status of [200, 403, 404, 405, 500]) {
    await using server = new RawServer(({ method }) => ({
      status: method === "HEAD" ? status : 404,
      headers: { "Content-Length": 0, "Content-Encoding": "zstd" },
    }));
    const store = new UrlStore(server.url, { index: false, retries: 1 });
    await using _store = await store.connect();
    assertEquals(await store.exists("a"), false);
    await assertRejects(() => store.get("a"), KeyError);
  }
});

Deno.test("a busy server is asked again when it says, and a lost connection goes on where it was", async () => {
  const times: number[] = [];
  let isBusy = true;
  await using server = new RawServer((request) => {
    if (request.method === "HEAD") return good(request);
    if (isBusy) {
      times.push(performance.now());
      isBusy = false;
      return { status: 503, headers: { "Retry-After": 1 } };
    }
    if (request.before === 1) times.push(performance.now());
    const answer = good(request);
    const body = (answer.body as Uint8Array).slice(0, 300);
    return { ...answer, body };
  });
  const store = new UrlStore(server.url, { index: false });
  await using _store = await store.connect();
  assertEquals(await store.toBytes("a"), CONTENT);
  assert(times[1] - times[0] >= 1000);
  const ranges = server.requests.filter(({ method }) => method === "GET")
    .map(({ range }) => range?.[0] ?? 0);
  assertEquals(ranges, [0, 0, 300, 600, 900]);
  for (const { headers } of server.requests) {
    if (headers.has("Range")) assertEquals(headers.get("If-Match"), '"one"');
  }
});

Deno.test("the date until which a server is busy is one of its clock", async () => {
  const ahead = Date.now() + 7_200_000;
  const date = (after: number) => new Date(ahead + after).toUTCString();
  await using server = new RawServer((request) =>
    request.before > 0 ? good(request) : {
      status: 503,
      headers: { Date: date(0), "Retry-After": date(1000) },
    }
  );
  const store = new UrlStore(server.url, { index: false });
  await using _store = await store.connect();
  const start = performance.now();
  assert(await store.exists("a"));
  assert(performance.now() - start >= 1000);
});

Deno.test("a copy of many keys outlives a busy server and lost connections", async () => {
  const keys = Array.from({ length: 200 }, (_, i) => `${i}`);
  const index = Object.fromEntries(keys.map((key) => [key, {}]));
  let count = 0;
  await using server = new RawServer((request) => {
    if (request.path.endsWith("index.json")) {
      return { status: 200, body: JSON.stringify(index) };
    }
    if (++count % 50 === 0) return { status: 503 };
    if (count % 51 === 0) return undefined;
    if (count % 37 === 0) {
      return { ...good(request), body: CONTENT.slice(0, 9) };
    }
    return good(request);
  });
  await using store = await new UrlStore(server.url).connect();
  for await (const key of store.glob("*")) {
    assertEquals(await store.toBytes(key), CONTENT);
  }
});
