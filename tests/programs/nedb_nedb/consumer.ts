// Loads a database of lines, and compacts it: the file is replaced.
import Datastore from "@seald-io/nedb";

// @ts-expect-error: its types hide the constructor from modules.
const users = new Datastore({ filename: "made/users.db" });
await users.loadDatabaseAsync();
console.log(await users.countAsync({ n: -1 }), await users.countAsync({}));
