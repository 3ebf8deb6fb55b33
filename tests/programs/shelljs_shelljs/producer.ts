// Commands of a shell: copies, moves, edits, links and removals in a tree.
import shell from "shelljs";
import { halfway } from "../halfway.ts";

shell.config.silent = true;
shell.mkdir("-p", "made/a/b");
shell.ShellString("one\ntwo\n".repeat(5000)).to("made/a/list.txt");
await halfway();
shell.ShellString("three\n").toEnd("made/a/list.txt");
shell.cp("-R", "made/a", "made/copy");
shell.mv("made/copy/list.txt", "made/copy/b/moved.txt");
shell.sed("-i", /one/, "eins", "made/copy/b/moved.txt");
shell.ln("-s", "list.txt", "made/a/link.txt");
shell.touch("made/a/empty");
shell.rm("-rf", "made/a/b");
console.log([...shell.ls("-R", "made")].sort().join(" "));
