//! Where the parts of a card go.

/// The shape of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// 1200 by 675 pixels: what feeds show of a link or a picture.
    Wide,
    /// 1080 by 1080 pixels.
    Square,
}

impl Format {
    /// Width and height in pixels.
    pub fn size(self) -> (i32, i32) {
        match self {
            Format::Wide => (1200, 675),
            Format::Square => (1080, 1080),
        }
    }
}

/// A column: from where to where, and the base line of its first text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub left: f64,
    pub right: f64,
    pub y: f64,
}

impl Column {
    pub fn width(self) -> f64 {
        self.right - self.left
    }
}

/// Between headline and picture.
const BESIDE: f64 = 24.0;
/// By so much the headline is smaller beside a picture.
const SMALLER: f64 = 4.0;

/// All of them, in pixels.
pub(super) struct Layout {
    /// From edge to edge, and the base line of the name and the date.
    pub all: Column,
    /// What the video shows: left, top, width and height; beside the headline.
    pub picture: (f64, f64, f64, f64),
    /// The headline, its sizes for two lines, the largest first, and the most lines in the smallest.
    pub headline: Column,
    pub headline_sizes: [f64; 3],
    pub headline_lines: usize,
    pub clue_lines: usize,
    /// The centre line of the path.
    pub path: f64,
    /// The title of the ledger.
    pub ledger: Column,
    pub ledger_rows: usize,
    /// Distance of its rows.
    pub row: f64,
    /// The lowest base line that it may have.
    pub ledger_end: f64,
    /// What is possible and what is ruled out, one below the other.
    pub zones: Column,
    /// The lowest base line that they may have.
    pub zones_end: f64,
    /// The code's upper left corner.
    pub code: (f64, f64),
    /// When in the media, how long, who was asked.
    pub facts: Column,
    /// Who made it, and the hash below.
    pub foot: f64,
}

impl Layout {
    /// Of a card with a picture of the video, or without.
    pub fn of(format: Format, picture: bool) -> Layout {
        let mut layout = Layout::without_picture(format);
        if picture {
            let (left, ..) = layout.picture;
            layout.headline.right = left - BESIDE;
            layout.headline.y += layout.headline_sizes[2] - layout.headline_sizes[0];
            layout.headline_lines += 1;
            layout.headline_sizes = layout.headline_sizes.map(|size| size - SMALLER);
        }
        layout
    }

    fn without_picture(format: Format) -> Layout {
        match format {
            Format::Wide => {
                let (left, right) = (56.0, 1144.0);
                Layout {
                    all: Column { left, right, y: 54.0 },
                    picture: (right - 256.0, 80.0, 256.0, 144.0),
                    headline: Column { left, right, y: 120.0 },
                    headline_sizes: [44.0, 38.0, 32.0],
                    headline_lines: 2,
                    clue_lines: 1,
                    path: 264.0,
                    ledger: Column { left, right: 612.0, y: 390.0 },
                    ledger_rows: 5,
                    row: 24.0,
                    ledger_end: 584.0,
                    zones: Column { left: 652.0, right: 912.0, y: 390.0 },
                    zones_end: 572.0,
                    code: (948.0, 374.0),
                    facts: Column { left, right, y: 608.0 },
                    foot: 644.0,
                }
            }
            Format::Square => {
                let (left, right) = (64.0, 1016.0);
                Layout {
                    all: Column { left, right, y: 78.0 },
                    picture: (right - 336.0, 112.0, 336.0, 189.0),
                    headline: Column { left, right, y: 154.0 },
                    headline_sizes: [48.0, 43.0, 38.0],
                    headline_lines: 3,
                    clue_lines: 2,
                    path: 372.0,
                    ledger: Column { left, right, y: 516.0 },
                    ledger_rows: 4,
                    row: 32.0,
                    ledger_end: 774.0,
                    zones: Column { left, right: 784.0, y: 806.0 },
                    zones_end: 956.0,
                    code: (820.0, 784.0),
                    facts: Column { left, right, y: 1010.0 },
                    foot: 1046.0,
                }
            }
        }
    }
}
