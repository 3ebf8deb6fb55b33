// A compiler: looks for modules by many names, and writes what it compiled.
import ts from "typescript";

const program = ts.createProgram(["made/index.ts"], {
  outDir: "result",
  rootDir: "made",
  declaration: true,
  noLib: true,
  types: [],
  module: ts.ModuleKind.ES2020,
  target: ts.ScriptTarget.ES2020,
});
const { emitSkipped, diagnostics } = program.emit();
const all = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
const messages = all
  .filter(({ file }) => file !== undefined)
  .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
console.log(emitSkipped, messages);
