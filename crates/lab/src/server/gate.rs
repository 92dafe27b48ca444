//! Every request of a server waits at its gate, which says when it may go on and how fast. It is what makes a server
//! slow without making the network slow.

use crate::link::{self, Nanos};
use anyhow::Result;
use serde::Deserialize;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Where the server asks, on its own node.
pub const PORT: u16 = 9000;

/// What a server does to every request.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Behaviour {
    /// Only to those that have this in their path.
    pub only: String,
    /// How long nothing comes back.
    #[serde(deserialize_with = "link::duration")]
    pub silence: Nanos,
    /// Bytes per second it sends at most; 0: as it can.
    pub rate: u64,
    /// It does not answer what is asked.
    pub refuses: Option<Refusal>,
    /// What is in its cache is given out, even a playlist that has changed since.
    pub stale: bool,
}

/// In which header the server says what it is asked for.
pub const ASKED: &str = "X-Asked";

/// How a server refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// With status 500.
    Error,
    /// By closing the connection.
    Reset,
}

impl Behaviour {
    /// Reads `silence=2s rate=40000`.
    pub fn parse<'a>(words: impl Iterator<Item = &'a str>) -> Result<Behaviour, String> {
        link::read_words(words, &["silence"])
    }
}

/// A gate that is open, or less so.
pub struct Gate(Arc<Mutex<Behaviour>>);

impl Gate {
    /// Opens one in the node of this thread.
    pub fn open() -> Result<Gate> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, PORT))?;
        let behaviour = Arc::new(Mutex::new(Behaviour::default()));
        let shared = Arc::clone(&behaviour);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let behaviour = Arc::clone(&shared);
                // Who hangs up in the middle of it has hung up.
                thread::spawn(move || drop(answer(stream, &behaviour)));
            }
        });
        Ok(Gate(behaviour))
    }

    /// For all requests from now on.
    pub fn set(&self, behaviour: Behaviour) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = behaviour;
    }
}

/// All questions of one connection.
fn answer(mut stream: TcpStream, behaviour: &Mutex<Behaviour>) -> Result<()> {
    // Else an answer waits up to 40 ms for the acknowledgement of the one before.
    stream.set_nodelay(true)?;
    let mut questions = BufReader::new(stream.try_clone()?).lines();
    loop {
        let mut asked = String::new();
        // A question ends with an empty line.
        loop {
            match questions.next().transpose()? {
                None => return Ok(()),
                Some(line) if line.is_empty() => break,
                Some(line) => {
                    if let Some(path) = line.strip_prefix(ASKED) {
                        path.clone_into(&mut asked);
                    }
                }
            }
        }
        let behaviour = behaviour.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Behaviour { silence, rate, refuses, stale, .. } =
            if asked.contains(&behaviour.only) { behaviour } else { Behaviour::default() };
        thread::sleep(Duration::from_nanos(silence));
        // What nginx makes of them is in its configuration.
        let status = match refuses {
            None => "204 No Content",
            Some(Refusal::Error) => "500 Internal Server Error\r\nContent-Length: 0",
            Some(Refusal::Reset) => "403 Forbidden\r\nContent-Length: 0",
        };
        write!(stream, "HTTP/1.1 {status}\r\nX-Rate: {rate}\r\nX-Fresh: {}\r\n\r\n", u8::from(!stale))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(path: &str, behaviour: &Arc<Mutex<Behaviour>>) -> String {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut server = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (gate, _) = listener.accept().unwrap();
        let behaviour = Arc::clone(behaviour);
        thread::spawn(move || drop(answer(gate, &behaviour)));
        write!(server, "GET /gate HTTP/1.1\r\n{ASKED}: {path}\r\n\r\n").unwrap();
        let mut lines = BufReader::new(server).lines();
        lines.next().unwrap().unwrap()
    }

    #[test]
    fn what_a_server_refuses_can_be_some_paths_only() {
        let behaviour =
            Behaviour { only: ".m3u8".to_owned(), refuses: Some(Refusal::Error), ..Behaviour::default() };
        let behaviour = Arc::new(Mutex::new(behaviour));
        assert!(asked("/live/540p/index.m3u8", &behaviour).contains("500"));
        assert!(asked("/live/540p/segment-001.m4s", &behaviour).contains("204"));
        behaviour.lock().unwrap().only.clear();
        assert!(asked("/live/540p/segment-001.m4s", &behaviour).contains("500"));
    }
}
