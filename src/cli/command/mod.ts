/**
 * The parts that commands share: the interface of a command and of a group,
 * arguments, interruption by signals, the end of input, listening on a port, and the terminal.
 *
 * @module
 */
export {
  assertNoMore,
  parse,
  parseArguments,
  positiveNumber,
  unknownOption,
  wholeNumber,
} from "./arguments.ts";
export {
  type Command,
  type CommandEntry,
  HelpRequest,
  isHelpRequest,
  listed,
  runOrExplain,
  UsageError,
} from "./command.ts";
export { type CommandGroup, commandGroup } from "./command_group.ts";
export { environmentVariable } from "./environment.ts";
export {
  decide,
  type EndingSignal,
  exitCodeOf,
  Interruption,
  isDeciding,
  type ListenedSignal,
  listenedSignals,
  settle,
  settledCode,
} from "./interruption.ts";
export { lastLook } from "./last_look.ts";
export { type ListenAddress, listening } from "./listening.ts";
export { nearWord, withNearWord } from "./near_word.ts";
export { jsonLine, shownMessage, withAdvice } from "./shown.ts";
export { ShownBytes, shownText } from "./shown_text.ts";
export { type StandardStream, Terminal } from "./terminal.ts";
