// Settings with defaults, read when the object is made.
import Conf from "conf";

const settings = new Conf<Record<string, unknown>>({
  cwd: "made",
  configName: "settings",
  projectName: "app",
  defaults: { colour: "none" },
});
console.log(
  settings.get("colour"),
  settings.get("list.key9"),
  settings.has("list.key3"),
);
