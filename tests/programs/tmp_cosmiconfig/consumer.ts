// Looks for settings by many names, of which one is there in the end.
import { cosmiconfig } from "cosmiconfig";

const explorer = cosmiconfig("app", {
  searchPlaces: [
    "package.json",
    ".apprc",
    "app.config.json",
    "app.config.yaml",
  ],
});
const found = await explorer.search("made/config");
console.log(found?.config, found?.isEmpty);
