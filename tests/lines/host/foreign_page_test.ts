import { assertEquals } from "@std/assert";
import { LineHostBuffer } from "../../../src/lines/mod.ts";
import { isChromiumInstalled, launchChromium } from "../../support/chromium.ts";

/**
 * Tries from a page all that could read from, write to or disturb a host, and
 * returns what has worked.
 */
const ATTACK = String.raw`async (address) => {
  const worked = [];
  const attempt = async (name, action) => {
    try {
      const late = new Promise((resolve) => setTimeout(resolve, 3000));
      if (await Promise.race([action(), late])) worked.push(name);
    } catch {}
  };
  const json = { "Content-Type": "application/json" };
  const body = '{"type":"str","data":{"value":"written\\n"}}';
  const stop = '{"state":"closed","value":"true"}';
  const ask = (path, init) => async () => (await fetch(address + path, init)).ok;
  const blind = (path, init) => async () => {
    await fetch(address + path, { mode: "no-cors", ...init });
    return false;
  };
  await attempt("read", ask("", {}));
  await attempt("state", ask("-state?state=closed", {}));
  await attempt("live", async () => {
    const stop = new AbortController();
    const { ok } = await fetch(address + "/live", { signal: stop.signal });
    stop.abort();
    return ok;
  });
  await attempt("write", ask("", { method: "POST", headers: json, body }));
  await attempt("write text", ask("", { method: "POST", body }));
  await attempt("clear", ask("", { method: "DELETE" }));
  await attempt("stop", ask("-state", { method: "POST", headers: json, body: stop }));
  await attempt("blind", blind("", {}));
  await attempt("blind write", blind("", { method: "POST", headers: json, body }));
  await attempt("blind stop", blind("-state", { method: "POST", body: stop }));
  await attempt("events", () => new Promise((resolve) => {
    const source = new EventSource(address + "/live");
    const end = (worked) => () => {
      source.close();
      resolve(worked);
    };
    source.onopen = end(true);
    source.onerror = end(false);
  }));
  await attempt("script", () => new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(true);
    script.onerror = () => resolve(false);
    document.head.append(script);
  }));
  await attempt("frame", () => new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.src = address + "/view";
    frame.onload = () => {
      try {
        resolve(frame.contentDocument.querySelector("#log") !== null);
      } catch {
        resolve(false);
      }
    };
    document.body.append(frame);
  }));
  await attempt("form", () => new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.name = "target";
    const form = document.createElement("form");
    form.action = address;
    form.method = "POST";
    form.target = "target";
    form.enctype = "text/plain";
    const input = document.createElement("input");
    input.name = '{"type":"str","data":{"value":"form\\n","x":"';
    input.value = '"}}';
    form.append(input);
    frame.onload = () => resolve(false);
    document.body.append(frame, form);
    form.submit();
    setTimeout(() => resolve(false), 500);
  }));
  return worked;
}`;

Deno.test({
  name:
    "pages of another origin and with a rebound name neither read nor write",
  ignore: !isChromiumInstalled(),
  async fn() {
    const host = new LineHostBuffer({ allowedHosts: ["good.test"] });
    host.write("secret\n");
    let server = host.serve({ port: 0 });
    const { port } = server.addr;
    const servePage = (port: number) =>
      Deno.serve(
        { hostname: "127.0.0.1", port, onListen() {} },
        () =>
          new Response("<!doctype html><title>evil</title><body></body>", {
            headers: { "content-type": "text/html" },
          }),
      );
    await using evil = servePage(0);
    const browser = await launchChromium(
      // The host has to refuse, not the browser.
      "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
      // Both names lead here, as after a change in the DNS.
      "--host-resolver-rules=MAP *.test 127.0.0.1",
    );
    try {
      const tab = await browser.newPage();
      /** What the page in the tab can do to a host at an address. */
      const attack = (address: string): Promise<string[]> =>
        tab.evaluate(`(${ATTACK})(${JSON.stringify(address)})`);
      /** The same for a page of a name that leads to the host later. */
      const attackRebound = async (name: string): Promise<string[]> => {
        await server.shutdown();
        const page = servePage(port);
        await tab.goto(`http://${name}:${port}/`);
        await page.shutdown();
        server = host.serve({ port });
        return await attack(`http://${name}:${port}/sync-stream`);
      };
      const local = `http://127.0.0.1:${port}/sync-stream`;
      const origins = [
        `http://127.0.0.1:${evil.addr.port}/`,
        `http://localhost:${evil.addr.port}/`,
        `http://evil.test:${evil.addr.port}/`,
      ];
      for (const origin of origins) {
        await tab.goto(origin);
        assertEquals(await attack(local), [], `from ${origin}`);
        assertEquals(host.read(), ["secret"]);
        assertEquals(host.mirrorsStopped, false);
      }
      assertEquals(await attackRebound("evil.test"), []);
      assertEquals(host.read(), ["secret"]);
      assertEquals(host.mirrorsStopped, false);

      // With an accepted name all of it works, so it was the host that refused.
      const worked = await attackRebound("good.test");
      for (const name of ["read", "live", "write", "clear", "stop", "frame"]) {
        assertEquals(worked.includes(name), true, `${name} in ${worked}`);
      }
      assertEquals(host.mirrorsStopped, true);
    } finally {
      await browser.close();
      await server.shutdown();
    }
  },
});
