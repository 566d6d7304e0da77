//! What administrators do in a run: scripts, each a process in simulated time.
//!
//! A script runs in a shell on one server of its organization. The shell is a [`Console`]: it reads the
//! federation as the domain controller has it that it is connected to, changes it from now on, and
//! sends errands to gateways and partners, which travel the network like any other call.
//!
//! It knows nothing of the language that a script is written in. Invariant: a script runs only while
//! the simulator resumes it, and sees no clock but the simulated one.

mod console;
mod errand;
mod proof;
mod provisioning;

use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use crate::engine::Instant;

use super::address::Address;
use super::observation::RequestIdentity;
use super::organization::ServerId;

pub(super) use console::Awaited;
pub use console::{Console, Versions};
pub use errand::{
    CertificateNames, Errand, ErrandReply, FederationInformation, InformationError,
    InformationRefusal, RelationshipSettings, TokenWish,
};
pub use proof::{DomainProof, domain_proof};
pub use provisioning::{
    Examined, NAMESPACE_PREFIX, ProofCheck, Provisioned, Provisioning, ProvisioningRefusal,
    Registrations, decide_provisioning, names_of_others,
};

crate::define_id! {
    /// A script, in the order of (instant, name).
    ScriptId;
}

/// A script: what an administrator carries out from some instant on.
#[derive(Clone, Debug)]
pub struct Script {
    /// Its name: that of its file, or of its place on the time line.
    pub name: Box<str>,
    /// When it begins.
    pub at: Instant,
    /// What its calls are known by.
    pub identity: RequestIdentity,
    /// The server on which its shell runs.
    pub server: ServerId,
    /// Who carries it out.
    pub administrator: Address,
    /// What it does.
    pub program: Arc<dyn Program>,
}

/// What a script does.
pub trait Program: fmt::Debug + Send + Sync {
    /// Begins to carry it out at a console.
    fn begin<'v>(&'v self, console: Rc<Console<'v>>) -> Procedure<'v>;
}

/// A script that is being carried out. It is polled by the simulator alone; nothing else wakes it.
pub type Procedure<'v> = Pin<Box<dyn Future<Output = ()> + 'v>>;

/// One statement of a script that has been carried out, with all that the shell showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscriptEntry {
    /// The script.
    pub script: ScriptId,
    /// The line of the script that the statement begins at, from 1.
    pub line: u32,
    /// When it began.
    pub started: Instant,
    /// When it ended.
    pub ended: Instant,
    /// The statement as it was written.
    pub statement: Box<str>,
    /// The cmdlets that it names, each once, in the order of the text.
    pub cmdlets: Box<[&'static str]>,
    /// What the shell showed: text as an administrator sees it.
    pub output: Box<str>,
    /// The same as data: a JSON value for each object, in order.
    pub objects: Box<str>,
    /// How many warnings there were, shown or not.
    pub warnings: u32,
    /// The error that ended it, if one did: its product name and its text.
    pub error: Option<ErrorShown>,
}

/// An error as the shell shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorShown {
    /// The exception's name, such as `GetFederationInformationFailedException`.
    pub exception: Box<str>,
    /// The text.
    pub message: Box<str>,
}
