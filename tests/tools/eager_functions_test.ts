import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  compiledAtOnce,
  type FunctionRange,
} from "../../tools/eager_functions.ts";

Deno.test("functions of the start are compiled with their file, and nothing else changes", () => {
  const code =
    'import{a}from"./a.js";var T=[b(),b];function b(){return()=>{}}' +
    "async function*c(){}async function d(e){await e.map(f=>f)," +
    "function(){}}function*g(){function h(){}}export{d};";
  const ranges = [
    { start: 0, end: code.length, isCalled: true },
    rangeOf(code, "function b", "}}"),
    rangeOf(code, "()=>{}", ""),
    rangeOf(code, "async function*c", "}", false),
    rangeOf(code, "async function d", "{}}"),
    rangeOf(code, "f=>f", ""),
    rangeOf(code, "function(){}", ""),
    rangeOf(code, "function*g", "{}}"),
    rangeOf(code, "function h(){}", ""),
  ];
  assertEquals(
    compiledAtOnce(code, ranges),
    'import{a}from"./a.js";var b=(function b(){return(()=>{})});\n' +
      "var d=(async function d(e){await e.map((f=>f)),(function(){})});\n" +
      "var g=(function*g(){function h(){}});\n" +
      "var T=[b(),b];async function*c(){}export{d};",
  );
});

Deno.test("methods of the start are compiled with their file, and work as before", async () => {
  const counter =
    "var C=class extends B{#c=0;add(m=1){return this.#c+=m,this}" +
    "get count(){return this.#c}set count(c){this.#c=c}" +
    "[Symbol.toPrimitive](){return this.#s()}#s(){return this.#c}" +
    "static of(c){return new C().add(c)}" +
    'name(){return"counter on "+super.name()}};';
  const kept = "var p={one(){return 1}};";
  const code =
    `var B=class{name(){return"base"}};${counter}${kept}export{C,p};`;
  const ranges = [
    rangeOf(code, 'name(){return"base"', "}"),
    rangeOf(code, "add(m", "}"),
    rangeOf(code, "get count", "}"),
    rangeOf(code, "set count", "}", false),
    rangeOf(code, "[Symbol.toPrimitive]", "}"),
    rangeOf(code, "#s(){", "}"),
    rangeOf(code, "of(c)", "}"),
    rangeOf(code, 'name(){return"counter', "}"),
    rangeOf(code, "one(){", "}"),
  ];
  const changed = compiledAtOnce(code, ranges);
  for (const it of ["#s(){", "static of(", "super.name()", kept]) {
    assertStringIncludes(changed, it);
  }
  assertEquals(changed.split("defineMethod(this").length - 1, 4);
  const { C, p } = await import(
    `data:text/javascript,${encodeURIComponent(changed)}`
  );
  const three = C.of(3);
  assertEquals([three.count, +three, three.name()], [3, 3, "counter on base"]);
  three.count = 5;
  assertEquals([three.count, p.one()], [5, 1]);
  assertEquals(Object.keys(C.prototype), []);
  assertEquals(C.prototype.add.name, "add");
});

/** The range of the text that begins with `first` and ends with `last`. */
function rangeOf(
  code: string,
  first: string,
  last: string,
  isCalled = true,
): FunctionRange {
  const start = code.indexOf(first);
  const end = code.indexOf(last, start + first.length) + last.length;
  return { start, end, isCalled };
}
