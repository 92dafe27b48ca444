//! The server was asked in time and its first byte came late.

use super::{Case, Cause, PATH_AND_SERVER, finding};
use crate::time::Micros;
use crate::verdict::{Finding, Stage, Value};

const STAGES: &[Stage] =
    &[Stage::Queue, Stage::Dns, Stage::Connect, Stage::Tls, Stage::Wait, Stage::Response];

pub const CAUSE: Cause = Cause { id: "slow-response", weight, zones: |_| PATH_AND_SERVER, findings };

fn weight(case: &Case) -> Micros {
    case.excess(STAGES)
}

fn findings(case: &Case) -> Vec<Finding> {
    let Some(blocking) = case.longest(STAGES) else {
        return Vec::new();
    };
    let Some(fetch) = blocking.fetch else {
        return Vec::new();
    };
    let stages = || blocking.account.stages.iter().filter(|time| STAGES.contains(&time.stage));
    let usual: Micros = stages().filter_map(|time| time.usual).sum();
    let waited = case.spent(blocking, STAGES);
    let values = [
        ("waited", Value::Micros(waited)),
        ("usual", Value::Micros(usual)),
        ("host", Value::Name(fetch.host.clone())),
    ];
    let mut findings = vec![finding("first-byte-late", fetch.facts.clone(), values)];
    if fetch.timing.as_ref().and_then(|timing| timing.sent).is_none() {
        let host = Value::Name(fetch.host.clone());
        findings.push(finding("timing-hidden", fetch.facts.clone(), [("host", host)]));
    }
    findings
}
