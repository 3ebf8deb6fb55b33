import { assertThrows } from "@std/assert";
import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkIterable,
  checkNonEmptyString,
  checkNonNegative,
  checkNumber,
  checkOneOf,
  checkPositive,
  checkReporter,
  checkSignal,
  checkString,
  checkStrings,
  encodeText,
} from "../../../src/internal/mod.ts";

type ErrorClass = typeof TypeError | typeof RangeError;

const REFUSED: [check: () => void, error: ErrorClass, message: string][] = [
  [
    () => checkStrings("names", ["a", 3]),
    TypeError,
    '"names" must be an array of non-empty strings, found [ "a", 3 ]',
  ],
  [
    () => checkStrings("names", [""]),
    TypeError,
    '"names" must be an array of non-empty strings, found [ "" ]',
  ],
  [
    () => checkStrings("names", "a"),
    TypeError,
    '"names" must be an array of non-empty strings, found "a"',
  ],
  [
    () => checkNonEmptyString("appName", ""),
    RangeError,
    '"appName" must be a non-empty string, found ""',
  ],
  [
    () => checkNonEmptyString("appName", 5),
    TypeError,
    '"appName" must be a non-empty string, found 5',
  ],
  [
    () => checkInteger("maxLag", -1, { min: 1 }),
    RangeError,
    '"maxLag" must be a positive integer, found -1',
  ],
  [
    () => checkInteger("maxLag", "4", { min: 1 }),
    TypeError,
    '"maxLag" must be a positive integer, found "4"',
  ],
  [
    () => checkInteger("maxBytes", 1.5, { min: 0, orInfinity: true }),
    RangeError,
    '"maxBytes" must be a non-negative integer or Infinity, found 1.5',
  ],
  [
    () => checkInteger("n", Infinity),
    RangeError,
    '"n" must be an integer, found Infinity',
  ],
  [
    () => checkInteger("port", 65_536, { min: 0, max: 65_535 }),
    RangeError,
    '"port" must be an integer from 0 to 65535, found 65536',
  ],
  [
    () => checkInteger("n", 2n, { min: 2 }),
    TypeError,
    '"n" must be an integer from 2, found 2n',
  ],
  [
    () => checkNonNegative("timeout", NaN),
    RangeError,
    '"timeout" must be a non-negative number, found NaN',
  ],
  [
    () => checkNonNegative("timeout", null),
    TypeError,
    '"timeout" must be a non-negative number, found null',
  ],
  [
    () => checkNumber("priority", NaN),
    RangeError,
    '"priority" must be a number, found NaN',
  ],
  [
    () => checkNumber("priority", "1"),
    TypeError,
    '"priority" must be a number, found "1"',
  ],
  [
    () => checkPositive("timeout", 0),
    RangeError,
    '"timeout" must be a positive number, found 0',
  ],
  [
    () => checkPositive("timeout", NaN),
    RangeError,
    '"timeout" must be a positive number, found NaN',
  ],
  [
    () => checkPositive("timeout", "1"),
    TypeError,
    '"timeout" must be a positive number, found "1"',
  ],
  [
    () => checkString("text", 1),
    TypeError,
    '"text" must be a string, found 1',
  ],
  [
    () => checkIterable("keys", "ab", "a list or stream of keys"),
    TypeError,
    '"keys" must be a list or stream of keys, found "ab"',
  ],
  [
    () => checkIterable("keys", { a: 1 }, "a list or stream of keys"),
    TypeError,
    '"keys" must be a list or stream of keys, found { a: 1 }',
  ],
  [
    () => checkBoolean("silent", "no"),
    TypeError,
    '"silent" must be true or false, found "no"',
  ],
  [
    () => checkFunction("listener", undefined),
    TypeError,
    '"listener" must be a function, found undefined',
  ],
  [
    () => checkSignal("signal", {}),
    TypeError,
    '"signal" must be an AbortSignal, found {}',
  ],
  [
    () => checkReporter("progress", { step: 1 }),
    TypeError,
    '"progress" must be a function or an object with a "step" method, found { step: 1 }',
  ],
  [
    () => encodeText("data", "a\ud800"),
    TypeError,
    '"data" must be a string without lone surrogates, found "a\ufffd"',
  ],
  [
    () => checkOneOf("layout", "tree", ["journal", "files"]),
    TypeError,
    '"layout" must be "journal" or "files", found "tree"',
  ],
];

for (const [check, error, message] of REFUSED) {
  Deno.test(`a refused argument is named: ${message}`, () => {
    const { message: found } = assertThrows(check, error);
    if (found !== message) throw new Error(`${found} is not ${message}`);
  });
}

Deno.test("an argument that fits passes", () => {
  checkInteger("n", -3);
  checkInteger("n", 1, { min: 1 });
  checkInteger("n", Infinity, { min: 1, orInfinity: true });
  checkNonNegative("timeout", Infinity);
  checkNonNegative("timeout", 0);
  checkNumber("priority", -Infinity);
  checkPositive("timeout", Infinity);
  checkPositive("timeout", 0.5);
  checkString("text", "");
  checkIterable("keys", ["a"], "a list or stream of keys");
  checkIterable("keys", new ReadableStream(), "a list or stream of keys");
  checkBoolean("silent", false);
  checkFunction("listener", () => {});
  checkReporter("progress", undefined);
  checkReporter("progress", () => {});
  checkReporter("progress", { step() {} });
  encodeText("data", "ä\ud83d\ude00");
  checkSignal("signal", undefined);
  checkSignal("signal", new AbortController().signal);
  checkOneOf("layout", "files", ["journal", "files"]);
});
