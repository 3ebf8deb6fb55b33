import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  configFlag,
  denoFlags,
  READER,
  Sluice,
  sluice,
  STREAMED,
  TestPlan,
  WRITER,
  WRITER_FLAGS,
} from "./sluice.ts";

Deno.test("a plan names the directory for files in memory, an option another one", async () => {
  for (const option of ["ram", "other"]) {
    using plan = new TestPlan({
      reader: { code: READER },
      writer: { code: WRITER, denoFlags: WRITER_FLAGS },
    }, { ...STREAMED, storage: { memory: ["a.txt"] } });
    for (const name of ["ram", "other"]) Deno.mkdirSync(plan.path(name));
    const text = JSON.parse(Deno.readTextFileSync(plan.file));
    plan.write("plan.json", JSON.stringify({ ...text, memoryDir: "ram" }));
    const memory = plan.path(option);
    const wrong = plan.path(option === "ram" ? "other" : "ram");
    const options = option === "ram" ? [] : ["--memory-dir", memory];
    await using command = new Sluice(
      "workflow",
      configFlag,
      ...options,
      plan.file,
    );
    await command.printed(/writer \| half-way/);

    const at = ["--capio-dir", plan.data, "--workflow-name", "test"];
    const [unknown, known, refused] = await Promise.all([
      sluice("status", ...at),
      sluice("status", ...at, "--memory-dir", memory),
      sluice(
        "run",
        ...at,
        "--memory-dir",
        wrong,
        "--app-name=late",
        ...denoFlags,
        plan.path("reader.ts"),
      ),
    ]);
    assertStringIncludes(unknown.stdout, `Files in memory lie in "${memory}"`);
    const line = ({ stdout }: { stdout: string }) =>
      stdout.split("\n").find((it) => it.startsWith("a.txt"))
        ?.replaceAll(/ +/g, " ") ?? stdout;
    assertStringIncludes(line(unknown), "a.txt ? open");
    assertStringIncludes(line(known), "a.txt 12 B open");
    assertStringIncludes(line(known), "; in memory");
    assertEquals(refused.code, 1);
    assertStringIncludes(
      refused.stderr,
      `The memoryDir of "late" must be "${memory}", with which "sluice workflow" began`,
    );
    plan.write("go", "");
    assertEquals((await command.result).code, 0);
    assertEquals(plan.list(), ["a.txt", "b.txt"]);
    assertEquals([...Deno.readDirSync(memory)], []);
  }
});
