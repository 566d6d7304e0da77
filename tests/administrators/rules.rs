//! What holds whatever administrators do: of the directory after each step, of statements, of proofs, of
//! tokens that are turned away.
//!
//! It knows no cmdlet. Each rule that is broken is a text that begins with its name and a colon.

use std::collections::{BTreeMap, BTreeSet};

use fedsim::engine::Instant;
use fedsim::model::Federation;
use fedsim::model::administration::{ScriptId, TranscriptEntry};
use fedsim::model::names::NameId;
use fedsim::model::observation::{Fact, Observation};
use fedsim::model::organization::OrgId;
use fedsim::model::outcome::Leg;
use fedsim::model::token::Rejection;
use serde_json::Value;

/// A rule's verdict.
pub type Verdict = Result<(), String>;

macro_rules! require {
    ($holds:expr, $($text:tt)+) => {
        if !$holds {
            return Err(format!($($text)+));
        }
    };
}

/// Domains that are federated, as they were seen last.
pub type Federated = BTreeSet<(OrgId, NameId)>;

/// What each organization's directory, and the gateway's, says is in order. Held after each statement.
///
/// A domain is federated only when the gateway has registered it. The other way round there is a while:
/// the gateway forgets a domain before the directory does.
pub fn directory(federation: &Federation, now: Instant, federated: &mut Federated) -> Verdict {
    let is_begun = !federated.is_empty();
    let mut registered = BTreeMap::new();
    for id in federation.organizations.ids() {
        let row = federation.organizations.at(id, now);
        let name = &row.name;
        let (trust, identifier) = (&row.trust, &row.identifier);
        if trust.registration.exists {
            for domain in trust.registration.domains.iter() {
                let other = registered.insert((trust.gateway, *domain), name);
                require!(
                    other.is_none(),
                    "registration: {} is registered for {name} and {other:?}",
                    federation.names.text(*domain)
                );
            }
        }
        for domain in row.accepted_domains.iter() {
            let key = (id, domain.domain);
            if !domain.federated {
                federated.remove(&key);
                continue;
            }
            let is_new = federated.insert(key) && is_begun;
            let is_registered =
                trust.registration.exists && trust.registration.domains.contains(&domain.domain);
            require!(
                !is_new || is_registered,
                "federated domain: {name} adds {}, which the gateway has not",
                federation.names.text(domain.domain)
            );
        }
        require!(
            trust.exists || !identifier.exists,
            "identifier: {name} has one without a trust"
        );
        let mut names: Vec<String> = Vec::new();
        let mut partners = Vec::new();
        for relationship in federation.relationships_of(id) {
            let row = federation.relationships.at(relationship, now);
            if !row.exists {
                continue;
            }
            names.push(row.shown_name().to_lowercase());
            partners.extend(row.domain_names.iter().copied());
        }
        for (what, is_twice) in [
            ("name", twice(&mut names)),
            ("domain", twice(&mut partners)),
        ] {
            require!(!is_twice, "relationship: two of {name} have one {what}");
        }
        let policies = federation.sharing_policies.ids();
        let policies = policies.map(|policy| federation.sharing_policies.at(policy, now));
        let own = policies.filter(|policy| policy.organization == id && policy.exists);
        let (mut names, defaults): (Vec<String>, Vec<bool>) = own
            .map(|policy| (policy.name.to_lowercase(), policy.is_default))
            .unzip();
        require!(!twice(&mut names), "policy: two of {name} have one name");
        let defaults = defaults.into_iter().filter(|it| *it).count();
        require!(
            defaults <= 1,
            "policy: {defaults} of {name} are the default one"
        );
    }
    Ok(())
}

fn twice<T: Ord>(all: &mut [T]) -> bool {
    all.sort();
    all.windows(2).any(|pair| pair[0] == pair[1])
}

/// A statement ends not before it began, and those of a script follow each other.
pub fn statements(entries: &[TranscriptEntry]) -> Verdict {
    let mut ended: BTreeMap<ScriptId, (Instant, u32)> = BTreeMap::new();
    let ordered = entries.is_sorted_by_key(|entry| entry.ended);
    require!(ordered, "order: entries are not in the order of their ends");
    for entry in entries {
        require!(
            entry.started <= entry.ended,
            "statement: it ends before it begins: {entry:?}"
        );
        if let Some((before, line)) = ended.insert(entry.script, (entry.ended, entry.line)) {
            require!(
                before <= entry.started,
                "statement: it overlaps the one before: {entry:?}"
            );
            require!(
                line <= entry.line,
                "statement: its line does not follow: {entry:?}"
            );
        }
    }
    Ok(())
}

/// A proof is 88 characters, and a function of the certificate's key and the domain alone.
pub fn proofs<'e>(entries: impl Iterator<Item = &'e TranscriptEntry>) -> Result<usize, String> {
    let mut known: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut count = 0;
    for entry in entries {
        let objects: Value = serde_json::from_str(&entry.objects)
            .map_err(|error| format!("json: {error}: {}", entry.objects))?;
        for object in objects.as_array().into_iter().flatten() {
            let text = |key: &str| object[key].as_str().map(str::to_owned);
            let (Some(proof), Some(thumbprint), Some(domain)) =
                (text("Proof"), text("Thumbprint"), text("DomainName"))
            else {
                continue;
            };
            count += 1;
            require!(proof.len() == 88, "proof: {} characters", proof.len());
            let before = known.insert((thumbprint, domain.to_lowercase()), proof.clone());
            require!(
                before.is_none_or(|before| before == proof),
                "proof: a certificate and a domain have two"
            );
        }
    }
    Ok(count)
}

/// The leg that a token is for.
fn called_with(leg: Leg) -> Leg {
    match leg {
        Leg::AutodiscoverToken => Leg::Autodiscover,
        _ => Leg::Availability,
    }
}

/// No token is turned away for its signature by an organization that has held the signer's certificate
/// for as long as any of its servers may remember.
pub fn signers(federation: &Federation, observations: &[Observation]) -> Verdict {
    let mut tokens = BTreeMap::new();
    for observation in observations {
        match observation.fact {
            Fact::TokenIssued {
                group, leg, token, ..
            }
            | Fact::TokenReused { group, leg, token } => {
                tokens.insert((observation.request, group, called_with(leg)), token);
            }
            Fact::TokenValidated {
                group,
                leg,
                server,
                result: Err(Rejection::SignatureUnknown),
            } => {
                let Some(token) = tokens.get(&(observation.request, group, leg)) else {
                    continue;
                };
                let organization = federation.servers.original(server).organization;
                let loaded = observation.at - federation.parameters.relationship_cache_life;
                let from = federation.replicated(organization, loaded);
                let table = &federation.organizations;
                let holds = |view| {
                    let offer = token.offer;
                    let here = federation.validator_seen(server, offer, observation.at, view);
                    here.trusts == token.issuer
                        && here.issuer_certificates.contains(&Some(token.signed_by))
                };
                require!(
                    !(holds(from) && holds(observation.at)),
                    "signer: {} turns away a token of a signer that it holds",
                    table.original(organization).name
                );
            }
            _ => {}
        }
    }
    Ok(())
}
