import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import {
  serveWorkflowPage,
  type WorkflowPage,
  type WorkflowStatus,
} from "../../../src/capio/mod.ts";
import {
  configFlag,
  Sluice,
  TestPlan,
  WRITER,
  WRITER_FLAGS,
} from "../../cli/capio/sluice.ts";
import { isChromiumInstalled, launchChromium } from "../../support/chromium.ts";
import { EMPTY_STATUS } from "../observe/empty_status.ts";

/** Members and files in every state, as many as are asked for. */
function statusOf(count: number, size = 10): WorkflowStatus {
  const states = ["running", "left", "failed", "lost"] as const;
  const phases = ["open", "committed", "lost"] as const;
  return {
    ...EMPTY_STATUS,
    members: Array.from({ length: count }, (_, i) => ({
      id: `${i}`,
      app: `step ${i}`,
      pid: i + 1,
      joined: 1000 + i,
      state: states[i % 4],
      ...(i % 4 && { ended: 2000 + i }),
    })),
    files: Array.from({ length: count }, (_, i) => ({
      path: `folder/${i}.csv`,
      phase: phases[i % 3],
      size: size + i,
      writers: [`step ${i}`],
      created: 1500 + i,
      ...(i % 3 && { ended: 1800 + i }),
    })),
    readings: Array.from({ length: count }, (_, i) => ({
      app: `step ${i + 1}`,
      path: `folder/${i}.csv`,
      first: 1600,
      latest: 1700,
      bytes: size / 2,
    })),
    waits: [{ app: "step 0", pid: 1, path: "x", why: "y writes it", since: 1 }],
  };
}

const WORKFLOW = {
  name: "test",
  IO_Graph: [
    {
      name: "writer",
      output_stream: ["a.txt", "c.txt"],
      streaming: [{
        name: ["a.txt"],
        committed: "on_close",
        mode: "no_update",
      }],
    },
    { name: "reader", input_stream: ["c.txt"], output_stream: ["b.txt"] },
  ],
  permanent: ["*"],
};

const text = (tab: Page, selector: string) => tab.locator(selector).innerText();

/** Waits until an element shows a text. */
async function seen(tab: Page, selector: string, shown: string | RegExp) {
  await tab.locator(selector).filter({ hasText: shown }).first()
    .waitFor({ timeout: 15_000 });
}

Deno.test({
  name: "the page in a browser",
  ignore: !isChromiumInstalled(),
  async fn(t) {
    await using browser = await launchChromium();
    const tab = await browser.newPage({
      viewport: { width: 1200, height: 900 },
    });
    const problems: string[] = [];
    tab.on("pageerror", (error) => problems.push(error.message));
    tab.on("dialog", (dialog) => problems.push(dialog.message()));
    tab.on("console", (message) => {
      // What the policy keeps out is told there.
      if (/policy/i.test(message.text())) problems.push(message.text());
    });
    tab.on("request", (request) => {
      const { hostname } = new URL(request.url());
      if (hostname !== "127.0.0.1") problems.push(request.url());
    });
    /** Opens a page that shows a state. */
    const opened = async (page: WorkflowPage, status: WorkflowStatus) => {
      page.show(status);
      await tab.goto(page.url);
      await tab.locator("#link.live").waitFor();
      await tab.locator("#steps .row, #files .row").first().waitFor();
    };

    await t.step(
      "a running workflow moves, waits and fails before one's eyes",
      async () => {
        using plan = new TestPlan({
          writer: {
            code: `${WRITER}; await file.sync(); Deno.exit(3);`,
            denoFlags: WRITER_FLAGS,
          },
          reader: {
            code: `await Deno.readTextFile(Deno.args[0] + "/c.txt");`,
          },
        }, WORKFLOW);
        await using command = new Sluice(
          "workflow",
          "--page",
          configFlag,
          plan.file,
        );
        const [, url] = await command.until(() =>
          command.stderr.match(/Watch the workflow at (http:\S+)\n/)
        );
        await tab.goto(url);
        await seen(tab, ".file .size", "12 B");
        await seen(tab, ".file .phase", "being written");
        await seen(tab, "#outcome", "Running for");
        await seen(tab, ".step .printed", "half-way as process");
        await seen(tab, "#waits-list", /reader waits for c\.txt.*writer/s);
        await seen(tab, ".step.waiting .state", "waits for c.txt");
        assertEquals(await text(tab, "#name"), "test");
        await tab.reload();
        await seen(tab, ".step .printed", "half-way as process");

        plan.write("go", "");
        await seen(
          tab,
          "#trouble-text",
          'Step "writer" failed with exit code 3',
        );
        await seen(tab, "#trouble-printed", "done");
        await seen(tab, "#link", "has ended");
        await seen(tab, "#outcome", 'Step "writer" failed with exit code 3');
        await seen(tab, ".step.failed", "writer");
        assertEquals((await command.result).code, 3);
        // The server is gone, and the page is as it was.
        await seen(tab, ".file .size", "23 B");
        assertEquals(await tab.locator("#timeline svg rect").count() > 1, true);
        assertEquals(await tab.title(), "\u2716 test");
      },
    );

    await t.step("markup in names and lines is text", async () => {
      await using page = serveWorkflowPage();
      const name =
        '<script>alert(1)</script><img src=x onerror="alert(2)">&lt;';
      const [member] = statusOf(1).members;
      const [file] = statusOf(1).files;
      await opened(page, {
        ...EMPTY_STATUS,
        workflowName: name,
        capioDir: name,
        members: [{ ...member, app: name }],
        files: [{ ...file, path: name, writers: [name], missing: name }],
        readings: [{ app: name, path: name, first: 1, latest: 2, bytes: 1 }],
        machines: [{ name, state: "here" }],
        waits: [{ app: name, pid: 1, path: name, why: name, since: 1 }],
        staleReads: [{ path: name, reader: name, writer: name, kind: "read" }],
      });
      page.print(name, [name]);
      page.endStep(name, { code: 1, signal: null });
      await seen(tab, "#trouble-printed", name);
      for (
        const selector of [
          "#name",
          "#facts",
          "#trouble-text",
          "#warnings-list",
          "#machines-list",
          "#waits-list",
          ".step-name",
          ".file .path",
          ".file .notes",
          ".file .readers",
          "#timeline svg",
        ]
      ) {
        const shown = await tab.locator(selector).first().textContent();
        assert(shown?.includes("<script>"), `${selector}: ${shown}`);
      }
      assertEquals(await tab.locator("main script, img, iframe").count(), 0);
      assertEquals(await tab.locator("script").count(), 1);
    });

    await t.step(
      "of 1 000 files only those in sight are in the document",
      async () => {
        await using page = serveWorkflowPage();
        await opened(page, statusOf(1_000));
        await seen(tab, "#files-count", "1,000");
        for (let size = 1; size <= 5; size++) {
          page.show(statusOf(1_000, size * 1_000_000));
          await seen(tab, ".file .size", `${size}.0 MB`);
          await scrolled(tab, "files", size / 5);
          assert(await tab.locator(".row").count() < 80);
        }
        assert(await tab.locator("*").count() < 2_000);
        await seen(tab, ".file .path", "folder/1.csv");

        await tab.locator("#files-search").fill("folder/77");
        await seen(tab, "#files-count", "11 of 1,000");
        await tab.locator("#files-chips").getByText("lost").click();
        await seen(tab, "#files-count", "5 of 1,000");
        await tab.locator("#files-search").fill("nothing");
        await seen(tab, "#files-empty", "None of them matches");
        await tab.locator("#files-search").fill("step 500");
        await tab.locator("#files-chips").getByText("all").click();
        await seen(tab, "#files-count", "2 of 1,000");
      },
    );

    await t.step("the keyboard reaches what a step printed", async () => {
      await using page = serveWorkflowPage();
      page.print("step 1", ["first line", "last line"]);
      await opened(page, statusOf(3));
      await seen(tab, ".step .printed", "last line");
      await tab.locator("#steps").focus();
      await tab.keyboard.press("Tab");
      await tab.keyboard.press("Tab");
      await tab.keyboard.press("Enter");
      await seen(tab, "#output-lines", /first line\s+last line/);
      assertEquals(
        await tab.locator('.step-name[aria-expanded="true"]').innerText(),
        "step 1",
      );
      page.print("step 1", ["another line"]);
      await seen(tab, "#output-lines", /last line\s+another line/);
      assertEquals(
        await tab.evaluate("document.activeElement.textContent"),
        "step 1",
      );
      await tab.keyboard.press("Enter");
      await tab.locator("#output").waitFor({ state: "hidden" });
    });

    await t.step("it connects again after the server was away", async () => {
      const page = serveWorkflowPage({ token: "known" });
      await opened(page, statusOf(3));
      const port = Number(new URL(page.url).port);
      await page.close();
      await seen(tab, "#link", "no connection, trying again");
      assertEquals(await tab.locator(".file").count(), 3);
      {
        // Another program, which knows nothing of the page.
        await using _other = serveWorkflowPage({ port });
        await tab.waitForTimeout(1_500);
      }
      await using again = serveWorkflowPage({ token: "known", port });
      again.show(statusOf(5));
      await tab.locator("#link.live").waitFor();
      await seen(tab, "#files-count", "5");
      assertEquals(await tab.locator(".file").count(), 5);
    });

    for (const colorScheme of ["light", "dark"] as const) {
      await t.step(`all text can be read, ${colorScheme}`, async () => {
        await using page = serveWorkflowPage({ steps: ["step 0", "late"] });
        await tab.emulateMedia({ colorScheme });
        page.print("step 1", ["a line"]);
        await opened(page, {
          ...statusOf(12),
          staleReads: [{ path: "x", reader: "a", writer: "b", kind: "read" }],
        });
        await seen(tab, "#trouble-text", "was lost");
        await tab.locator("#timeline svg").waitFor();
        const { faint, count, back } = await tab.evaluate<Contrasts>(CONTRASTS);
        assertEquals(faint, []);
        assert(count > 50, `${count} texts`);
        assertEquals(back > 128, colorScheme === "light");
      });
    }

    assertEquals(problems, []);
  },
});

async function scrolled(tab: Page, id: string, share: number) {
  await tab.evaluate(`(() => {
    const list = document.getElementById(${JSON.stringify(id)});
    list.scrollTop = (list.scrollHeight - list.clientHeight) * ${share};
    return new Promise(requestAnimationFrame);
  })()`);
}

interface Contrasts {
  /** The texts that have too little contrast with what is behind them. */
  readonly faint: string[];
  readonly count: number;
  /** How light the page is, of 255. */
  readonly back: number;
}

/** Looks for texts whose contrast is below 4.5, as WCAG measures it. */
const CONTRASTS = String.raw`(() => {
  const partsOf = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const isSolid = (color) => {
    const [, , , alpha = 1] = partsOf(color);
    return color !== "none" && alpha === 1;
  };
  const luminance = (color) => {
    const [r, g, b] = partsOf(color).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backOf = (element) => {
    for (let it = element; it; it = it.parentElement) {
      const { backgroundColor } = getComputedStyle(it);
      if (isSolid(backgroundColor)) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  const isOnBar = (element) => element.getAttribute("fill") === "white";
  const faint = [];
  let count = 0;
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].filter((it) => it.nodeType === 3)
      .map((it) => it.data).join("").trim();
    if (own === "" || !element.checkVisibility() || isOnBar(element)) continue;
    if (["SCRIPT", "STYLE", "title"].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const color = element instanceof SVGElement ? style.fill : style.color;
    const [light, dark] = [luminance(color), luminance(backOf(element))]
      .sort((one, other) => other - one);
    const contrast = (light + 0.05) / (dark + 0.05);
    count++;
    if (contrast < 4.5) faint.push(own + ": " + contrast.toFixed(2));
  }
  const [back] = partsOf(backOf(document.body));
  return { faint, count, back };
})()`;
