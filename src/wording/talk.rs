//! A text to send to the ISP or to the service: what happened, what can be said of its part and no more, and how to check it.

use super::{MOST_LISTED, Words, finding, headline, whereabouts, would_decide};
use crate::history::{Hour, Sum, set_of, zones};
use crate::time::Micros;
use crate::verdict::{Stall, Zone};

/// To whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// Who runs the access network.
    Isp,
    /// Who runs player and servers.
    Service,
}

/// What a verdict says of the addressee's part of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// It came from there and from nowhere else.
    Alone,
    /// It came from between their network and others.
    Between,
    /// It can have come from there or from elsewhere.
    Shared,
    /// Nothing can be told of where it came from.
    Unknown,
    /// It came from elsewhere.
    None,
}

/// What goes with the stall.
#[derive(Clone, Copy, Debug)]
pub struct Enclosed<'a> {
    /// The hash of the evidence.
    pub hash: &'a str,
    /// When it was, in words, if that is to be told.
    pub when: Option<&'a str>,
    /// What was watched in the last weeks, of which figures are told.
    pub hours: &'a [Hour],
    /// How many days that is.
    pub days: u32,
}

/// The text, or why there is none to send: the verdict says that it came from elsewhere.
pub fn letter(to: Addressee, stall: &Stall, with: &Enclosed, words: &Words) -> Result<String, String> {
    let opening = opening(to, part(to, stall), words)?;
    let mut paragraphs = vec![words.say("talk_hello", &[])];
    let happened = headline(stall, words);
    paragraphs.push(match with.when {
        Some(when) => words.say("talk_happened_when", &[("when", when), ("what", &happened)]),
        None => words.say("talk_happened", &[("what", &happened)]),
    });
    paragraphs.push(opening);
    // The verdict speaks to the viewer, so it is quoted.
    let seen = stall.findings.iter().take(MOST_LISTED).map(|seen| finding(seen, words));
    let said = [whereabouts(stall, words)].into_iter().chain(seen).chain(would_decide(stall, words));
    let said: Vec<String> = said.map(|line| format!("- {line}")).collect();
    paragraphs.push(format!("{}\n{}", words.say("talk_seen", &[]), said.join("\n")));
    paragraphs.extend(weeks(to, with, words));
    paragraphs.push(request(to, words));
    paragraphs.push(words.say("talk_evidence", &[("hash", with.hash)]));
    Ok(paragraphs.join("\n\n") + "\n")
}

/// Which zones are the addressee's.
fn own(to: Addressee) -> &'static [Zone] {
    match to {
        Addressee::Isp => &[Zone::Access],
        Addressee::Service => &[Zone::Player, Zone::Edge, Zone::Origin],
    }
}

fn part(to: Addressee, stall: &Stall) -> Part {
    let is_own = |zone: &Zone| own(to).contains(zone);
    if stall.zones.is_empty() || stall.zones == Zone::ALL {
        Part::Unknown
    } else if stall.zones.iter().all(is_own) {
        Part::Alone
    } else if stall.zones == [Zone::Interconnect] {
        Part::Between
    } else if stall.zones.iter().any(is_own) {
        Part::Shared
    } else {
        Part::None
    }
}

/// What the verdict says of their part.
fn opening(to: Addressee, part: Part, words: &Words) -> Result<String, String> {
    let key = match (to, part) {
        (Addressee::Isp, Part::Alone) => "talk_isp_alone",
        (Addressee::Isp, Part::Between) => "talk_isp_between",
        (Addressee::Isp, Part::Shared) => "talk_isp_shared",
        (Addressee::Isp, Part::Unknown) => "talk_isp_unknown",
        (Addressee::Isp, Part::None) => return Err(words.say("talk_isp_none", &[])),
        (Addressee::Service, Part::Alone) => "talk_service_alone",
        (Addressee::Service, Part::Between) => "talk_service_between",
        (Addressee::Service, Part::Shared) => "talk_service_shared",
        (Addressee::Service, Part::Unknown) => "talk_service_unknown",
        (Addressee::Service, Part::None) => return Err(words.say("talk_service_none", &[])),
    };
    Ok(words.say(key, &[]))
}

/// The figures of the last weeks, if anything was watched in them; what can have come from elsewhere is told apart.
fn weeks(to: Addressee, with: &Enclosed, words: &Words) -> Option<String> {
    let sum = Sum::of(with.hours);
    let (days, watched) = (with.days.to_string(), words.duration(sum.watched()));
    let stalled = words.percent(sum.figures().stalled?);
    let values = [("days", &days[..]), ("watched", &watched), ("stalled", &stalled)];
    let mut said = words.count("talk_weeks", u64::from(sum.stalls), &values);
    let own = set_of(own(to));
    let time = |counts: &dyn Fn(u32) -> bool| -> Micros {
        let sets = with.hours.iter().flat_map(|hour| &hour.sets);
        sets.filter(|(set, _, _)| counts(*set)).map(|(_, _, time)| time.at_least_zero()).sum()
    };
    let alone = |set: u32| zones(set).next().is_some() && set & !own == 0;
    let (alone, possible) = (time(&alone), time(&|set| set & own != 0 && !alone(set)));
    if sum.stalls > 0 {
        let key = match to {
            Addressee::Isp => "talk_weeks_isp",
            Addressee::Service => "talk_weeks_service",
        };
        let values = [("alone", words.duration(alone)), ("possible", words.duration(possible))];
        said.push(' ');
        said.push_str(&words.say(key, &super::borrowed(&values)));
    }
    Some(said)
}

/// What they are asked for.
fn request(to: Addressee, words: &Words) -> String {
    match to {
        Addressee::Isp => words.say("talk_isp_ask", &[]),
        Addressee::Service => words.say("talk_service_ask", &[]),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::wording::samples;

    const HASH: &str = "5f0c";

    fn told(to: Addressee, zones: &[Zone], words: &Words) -> Result<String, String> {
        let mut stall = samples::stall("slow-response", true);
        stall.zones = zones.to_vec();
        stall.cleared = Vec::new();
        let hour = Hour {
            played: Micros(3_000_000_000),
            sets: vec![
                (0b000_1000, 1, Micros(10_000_000)),
                (0b000_1100, 2, Micros(20_000_000)),
                (0b110_0000, 4, Micros(40_000_000)),
                (0, 1, Micros(80_000_000)),
            ],
            ..Hour::default()
        };
        let with = Enclosed { hash: HASH, when: Some("12 May, 20:15"), hours: &[hour], days: 28 };
        letter(to, &stall, &with, words)
    }

    /// No letter says more than its verdict: only a zone that stands alone is said to be it.
    #[test]
    fn a_letter_says_no_more_than_the_verdict() {
        use Addressee::{Isp, Service};
        use Zone::{Access, Device, Edge, Home, Interconnect, Origin, Player};
        let cases: [(Addressee, &[Zone], &str); 12] = [
            (Isp, &[Access], "talk_isp_alone"),
            (Isp, &[Home, Access], "talk_isp_shared"),
            (Isp, &[Access, Interconnect, Edge], "talk_isp_shared"),
            (Isp, &[Interconnect], "talk_isp_between"),
            (Isp, &[], "talk_isp_unknown"),
            (Isp, &Zone::ALL, "talk_isp_unknown"),
            (Service, &[Edge], "talk_service_alone"),
            (Service, &[Edge, Origin], "talk_service_alone"),
            (Service, &[Player], "talk_service_alone"),
            (Service, &[Device, Player], "talk_service_shared"),
            (Service, &[Interconnect], "talk_service_between"),
            (Service, &[], "talk_service_unknown"),
        ];
        let openings = ["alone", "between", "shared", "unknown"];
        for words in ["en", "de"].map(Words::for_language) {
            for (to, zones, said) in cases {
                let letter = told(to, zones, &words).unwrap();
                for key in
                    openings.iter().flat_map(|of| [format!("talk_isp_{of}"), format!("talk_service_{of}")])
                {
                    assert_eq!(letter.contains(&words.say(&key, &[])), key == said, "{key}: {letter}");
                }
                assert!(letter.contains(HASH) && letter.contains("whystall verify"), "{letter}");
                assert!(!letter.contains(['$', '_']), "{letter}");
            }
            for (to, zones, why) in
                [(Isp, [Edge, Origin], "talk_isp_none"), (Service, [Home, Access], "talk_service_none")]
            {
                assert_eq!(told(to, &zones, &words), Err(words.say(why, &[])));
            }
        }
    }

    #[test]
    fn what_the_last_weeks_were_like_is_told_apart_by_place() {
        let words = Words::for_language("en");
        let isp = told(Addressee::Isp, &[Zone::Access], &words).unwrap();
        let service = told(Addressee::Service, &[Zone::Edge], &words).unwrap();
        let [isp, service] = [isp, service].map(|letter| letter.replace('\u{a0}', " "));
        assert!(isp.contains("10.0 s") && isp.contains("20.0 s"), "{isp}");
        assert!(service.contains("40.0 s") && service.contains("0 ms"), "{service}");
        let stall = samples::stall("slow-response", true);
        let with = Enclosed { hash: HASH, when: None, hours: &[], days: 28 };
        let bare = letter(Addressee::Isp, &stall, &with, &words).unwrap();
        assert!(!bare.contains("28 days"), "{bare}");
    }

    /// To be read as whoever gets it reads it.
    #[test]
    fn letters() {
        use expect_test::expect_file;
        let all = |language: &str| {
            let words = Words::for_language(language);
            let of =
                |(to, zones): (Addressee, &[Zone])| told(to, zones, &words).unwrap().replace('\u{a0}', "~");
            let cases: [(Addressee, &[Zone]); 3] = [
                (Addressee::Isp, &[Zone::Access]),
                (Addressee::Isp, &[Zone::Home, Zone::Access]),
                (Addressee::Service, &[Zone::Edge, Zone::Origin]),
            ];
            cases.map(of).join("-----\n")
        };
        expect_file!["said/en-letters.txt"].assert_eq(&all("en"));
        expect_file!["said/de-letters.txt"].assert_eq(&all("de"));
    }
}
