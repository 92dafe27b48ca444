// @ts-check
// The explanation next to the player: a view tree in a closed shadow root that no style of the page reaches, on top
// of the player, gone when the view is gone.

import css from './overlay.css';
import { render } from './render.js';
import { shadowOf } from './shadow.js';

/** Distance from the player's edges, in CSS px. */
const GAP = 12;
/** What the viewer does in here is not meant for the page: its shortcuts would pause or seek. */
const KEPT = [
  'click', 'dblclick', 'contextmenu', 'keydown', 'keypress', 'keyup', 'mousedown', 'mouseup', 'pointerdown',
  'pointerup', 'touchend', 'touchstart', 'wheel',
];
/** The page's styles can reach the host itself, so that it says all of its own. */
const HOST_STYLE = {
  all: 'initial', 'color-scheme': 'light dark', display: 'block', position: 'fixed', inset: 'auto', 'z-index': '2147483647', overflow: 'visible',
  'pointer-events': 'none',
};

export class Overlay {
  /** @type {HTMLElement | undefined} */
  #host;
  /** @type {HTMLElement | undefined} */
  #card;
  /** @type {ShadowRoot | undefined} */
  #shadow;
  /** @type {HTMLElement | undefined} */
  #anchor;
  /** While it is shown. */
  #shown = new AbortController();
  /** The view is gone, the card stays for as long as the viewer is at it. */
  #over = false;
  #resize = new ResizeObserver(() => this.#place());

  /** @param {(action: string) => void} onAction */
  constructor(onAction) {
    this.onAction = onAction;
  }

  /** @param {import('./render.js').Tree | null} view @param {HTMLElement} [anchor] the player */
  show(view, anchor) {
    this.#over = view === null;
    if (view === null) {
      this.#leave();
      return;
    }
    const card = (this.#card ??= this.#open());
    render(card, view, (action) => this.#act(action));
    if (anchor && anchor !== this.#anchor) {
      this.#resize.disconnect();
      this.#anchor = anchor;
      this.#resize.observe(anchor);
    }
    // A page may throw away all that it holds.
    if (!this.#host?.isConnected) this.#raise();
    this.#place();
  }

  /** Whether something was done in here. @param {Event} event */
  owns(event) {
    return this.#host !== undefined && event.target === this.#host;
  }

  #open() {
    const host = document.createElement('div');
    for (const [name, value] of Object.entries(HOST_STYLE)) host.style.setProperty(name, value, 'important');
    host.setAttribute('popover', 'manual');
    const shadow = host.attachShadow({ mode: 'closed' });
    const style = document.createElement('style');
    style.textContent = css;
    const card = document.createElement('div');
    card.style.setProperty('pointer-events', 'auto');
    shadow.append(style, card);
    this.#host = host;
    this.#shadow = shadow;

    for (const type of KEPT) card.addEventListener(type, (event) => event.stopPropagation(), { passive: true });
    card.addEventListener('keydown', (event) => event.key === 'Escape' && this.#act('dismiss'));
    for (const type of ['pointerleave', 'focusout']) card.addEventListener(type, () => this.#over && this.#leave());

    this.#shown = new AbortController();
    const { signal } = this.#shown;
    const place = () => this.#place();
    document.addEventListener('fullscreenchange', () => this.#raise(), { signal });
    document.addEventListener('scroll', place, { signal, capture: true, passive: true });
    window.addEventListener('resize', place, { signal, passive: true });
    return card;
  }

  /** @param {string} action */
  #act(action) {
    this.onAction(action);
    // Who sent it away does not want it for as long as the pointer is on it.
    if (action === 'dismiss' || action === 'mute') this.#remove();
  }

  #leave() {
    if (this.#card?.matches(':hover') || this.#shadow?.activeElement) return;
    this.#remove();
  }

  #remove() {
    this.#shown.abort();
    this.#resize.disconnect();
    this.#host?.remove();
    this.#host = this.#card = this.#shadow = this.#anchor = undefined;
  }

  /** To the top layer, above a fullscreen element; inside of it where that can hold more than a picture. */
  #raise() {
    const host = this.#host;
    if (!host) return;
    const full = document.fullscreenElement;
    const container = full && !(full instanceof HTMLMediaElement) ? (shadowOf(full) ?? full) : document.documentElement;
    if (host.parentNode !== container) container.append(host);
    if (host.matches(':popover-open')) host.hidePopover();
    host.showPopover();
    this.#place();
  }

  #place() {
    const host = this.#host;
    const anchor = this.#anchor;
    if (!host || !anchor) return;
    const rect = anchor.getBoundingClientRect();
    const left = Math.max(rect.left, 0);
    const top = Math.max(rect.top, 0);
    const width = Math.min(rect.right, innerWidth) - left;
    const height = Math.min(rect.bottom, innerHeight) - top;
    const style = {
      left: `${left + GAP}px`,
      top: `${top + GAP}px`,
      // The room that the style sheet has.
      '--player-width': `${Math.max(width - 2 * GAP, 0)}px`,
      '--player-height': `${Math.max(height - 2 * GAP, 0)}px`,
      visibility: width > 0 && height > 0 ? 'visible' : 'hidden',
    };
    for (const [name, value] of Object.entries(style)) host.style.setProperty(name, value, 'important');
  }
}
