// @ts-check
// Draws a view tree (src/view/) without thinking. In place, so that focus, hover and an opened <details> survive.

const SVG = 'http://www.w3.org/2000/svg';
const HTML_TAGS = new Set([
  'button', 'caption', 'details', 'div', 'h1', 'h2', 'h3', 'li', 'main', 'ol', 'p', 'section', 'span', 'summary', 'table',
  'tbody', 'td', 'th', 'thead', 'tr', 'ul',
]);
const SVG_TAGS = new Set(['g', 'line', 'path', 'polyline', 'rect', 'svg', 'text']);
// Nothing that runs, loads or leads anywhere. `open` is not among them: it is the viewer's.
const ATTRIBUTES = new Set([
  'aria-hidden', 'aria-label', 'aria-live', 'class', 'd', 'data-action', 'height', 'lang', 'points', 'role', 'scope',
  'text-anchor', 'type', 'viewBox', 'width', 'x', 'x1', 'x2', 'y', 'y1', 'y2',
]);

/** @typedef {string | { t: string, a: Record<string, string>, c: Tree[] }} Tree */

/**
 * Makes this tree all that `root` holds.
 * @param {Node} root
 * @param {Tree | null} tree
 * @param {(action: string) => void} onAction told of the `data-action` of what was pressed
 */
export function render(root, tree, onAction) {
  reconcile(root, tree === null ? [] : [tree], onAction);
}

/** @param {Node} parent @param {Tree[]} trees @param {(action: string) => void} onAction */
function reconcile(parent, trees, onAction) {
  const wanted = trees.filter((tree) => typeof tree === 'string' || HTML_TAGS.has(tree.t) || SVG_TAGS.has(tree.t));
  wanted.forEach((tree, index) => {
    let node = parent.childNodes[index];
    if (!node || !fits(node, tree)) {
      const made = create(tree, onAction);
      if (node) parent.replaceChild(made, node);
      else parent.appendChild(made);
      node = made;
    }
    if (typeof tree === 'string') {
      if (node.nodeValue !== tree) node.nodeValue = tree;
    } else {
      setAttributes(/** @type {Element} */ (node), tree.a);
      reconcile(node, tree.c, onAction);
    }
  });
  while (parent.childNodes.length > wanted.length) parent.lastChild?.remove();
}

/** @param {Node} node @param {Tree} tree */
function fits(node, tree) {
  return typeof tree === 'string' ? node.nodeType === Node.TEXT_NODE : node.nodeName.toLowerCase() === tree.t;
}

/** @param {Tree} tree @param {(action: string) => void} onAction */
function create(tree, onAction) {
  if (typeof tree === 'string') return document.createTextNode(tree);
  if (SVG_TAGS.has(tree.t)) return document.createElementNS(SVG, tree.t);
  const element = document.createElement(tree.t);
  if (tree.t === 'button') {
    element.addEventListener('click', () => element.dataset.action && onAction(element.dataset.action));
  }
  return element;
}

/** @param {Element} element @param {Record<string, string>} wanted */
function setAttributes(element, wanted) {
  for (const name of element.getAttributeNames()) {
    if (ATTRIBUTES.has(name) && !(name in wanted)) element.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(wanted)) {
    if (ATTRIBUTES.has(name) && element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}
