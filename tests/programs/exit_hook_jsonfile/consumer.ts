// Waits for a report and reads it.
import jsonfile from "jsonfile";

const { results, signal } = await jsonfile.readFile("made/report.json");
console.log(results.length, signal);
