//! A stall to be shared: its card, and the evidence that goes with it.

use wasm_bindgen::prelude::*;
use whystall::bundle::Bundle;
use whystall::card::{self, Format, Shown, Theme};
use whystall::history::Hour;
use whystall::read::json;
use whystall::verdict::Stall;
use whystall::wording::Words;
use whystall::wording::talk::{Addressee, Enclosed, letter};

/// One stall, and what of it the viewer wants to be seen.
#[wasm_bindgen]
pub struct Share {
    whole: Bundle,
    /// What goes with the card: the same without what is not to be seen.
    shared: Bundle,
    host: bool,
    date: bool,
    tells_date: bool,
    words: Words,
}

#[wasm_bindgen]
impl Share {
    /// Of a bundle; `catalogue` are the words to speak in.
    #[wasm_bindgen(constructor)]
    pub fn new(bundle: &str, catalogue: &str) -> Result<Share, JsError> {
        Share::of(bundle.as_bytes(), Words::new(catalogue)).map_err(|why| JsError::new(&why))
    }

    /// Whether server names and the date are to be seen: in the picture, and in the evidence.
    pub fn choose(&mut self, host: bool, date: bool) {
        (self.host, self.date) = (host, date);
        let named = if host { self.whole.clone() } else { self.whole.without_names() };
        let dateless = if date { None } else { named.without_date() };
        self.tells_date = !date && dateless.is_none();
        self.shared = dateless.unwrap_or(named);
    }

    /// The evidence tells when it was although that was not to be seen: a live stream's own clock does.
    #[wasm_bindgen(getter)]
    pub fn tells_date(&self) -> bool {
        self.tells_date
    }

    /// When the stall began, in milliseconds since the epoch.
    #[wasm_bindgen(getter)]
    pub fn began(&self) -> f64 {
        self.whole.report.stalls.last().map_or(0.0, |stall| stall.began.wall.0 as f64 / 1e3)
    }

    /// The hash of the evidence.
    #[wasm_bindgen(getter)]
    pub fn fingerprint(&self) -> String {
        self.shared.fingerprint()
    }

    /// The evidence.
    #[wasm_bindgen(getter)]
    pub fn evidence(&self) -> Vec<u8> {
        self.shared.to_bytes()
    }

    /// What the card says, for those who do not see it.
    #[wasm_bindgen(getter)]
    pub fn said(&self) -> String {
        self.stall().map_or_else(String::new, |stall| card::in_words(stall, self.host, &self.words))
    }

    /// A text to send to the ISP or else to the service, or why there is none; `hours` as JSON are those of the last `days`.
    pub fn letter(
        &self,
        to_isp: bool,
        date: Option<String>,
        hours: &str,
        days: u32,
    ) -> Result<String, JsError> {
        let hours: Vec<Hour> = json(hours)?;
        let Some(stall) = self.stall() else { return Ok(String::new()) };
        let to = if to_isp { Addressee::Isp } else { Addressee::Service };
        let hash = self.fingerprint();
        let when = date.as_deref().filter(|_| self.date);
        let with = Enclosed { hash: &hash, when, hours: &hours, days };
        Ok(letter(to, stall, &with, &self.words).unwrap_or_else(|why| why))
    }

    /// Width and height of a card.
    pub fn size(square: bool) -> Vec<i32> {
        let (width, height) = format(square).size();
        vec![width, height]
    }

    /// The card, as SVG. `date` is the stall's local date and time in words; `network` what the viewer calls the network and
    /// `picture` what the video shows (a `data:` address of a JPEG), if that is to be seen.
    pub fn svg(
        &self,
        date: Option<String>,
        network: Option<String>,
        picture: Option<String>,
        square: bool,
        dark: bool,
    ) -> String {
        let Some(stall) = self.stall() else { return String::new() };
        let date = date.as_deref().filter(|_| self.date);
        let shown = Shown { host: self.host, date, network: network.as_deref(), picture: picture.as_deref() };
        let theme = if dark { Theme::Dark } else { Theme::Light };
        card::svg(stall, &self.fingerprint(), shown, format(square), theme, &self.words)
    }

    /// The card as a file, from the pixels that were made of the SVG.
    pub fn seal(&self, rgba: &[u8], width: u32, height: u32) -> Result<Vec<u8>, JsError> {
        Ok(whystall_picture::seal(rgba, width, height, &self.shared.to_bytes())?)
    }
}

impl Share {
    fn of(bundle: &[u8], words: Words) -> Result<Share, String> {
        let whole = Bundle::parse(bundle).map_err(|error| error.to_string())?;
        if whole.report.stalls.is_empty() {
            return Err("there is no stall in this evidence".to_owned());
        }
        Ok(Share { shared: whole.clone(), whole, host: true, date: true, tells_date: false, words })
    }

    fn stall(&self) -> Option<&Stall> {
        self.shared.report.stalls.last()
    }
}

fn format(square: bool) -> Format {
    if square { Format::Square } else { Format::Wide }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use whystall::event::TrackKind::Video;
    use whystall::story::Story;

    fn share() -> Share {
        let told = Story::new(30_000).withhold(Video, 8, 12_000).tell();
        let bundle = Bundle::seal("test", told.inputs);
        Share::of(&bundle.to_bytes(), Words::for_language("en")).unwrap()
    }

    #[test]
    fn a_card_carries_what_it_shows_and_no_more() {
        let mut share = share();
        let host = share.whole.report.stalls.first().unwrap().blocking.first().unwrap().host.clone().unwrap();
        for (named, dated) in [(true, true), (false, true), (true, false), (false, false)] {
            share.choose(named, dated);
            let network = named.then(|| "Home upstairs".to_owned());
            let svg = share.svg(Some("24 November".to_owned()), network, None, true, false);
            let card = share.seal(&[7; 16], 2, 2).unwrap();
            let evidence = whystall_picture::open(&card).unwrap();
            let bundle = Bundle::parse(&evidence).unwrap();
            assert_eq!(bundle.verify(), Ok(()));
            assert_eq!(bundle.fingerprint(), share.fingerprint());
            assert!(svg.contains(&share.fingerprint()));
            let text = String::from_utf8(evidence).unwrap();
            for shown in [&text, &svg, &share.said()] {
                assert!(named || !shown.contains(&host), "{host} in {shown}");
            }
            let letter = share.letter(true, Some("24 November".to_owned()), "[]", 28).unwrap();
            assert!(letter.contains(&share.fingerprint()));
            assert_eq!((letter.contains(&host), letter.contains("24 November")), (named, dated), "{letter}");
            assert_eq!(svg.contains("24 November"), dated);
            // What the viewer calls the network is for the eye alone.
            assert_eq!((svg.contains("Home upstairs"), text.contains("Home upstairs")), (named, false));
            let began = bundle.report.stalls.last().unwrap().began.wall.0 as f64 / 1e3;
            assert_eq!(began.to_bits() == share.began().to_bits(), dated);
            assert!(!share.tells_date());
        }
    }

    #[test]
    fn what_is_no_evidence_of_a_stall_is_not_shared() {
        let refused = |bytes: &[u8]| Share::of(bytes, Words::for_language("en")).err().unwrap();
        assert!(refused(b"{}").contains("not Whystall evidence"));
        let nothing = Bundle::seal("test", Vec::new()).to_bytes();
        assert_eq!(refused(&nothing), "there is no stall in this evidence");
    }
}
