//! What a `SourceBuffer` holds, from the MIME type it was made with.

use crate::event::TrackKind;

/// Beginnings of the audio formats of the MSE byte stream registry (RFC 6381 names), in lower case.
const AUDIO: [&str; 13] =
    ["mp4a", "mp3", "opus", "vorbis", "flac", "alac", "ac-3", "ac-4", "ec-3", "dts", "iamf", "mha1", "mhm1"];

/// By the type and, where a video type may hold sound too, by the `codecs` parameter.
pub fn kind(mime: &str) -> TrackKind {
    let mime = mime.to_ascii_lowercase();
    if mime.trim_start().starts_with("audio/") {
        return TrackKind::Audio;
    }
    let codecs = mime.split_once("codecs").and_then(|(_, rest)| rest.trim_start().strip_prefix('='));
    let codecs = codecs.unwrap_or("").trim_start();
    let codecs = match codecs.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => codecs.split(';').next(),
    };
    kind_of_codecs(codecs.unwrap_or(""))
}

/// By a list of codecs (RFC 6381).
pub fn kind_of_codecs(codecs: &str) -> TrackKind {
    let codecs = codecs.to_ascii_lowercase();
    let codecs = codecs.split(',').map(str::trim).filter(|codec| !codec.is_empty());
    let is_audio = |codec: &str| AUDIO.iter().any(|audio| codec.starts_with(audio));
    let (audio, video): (Vec<&str>, Vec<&str>) = codecs.partition(|codec| is_audio(codec));
    match (audio.is_empty(), video.is_empty()) {
        (true, _) => TrackKind::Video,
        (false, true) => TrackKind::Audio,
        (false, false) => TrackKind::Muxed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_kinds() {
        for (mime, expected) in [
            ("video/mp4", TrackKind::Video),
            ("video/mp4; codecs=\"avc1.64001f\"", TrackKind::Video),
            ("video/mp4;codecs=\"avc1.64001f, mp4a.40.2\"", TrackKind::Muxed),
            ("VIDEO/WEBM; CODECS=\"VP9,OPUS\"", TrackKind::Muxed),
            ("video/mp4; codecs=mp4a.40.2", TrackKind::Audio),
            ("video/mp4; codecs = \"hvc1.1.6.L93.B0,ec-3\"; x=1", TrackKind::Muxed),
            ("audio/mp4; codecs=\"mp4a.40.2\"", TrackKind::Audio),
            ("audio/webm", TrackKind::Audio),
            ("video/mp2t; codecs=\"avc1.4d401e,mp4a.40.2\"", TrackKind::Muxed),
            ("video/mp4; codecs=\"", TrackKind::Video),
            ("", TrackKind::Video),
        ] {
            assert_eq!(kind(mime), expected, "{mime}");
        }
    }
}
