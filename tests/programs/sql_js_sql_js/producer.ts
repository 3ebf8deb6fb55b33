// A database in memory, exported as a whole.
import { mkdirSync, writeFileSync } from "node:fs";
import initSqlJs from "sql.js";

const { Database } = await initSqlJs();
const database = new Database();
database.run("CREATE TABLE squares (n INTEGER PRIMARY KEY, square INTEGER)");
for (let n = 0; n < 5000; n++) {
  database.run("INSERT INTO squares VALUES (?, ?)", [n, n * n]);
}
mkdirSync("made");
writeFileSync("made/squares.db", database.export());
console.log("exported");
