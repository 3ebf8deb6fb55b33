import { assertGreater } from "@std/assert";
import { ExamplePage } from "./example_page.ts";
import { pagesWithExamples } from "./pages.ts";

for (const url of pagesWithExamples()) {
  const name = url.pathname.split("/").at(-1);
  Deno.test({
    name: `the examples of ${name} run and print what the page promises`,
    // The shell blocks are those of a POSIX shell.
    ignore: Deno.build.os === "windows",
    async fn() {
      await using page = new ExamplePage(url);
      assertGreater(await page.run(), 0);
    },
  });
}
