/**
 * The lists of the page, as a script: a list has rows of one height, and only
 * those in sight are in the document, so that the number of rows costs nothing.
 * A row that stays in sight keeps its element, and with it the focus.
 */
export const ROW_LIST_SCRIPT = String.raw`
"use strict";
const SPARE_ROWS = 4;

class RowList {
  #element;
  #space = document.createElement("div");
  #parts;
  #rows = new Map();
  #items = [];
  #rowHeight = 0;

  /** parts: keyOf(item), create() and update(row, item) for one row. */
  constructor(element, parts) {
    this.#element = element;
    this.#parts = parts;
    this.#space.className = "space";
    this.#space.setAttribute("role", "presentation");
    element.append(this.#space);
    element.addEventListener("scroll", () => this.#render(), { passive: true });
    new ResizeObserver(() => this.#measure()).observe(element);
    this.#measure();
  }

  show(items) {
    this.#items = items;
    this.#space.style.height = items.length * this.#rowHeight + "px";
    this.#element.hidden = items.length === 0;
    this.#render();
  }

  #measure() {
    const { fontSize } = getComputedStyle(document.documentElement);
    const height = getComputedStyle(this.#element).getPropertyValue("--row");
    this.#rowHeight = parseFloat(height) * parseFloat(fontSize);
    this.show(this.#items);
  }

  #render() {
    const { scrollTop, clientHeight } = this.#element;
    const height = this.#rowHeight;
    const total = this.#items.length;
    const first = Math.max(0, Math.floor(scrollTop / height) - SPARE_ROWS);
    const end = Math.min(
      total,
      Math.ceil((scrollTop + clientHeight) / height) + SPARE_ROWS,
    );
    const before = this.#rows;
    this.#rows = new Map();
    for (let i = first; i < end; i++) {
      const item = this.#items[i];
      const key = this.#parts.keyOf(item);
      const row = before.get(key) ?? this.#create();
      before.delete(key);
      this.#rows.set(key, row);
      if (row.top !== i * height || row.total !== total) {
        row.top = i * height;
        row.total = total;
        row.element.style.transform = "translateY(" + row.top + "px)";
        row.element.setAttribute("aria-posinset", i + 1);
        row.element.setAttribute("aria-setsize", total);
      }
      this.#parts.update(row, item);
    }
    for (const { element } of before.values()) element.remove();
  }

  #create() {
    const element = document.createElement("div");
    element.className = "row";
    element.setAttribute("role", "listitem");
    this.#space.append(element);
    return Object.assign(this.#parts.create(element), { element });
  }
}
`;
