//! What the names of servers say. Only conventions that their owner or many recordings vouch for, see `hosts.toml`.

/// Where a server stands, if its name says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "make", derive(serde::Deserialize))]
#[cfg_attr(feature = "make", serde(rename_all = "kebab-case"))]
pub enum Stands {
    /// It does not say.
    Anywhere,
    /// In the network of some provider; not necessarily the viewer's.
    InProvider,
    /// Where networks meet.
    AtExchange,
}

impl Stands {
    const ALL: [Stands; 3] = [Stands::Anywhere, Stands::InProvider, Stands::AtExchange];

    /// The name it is recorded under.
    pub fn id(self) -> &'static str {
        match self {
            Stands::Anywhere => "anywhere",
            Stands::InProvider => "in-provider",
            Stands::AtExchange => "at-exchange",
        }
    }

    /// By its name.
    pub fn named(id: &str) -> Option<Stands> {
        Stands::ALL.into_iter().find(|stands| stands.id() == id)
    }
}

/// How the names of some servers are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convention {
    /// Names like this: `.example.net` for all below it; or the whole name, `*` standing for any part of a label.
    pub pattern: String,
    /// Whose they are.
    pub service: String,
    /// Where they stand.
    pub stands: Stands,
}

impl Convention {
    /// The name of a host, without its port, is made like this.
    pub fn fits(&self, name: &str) -> bool {
        if self.pattern.starts_with('.') {
            return name.strip_suffix(&self.pattern).is_some_and(|rest| !rest.is_empty());
        }
        let (mut labels, mut patterns) = (name.split('.'), self.pattern.split('.'));
        loop {
            match (labels.next(), patterns.next()) {
                (None, None) => return true,
                (Some(label), Some(pattern)) if like(label, pattern) => {}
                _ => return false,
            }
        }
    }
}

/// A label is the pattern, but for what stands in place of the stars.
fn like(label: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return label == pattern;
    };
    let Some(mut left) = label.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match left.split_once(part) {
            Some((_, after)) => left = after,
            None => return false,
        }
    }
    left.ends_with(last)
}
