import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { GroupedMessage, LineHostBuffer } from "../../../src/lines/mod.ts";
import { isChromiumInstalled, launchChromium } from "../../support/chromium.ts";

function serveHost(host: LineHostBuffer, port = 0) {
  const server = host.serve({ hostname: "127.0.0.1", port });
  return { server, port: server.addr.port };
}

const rowTexts = (page: Page) => page.locator(".row .text").allTextContents();

/** Waits until the last row in sight has the text. */
async function untilLastRow(page: Page, text: string): Promise<void> {
  await page.locator(".row").last().filter({ hasText: text }).waitFor({
    timeout: 15_000,
  });
}

Deno.test("the page loads nothing from elsewhere and lets no script in", async () => {
  const host = new LineHostBuffer();
  const response = await host.handler(
    new Request("http://localhost/sync-stream/view"),
  );
  const text = await response?.text() ?? "";
  assertEquals(/(src|href)="(?!data:)/.test(text), false);
  assertEquals(/https?:/.test(text), false);
  const policy = response?.headers.get("content-security-policy") ?? "";
  assertStringIncludes(policy, "default-src 'none'; script-src 'nonce-");
  assertEquals(response?.headers.get("referrer-policy"), "no-referrer");
});

Deno.test({
  name: "the page in a browser",
  ignore: !isChromiumInstalled(),
  async fn(t) {
    const host = new LineHostBuffer({
      maxlen: 20_000,
      backlog: 20_000,
      token: "t&k",
    });
    let { server, port } = serveHost(host);
    const browser = await launchChromium();
    const page = await browser.newPage({
      viewport: { width: 900, height: 500 },
    });
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("request", (request) => {
      const { hostname } = new URL(request.url());
      if (hostname !== "127.0.0.1") problems.push(request.url());
    });

    try {
      await page.goto(`http://127.0.0.1:${port}/sync-stream/view?token=t%26k`);
      await page.locator("#status.live").waitFor();

      await t.step("a line is in sight within 200 ms", async () => {
        assertEquals(await page.locator("#empty").isVisible(), true);
        const times: number[] = [];
        for (let i = 0; i < 5; i++) {
          times.push(
            await timeToSee(
              page,
              `first ${i}`,
              () => host.write(`first ${i}\n`),
            ),
          );
        }
        // What a busy machine adds is not the page's doing.
        assertEquals(Math.min(...times) < 200, true, `took ${times} ms`);
        assertEquals(await page.locator("#empty").isVisible(), false);
      });

      await t.step("markup in a line is text", async () => {
        const line =
          '<script>document.title="broken"</script><img src=x onerror=alert(1)>&lt;';
        host.write(`${line}\n`);
        await untilLastRow(page, "<script>");
        assertEquals((await rowTexts(page)).at(-1), line);
        assertEquals(await page.title(), "/sync-stream");
        assertEquals(await page.locator("#rows script, #rows img").count(), 0);
      });

      await t.step(
        "errors and warnings are marked, unfinished lines are shown",
        async () => {
          host.append(new GroupedMessage(["Error: a", "    at b"], "error"));
          host.append(new GroupedMessage(["careful"], "warning"));
          host.write("\x1b[?25l\x1b]0;title\x07\x1b]8;;http://x\x1b\\");
          host.write("\x1b[38;5;9mhalf");
          await untilLastRow(page, "half");
          assertEquals((await rowTexts(page)).slice(-4), [
            "Error: a",
            "    at b",
            "careful",
            "half",
          ]);
          assertEquals(await page.locator(".row.error").count(), 2);
          assertEquals(await page.locator(".row.warning").count(), 1);
          assertEquals(await page.locator(".row.last").count(), 1);
          host.write(" done\n");
          await untilLastRow(page, "half done");
          assertEquals(await page.locator(".row.last").count(), 0);
        },
      );

      await t.step(
        "of 10 000 lines only those in sight are in the document",
        async () => {
          const lines = Array.from({ length: 10_000 }, (_, i) => `line ${i}\n`);
          for (let i = 0; i < lines.length; i += 1_000) {
            host.write(lines.slice(i, i + 1_000).join(""));
          }
          await untilLastRow(page, "line 9999");
          assertEquals(await page.locator(".row").count() < 60, true);
          assertEquals(
            await page.locator("#count").textContent(),
            "10,009 items",
          );
          assertEquals(await mostRowsWhileScrolling(page) < 60, true);
          assertEquals((await rowTexts(page))[0], "first 0");
          await page.keyboard.press("End");
        },
      );

      await t.step(
        "it stops following when scrolled up, and follows again",
        async () => {
          await untilLastRow(page, "line 9999");
          await page.mouse.move(400, 250);
          await page.mouse.wheel(0, -2_000);
          await page.locator("#follow").waitFor();
          const before = await rowTexts(page);
          host.write("unseen 1\nunseen 2\n");
          await page.locator("#follow").filter({ hasText: "2 new" }).waitFor();
          assertEquals(await rowTexts(page), before);
          await page.locator("#follow").click();
          await untilLastRow(page, "unseen 2");
          assertEquals(await page.locator("#follow").isVisible(), false);
          host.write("seen\n");
          await untilLastRow(page, "seen");
        },
      );

      await t.step(
        "it goes on after a restart of the host, without gaps or repeats",
        async () => {
          host.clear();
          host.write("1\n2\n");
          await untilLastRow(page, "2");
          await server.shutdown();
          host.write("3\n4\n");
          await page.locator("#status.reconnecting").waitFor();
          ({ server } = serveHost(host, port));
          host.write("5\n");
          await untilLastRow(page, "5");
          assertEquals(await rowTexts(page), ["1", "2", "3", "4", "5"]);

          await server.shutdown();
          const another = new LineHostBuffer({ maxlen: 1 });
          another.write("6\n7\n");
          ({ server } = serveHost(another, port));
          await untilLastRow(page, "7");
          const all = ["1", "2", "3", "4", "5", "6", "7"];
          assertEquals(await rowTexts(page), all);

          await server.shutdown();
          another.write("8\n");
          another.clear();
          another.write("9\n");
          ({ server } = serveHost(another, port));
          await untilLastRow(page, "9");
          assertEquals(await rowTexts(page), ["9"]);
        },
      );

      await t.step("it goes on after being told to try later", async () => {
        await server.shutdown();
        const busy = Deno.serve(
          { hostname: "127.0.0.1", port, onListen() {} },
          () => new Response(null, { status: 503 }),
        );
        await page.waitForTimeout(1_500);
        await busy.shutdown();
        const last = new LineHostBuffer();
        last.write("last\n");
        ({ server } = serveHost(last, port));
        await untilLastRow(page, "last");
      });

      assertEquals(problems, []);
    } finally {
      await browser.close();
      await server.shutdown();
    }
  },
});

/** Milliseconds between the deed and the text being in the document. */
async function timeToSee(
  page: Page,
  text: string,
  deed: () => void,
): Promise<number> {
  const seen: Promise<number> = page.evaluate(`new Promise((resolve) => {
    const look = () =>
      document.body.innerText.includes(${JSON.stringify(text)})
        ? resolve(Date.now())
        : requestAnimationFrame(look);
    look();
  })`);
  const start = Date.now();
  deed();
  return await seen - start;
}

/** Most rows in the document while the log is scrolled from its end to its start. */
function mostRowsWhileScrolling(page: Page): Promise<number> {
  return page.evaluate(`(async () => {
    const log = document.getElementById("log");
    let most = 0;
    for (let step = 60; step >= 0; step--) {
      log.scrollTop = (log.scrollHeight - log.clientHeight) * (step / 60);
      await new Promise(requestAnimationFrame);
      most = Math.max(most, document.querySelectorAll(".row").length);
    }
    return most;
  })()`);
}
