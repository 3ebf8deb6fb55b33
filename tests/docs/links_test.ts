import { assertEquals } from "@std/assert";
import { pages } from "./pages.ts";

for (const page of pages()) {
  const name = page.pathname.split("/").at(-1);
  Deno.test(`every link of ${name} leads somewhere`, () => {
    const broken = linksOf(page).filter((link) => !leadsSomewhere(link));
    assertEquals(broken.map(({ href }) => href), []);
  });
}

/** The relative links outside of code, as URLs of files. */
function linksOf(page: URL): URL[] {
  const prose = Deno.readTextFileSync(page).replace(/^```[^]*?^```$/gm, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => new URL(target, page))
    .filter(({ protocol }) => protocol === "file:");
}

function leadsSomewhere(link: URL): boolean {
  const file = new URL(link);
  file.hash = "";
  try {
    if (Deno.statSync(file).isDirectory) return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  return link.hash === "" || anchorsOf(file).includes(link.hash.slice(1));
}

/** The anchors that GitHub makes of headings. */
function anchorsOf(page: URL): string[] {
  return [...Deno.readTextFileSync(page).matchAll(/^#+ (.*)$/gm)]
    .map(([, heading]) =>
      heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-")
    );
}
