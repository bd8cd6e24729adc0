//! `scenario`.

use super::{known, name};
use crate::decision::{Because, Verdict};
use crate::diagnostic::Diagnostics;
use crate::mail::Listener;
use crate::policy::diagnostics::SubmissionsTls;
use crate::policy::{Expectation, Scenario};
use crate::spf::SpfResult;
use crate::syntax::node;
use crate::syntax::tree::Text;

/// Lowers the `scenario` nodes.
pub(super) fn lower(nodes: &[node::Scenario], diagnostics: &mut Diagnostics) -> Vec<Scenario> {
    nodes
        .iter()
        .filter_map(|node| lower_one(node, diagnostics))
        .collect()
}

fn lower_one(node: &node::Scenario, diagnostics: &mut Diagnostics) -> Option<Scenario> {
    let listener = node.listener.as_ref();
    let listener = listener.and_then(|word| Listener::from_name(&word.value));
    let listener = listener.unwrap_or(Listener::Smtp);
    let implicit = listener == Listener::Submissions;
    let tls = node.tls.as_ref().map_or(implicit, |tls| tls.value);
    if let Some(written) = &node.tls
        && implicit
        && !written.value
    {
        diagnostics.error(SubmissionsTls {
            at: written.at.clone(),
        });
    }
    let client = node.client.as_ref();
    let client = client.and_then(|text| name::ip(text, diagnostics));
    let expect = node.expect.as_ref()?;
    let because = expect.because.as_ref();
    Some(Scenario {
        name: node.name.clone()?,
        client: client?,
        listener,
        tls,
        login: node.login.as_ref().map(|login| login.value.clone()),
        helo: node.helo.as_ref().map(|helo| helo.value.clone()),
        from: node.from.as_ref()?.value.clone(),
        to: node.to.as_ref()?.value.clone(),
        spf: node.spf.as_ref().and_then(result),
        spf_helo: node.spf_helo.as_ref().and_then(result),
        expect: Expectation {
            verdict: known(&Verdict::ALL, Verdict::name, &expect.verdict.value)?,
            because: because.and_then(|word| Because::from_name(&word.value)),
            at: expect.at.clone(),
        },
        at: node.at.clone(),
    })
}

/// Returns the SPF result of a word.
pub(super) fn result(word: &Text) -> Option<SpfResult> {
    match word.value.as_str() {
        "none" => Some(SpfResult::None),
        "neutral" => Some(SpfResult::Neutral),
        "pass" => Some(SpfResult::Pass),
        "fail" => Some(SpfResult::Fail),
        "softfail" => Some(SpfResult::Softfail),
        "temperror" => Some(SpfResult::Temperror),
        "permerror" => Some(SpfResult::Permerror),
        _ => None,
    }
}
