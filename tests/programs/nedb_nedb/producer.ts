// A database that appends every change, and is compacted into a new file.
import Datastore from "@seald-io/nedb";
import { halfway } from "../halfway.ts";

// @ts-expect-error: its types hide the constructor from modules.
const users = new Datastore({ filename: "made/users.db" });
await users.loadDatabaseAsync();
for (let n = 0; n < 150; n++) {
  if (n === 75) await halfway();
  await users.insertAsync({ _id: `u${n}`, n, group: n % 5 });
}
await users.updateAsync({ group: 2 }, { $set: { n: -1 } }, { multi: true });
await users.removeAsync({ group: 3 }, { multi: true });
await users.compactDatafileAsync();
console.log(await users.countAsync({}));
