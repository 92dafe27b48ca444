//! The core in the browser.
