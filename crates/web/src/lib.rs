//! The core in the browser: what the background script calls. Facts come as plain objects, everything else crosses as
//! text: what is to be an object again as JSON, for which there has to be a writer anyway. Nothing is decided here.

mod frame;
mod networks;
mod object;

use frame::Frame;
use js_sys::{Array, JSON};
use object::Object;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use whystall::read::{Read, json};
use whystall::status::Status;
use whystall::time::{Wall, micros_from_millis};
use whystall::view::{self, Kept, Unseen, Wishes};
use whystall::wire::Fact;
use whystall::wording::Words;

/// One frame of a tab: everything between a port's messages and the core.
#[wasm_bindgen]
pub struct FrameSession {
    frame: Frame,
}

#[wasm_bindgen]
impl FrameSession {
    /// A frame of which nothing is known. `build` names the program in evidence; `catalogue` are the words to
    /// speak in, see [`Words::new`].
    #[wasm_bindgen(constructor)]
    pub fn new(build: &str, catalogue: &str) -> FrameSession {
        FrameSession { frame: Frame::new(build, Words::new(catalogue)) }
    }

    /// Goes on from a [`FrameSession::snapshot`]; answers the number of the next fact of the log. An unreadable
    /// snapshot is an exception and leaves the frame as it was.
    pub fn restore(&mut self, snapshot: &str) -> Result<f64, JsError> {
        Ok(self.frame.restore(snapshot)?)
    }

    /// Takes the facts numbered `from`, `from + 1`, … Those seen before and those that are no facts are dropped.
    pub fn handle(&mut self, facts: &Array, from: f64) -> Result<JsValue, JsError> {
        for (number, fact) in (from as u64..).zip(facts.iter()) {
            self.frame.take(number, || Fact::read(&Object(fact)).ok());
        }
        self.outputs()
    }

    /// Time passed: it is now `ms` milliseconds since the epoch on the page's clock.
    pub fn tick(&mut self, ms: f64) -> Result<JsValue, JsError> {
        if let Some(at) = micros_from_millis(ms) {
            self.frame.tick(Wall(at));
        }
        self.outputs()
    }

    /// The viewer pressed or chose something: `dismiss`, `mute`, `unmute`, `check`, `allow-checks`, `forbid-checks`. Anything
    /// else changes nothing.
    pub fn act(&mut self, action: &str) -> Result<JsValue, JsError> {
        self.frame.act(action);
        self.outputs()
    }

    /// What the viewer's provider is called. Shown, and no part of any evidence.
    #[wasm_bindgen(js_name = nameProvider)]
    pub fn name_provider(&mut self, name: Option<String>) -> Result<JsValue, JsError> {
        self.frame.name_provider(name);
        self.outputs()
    }

    /// What the history is to know by now: `watched` so far, and the `stall` that is no record yet or
    /// `null`.
    pub fn account(&self) -> Result<JsValue, JsError> {
        to_js(&self.frame.account())
    }

    /// Something plays, or would if it could.
    #[wasm_bindgen(getter)]
    pub fn playing(&self) -> bool {
        self.frame.playing()
    }

    /// Playback stands still.
    #[wasm_bindgen(getter)]
    pub fn stalled(&self) -> bool {
        self.frame.stalled()
    }

    /// All that a new instance needs to go on.
    pub fn snapshot(&self) -> Result<String, JsError> {
        Ok(self.frame.snapshot()?)
    }

    /// The overlay as it should stand; `null` for none.
    pub fn overlay(&self) -> Result<JsValue, JsError> {
        to_js(&self.frame.overlay())
    }

    /// How many facts were dropped because they were no facts.
    #[wasm_bindgen(getter)]
    pub fn malformed(&self) -> u32 {
        self.frame.malformed()
    }

    fn outputs(&mut self) -> Result<JsValue, JsError> {
        to_js(&self.frame.outputs())
    }
}

/// The popup of one tab: add its frames, then draw.
#[wasm_bindgen]
pub struct Popup {
    frames: Vec<Status>,
    wishes: Wishes,
    words: Words,
    kept: Option<Kept>,
}

#[wasm_bindgen]
impl Popup {
    /// A tab of which no frame is known yet.
    #[wasm_bindgen(constructor)]
    pub fn new(catalogue: &str, muted: bool) -> Popup {
        let wishes = Wishes { muted, ..Wishes::default() };
        Popup { frames: Vec::new(), wishes, words: Words::new(catalogue), kept: None }
    }

    /// What the viewer's provider is called.
    #[wasm_bindgen(js_name = nameProvider)]
    pub fn name_provider(&mut self, name: Option<String>) {
        self.wishes.provider = name;
    }

    /// Shows this frame too.
    pub fn add(&mut self, session: &FrameSession) {
        self.frames.push(session.frame.status());
    }

    /// Shows what is kept of the tab's site, too: [`Kept`] as JSON.
    pub fn keep(&mut self, kept: &str) -> Result<(), JsError> {
        self.kept = Some(json(kept)?);
        Ok(())
    }

    /// The view tree. `unseen` says why there is nothing to show: `browser-page`, `no-permission`,
    /// `no-media-source`.
    pub fn draw(&self, unseen: Option<String>) -> Result<JsValue, JsError> {
        let unseen = match unseen.as_deref() {
            Some("browser-page") => Some(Unseen::BrowserPage),
            Some("no-permission") => Some(Unseen::NoPermission),
            Some("no-media-source") => Some(Unseen::NoMediaSource),
            _ => None,
        };
        let popup = view::popup(&self.frames, unseen, &self.wishes, &self.words);
        to_js(&match &self.kept {
            Some(kept) => view::with_history(popup, kept, &self.words),
            None => popup,
        })
    }
}

/// A panic is a bug of ours; without this it would be told as a bare "unreachable executed".
#[wasm_bindgen(start)]
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| console_error(&panic.to_string())));
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(message: &str);
}

/// Maps as plain objects, `None` as `null`.
fn to_js(value: &impl Serialize) -> Result<JsValue, JsError> {
    JSON::parse(&serde_json::to_string(value)?).map_err(|_| JsError::new("no JSON"))
}
