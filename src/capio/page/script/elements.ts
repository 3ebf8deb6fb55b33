/**
 * The elements of the document, which are changed only where they differ: a text
 * becomes a text node, never markup.
 */
export const ELEMENTS_SCRIPT = String.raw`
const byId = (id) => document.getElementById(id);

function added(parent, tag, className) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  parent.append(element);
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function setClass(element, name) {
  if (element.className !== name) element.className = name;
}

function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Shows one element of a list for each item. */
function showItems(list, items, update) {
  while (list.childElementCount > items.length) list.lastElementChild.remove();
  while (list.childElementCount < items.length) added(list, "li", "");
  items.forEach((item, i) => update(list.children[i], item));
}
`;
