// Settings that are written as wholes at every change.
import Conf from "conf";

const settings = new Conf<Record<string, unknown>>({
  cwd: "made",
  configName: "settings",
  projectName: "app",
});
for (let n = 0; n < 10; n++) {
  settings.set(`list.key${n}`, { n, text: "x".repeat(n) });
}
settings.delete("list.key3");
console.log(settings.size, settings.get("list.key4"));
