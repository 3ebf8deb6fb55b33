import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import type { Page } from "playwright-core";
import { LineHostBuffer } from "../../../src/lines/mod.ts";
import { PAGE_LIBRARY, pageLibrary } from "../../../tools/page_library.ts";
import { isChromiumInstalled, launchChromium } from "../../support/chromium.ts";

const COLORS = Array.from({ length: 16 }, (_, i) => i < 8 ? 30 + i : 82 + i);

const rowTexts = (page: Page) => page.locator(".row .text").allTextContents();

/** Waits until an element has the text, which a busy machine may delay. */
async function untilText(page: Page, selector: string, text: string) {
  await page.locator(selector).filter({ hasText: text }).waitFor();
}

/** Reads again and again until the result is the expected one. */
async function untilEqual<T>(
  read: () => Promise<T>,
  expected: T,
): Promise<void> {
  const end = performance.now() + 30_000;
  for (;;) {
    const found = await read();
    if (JSON.stringify(found) === JSON.stringify(expected)) return;
    if (performance.now() > end) assertEquals(found, expected);
    await delay(20);
  }
}

Deno.test("the library of the page is the version in deno.json", async () => {
  const made = await Deno.readTextFile(PAGE_LIBRARY);
  assertEquals(made, await pageLibrary(), "run deno task page-library");
  assertEquals(made.includes("</script"), false);
});

Deno.test({
  name: "colours, writers, search, filter and wrapping on the page",
  ignore: !isChromiumInstalled(),
  async fn(t) {
    const host = new LineHostBuffer({ maxlen: 20_000 });
    await using server = host.serve({ port: 0 });
    const browser = await launchChromium();
    const page = await browser.newPage({
      viewport: { width: 900, height: 500 },
    });
    page.setDefaultTimeout(30_000);
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    const write = async (text: string, last: string) => {
      host.write(text);
      await page.locator(".row .text").last().filter({ hasText: last })
        .waitFor();
    };

    try {
      await page.goto(
        `http://127.0.0.1:${server.addr.port}/sync-stream/view`,
      );
      await page.locator("#status.live").waitFor();

      await t.step(
        "styles of a terminal are shown, and no controls",
        async () => {
          await write(
            "\x1b[1;31mbold red\x1b[0m plain \x1b[38;2;1;2;3mrgb\x1b[m \x1b[44mback\x1b[49m \x1b[2K\x1b[48;5;999;38;5;256merased \x1b]0;title\x07end\x1b\n",
            "end",
          );
          await untilEqual(() => rowTexts(page), [
            "bold red plain rgb back erased end",
          ]);
          const red = page.locator(".text .fg-red.bold");
          assertEquals(await red.textContent(), "bold red");
          const styled = page.locator('.text [style*="color"]');
          assertEquals(await styled.allTextContents(), ["rgb", "back"]);
        },
      );

      await t.step(
        "every colour can be read, on light and on dark",
        async () => {
          const texts = COLORS.map((code) => `\x1b[${code}mcolour\x1b[0m`);
          await write(`${texts.join(" ")}\n`, "colour");
          for (const colorScheme of ["light", "dark"] as const) {
            await page.emulateMedia({ colorScheme });
            const worst = await leastContrast(page);
            assert(worst > 4, `${colorScheme}: contrast ${worst}`);
          }
        },
      );

      await t.step("markup in a styled line or a name is text", async () => {
        host.clear();
        const line = "<script>x</script>: \x1b[31m<img src=x onerror=y>\x1b[0m";
        await write(`${line}\n${line}\n`, "<img");
        await page.locator(".writer").first().waitFor();
        const plain = "<script>x</script>: <img src=x onerror=y>";
        await untilEqual(() => rowTexts(page), [plain, plain]);
        await untilEqual(
          () => page.locator("#rows img, #rows script").count(),
          0,
        );
        const options = page.locator("#writers option");
        assertEquals(await options.allTextContents(), [
          "All writers",
          "<script>x</script>",
        ]);
      });

      await t.step("lines are shown by their writer", async () => {
        host.clear();
        await write("Error: a\nError: b\n12: c\nonce: d\n", "once");
        await untilEqual(() => page.locator(".writer").count(), 0);
        assertEquals(await page.locator("#writers").isVisible(), false);
        await write(
          "north: 1\nsouth: 1\nnorth: 2\nsouth 7: 1\nsouth: 2\n",
          "2",
        );
        await untilEqual(
          () => page.locator(".writer").allTextContents(),
          ["north", "south", "north", "south"],
        );
        await page.locator("#writers").selectOption("south");
        await untilEqual(() => rowTexts(page), ["south: 1", "south: 2"]);
        await write("north: 3\nsouth: 3\n", "south: 3");
        await untilEqual(() => page.locator(".row").count(), 3);
        await page.locator("#writers").selectOption("");
        await untilEqual(() => page.locator(".row").count(), 11);
      });

      await t.step(
        "what is searched for is marked, and found in turn",
        async () => {
          host.clear();
          const lines = Array.from(
            { length: 3_000 },
            (_, i) => i % 1_000 === 500 ? `A.b* ${i}` : `axb ${i}`,
          );
          await write(`${lines.join("\n")}\n`, "2999");
          await page.keyboard.press("/");
          await page.locator("#search").fill("a.B*");
          await untilText(page, "#matches", "3 matches");
          const found = page.locator(".row.found .text");
          for (const number of [500, 1500, 2500, 500]) {
            await page.locator("#search").press("Enter");
            await found.filter({ hasText: `A.b* ${number}` }).waitFor();
          }
          await untilEqual(() => page.locator("mark").allTextContents(), [
            "A.b*",
          ]);
          await page.locator("#previous").click();
          await found.filter({ hasText: "A.b* 2500" }).waitFor();
        },
      );

      await t.step(
        "a filter shows the lines that match, also of those to come",
        async () => {
          await page.locator("#only").check();
          await untilEqual(() => rowTexts(page), [
            "A.b* 500",
            "A.b* 1500",
            "A.b* 2500",
          ]);
          await write("another line\na.b* new\n", "new");
          await untilText(page, "#matches", "4 matches");
          await page.locator("#search").fill("is in no line");
          await untilText(page, "#empty", "No line to show");
          await page.locator("#search").press("Escape");
          await page.locator("#only").uncheck();
          await untilText(page, "#rows", "axb");
          await untilEqual(() => page.locator("mark").count(), 0);
        },
      );

      await t.step("long lines are wrapped, and whole again", async () => {
        host.clear();
        const long = "0123456789 ".repeat(60);
        await write(
          `${long}\n\x1b[32m${"界".repeat(100)}\x1b[0m\nend\n`,
          "end",
        );
        await untilEqual(() => page.locator(".row").count(), 3);
        await page.locator("#wrap").check();
        await page.locator(".row").nth(9).waitFor();
        const pieces = await rowTexts(page);
        assertEquals(pieces.join(""), `${long}${"界".repeat(100)}end`);
        assert(await widest(page) <= 0, "a piece is wider than the log");
        assertEquals(
          (await page.locator(".number").allTextContents()).join(""),
          "123",
        );
        await page.setViewportSize({ width: 500, height: 500 });
        await page.locator(".row").nth(pieces.length).waitFor();
        assert(await widest(page) <= 0, "a piece is wider than the log");
        await page.locator("#wrap").uncheck();
        await untilEqual(() => page.locator(".row").count(), 3);
      });

      await t.step(
        "of many lines with many styles few elements are in the document",
        async () => {
          host.clear();
          await page.locator("#wrap").check();
          const styled = "\x1b[31ma\x1b[32mb\x1b[0m".repeat(2_000);
          await write(`${`${styled}\n`.repeat(30)}last\n`, "last");
          const count: number = await page.evaluate(
            'document.querySelectorAll("*").length',
          );
          assert(count < 6_000, `${count} elements`);
        },
      );

      assertEquals(problems, []);
    } finally {
      await browser.close();
    }
  },
});

/** The pixels by which the widest piece in sight exceeds the log. */
function widest(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const edge = document.getElementById("log").getBoundingClientRect().right;
    const texts = [...document.querySelectorAll(".row .text")];
    return Math.max(...texts.map((it) => it.getBoundingClientRect().right - edge));
  })()`);
}

/** The least contrast of named colours in sight with the page behind them. */
function leastContrast(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const light = (color) => {
      const parts = color.match(/[\\d.]+/g).slice(0, 3).map((part) => {
        const value = part / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    };
    const back = light(getComputedStyle(document.body).backgroundColor);
    const parts = [...document.querySelectorAll('.text [class^="fg-"]')];
    return Math.min(...parts.map((part) => {
      const front = light(getComputedStyle(part).color);
      return (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    }));
  })()`);
}
