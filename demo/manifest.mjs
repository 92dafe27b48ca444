// The manifests that the server computes: DASH from the representations, and what is published so far of a live stream.
import { STREAM } from './stream.mjs';

/** The manifest that each player of the demo plays. */
export const MANIFESTS = {
  hls: 'master.m3u8',
  'hls-ts': 'master-ts.m3u8',
  dash: 'index.mpd',
  'dash-webm': 'webm.mpd',
  shaka: 'index.mpd',
};

/** Media segments that a live manifest lists. */
const WINDOW = 8;

/** A stretch of the stream that is published: media segments from `first` up to and without `end`. */
/** @typedef {{ first: number, end: number, since: number, now: number }} Live `since`: when the stream began, ms */

/**
 * A DASH manifest.
 * @param {Record<string, import('./stream.mjs').Representation>} representations
 * @param {{ webm?: boolean, live?: Live, hole?: number, part?: { first: number, end?: number } }} options `hole`: a media segment
 *   that is left out; `part`: only these
 */
export function mpd(representations, { webm = false, live, hole, part }) {
  const { video, audio } = webm ? STREAM.webm : STREAM;
  // A part of the stream begins there in its own time, too.
  const begin = (part?.first ?? 0) * STREAM.segmentSeconds;
  // Pictures begin a little after zero, for they are reordered: the manifest says from where presentation counts.
  const set = (track, codecs, entries) => `
    <AdaptationSet contentType="${track}" mimeType="${track}/${webm ? 'webm' : 'mp4'}" segmentAlignment="true" startWithSAP="1">
      ${template(representations[entries[0].name], live ?? part, hole, begin)}${entries
        .map(({ name, width, height, kbps }) => `
      <Representation id="${name}" codecs="${codecs}" bandwidth="${kbps * 1000}"${width ? ` width="${width}" height="${height}"` : ' audioSamplingRate="48000"'}/>`)
        .join('')}
    </AdaptationSet>`;
  const period = set('video', webm ? 'vp09.00.21.08' : 'avc1.64001f', video) + set('audio', webm ? 'opus' : 'mp4a.40.2', [audio]);
  const type = live
    ? `type="dynamic" availabilityStartTime="${date(live.since)}" publishTime="${date(live.now)}" minimumUpdatePeriod="PT1S" timeShiftBufferDepth="PT${WINDOW * STREAM.segmentSeconds}S" suggestedPresentationDelay="PT6S"`
    : `type="static" mediaPresentationDuration="PT${STREAM.seconds}S"`;
  const clock = live ? `\n  <UTCTiming schemeIdUri="urn:mpeg:dash:utc:direct:2014" value="${date(live.now)}"/>` : '';
  return `<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" minBufferTime="PT2S" ${type}>
  <Period id="${begin}" start="PT${begin}S">${period}
  </Period>${clock}
</MPD>
`;
}

/** In front of names that a template with a hole makes: it counts what its timeline lists, so one less after the hole. */
export const AFTER_HOLE = 'after-hole/';

/** Microseconds, so that what ffprobe says needs no rounding. */
const TIMESCALE = 1_000_000;

/** Media time that a representation's presentation counts from, seconds: whole milliseconds, to which Shaka rounds it. */
export const presentationOffset = ({ segments }) => Math.max(0, Math.floor(segments[0].start * 1000) / 1000);

function template(representation, shown, hole, begin) {
  const { init, extension, segments } = representation;
  const ticks = (seconds) => Math.round(Math.max(0, seconds) * TIMESCALE);
  const first = shown?.first ?? 0;
  const listed = segments.slice(first, shown?.end).map(({ start, end }, i, all) => {
    // Up to the next, so that rounding leaves no gap between.
    const next = segments[first + i + 1]?.start ?? end;
    return first + i === hole ? '' : `<S t="${ticks(start)}" d="${ticks(next) - ticks(start)}"/>`;
  });
  return `<SegmentTemplate timescale="${TIMESCALE}" presentationTimeOffset="${ticks(presentationOffset(representation) + begin)}" startNumber="${first}" initialization="$RepresentationID$/${init}" media="${hole === undefined ? '' : AFTER_HOLE}$RepresentationID$/segment-$Number%03d$${extension}">
        <SegmentTimeline>${listed.join('')}</SegmentTimeline>
      </SegmentTemplate>`;
}

/** The playlist of one representation as far as it is published. */
export function livePlaylist(playlist, { first, end }) {
  const lines = playlist.split('\n');
  const header = lines.filter((line) => /^#EXT(M3U|-X-VERSION|-X-TARGETDURATION|-X-MAP)/.test(line));
  const segments = [...playlist.matchAll(/#EXTINF:[^\n]*\n[^\n]+/g)].map(([text]) => text);
  return [...header, `#EXT-X-MEDIA-SEQUENCE:${first}`, ...segments.slice(first, end), ''].join('\n');
}

/** The playlist with a media segment that is said to be missing. */
export function playlistWithHole(playlist, hole) {
  let number = -1;
  return playlist.replace(/#EXTINF/g, (tag) => (++number === hole ? `#EXT-X-GAP\n${tag}` : tag));
}

/** What is published at `now` of a stream live since `since`, when media segments come late by `late(number)` ms. */
export function published(since, now, late) {
  const lasts = STREAM.segmentSeconds * 1000;
  // A late one holds up all that follow: they come in order.
  let at = -Infinity;
  let end = 0;
  for (; end < STREAM.seconds / STREAM.segmentSeconds; end += 1) {
    at = Math.max(at, since + (end + 1) * lasts + late(end));
    if (at > now) break;
  }
  return { first: Math.max(0, end - WINDOW), end, since, now };
}

const date = (at) => new Date(at).toISOString();
