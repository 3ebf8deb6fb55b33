import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { main } from "../../../src/cli/mod.ts";
import {
  Channel,
  ColumnsPayloadType,
  Key,
  serveTStorage,
  UnitPayloadType,
} from "../../../src/tstorage/mod.ts";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const CLI = new URL("../../../src/cli/mod.ts", import.meta.url).href;
const FIELDS = ["--fields", "celsius:f32,count:i64"];

Deno.test("records put from CSV come back as the same CSV", async () => {
  await using place = new Place();
  const csv = await place.file(
    "in.csv",
    `cid,mid,moid,cap,acq,celsius,count
2,7,0,2024-01-01T00:00:00.000000001Z,-5,21.5,-9223372036854775808

1, -7 ,3,725760000000000000,6,NaN,4
`,
  );
  await place.run("put", csv, ...FIELDS);
  const lines = [
    "cid,mid,moid,cap,acq,celsius,count",
    "1,-7,3,725760000000000000,6,NaN,4",
    "2,7,0,725760000000000001,-5,21.5,-9223372036854775808",
  ];
  assertEquals(await place.get(...FIELDS), lines);
  assertEquals(await place.get(...FIELDS, "--min", "2"), lines.toSpliced(1, 1));
  assertEquals(
    await place.get(...FIELDS, "--max=,,,,0"),
    lines.toSpliced(1, 1),
  );
  assertEquals(
    await place.get(...FIELDS, "--iso", "--min", ",,,2024-01-01T00:00:00Z,0"),
    [
      lines[0],
      "1,-7,3,2024-01-01T00:00:00Z,2001-01-01T00:00:00.000000006Z,NaN,4",
    ],
  );
  assertEquals(await place.get("--min", ",0"), [
    "cid,mid,moid,cap,acq,payload",
    "2,7,0,725760000000000001,-5,0000ac410000000000000080",
  ]);
});

Deno.test("a line without end is refused, with the option that raises the limit", async () => {
  await using server = serveTStorage({ port: 0 });
  const put = async (...options: string[]) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", ...await stdConfigArgs(), CLI],
        ...["tstorage", "put", "-", "--port", `${server.port}`, ...options],
      ],
      stdin: "piped",
      stderr: "piped",
    }).spawn();
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(48)),
    });
    // The command ends before the line does.
    await endless.pipeTo(child.stdin).catch(() => {});
    const { code, stderr } = await child.output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  };
  for (const options of [FIELDS, ["--max-line", "1000"]]) {
    const { code, stderr } = await put(...options);
    assertEquals(code, 1);
    assertMatch(stderr, /expected a line break within \d+ char.*"--max-line"/);
  }
});

Deno.test("the output of get can be put again", async () => {
  await using place = new Place();
  await place.run(
    "put",
    await place.file("in.csv", "1,2,3,4,00ff\n1,2,3,5,\n"),
  );
  const lines = await place.get();
  assertEquals(lines.length, 3);
  await using other = new Place();
  const copy = await other.file("copy.csv", lines.join("\n"));
  await other.run("put", copy);
  assertEquals(await other.get(), lines);
});

Deno.test("a malformed line is named, and nothing is stored", async () => {
  await using place = new Place();
  const good = "1,2,3,4,00\n";
  const cases: [string, string][] = [
    ["1,2,3,4\n", 'line 1 of "FILE": Expected the columns "cid,'],
    ["cid,mid,moid,acq,cap,payload\n", "line 1"],
    [good + "1,2,3,4\n", 'line 2 of "FILE": Expected 5 cells, found 4'],
    [
      good + "1,2,3,4,0g\n",
      '"payload" must be two hexadecimal digits a byte, fo',
    ],
    [good + "1,2,3,soon,00\n", '"cap" must be nanoseconds, or a time such as'],
    [good + "x,2,3,4,00\n", '"cid" must be an integer, found "x"'],
    [good + "1,,3,4,00\n", 'line 2 of "FILE": "mid" must be an integer,'],
    [
      good + "-1,2,3,4,00\n",
      'line 2 of "FILE": "cid" must be a non-negative integer',
    ],
    [good + "1,9223372036854775808,3,4,00\n", "line 2"],
  ];
  for (const [text, message] of cases) {
    const file = await place.file("bad.csv", text);
    const error = await place.fail(1, "put", file);
    assert(error.includes(message.replace("FILE", file)), error);
  }
  assertEquals((await place.get()).length, 1);
});

Deno.test("a field that is not of its type is named, and nothing is stored", async () => {
  await using place = new Place();
  const cases: [string, string][] = [
    [",1,2", '"celsius" must be a number, found ""'],
    ["x,1,2", '"celsius" must be a number, found "x"'],
    [
      "1e300,1,2",
      '"celsius" must be a number that fits 32 bits, found "1e300"',
    ],
    ["1e400,1,2", 'a number that fits 32 bits, found "1e400"'],
    ["-1e-60,1,2", 'a number that fits 32 bits, found "-1e-60"'],
    [
      "16777217,1,2",
      'fits 32 bits, found "16777217", add ".0" for the nearest',
    ],
    ["0x10,1,2", '"celsius" must be a number, found "0x10"'],
    ["nan,1,2", '"celsius" must be a number, found "nan"'],
    ["1_0,1,2", '"celsius" must be a number, found "1_0"'],
    ["1,1.0,2", '"count" must be an integer, found "1.0"'],
    ["1,0x10,2", '"count" must be an integer, found "0x10"'],
    ["1,1,1.0", '"hPa" must be an integer, found "1.0"'],
    ["1,1,1e3", '"hPa" must be an integer, found "1e3"'],
    ["1,1,0x10", '"hPa" must be an integer, found "0x10"'],
    ["1,1,99999999999999999999", '"hPa" must be an integer'],
    ["1,9223372036854775808,1", "count"],
    ["1,,2", '"count" must be an integer, found ""'],
    ["1,1.5,2", '"count" must be an integer, found "1.5"'],
    ["1,1,", '"hPa" must be an integer, found ""'],
    ["1,1,1.5", '"hPa" must be an integer, found "1.5"'],
    ["1,1,65536", '"hPa" must be an integer from 0 to 65535, found 65536'],
  ];
  const fields = ["--fields", "celsius:f32,count:i64,hPa:u16"];
  for (const [cells, message] of cases) {
    const text = `1,2,3,4,1,1,1\n1,2,3,4,${cells}\n`;
    const file = await place.file("bad.csv", text);
    const error = await place.fail(1, "put", file, ...fields);
    assert(error.includes(`line 2 of "${file}": `), error);
    assert(error.includes(message), error);
  }
  assertEquals((await place.get()).length, 1);
});

Deno.test("numbers come out as they went in", async () => {
  await using place = new Place();
  const numbers = ["-0", "0", "NaN", "Infinity", "-Infinity", "5e-324"];
  const lines = numbers.map((number, i) => `1,2,${i},4,5,${number}`);
  const head = "cid,mid,moid,cap,acq,value\n";
  const file = await place.file("in.csv", head + lines.join("\n"));
  await place.run("put", file, "--fields", "value:f64");
  const [, ...got] = await place.get("--fields", "value:f64");
  assertEquals(got, lines);
});

Deno.test("a number or a time that its column cannot hold is refused", async () => {
  await using place = new Place();
  const cases: [string, string][] = [
    ["1,2,3,4,9007199254740993", "fits 64 bits"],
    ["1,2,3,4,1e400", "fits 64 bits"],
    ["1,2,3,4,-1e400", "fits 64 bits"],
    ["1,2,3,4,1e-400", "fits 64 bits"],
    ["1.0,2,3,4,1", '"cid" must be an integer, found "1.0"'],
    ["1,2.0,3,4,1", '"mid" must be an integer, found "2.0"'],
    ["1,2,3e0,4,1", '"moid" must be an integer, found "3e0"'],
    ["1,2,3,4.0,1", '"cap" must be nanoseconds'],
    ...[
      ...["2016-12-31T23:59:60Z", "2016-12-31T235960Z", "20161231T235960Z"],
      ...["2016-12-31 23:59:60.5Z", "2017-01-01T00:59:60+01:00"],
      ...["2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-04-31T00:00Z"],
      ...["2024-01-01T24:00:00Z", "2024-01-01T00:00:00", "2024-01-01"],
      ...["2024-01-01T00:00:00.0000000001Z", "2024-01-01T00:00:00+05:00[UTC]"],
    ].map((time): [string, string] => [
      `1,2,3,${time},1`,
      `"cap" must be nanoseconds, or a time such as 2024-01-01T00:00:00Z, found "${time}"`,
    ]),
    ["1,2,3,4,5,1", 'or a first line with these names or "cid,'],
    ["cid,mid,moid,cap,acq,value,more", "Expected the columns"],
  ];
  for (const [line, message] of cases) {
    const file = await place.file("bad.csv", `${line}\n`);
    const error = await place.fail(1, "put", file, "--fields", "value:f64");
    assert(error.includes(message), error);
  }
  assertEquals((await place.get()).length, 1);
  const good = [
    "1,+2,-3,2024-01-01T01:00:00.000000001+01:00,9007199254740992",
    "2,2,3,2024-01-01T00:00:00Z,9007199254740993.0",
    "3,2,3,-5,1152921504606847000",
    "4,2,3,0,0.0e-999",
  ];
  await place.run(
    ...["put", await place.file("in.csv", good.join("\n"))],
    ...["--fields", "value:f64"],
  );
  const values = (await place.get("--fields", "value:f64")).slice(1)
    .map((line) => line.split(",").toSpliced(4, 1).join());
  assertEquals(values, [
    "1,2,-3,725760000000000001,9007199254740992",
    "2,2,3,725760000000000000,9007199254740992",
    "3,2,3,-5,1152921504606847000",
    "4,2,3,0,0",
  ]);
});

Deno.test("acq prints the time before which all is there", async () => {
  await using place = new Place();
  await place.run("put", await place.file("in.csv", "1,2,3,4,00\n"));
  const [before] = await place.print("acq");
  assertMatch(before, /^\d+$/);
  assertEquals((await place.get("--max", `,,,,${before}`)).length, 2);
  assertEquals(await place.print("acq", "--max=,,,,15"), ["15"]);
  const [iso] = await place.print("acq", "--iso");
  assert(Math.abs(Date.parse(iso) - Date.now()) < 60_000, iso);
});

Deno.test("wrong usage is one line, and exit code 2", async () => {
  await using place = new Place();
  const cases = [
    ["put"],
    ["put", "a", "b"],
    ["put", "--fields", "a:f128", "-"],
    ["put", "--fields", "cid:f64", "-"],
    ["put", "--fields", "", "-"],
    ["put", "--fields", "a", "-"],
    ["put", "--fields", "a:f32:f32", "-"],
    ["put", "--fields", "a:f32,b:f32,a:f64", "-"],
    ["get", "--min", "a"],
    ["get", "--max", "1,2,3,4,5,6"],
    ["get", "more"],
    ["get", "--unknown"],
    ["get", "--port", "70000"],
    ["acq", "--timeout", "-1"],
    ["acq", "--timeout", "0"],
    ["serve", "--memory-limit", "much"],
    ["serve", "--cert", "cert.pem"],
  ];
  for (const args of cases) {
    const lines = (await place.fail(2, ...args)).split("\n");
    assertEquals(lines.length, 1, `${args}: ${lines}`);
    assertMatch(
      lines[0],
      /^sluice tstorage: .*, see "sluice tstorage --help"$/,
    );
  }
});

Deno.test("an error is one line, and exit code 1", async () => {
  await using place = new Place();
  await place.run("put", await place.file("in.csv", "1,2,3,4,00\n"));
  const cases: [string[], string][] = [
    [["put", "/no/such/file"], "/no/such/file"],
    [["put", "/"], 'Expected "/" to be a file, found a directory'],
    [["get", "--port", "1"], 'Cannot connect to "127.0.0.1:1"'],
    [["get", "--min", "5", "--max", "5"], "the server refused it"],
    [["get", "--fields", "a:f64"], "check the payload type"],
    [["acq", "--min=-1"], "GETACQ failed with ERROR"],
    [["serve"], "another program does"],
    [["serve", "--port", "0", "--path", "/no/such/db"], 'open "/no/such/db"'],
    [["serve", "--cert", "/no/such/cert", "--key", "key"], "/no/such/cert"],
    [["get", "--ca", "/no/such/ca"], "/no/such/ca"],
  ];
  for (const [args, message] of cases) {
    const error = await place.fail(1, ...args);
    assert(error.includes(message) && !error.includes("\n"), error);
  }
});

Deno.test("each command explains itself", async () => {
  await using place = new Place();
  for (const command of ["", "serve", "put", "get", "acq"]) {
    const args = command === "" ? ["--help"] : [command, "--help"];
    const lines = await place.print(...args);
    assertMatch(lines[0], /^Usage: sluice tstorage/);
    for (const line of lines) assert(line.length <= 80, line);
  }
});

Deno.test("serve keeps its records in the file until Ctrl-C", async () => {
  await using place = new Place();
  const path = join(place.directory.path, "records.db");
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      ...await stdConfigArgs(),
      CLI,
      "tstorage",
      "serve",
      "--port=0",
      `--path=${path}`,
    ],
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.getReader();
  const line = new TextDecoder().decode((await reader.read()).value);
  assert(line.startsWith(`Serving in "${path}" on 127.0.0.1:`), line);
  const port = Number(line.split(":").at(-1));
  await using channel = new Channel("127.0.0.1", port, new UnitPayloadType());
  await channel.connect();
  const key = new Key(1, 2n, 3, 4n, 5n);
  assert((await channel.puta([{ key, value: undefined }])).isOk());
  process.kill("SIGINT");
  assertEquals((await process.status).code, 130);
  await reader.cancel();
  await using server = serveTStorage({ port: 0, path });
  await using again = new Channel(
    "127.0.0.1",
    server.port,
    new ColumnsPayloadType({}),
  );
  await again.connect();
  const { data } = await again.get(Key.MIN, Key.MAX);
  assertEquals(data, [{ key, value: {} }]);
});

/** A server and a directory, and the command line that uses them. */
class Place implements AsyncDisposable {
  readonly directory: TemporaryDirectory = new TemporaryDirectory();
  readonly #server = serveTStorage({ port: 0 });

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    this.directory[Symbol.dispose]();
  }

  async file(name: string, text: string): Promise<string> {
    const path = join(this.directory.path, name);
    await Deno.writeTextFile(path, text);
    return path;
  }

  async run(...args: string[]): Promise<void> {
    assertEquals(await this.#call("error", 0, args), []);
  }

  async print(...args: string[]): Promise<string[]> {
    return await this.#call("log", 0, args);
  }

  async fail(code: number, ...args: string[]): Promise<string> {
    return (await this.#call("error", code, args)).join("\n");
  }

  async get(...args: string[]): Promise<string[]> {
    const output = join(this.directory.path, "out.csv");
    await this.run("get", "-o", output, ...args);
    return (await Deno.readTextFile(output)).trimEnd().split("\n");
  }

  /** What is said to the console in the meantime. */
  async #call(
    to: "log" | "error",
    code: number,
    [command, ...args]: string[],
  ): Promise<string[]> {
    const lines: string[] = [];
    const original = console[to];
    console[to] = (text: string) => void lines.push(...text.split("\n"));
    try {
      const port = command.startsWith("-") || args.includes("--port")
        ? []
        : [`--port=${this.#server.port}`];
      const got = await main(["tstorage", command, ...port, ...args]);
      assertEquals(got, code, lines.join("\n"));
      return lines;
    } finally {
      console[to] = original;
    }
  }
}
