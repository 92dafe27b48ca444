// @ts-check
// Name of the one event that ever passes between the page's world and ours: it carries a private port, is sent at
// document_start before any script of the page can listen, and is never sent again.
export const HANDSHAKE = 'whystall-6f1d83c2e94b';
