/**
 * The page of a host, which shows the lines in a browser as they come.
 *
 * @module
 */
export { viewPage } from "./view_page.ts";
