// Tests, searches and lists what the commands have left, and copies it.
import shell from "shelljs";

shell.config.silent = true;
console.log(shell.test("-f", "made/copy/b/moved.txt"));
console.log(shell.grep("eins", "made/copy/b/moved.txt").toString().length);
console.log(shell.head({ "-n": 2 }, "made/a/link.txt").toString());
console.log([...shell.find("made")].sort().join(" "));
shell.mkdir("result");
shell.cp("-R", "made/copy", "result");
