// Reads a database as a whole.
import { readFileSync } from "node:fs";
import initSqlJs from "sql.js";

const { Database } = await initSqlJs();
const database = new Database(readFileSync("made/squares.db"));
const [{ values }] = database.exec("SELECT count(*), sum(square) FROM squares");
console.log(values[0]);
