/**
 * The script of the page, in parts: it shows what the live updates bring.
 *
 * @module
 */
export { PAGE_SCRIPT } from "./page_script.ts";
