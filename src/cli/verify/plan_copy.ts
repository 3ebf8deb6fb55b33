import { dirname, join, relative, resolve, SEPARATOR } from "@std/path";

/** A plan with absolute paths, as far as it says where its steps run. */
export interface PlacedPlan<Step extends PlacedStep> {
  /** The directory in which the steps run. */
  readonly directory: string;
  readonly capioDir: string;
  readonly steps: readonly Step[];
}

/** A step, as far as it can name files. */
export interface PlacedStep {
  readonly args?: readonly string[];
  readonly denoFlags?: readonly string[];
  readonly command?: readonly string[];
  readonly stdin?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** The number of directories above that of the plan that a copy imitates. */
const IMITATED_ABOVE = 3;

/** Where the copy of a directory lies that the steps of a plan use. */
export interface CopyPlan {
  /** The directory that the root of the copy stands for. */
  readonly top: string;
  /** The root of the copy. */
  readonly root: string;
}

/**
 * Decides which directories a copy below `root` imitates: those of the plan and
 * of its files, and some above, so that relative paths lead to the same places.
 */
export function copyPlan(
  { directory, capioDir }: Pick<
    PlacedPlan<PlacedStep>,
    "directory" | "capioDir"
  >,
  root: string,
): CopyPlan {
  let top = directory;
  for (let n = 0; n < IMITATED_ABOVE; n++) top = dirname(top);
  while (!isAtOrBelow(capioDir, top)) top = dirname(top);
  return { top, root };
}

/** Returns the place in a copy of what lies in the directories that it imitates. */
export function placeInCopy({ top, root }: CopyPlan, path: string): string {
  return join(root, relative(top, path));
}

/** Returns the plan that runs in a copy, and writes nothing outside of it. */
export function planInCopy<
  Step extends PlacedStep,
  Plan extends PlacedPlan<Step>,
>(
  plan: Plan & { readonly steps: readonly Step[] },
  copy: CopyPlan,
): Plan {
  const { capioDir, directory } = plan;
  const target = placeInCopy(copy, capioDir);
  const text = (text: string) => withDirectory(text, capioDir, target);
  const steps = plan.steps.map((step) => ({
    ...step,
    ...(step.args && { args: step.args.map(text) }),
    ...(step.denoFlags && { denoFlags: step.denoFlags.map(text) }),
    ...(step.command && { command: step.command.map(text) }),
    ...(step.stdin !== undefined && { stdin: text(step.stdin) }),
    ...(step.stdout !== undefined && { stdout: text(step.stdout) }),
    ...(step.stderr !== undefined && { stderr: text(step.stderr) }),
    ...(step.env && {
      env: Object.fromEntries(
        Object.entries(step.env).map(([name, value]) => [name, text(value)]),
      ),
    }),
    ...(step.cwd !== undefined && isAtOrBelow(step.cwd, copy.top) && {
      cwd: placeInCopy(copy, step.cwd),
    }),
  }));
  return {
    ...plan,
    capioDir: target,
    directory: placeInCopy(copy, directory),
    steps,
  };
}

/** Replaces a directory wherever a text names it or something below it. */
export function withDirectory(
  text: string,
  directory: string,
  target: string,
): string {
  let result = "";
  let at = 0;
  for (;;) {
    const found = text.indexOf(directory, at);
    if (found < 0) return result + text.slice(at);
    const end = found + directory.length;
    const isWhole = BEFORE.test(text.slice(0, found)) &&
      AFTER.test(text.slice(end));
    result += text.slice(at, found) + (isWhole ? target : directory);
    at = end;
  }
}

/** What may come before an absolute path in an argument, and after it. */
const BEFORE = /(?:^|[=:,;"'\s}]|file:\/\/)$/;
const AFTER = /^(?:$|[/\\:,;"'\s}])/;

/** Whether a path is a directory or lies below it, by whole components. */
export function isAtOrBelow(path: string, directory: string): boolean {
  const base = resolve(directory);
  const full = resolve(path);
  return full === base ||
    full.startsWith(base.endsWith(SEPARATOR) ? base : base + SEPARATOR);
}
