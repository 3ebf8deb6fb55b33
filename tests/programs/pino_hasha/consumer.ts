// A hash that a worker of the library makes.
import { hashFile } from "hasha";

console.log(await hashFile("made/app.log"));
