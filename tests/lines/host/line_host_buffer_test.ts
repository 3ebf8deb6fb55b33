import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { splitLines } from "../../../src/lines/buffer/line_breaks.ts";
import { type GroupedMessage, LineHostBuffer } from "../../../src/lines/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { ERROR, OK, serveHost } from "./_served_host.ts";

Deno.test("POST A writes a text, GET A reads it, DELETE A clears it", async () => {
  await using served = serveHost();
  const { ask, post } = served;
  const { status, body, response } = await post(
    '{"type":"str","data":{"value":"one\\ntwo\\nthr"}}',
  );
  assertEquals([status, body], [201, OK]);
  assertEquals(response.headers.get("content-type"), "application/json");
  assertEquals((await ask("GET", "")).body, {
    message: "success",
    data: ["one", "two", "thr"],
  });
  assertEquals((await ask("GET", "?n=2")).body.data, ["two", "thr"]);
  assertEquals((await ask("GET", "?n=0")).body.data, []);
  assertEquals((await ask("GET", "?n=-3")).body.data, []);
  assertEquals((await ask("GET", "?n=99")).body.data.length, 3);
  const huge = "9".repeat(400);
  assertEquals((await ask("GET", `?n=${huge}`)).body.data.length, 3);
  assertEquals((await ask("GET", `?n=-${huge}`)).body.data, []);
  const cleared = await ask("DELETE", "");
  assertEquals([cleared.status, cleared.body], [200, OK]);
  assertEquals((await ask("GET", "")).body.data, []);
});

Deno.test("POST A stores errors and warnings after completing the last line", async () => {
  await using served = serveHost();
  const { ask, post, text, host } = served;
  await text("half");
  const { status, body } = await post(`{"type":"error","data":${ERROR}}`);
  assertEquals([status, body], [201, OK]);
  const warning = ERROR.replace('"error"', '"warning"');
  await post(`{"type":"warning","data":${warning}}`);
  const expected = ["half", JSON.parse(ERROR), JSON.parse(warning)];
  assertEquals((await ask("GET", "")).body.data, expected);
  assertEquals(host.readSerialized(), expected);
  assertEquals((host.read()[1] as GroupedMessage).type, "error");
});

Deno.test("POST A with the end signal completes the last line, and the host goes on", async () => {
  await using served = serveHost();
  const { ask, post, text } = served;
  await text("half");
  assertEquals((await post('{"type":"close"}')).status, 201);
  await text("next");
  assertEquals((await ask("GET", "")).body.data, ["half", "next"]);
});

Deno.test("GET A-state answers closed, maxlen, curlen and dropped, and null for others", async () => {
  await using served = serveHost({ maxlen: 2 });
  const { ask, text } = served;
  await text("1\n2\n3\n");
  const state = async (name: string) => {
    const { status, body } = await ask("GET", `-state?state=${name}`);
    assertEquals([status, body.message], [200, "success"]);
    return body.data;
  };
  assertEquals(await state("closed"), false);
  assertEquals(await state("maxlen"), 2);
  assertEquals(await state("curlen"), 2);
  assertEquals(await state("dropped"), 1);
  assertEquals(await state("other"), null);
});

Deno.test("POST A-state asks the mirrors to stop, DELETE A-state resets that alone", async () => {
  await using served = serveHost({ maxlen: 7 });
  const { ask, post, text, host } = served;
  const closed = async () =>
    (await ask("GET", "-state?state=closed")).body.data;
  const set = (value: string) =>
    post(JSON.stringify({ state: "closed", value }), {}, "-state");
  for (
    const [value, expected] of [["True", true], ["yes", false], [
      " true ",
      true,
    ]] as const
  ) {
    const { status, body } = await set(value);
    assertEquals([status, body], [201, OK]);
    assertEquals(await closed(), expected);
  }
  assertEquals((await text("late\n")).status, 409);
  assertEquals((await post(`{"type":"error","data":${ERROR}}`)).status, 409);
  assertEquals((await post('{"type":"close"}')).status, 201);
  assertEquals(host.read(), []);
  const { status, body } = await ask("DELETE", "-state");
  assertEquals([status, body], [200, OK]);
  assertEquals(await closed(), false);
  assertEquals((await ask("GET", "-state?state=maxlen")).body.data, 7);
  host.stopAllMirrors();
  assertEquals(await closed(), true);
});

Deno.test("a mirror of syncstream that is asked to stop can still send its last line and error", async () => {
  await using served = serveHost();
  const { post, text, host } = served;
  const theirs = { "User-Agent": "cainmagi/syncstream" };
  host.stopAllMirrors();
  assertEquals((await text("begun\n", theirs)).status, 201);
  const error = `{"type":"error","data":${ERROR}}`;
  assertEquals((await post(error, theirs)).status, 201);
  assertEquals((await text("late\n")).status, 409);
  assertEquals(host.read().length, 2);
  assertEquals(host.read()[0], "begun");
});

Deno.test("a bad request gets an answer in JSON that names the fault", async () => {
  await using served = serveHost({ maxBodyBytes: 2_000 });
  const { ask, post, host } = served;
  const json = { "Content-Type": "application/json" };
  const cases: [ReturnType<typeof ask>, number, string][] = [
    [post("{"), 400, "not JSON"],
    [post(""), 400, "not JSON"],
    [post("[]"), 400, "object"],
    [post("null"), 400, "object"],
    [post('{"data":{"value":"x"}}'), 400, "type"],
    [post('{"type":"other"}'), 400, '"other"'],
    [post('{"type":"str"}'), 400, "data"],
    [post('{"type":"str","data":"x"}'), 400, "data"],
    [post('{"type":"str","data":{"value":1}}'), 400, "value"],
    [post('{"type":"str","data":{"value":null}}'), 400, "value"],
    [post('{"type":"error"}'), 400, "GroupedMessage"],
    [post('{"type":"error","data":{"foo":1}}'), 400, "GroupedMessage"],
    [
      post(`{"type":"error","data":${ERROR.replace('"Error: a"', "1")}}`),
      400,
      "data",
    ],
    [
      post(`{"type":"str","data":{"value":"${"x".repeat(2_000)}"}}`),
      413,
      "2000",
    ],
    [post("[".repeat(1_999)), 400, "JSON"],
    [
      post('{"type":"close"}', { "Content-Type": "text/plain" }),
      415,
      "text/plain",
    ],
    [
      post('{"type":"close"}', { "Sluice-Mirror": "m", "Sluice-Post": "x" }),
      400,
      "Sluice-Post".toLowerCase(),
    ],
    [ask("GET", "?n=x"), 400, '"x"'],
    [ask("GET", "?n="), 400, "n"],
    [ask("GET", "?n=1.5"), 400, "1.5"],
    [ask("GET", "-state"), 400, "state"],
    [post('{"state":"other","value":"true"}', {}, "-state"), 400, "other"],
    [post('{"state":"closed"}', {}, "-state"), 400, "value"],
    [post('{"state":"closed","value":true}', {}, "-state"), 400, "value"],
    [post("x", {}, "-state"), 400, "not JSON"],
    [ask("PUT", "", { body: "{}", headers: json }), 405, "PUT"],
    [ask("PATCH", "-state", { body: "{}", headers: json }), 405, "PATCH"],
    [ask("POST", "/view", { body: "{}", headers: json }), 405, "POST"],
    [ask("DELETE", "/live"), 405, "DELETE"],
    [ask("GET", "/other"), 404, "Not found"],
    [ask("GET", "-other"), 404, "Not found"],
  ];
  for (const [reply, status, part] of cases) {
    const { status: actual, body } = await reply;
    assertEquals(actual, status, body.message);
    assertStringIncludes(body.message, part);
  }
  const { response } = await ask("PUT", "", { body: "{}" });
  assertEquals(response.headers.get("allow"), "GET, HEAD, POST, DELETE");
  assertEquals(host.read(), []);
});

Deno.test("lines may be split anywhere between posts", async () => {
  const { random, seed } = seededRandom();
  await using served = serveHost({ maxlen: 1_000 });
  const alphabet = [..."ab\r\n\u2028\u{1f40b}é"];
  const text = Array.from(
    { length: 600 },
    () => alphabet[Math.floor(random() * alphabet.length)],
  ).join("");
  for (let at = 0; at < text.length;) {
    const length = Math.floor(random() * 9);
    await served.text(text.slice(at, at + length));
    at += length;
  }
  assertEquals(
    (await served.ask("GET", "")).body.data,
    splitLines(text),
    `seed ${seed}`,
  );
});

Deno.test("a carriage return and a line feed in two posts are one break", async () => {
  await using served = serveHost();
  await served.text("one\r");
  await served.text("");
  await served.text("\ntwo\r\n");
  assertEquals((await served.ask("GET", "")).body.data, ["one", "two"]);
});

Deno.test("one post may hold a million lines", async () => {
  await using served = serveHost({ maxlen: 3, maxBodyBytes: 20_000_000 });
  const { status } = await served.text("line\n".repeat(1_000_000));
  assertEquals(status, 201);
  assertEquals(served.host.read(), ["line", "line", "line"]);
  assertEquals(served.host.dropped, 999_997);
});

Deno.test("each mirror that names itself has a last line of its own", async () => {
  await using served = serveHost();
  const first = { "Sluice-Mirror": "first" };
  const second = { "Sluice-Mirror": "second" };
  await served.text("a", first);
  await served.text("b", second);
  await served.text("x");
  await served.text("a\n", first);
  await served.text("y\n");
  await served.post('{"type":"close"}', second);
  assertEquals(served.host.read(), ["aa", "xy", "b"]);
});

Deno.test("a numbered post is stored once, however often it comes", async () => {
  await using served = serveHost();
  const post = (number: number, text: string) =>
    served.text(text, { "Sluice-Mirror": "m", "Sluice-Post": `${number}` });
  for (const number of [1, 1, 2, 1, 2, 5, 4]) {
    assertEquals((await post(number, `${number}\n`)).status, 201);
  }
  assertEquals(served.host.read(), ["1", "2", "5"]);
});

Deno.test("without the token nothing is read, written or shown", async () => {
  await using served = serveHost({ token: "secret" });
  const { ask, post, text, host } = served;
  for (
    const headers of [{}, { Authorization: "Bearer wrong" }, {
      Authorization: "Basic secret",
    }]
  ) {
    const { status, response } = await text(
      "x\n",
      headers as Record<string, string>,
    );
    assertEquals([status, response.headers.get("www-authenticate")], [
      401,
      "Bearer",
    ]);
  }
  for (
    const path of ["", "-state?state=closed", "/live", "/view", "?token=secre"]
  ) {
    assertEquals((await ask("GET", path)).status, 401);
  }
  assertEquals((await ask("DELETE", "")).status, 401);
  assertEquals(
    (await post('{"type":"close"}', { Authorization: "Bearer secret" })).status,
    201,
  );
  assertEquals((await ask("GET", "?token=secret")).status, 200);
  assertEquals(host.read(), []);
  // No client can send these in a header.
  for (const token of ["", " x", "x\n", "\u62bd"]) {
    assertThrows(() => new LineHostBuffer({ token }), TypeError, "token");
  }
});

Deno.test("a host is one route of any server", async () => {
  // The handler may be taken out of its host.
  const { handler } = new LineHostBuffer({ apiRoute: "/a/lines" });
  const handle = (path: string) =>
    handler(new Request(`http://localhost${path}`));
  assertEquals(await handle("/"), null);
  assertEquals(await handle("/a/linesx"), null);
  assertEquals((await handle("/a/lines"))?.status, 200);
  assertEquals((await handle("/a/lines-state?state=maxlen"))?.status, 200);
  const foreign = new LineHostBuffer({ apiRoute: "/S\u00fc\u00df/\u62bd" });
  const request = new Request(
    `http://localhost${foreign.apiRoute}-state?state=closed`,
  );
  assertEquals((await foreign.handler(request))?.status, 200);
  for (const apiRoute of ["", "x", "/", "/x/", "/x?y"]) {
    assertThrows(() => new LineHostBuffer({ apiRoute }), TypeError, "apiRoute");
  }
});

Deno.test("a mirror of syncstream, which asks for the state in a body, is answered", async () => {
  await using served = serveHost();
  const script = `
import json, sys, http.client
http = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
headers = {"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "cainmagi/syncstream"}
def ask(method, url, body):
    http.request(method, url, json.dumps(body).encode() if body else None, headers)
    with http.getresponse() as reply:
        return reply.status, json.load(reply)
for text in ("one\\n", "tw", "o\\r\\n"):
    print(*ask("GET", "/sync-stream-state", {"state": "closed"}))
    print(*ask("POST", "/sync-stream", {"type": "str", "data": {"value": text}}))
print(*ask("GET", "/sync-stream", None))
`;
  let output;
  try {
    output = await new Deno.Command("python3", {
      args: ["-c", script, `${served.port}`],
    }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("skipped: there is no python3 here");
    return;
  }
  const state = "200 {'message': 'success', 'data': False}\n";
  const stored = "201 {'message': 'success'}\n";
  assertEquals(
    new TextDecoder().decode(output.stdout),
    (state + stored).repeat(3) +
      "200 {'message': 'success', 'data': ['one', 'two']}\n",
  );
});

Deno.test("live readers are limited in number", async () => {
  const host = new LineHostBuffer();
  const ask = (init: RequestInit = {}, path = "") =>
    host.handler(new Request(`http://localhost/sync-stream${path}`, init));
  const readers = [];
  for (let i = 0; i < 256; i++) readers.push(await ask({}, "/live"));
  assertEquals((await ask({}, "/live"))?.status, 503);
  for (const reader of readers) await reader?.body?.cancel();
  const again = await ask({}, "/live");
  assertEquals(again?.status, 200);
  await again?.body?.cancel();
});

Deno.test("a closed buffer is answered with 410, not as a failure of the host", async () => {
  await using served = serveHost();
  served.host.close();
  const { status, body } = await served.ask("GET", "");
  assertEquals([status, body], [410, { message: "The buffer is closed" }]);
  assertEquals((await served.text("x")).status, 410);
});
