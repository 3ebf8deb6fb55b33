import { assert, assertLess } from "@std/assert";
import { pages } from "./pages.ts";
import { ExamplePage } from "./example_page.ts";

const readme = pages().find(({ pathname }) => pathname.endsWith("/README.md"));
assert(readme);
const text = Deno.readTextFileSync(readme);

Deno.test("README shows two programs and the command before it tells anything", () => {
  const command = text.indexOf("sluice run");
  const firstHeading = text.indexOf("\n## ");
  assert(text.indexOf("title=produce.ts") < text.indexOf("title=consume.ts"));
  assertLess(text.indexOf("title=consume.ts"), command);
  assertLess(command, firstHeading);
});

Deno.test({
  name: "the consumer of README reads while the producer still writes",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using page = new ExamplePage(readme);
    for (const { title, text } of page.blocks) {
      if (title) await Deno.writeTextFile(page.path(title), text);
    }
    const command = page.blocks.find(({ text }) => text.includes("sluice run"));
    assert(command);
    const output = await page.runBlock(command);
    const firstRead = output.indexOf("read measurement 1");
    assert(firstRead >= 0, output);
    assertLess(firstRead, output.indexOf("wrote 3"), output);
  },
});
