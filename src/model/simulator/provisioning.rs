//! A gateway's other services: federation metadata, and provisioning with its look for proofs in DNS.
//!
//! Owner of all that is changed here: the gateway, which keeps the registration of an organization. It
//! knows nothing of scripts. Invariant: a registration changes at the instant at which the service
//! decides, whether or not its answer arrives.

use crate::engine::{Instant, Schedule, Span};

use super::super::administration::{
    Errand, ErrandReply, Examined, ProofCheck, Provisioned, Provisioning, ProvisioningRefusal,
    Registrations, decide_provisioning, domain_proof, names_of_others,
};
use super::super::cause::Cause;
use super::super::certificate::CertificateId;
use super::super::dns::{Answer, RecordType};
use super::super::federation::Federation;
use super::super::gateway::{GatewayId, MetadataState};
use super::super::names::NameId;
use super::super::observation::Recorder;
use super::super::organization::{OrgId, ServerId};
use super::super::outcome::{Leg, Side};
use super::super::purpose::Purpose;
use super::super::trust::{FIRST_APPLICATION, Registration};
use super::legs::failure;
use super::state::{CallSlot, Reply};
use super::{Event, World};

impl Federation {
    /// The AppID under which a gateway knows an organization.
    ///
    /// Source: a unique number made by the gateway, Federation terms, Exchange 2010 glossary (docs); that
    /// a trust that is made anew has another one: Same URI cannot be attached to different AppId (docs).
    pub fn application_identifier(&self, organization: OrgId, application: u32) -> String {
        let row = self.organizations.original(organization);
        let gateway = self.gateways.original(row.trust.gateway);
        let hash = row.hash.with(gateway.hash.0);
        let hash = match application {
            FIRST_APPLICATION => hash,
            other => hash.with(u64::from(other)),
        };
        format!("{:016X}", hash.0)
    }

    /// The texts that prove that an organization owns a domain, to the gateway that it is registered
    /// with.
    ///
    /// Source: proof of the registered certificate (of the next one, if that is what is published) since 2010 SP1, `AppID=` before it: Create a TXT
    /// record for federation (docs). Assumed: only the instance of 2010 RTM, which asks for certificates of
    /// some issuers, takes the older form.
    fn accepted_proofs(
        &self,
        organization: OrgId,
        domain: NameId,
        certificate: Option<CertificateId>,
        at: Instant,
    ) -> Vec<String> {
        let trust = &self.organizations.at(organization, at).trust;
        let gateway = self.gateways.at(trust.gateway, at);
        let of =
            |id: CertificateId| domain_proof(self.certificates.at(id, at), self.names.text(domain));
        let mut proofs: Vec<String> = certificate.map(of).into_iter().collect();
        if !gateway.accepted_issuers.is_empty() {
            proofs.push(format!(
                "AppID={}",
                self.application_identifier(organization, trust.registration.application)
            ));
        }
        proofs
    }
}

impl<R: Recorder> World<'_, R> {
    /// Somebody reads the metadata.
    pub(super) fn serve_metadata(
        &mut self,
        schedule: &mut Schedule<Event>,
        call: CallSlot,
        gateway: GatewayId,
    ) {
        let now = schedule.now();
        let row = self.federation.gateways.at(gateway, now);
        let is_up = row.metadata_state == MetadataState::Up && now < row.closed_from;
        let reply = if is_up {
            Reply::Errand(Box::new(ErrandReply::Metadata(row.published_at(now))))
        } else {
            Reply::Failed(failure(Cause::GatewayError, Leg::Metadata, Side::Gateway))
        };
        self.reply_from_gateway(schedule, call, reply);
    }

    /// A request reaches the provisioning service. If a domain is to be registered, its proof is
    /// looked for now; the answer comes when the look and the rest of the work are done.
    pub(super) fn receive_provisioning(&mut self, schedule: &mut Schedule<Event>, call: CallSlot) {
        let now = schedule.now();
        let row = &self.calls[call];
        let (group, hash, organization) = (row.group, row.hash, row.request.requester);
        let (gateway, request) = self.provisioning(group);
        let instance = self.federation.gateways.at(gateway, now);
        let law = &instance.provisioning_service_time;
        let mut span = law.sample(&self.keys, Purpose::ProvisioningService, hash, 0);
        let trust = &self.federation.organizations.at(organization, now).trust;
        let (domains, certificate) = match request {
            Provisioning::RegisterDomain { domain } => {
                (vec![domain], trust.registration.certificate)
            }
            Provisioning::PublishCertificate { certificate }
                if self.federation.rules.proofs_at_publication =>
            {
                (trust.registration.domains.to_vec(), Some(certificate))
            }
            _ => (Vec::new(), None),
        };
        // Nothing that is missing among none.
        let mut found = ProofCheck::Found;
        for domain in domains {
            let proofs = self
                .federation
                .accepted_proofs(organization, domain, certificate, now);
            let (proof, waited) = self.look_for_proof(gateway, domain, &proofs, call, now);
            span += waited;
            if proof != ProofCheck::Found {
                found = proof;
                break;
            }
        }
        self.errand_mut(group).proof = found;
        let centre = self.calls[call].data_centre;
        let centre = centre.expect("it was chosen for the connection");
        let source = self.federation.sources.data_centres[centre];
        let span = span.max(self.federation.parameters.minimum_delay);
        schedule.after(span, source, Event::ProvisioningEnds(call));
    }

    /// The provisioning service decides.
    pub(super) fn end_provisioning(&mut self, schedule: &mut Schedule<Event>, call: CallSlot) {
        let now = schedule.now();
        let row = &self.calls[call];
        let (group, organization) = (row.group, row.request.requester);
        let proof = self.errand(group).proof;
        let (gateway, request) = self.provisioning(group);
        let server = row.server;
        let answer = self.provision(gateway, (organization, server), request, proof, now);
        let present = &self.federation.organizations.at(organization, now).trust;
        let is_same =
            |wanted: &Registration| present.registration == *wanted && present.gateway == gateway;
        if let Ok(Provisioned { registration }) = &answer
            && !is_same(registration)
        {
            let (uri, registration) = (registration.application_uri, registration.clone());
            self.change(now, |federation| {
                let trust_with = |row: &mut super::super::organization::Organization| {
                    row.trust.registration = registration;
                    row.trust.gateway = gateway;
                };
                federation
                    .organizations
                    .change(organization, now, trust_with);
                if !federation
                    .applications(uri)
                    .any(|known| known == organization)
                {
                    let additions = std::sync::Arc::make_mut(&mut federation.additions);
                    additions.applications.push((uri, organization));
                }
            });
        }
        let reply = Reply::Errand(Box::new(ErrandReply::Provisioning(answer)));
        self.reply_from_gateway(schedule, call, reply);
    }

    /// What is asked, and of which instance: one host may serve several.
    fn provisioning(&self, group: super::state::GroupSlot) -> (GatewayId, Provisioning) {
        match self.errand(group).errand {
            Errand::Provisioning(gateway, request) => (gateway, request),
            _ => unreachable!("only such errands go to the provisioning service"),
        }
    }

    /// What the service decides, by whom the request is signed and what its names are to others.
    fn provision(
        &self,
        gateway: GatewayId,
        (organization, server): (OrgId, ServerId),
        request: Provisioning,
        proof: ProofCheck,
        now: Instant,
    ) -> Result<Provisioned, ProvisioningRefusal> {
        let federation = self.federation;
        let instance = federation.gateways.at(gateway, now);
        if now >= instance.closed_from {
            return Err(ProvisioningRefusal::Closed);
        }
        let trust = &federation.organizations.at(organization, now).trust;
        let shown = now.shown_by(instance.clock_error);
        if let Provisioning::CreateApplication { certificate }
        | Provisioning::PublishCertificate { certificate } = request
        {
            let row = federation.certificates.at(certificate, now);
            if !row.subject_key_identifier.exists() {
                return Err(ProvisioningRefusal::NoSubjectKeyIdentifier);
            }
            let accepted = &instance.accepted_issuers;
            if !accepted.is_empty() && !accepted.contains(&row.issuer) {
                return Err(ProvisioningRefusal::IssuerNotAccepted);
            }
        }
        let is_here = trust.gateway == gateway;
        let known = [
            trust.registration.certificate,
            trust.registration.previous_certificate,
        ];
        let signs_well = trust.organization_certificate.is_some_and(|signer| {
            // Who publishes a certificate may sign with that very one.
            let is_published = request
                == Provisioning::PublishCertificate {
                    certificate: signer,
                };
            let in_date = federation
                .certificates
                .at(signer, now)
                .validity
                .covers(shown);
            is_here && in_date && (is_published || known.contains(&Some(signer)))
        });
        let registrations = Registrations {
            federation,
            gateway,
            own: organization,
            at: now,
        };
        let is_taken = |name| names_of_others(registrations, name);
        let here = federation.servers.at(server, now);
        let asked_at = now.shown_by(here.clock_error);
        let is_blocked = match request {
            Provisioning::RegisterDomain { domain } => instance.blocked_domains.contains(&domain),
            _ => false,
        };
        let examined = Examined {
            at: now,
            signs_well,
            clock_difference: asked_at.max(shown).since(asked_at.min(shown)),
            proof,
            is_blocked,
            applications_max: instance.applications_per_domain_and_day,
            effective_after: instance.application_effective_after,
        };
        decide_provisioning(request, &trust.registration, is_taken, &examined)
    }

    /// Looks for the proof of a domain, through the gateway's resolver and its cache.
    ///
    /// Source: the cmdlet succeeds or fails at once, nobody polls: Create a federation trust (docs);
    /// negative answers are remembered: RFC 2308.
    fn look_for_proof(
        &mut self,
        gateway: GatewayId,
        domain: NameId,
        proofs: &[String],
        call: CallSlot,
        now: Instant,
    ) -> (ProofCheck, Span) {
        let federation = self.federation;
        let instance = federation.gateways.at(gateway, now);
        let resolver = federation.resolvers.at(instance.resolver, now);
        let cache = &mut self.resolver_caches[instance.resolver];
        let resolution = cache.resolve(&federation.dns, resolver, domain, RecordType::Text, now);
        let parameters = &federation.parameters;
        let is_cached = resolution.is_from_cache();
        let hash = self.calls[call].hash;
        let span = match (resolution.answer, is_cached) {
            (Answer::Silent, _) => parameters.dns_timeout,
            (_, true) => parameters
                .dns_warm
                .sample(&self.keys, Purpose::DnsDelay, hash, 0),
            (_, false) => {
                let asked = &resolution.asked;
                let extra = federation.dns.extra_delay(asked, now, &self.keys, hash, 2);
                let law = &parameters.dns_cold;
                law.sample(&self.keys, Purpose::DnsDelay, hash, 1) + extra
            }
        };
        let large = instance.large_answers;
        let check = ProofCheck::of(federation, domain, resolution.answer, proofs, large);
        let check = match (check, is_cached) {
            (ProofCheck::NoText, true) => ProofCheck::NoTextRemembered,
            (check, _) => check,
        };
        (check, span)
    }

    fn reply_from_gateway(&mut self, schedule: &mut Schedule<Event>, call: CallSlot, reply: Reply) {
        let centre = self.calls[call].data_centre;
        let centre = centre.expect("it was chosen for the connection");
        let source = self.federation.sources.data_centres[centre];
        self.reply(schedule, call, source, reply);
    }
}
