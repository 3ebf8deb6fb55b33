import type { WorkflowFile, WorkflowState } from "../journal/mod.ts";
import { isMadeLater } from "../workflow/mod.ts";
import type { Workspace } from "./workspace.ts";

/**
 * What a reader sees of the files that others make: none that steps after it are
 * making. When the steps run one after the other, those are not there yet.
 */
export class View {
  readonly #workspace: Workspace;
  readonly #isQuestion: boolean;

  /**
   * @param options.isQuestion Whether the reader only asks whether something is
   * there.
   */
  constructor(
    workspace: Workspace,
    { isQuestion = false }: { isQuestion?: boolean } = {},
  ) {
    this.#workspace = workspace;
    this.#isQuestion = isQuestion;
  }

  /** Returns the file of the workflow under a name. */
  fileAt(
    path: string,
    state: WorkflowState = this.#workspace.workflow.state,
  ): WorkflowFile | undefined {
    const { workflow } = this.#workspace;
    const file = state.paths.get(path);
    if (!file || !workflow.isInSpool(path)) return file;
    const isQuestion = this.#isQuestion;
    const isHidden = isMadeLater(state, workflow, file, { isQuestion });
    return isHidden ? undefined : file;
  }

  /** Returns the present location of what is under a name. */
  locate(path: string): string {
    const workspace = this.#workspace;
    const isHidden = workspace.workflow.state.paths.has(path) &&
      !this.fileAt(path);
    return isHidden
      ? workspace.folder.real(path)
      : workspace.trees.locate(path);
  }
}
